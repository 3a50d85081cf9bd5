"""Only whole, quiet files: patterns of arrival, simulated second by second."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from sync.settling import (
    BRISK_SECONDS,
    SLOW_SECONDS,
    UNFINISHED_SECONDS,
    Evidence,
    Phase,
    Settling,
    Stamp,
    Wholeness,
    done,
    looked,
    seen,
    told_closed,
)
from sync.whole import judge
from tests.fakes.taker import jpeg

WHOLE, UNFINISHED, UNKNOWN = Wholeness.WHOLE, Wholeness.UNFINISHED, Wholeness.UNKNOWN


def stamp(size: int = 10, mtime: int = 1, inode: int = 7) -> Stamp:
    return Stamp(size, mtime, mtime, inode, 1)


@pytest.mark.parametrize(
    ("is_told", "has_writer", "wholeness", "quiet"),
    [
        (True, False, WHOLE, BRISK_SECONDS),
        (True, None, WHOLE, BRISK_SECONDS),
        (True, False, UNKNOWN, BRISK_SECONDS),
        (True, None, UNKNOWN, SLOW_SECONDS),
        (False, False, WHOLE, SLOW_SECONDS),
        (False, None, WHOLE, SLOW_SECONDS),
        (False, None, UNKNOWN, SLOW_SECONDS),
        (True, False, UNFINISHED, UNFINISHED_SECONDS),
        (False, None, UNFINISHED, UNFINISHED_SECONDS),
    ],
)
def test_how_long_a_file_must_be_quiet(is_told, has_writer, wholeness, quiet):
    file = (told_closed if is_told else seen)(None, stamp(), 100.0)
    evidence = Evidence(has_writer, wholeness)
    assert not looked(file, stamp(), evidence, 100.0 + quiet - 0.01)[1]
    assert looked(file, stamp(), evidence, 100.0 + quiet)[1]


def test_an_open_file_is_never_quiet():
    file = told_closed(None, stamp(), 0.0)
    for now in range(1, 1000, 2):
        file, is_ready = looked(file, stamp(), Evidence(True, WHOLE), float(now))
        assert not is_ready


@pytest.mark.parametrize("other", [stamp(size=11), stamp(mtime=2), stamp(inode=8)])
def test_any_change_begins_anew(other):
    file, is_ready = looked(told_closed(None, stamp(), 0.0), other, Evidence(False, WHOLE), 5.0)
    assert not is_ready and not file.is_closed and file.quiet_since == 5.0


def test_what_was_settled_stays_settled_until_it_changes():
    file = done(seen(None, stamp(), 0.0))
    assert seen(file, stamp(), 9.0).phase is Phase.DONE
    assert told_closed(file, stamp(), 9.0).phase is Phase.DONE
    assert seen(file, stamp(mtime=2), 9.0).phase is Phase.WAITING


def test_the_newest_comes_first():
    settling = Settling()
    settling.told_closed("old", stamp(), 0.0)
    settling.told_closed("new", stamp(), 1.0)
    settling.told_closed("later in the same second", stamp(mtime=9), 1.0)
    assert settling.due(5.0) == ["later in the same second", "new", "old"]
    assert settling.next_check() == BRISK_SECONDS


# --- patterns of arrival (F9) ---------------------------------------------------------------------

STEP = 0.25


@dataclass
class Arriving:
    """A file as it is at a moment, under its final name; None while there is none."""

    data: bytes | None = None
    full_size: int = 0
    mtime: float = 0.0
    has_writer: bool = False
    closes: int = 0

    @property
    def content(self) -> bytes | None:
        return None if self.data is None else self.data.ljust(self.full_size, b"\0")


@dataclass
class Pattern:
    """`moments` yields the seconds to wait before each change. `is_local`: writers can be seen and
    tidings come; otherwise only walks, as on a share."""

    name: str
    is_local: bool
    file: Arriving = field(default_factory=Arriving)
    is_complete: bool = False


def written_slowly(pattern: Pattern, dice: random.Random, *, closing: bool) -> Iterator[float]:
    """About 1 KB/s, with pauses; some senders close after each piece, some make the full size first."""
    file, data = pattern.file, jpeg(dice.randrange(1 << 40), dice.randrange(2_000, 30_000))
    # Seconds of silence of a sender that still sends. Longer ones are tried, and found damaged.
    longest = UNFINISHED_SECONDS - 5 if not pattern.is_local or closing else 300.0
    file.full_size = len(data) if dice.random() < 0.3 else 0
    file.data, file.has_writer = b"", True
    yield dice.uniform(0, 2)
    while len(file.data) < len(data):
        file.has_writer = True
        file.data = data[: len(file.data) + dice.randrange(500, 4000)]
        file.mtime += 1
        if closing:
            file.has_writer, file.closes = False, file.closes + 1
        if len(file.data) < len(data):
            yield dice.uniform(0, longest if dice.random() < 0.2 else 3.0)
    pattern.is_complete = closing or not pattern.is_local
    if not closing:
        yield dice.uniform(0, 20) if pattern.is_local else 0.0
        file.mtime += 1  # cp -p and rsync -t set the time after the last byte
        file.has_writer, file.closes = False, file.closes + 1
        pattern.is_complete = True


def renamed_in(pattern: Pattern, dice: random.Random) -> Iterator[float]:
    yield dice.uniform(0, 10)
    pattern.file.data, pattern.file.closes = jpeg(dice.randrange(1 << 40)), 1
    pattern.is_complete = True


def linked_while_written(pattern: Pattern, dice: random.Random) -> Iterator[float]:
    """A second name for a file that another program is still writing."""
    data = jpeg(dice.randrange(1 << 40), 8000)
    pattern.file.has_writer = True
    for end in range(1000, len(data) + 1000, 1000):
        pattern.file.data = data[:end]
        pattern.file.mtime += 1
        yield dice.uniform(0.5, 40)
    pattern.file.has_writer = False
    pattern.file.mtime += 1
    pattern.is_complete = True


def replaced(pattern: Pattern, dice: random.Random) -> Iterator[float]:
    """A first version, replaced by rename before it was ever quiet."""
    pattern.file.data, pattern.file.closes = jpeg(1), 1
    yield dice.uniform(0, BRISK_SECONDS - STEP)
    pattern.file.data, pattern.file.mtime = jpeg(dice.randrange(2, 1 << 40)), 5.0
    pattern.file.closes += 1
    pattern.is_complete = True


def simulate(number: int) -> tuple[str, float | None, bool]:
    """The pattern's name, how long after the last byte the file was ready, and whether too early."""
    dice = random.Random(number)
    kind = number % 6
    pattern = Pattern(f"pattern {number}", is_local=kind in (0, 1, 3, 4, 5))
    changes = {
        0: lambda: written_slowly(pattern, dice, closing=False),
        1: lambda: written_slowly(pattern, dice, closing=True),
        2: lambda: written_slowly(pattern, dice, closing=False),
        3: lambda: renamed_in(pattern, dice),
        4: lambda: linked_while_written(pattern, dice),
        5: lambda: replaced(pattern, dice),
    }[kind]()
    settling, walk_every = Settling(), 30.0 if pattern.is_local else 15.0
    now, walk_at, change_at = 0.0, dice.uniform(0, walk_every), 0.0
    closes, complete_at = 0, None
    while now < 3000:
        now += STEP
        while change_at is not None and change_at <= now:
            change_at = None if (wait := next(changes, None)) is None else change_at + wait
            if pattern.is_complete and complete_at is None:
                complete_at = now
        content = pattern.file.content
        if content is None:
            continue
        there = Stamp(len(content), int(pattern.file.mtime), 0, 1, 1)
        if pattern.is_local and pattern.file.closes > closes:
            settling.told_closed("file", there, now)
        closes = pattern.file.closes
        if now >= walk_at:
            settling.seen("file", there, now)
            walk_at = now + walk_every
        for path in settling.due(now):
            whole = judge(len(content), lambda at, count, content=content: content[at : at + count])
            writer = pattern.file.has_writer if pattern.is_local else None
            if settling.looked(path, there, Evidence(writer, whole), now):
                if complete_at is None:
                    return pattern.name, None, True
                return pattern.name, now - complete_at, False
    return pattern.name, None, False


def test_500_ways_to_arrive_and_none_is_taken_early():
    outcomes = [simulate(number) for number in range(500)]
    early = [name for name, _, is_early in outcomes if is_early]
    late = [(name, wait) for name, wait, _ in outcomes if wait is None or wait > 30.0]
    waits = sorted(wait for _, wait, _ in outcomes if wait is not None)
    print(f"500 arrivals: {len(early)} early, {len(late)} over 30 s, longest {waits[-1]:.1f} s")
    assert not early
    assert not late
