"""An absent file is not a deleted file (F8): tables of what a look at a folder allows to believe."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.belief import (
    LARGEST_SHARE,
    MISSING_SECONDS,
    Asked,
    Identity,
    Known,
    Pass,
    Plan,
    State,
    judge,
    plan,
)

HOME = Identity(device=50, inode=2, file_system=77, is_read_only=False)
MOUNT_POINT = Identity(device=1, inode=4711, file_system=5, is_read_only=False)
REBOOTED = replace(HOME, device=61)
NAMELESS = replace(HOME, device=61, file_system=0)
OTHER = Identity(device=51, inode=2, file_system=78, is_read_only=False)
RO = replace(HOME, is_read_only=True)

KNOWN = {f"{number}.jpg": Known(100, number, number) for number in range(10)}
ALL = {path: (each.size, each.mtime_ns) for path, each in KNOWN.items()}
STRANGE = {f"x{number}.jpg": (5, 5) for number in range(10)}


def some(count: int) -> dict[str, tuple[int, int]]:
    return dict(list(ALL.items())[:count])


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Pass(HOME, ALL), State.PRESENT),
        (Pass(HOME, some(9)), State.PRESENT),
        (Pass(HOME, some(1)), State.PRESENT),
        (Pass(HOME, STRANGE), State.SWAPPED),  # two sticks of one make have the same numbers
        (Pass(HOME, dict.fromkeys(ALL, (7, 7))), State.SWAPPED),
        (Pass(replace(HOME, volume="AB-CD"), some(4)), State.PRESENT),
        (Pass(replace(HOME, capacity=5), some(4)), State.SWAPPED),
        (Pass(replace(HOME, capacity=5), some(6)), State.PRESENT),
        (Pass(None, {}), State.ABSENT),
        (Pass(None, {}, "Permission denied"), State.UNREADABLE),
        (Pass(HOME, {}, "Permission denied"), State.UNREADABLE),
        (Pass(HOME, some(5), "Input/output error"), State.PARTIAL),
        (Pass(HOME, ALL, "Input/output error"), State.PARTIAL),
        (Pass(HOME, {}), State.EMPTY),
        (Pass(MOUNT_POINT, {}), State.UNMOUNTED),
        (Pass(MOUNT_POINT, STRANGE), State.SWAPPED),
        (Pass(OTHER, STRANGE), State.SWAPPED),
        (Pass(OTHER, some(4) | STRANGE), State.SWAPPED),
        (Pass(OTHER, dict.fromkeys(ALL, (7, 7))), State.SWAPPED),  # the same names, other photos
        (Pass(REBOOTED, some(1)), State.PRESENT),
        (Pass(NAMELESS, some(9)), State.PRESENT),
        (Pass(NAMELESS, some(4)), State.SWAPPED),
        (Pass(RO, some(9)), State.READ_ONLY),
        (Pass(RO, ALL), State.PRESENT),
    ],
)
def test_how_a_folder_is(seen: Pass, state: State):
    assert judge(seen, KNOWN, HOME) is state


def test_a_folder_that_was_always_read_only_has_no_fault():
    assert judge(Pass(RO, some(9)), KNOWN, RO) is State.PRESENT


def test_of_a_folder_that_is_not_known_yet_nothing_can_be_lost():
    assert judge(Pass(HOME, {}), {}, None) is State.PRESENT
    assert judge(Pass(OTHER, STRANGE), {}, HOME) is State.PRESENT


def test_an_identity_survives_the_catalogue_and_nonsense_is_none():
    assert Identity.from_text(HOME.text()) == HOME
    assert Identity.from_text("") is None
    assert Identity.from_text('{"device": 1}') is None


def decided(
    seen: Pass,
    *,
    state: State | None = None,
    since: float = 0.0,
    now: float = MISSING_SECONDS,
    droppable: frozenset[int] = frozenset(range(10)),
    has_waiting: bool = False,
    lately: int = 0,
    asked: Asked | None = None,
) -> Plan:
    """The plan after a second look: all that is missing has been so for `now - since`."""
    return plan(
        state or judge(seen, KNOWN, HOME),
        seen,
        KNOWN,
        missing_before=dict.fromkeys((path for path in KNOWN if path not in seen.files), since),
        droppable=droppable,
        has_waiting=has_waiting,
        dropped_lately=lately,
        asked=asked,
        now=now,
    )


@pytest.mark.parametrize(
    "seen",
    [
        Pass(None, {}),
        Pass(None, {}, "Permission denied"),
        Pass(HOME, {}, "Permission denied"),
        Pass(HOME, some(9), "Input/output error"),
        Pass(HOME, {}),
        Pass(MOUNT_POINT, {}),
        Pass(MOUNT_POINT, STRANGE),
        Pass(OTHER, STRANGE),
        Pass(OTHER, dict.fromkeys(ALL, (7, 7))),
        Pass(RO, some(9)),
    ],
)
@pytest.mark.parametrize("lately", [0, 5])
def test_whatever_happened_to_the_folder_nothing_is_gone(seen: Pass, lately: int):
    following = decided(seen, lately=lately, now=1e9)
    assert following.gone == () and following.kept == ()


def test_a_single_file_is_gone_after_two_looks_some_minutes_apart():
    first = plan(
        State.PRESENT,
        Pass(HOME, some(9)),
        KNOWN,
        missing_before={},
        droppable=frozenset(range(10)),
        has_waiting=False,
        dropped_lately=0,
        asked=None,
        now=50.0,
    )
    assert first.missing == {"9.jpg": 50.0} and first.gone == ()
    assert decided(Pass(HOME, some(9)), now=MISSING_SECONDS - 1).gone == ()
    assert decided(Pass(HOME, some(9))).gone == ("9.jpg",)


@pytest.mark.parametrize(("left", "asks"), [(9, 0), (8, 0), (7, 3), (5, 5), (1, 9)])
def test_more_than_a_fifth_waits_for_the_owner(left: int, asks: int):
    following = decided(Pass(HOME, some(left)))
    assert following.ask_about == asks
    assert len(following.gone) == (0 if asks else 10 - left)
    assert (10 - left > LARGEST_SHARE * 10) == bool(asks)


@pytest.mark.parametrize(("whole", "left", "asks"), [(5, 4, 0), (5, 3, 2), (4, 3, 1), (2, 1, 1)])
def test_a_small_folder_asks_from_a_fifth_on_too(whole: int, left: int, asks: int):
    following = plan(
        State.PRESENT,
        Pass(HOME, some(left)),
        {path: known for path, known in KNOWN.items() if path in some(whole)},
        missing_before={path: 0.0 for path in some(whole) if path not in some(left)},
        droppable=frozenset(range(10)),
        has_waiting=False,
        dropped_lately=0,
        asked=None,
        now=1e9,
    )
    assert following.ask_about == asks
    assert len(following.gone) == (0 if asks else whole - left)


def test_a_folder_that_dies_bit_by_bit_waits_for_the_owner_too():
    assert decided(Pass(HOME, some(9)), lately=2).ask_about == 1
    assert decided(Pass(HOME, some(9)), lately=1).gone == ("9.jpg",)


def test_a_small_folder_that_is_emptied_waits_for_the_owner():
    known = {"a.jpg": Known(1, 1, 1)}
    following = plan(
        State.EMPTY,
        Pass(HOME, {}),
        known,
        missing_before={"a.jpg": 0.0},
        droppable=frozenset({1}),
        has_waiting=False,
        dropped_lately=0,
        asked=None,
        now=1e9,
    )
    assert following.ask_about == 1 and following.gone == ()


def test_a_sub_folder_that_is_bare_waits_for_the_owner():
    known = {f"disk/{n}.jpg": Known(1, 1, n) for n in range(3)}
    known |= {f"{n}.jpg": Known(1, 1, n) for n in range(100, 200)}
    there = {path: (1, 1) for path in known if not path.startswith("disk")}

    def planned(bare: frozenset[str]) -> Plan:
        return plan(
            State.PRESENT,
            Pass(HOME, there, bare=bare),
            known,
            missing_before=dict.fromkeys(list(known)[:3], 0.0),
            droppable=frozenset(range(3)),
            has_waiting=False,
            dropped_lately=0,
            asked=None,
            now=1e9,
        )

    assert planned(frozenset({"disk"})).ask_about == 3, "as if a disk below it were not mounted"
    assert len(planned(frozenset()).gone) == 3, "the folder went with its photos"


def test_files_that_are_on_their_way_are_waited_for():
    assert decided(Pass(HOME, some(9)), has_waiting=True).gone == ()


def test_photos_that_something_else_keeps_do_not_count():
    following = decided(Pass(HOME, some(2)), droppable=frozenset({9}))
    assert following.ask_about == 0 and len(following.gone) == 8


@pytest.mark.parametrize("seen", [Pass(HOME, some(5)), Pass(OTHER, STRANGE), Pass(HOME, {})])
def test_the_owner_decides(seen: Pass):
    missing = len(KNOWN) - len(seen.files if seen.identity == HOME else {})
    yes = decided(seen, asked=Asked(3, missing, "yes"))
    assert len(yes.gone) == missing and yes.settled == 3 and yes.is_known_anew
    no = decided(seen, asked=Asked(3, missing, "no"))
    assert len(no.kept) == missing and no.gone == () and no.settled == 3
    still = decided(seen, asked=Asked(3, missing, None))
    assert still.ask_about == missing and still.gone == ()


def test_a_yes_is_a_yes_to_what_was_asked_and_no_more():
    following = decided(Pass(HOME, some(2)), asked=Asked(3, 5, "yes"))
    assert following.gone == () and following.ask_about == 8


def test_a_folder_that_is_whole_again_is_remembered_as_it_is():
    assert decided(Pass(REBOOTED, ALL)) == Plan(is_known_anew=True)
