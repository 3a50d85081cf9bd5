"""The slow lane prepares photos: before animating them, once, and whatever happens in between."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from frame.core.fit import view_of
from frame.core.photos import Approval, Finding, Look
from frame.core.preparation import Choice, Outcome, Rule
from frame.errors import Refused
from frame.library.disk import RealDisk, Room
from frame.library.sealed import seal
from frame.library.stills import StillCache, make_still, read_prepared
from frame.live import heard
from frame.studio import slow
from frame.studio.kit import Kit
from renderer.clip import read_frames
from renderer.models import ModelError
from renderer.report import Report
from tests.fakes.animator import FakeAnimator
from tests.fakes.restorer import FakeRestorer
from tests.frame.photos import scene
from tests.frame.studio.scenes import NOW, PANEL, SIZE, Time, add_photo, decoded, kit


def work(places, live, ours: Kit | None = None, *, seconds: float = 3.0, **more) -> None:
    time = Time(stops_at=seconds)
    slow.run(
        places.root,
        live,
        time,
        kit=ours or kit(time, restorer=FakeRestorer()),
        **{"reserve": lambda _: 0, **more},
    )


def run(places, live, restorer: FakeRestorer, animator: FakeAnimator | None = None, **more) -> None:
    time = Time(stops_at=more.pop("seconds", 3.0))
    slow.run(
        places.root,
        live,
        time,
        kit=kit(time, animator, restorer=restorer),
        **{"reserve": lambda _: 0, **more},
    )


DULL = np.ascontiguousarray(scene(*SIZE)) // 5
RESTORED = DULL * 3


def test_a_photo_is_prepared_before_it_is_animated_and_the_clip_begins_on_it(
    catalogue, places, live
):
    photo_id = add_photo(catalogue, places, "dull")
    animator = FakeAnimator()
    work(places, live)
    photo = catalogue.photos.get(photo_id)
    assert photo.prepared == "prep1"
    np.testing.assert_array_equal(read_prepared(places, photo), RESTORED)
    (clip,) = catalogue.clips.of(photo_id)
    assert clip.prepared == "prep1"
    still = StillCache(places, decode=decoded).still(photo, clip.view)
    np.testing.assert_array_equal(still, make_still(RESTORED, clip.view))
    first = next(read_frames(places.clip(clip.file))).astype(int)
    assert abs(first.mean() - still.astype(int).mean()) < 0.5
    made = catalogue.preparations.get(photo_id)
    assert (made.outcome, made.passed, made.mended) == (Outcome.MADE, True, ("scratches", "fading"))
    assert made.size_bytes == places.prepared_of(photo.sha256, "prep1").stat().st_size
    assert json.loads(catalogue.preparations.report(photo_id))["steps"]
    assert places.original_of(photo).read_bytes() == b"photo dull"
    assert not animator.requests


def test_nothing_is_animated_twice_for_it(catalogue, places, live):
    add_photo(catalogue, places, "dull")
    animator, restorer = FakeAnimator(), FakeRestorer()
    run(places, live, restorer, animator)
    assert len(animator.requests) == len(restorer.restored) == 1
    assert animator.requests[0].damage == 0.0, "what was mended is damage no more"
    run(places, live, restorer, animator)
    assert len(animator.requests) == len(restorer.restored) == 1


def test_a_sound_photo_is_looked_at_once_and_takes_no_room(catalogue, places, live):
    photo_id = add_photo(catalogue, places, "a")
    restorer = FakeRestorer()
    for _ in range(2):
        run(places, live, restorer)
    assert len(restorer.restored) == 1
    assert catalogue.preparations.get(photo_id).outcome is Outcome.NEEDLESS
    assert catalogue.photos.get(photo_id).prepared == ""
    assert [each for each in places.prepared.rglob("*") if each.is_file()] == []
    assert catalogue.clips.of(photo_id)[0].prepared == ""


def test_photos_without_a_face_are_prepared_when_nothing_waits_to_be_animated(
    catalogue, places, live
):
    order: list[str] = []

    class Watching(FakeAnimator):
        def animate(self, *args, **more) -> Report:
            order.append("clip")
            return super().animate(*args, **more)

    view_only = add_photo(catalogue, places, "dull landscape", looked="refused", arrived=NOW + 9)
    add_photo(catalogue, places, "a", arrived=NOW)
    unseen = add_photo(catalogue, places, "dull unseen", looked=None)
    hidden = add_photo(catalogue, places, "dull hidden")
    catalogue.photos.approve(hidden, Approval.HIDDEN)
    restorer = FakeRestorer(between=lambda: order.append("restored"))
    run(places, live, restorer, Watching())
    assert catalogue.photos.get(view_only).prepared == "prep1"
    assert order == ["restored", "clip", "restored"]
    assert catalogue.preparations.get(unseen) is None
    assert catalogue.preparations.get(hidden) is None


@pytest.mark.parametrize(
    ("rule", "choice", "passes", "hangs", "tries"),
    [
        (Rule.AUTO, Choice.AUTO, True, True, 1),
        (Rule.AUTO, Choice.AUTO, False, False, 1),
        (Rule.ASK, Choice.AUTO, True, False, 1),
        (Rule.NEVER, Choice.AUTO, True, False, 0),
        (Rule.NEVER, Choice.RESTORED, True, True, 1),
        (Rule.AUTO, Choice.ORIGINAL, True, False, 0),
    ],
)
def test_rule_and_choice(catalogue, places, live, rule, choice, passes, hangs, tries):
    photo_id = add_photo(catalogue, places, "dull")
    catalogue.preparations.choose(photo_id, choice, rule)
    restorer, animator = FakeRestorer(passes=passes), FakeAnimator()
    run(places, live, restorer, animator, restore=rule)
    assert len(restorer.restored) == tries
    assert bool(catalogue.photos.get(photo_id).prepared) is hangs
    assert catalogue.clips.of(photo_id)[0].prepared == ("prep1" if hangs else "")
    waits = bool(tries) and not hangs
    assert catalogue.preparations.waiting() == ([photo_id] if waits else [])
    if waits:
        assert animator.requests[0].damage == 0.2, "what hangs is still torn"


def test_another_rule_holds_from_the_next_start_without_making_anything_again(
    catalogue, places, live
):
    photo_id = add_photo(catalogue, places, "dull")
    restorer = FakeRestorer()
    for rule, hangs in (
        (Rule.ASK, ""),
        (Rule.AUTO, "prep1"),
        (Rule.NEVER, ""),
        (Rule.AUTO, "prep1"),
    ):
        run(places, live, restorer, restore=rule)
        assert catalogue.photos.get(photo_id).prepared == hangs
        assert catalogue.clips.of(photo_id)[0].prepared == hangs
    assert len(restorer.restored) == 1


def test_a_choice_is_followed_while_the_lane_runs_and_undone_as_easily(catalogue, places, live):
    photo_id = add_photo(catalogue, places, "dull")
    time = Time(stops_at=12.0)
    seen: list[str] = []

    def decide() -> None:
        if int(time.seconds) == 3:
            catalogue.preparations.choose(photo_id, Choice.ORIGINAL, Rule.AUTO)
        if int(time.seconds) == 6:
            seen.append(catalogue.clips.of(photo_id)[0].prepared)
            catalogue.preparations.choose(photo_id, Choice.AUTO, Rule.AUTO)

    time.at_each_wait = decide
    work(places, live, kit(time, restorer=FakeRestorer()), seconds=12.0)
    time.stops_at = 12.0
    slow.run(
        places.root,
        live,
        time,
        kit=kit(time, restorer=FakeRestorer()),
        reserve=lambda _: 0,
    )
    assert seen == [""]
    assert catalogue.photos.get(photo_id).prepared == "prep1"
    assert catalogue.clips.of(photo_id)[0].prepared == "prep1"


def test_another_edition_prepares_again_and_the_old_one_hangs_until_then(catalogue, places, live):
    photo_id = add_photo(catalogue, places, "dull")
    run(places, live, FakeRestorer())
    old = places.prepared_of(catalogue.photos.get(photo_id).sha256, "prep1")
    hung: list[str] = []
    newer = FakeRestorer(
        "prep2", between=lambda: hung.append(catalogue.photos.get(photo_id).prepared)
    )
    run(places, live, newer)
    assert hung == ["prep1"]
    photo = catalogue.photos.get(photo_id)
    assert photo.prepared == "prep2" and not old.exists()
    assert places.prepared_of(photo.sha256, "prep2").is_file()
    assert catalogue.clips.of(photo_id)[0].prepared == "prep2"


def test_what_was_mended_is_told_no_more_and_comes_back_with_the_original(catalogue, places, live):
    photo_id = add_photo(catalogue, places, "dull")
    look = Look("animated", (Finding("faded", "Faded."), Finding("few_pixels", "Few.")), (), "x")
    catalogue.photos.remember_look(photo_id, look)
    run(places, live, FakeRestorer())
    told = [each.code for each in catalogue.photos.get(photo_id).look.told]
    assert told == ["few_pixels"]
    catalogue.photos.remember_look(photo_id, look)  # looked at once more, by newer networks
    assert [each.code for each in catalogue.photos.get(photo_id).look.told] == ["few_pixels"]
    catalogue.preparations.choose(photo_id, Choice.ORIGINAL, Rule.AUTO)
    assert len(catalogue.photos.get(photo_id).look.told) == 2


@pytest.mark.parametrize("loss", ["deleted", "torn", "empty", "another picture"])
def test_a_lost_picture_is_made_again_and_until_then_the_original_hangs(
    catalogue, places, live, loss
):
    photo_id = add_photo(catalogue, places, "dull")
    run(places, live, FakeRestorer())
    photo = catalogue.photos.get(photo_id)
    path = places.prepared_of(photo.sha256, "prep1")
    if loss == "deleted":
        path.unlink()
    elif loss == "torn":
        path.write_bytes(path.read_bytes()[:-100])
    elif loss == "empty":
        path.write_bytes(b"")
    else:
        path.write_bytes(seal(np.zeros((6, 4, 3), np.uint8)))
    catalogue.photos.want_driver(photo_id, "joy")  # whatever makes the lane need it
    restorer = FakeRestorer()
    run(places, live, restorer, seconds=6)
    assert restorer.restored
    photo = catalogue.photos.get(photo_id)
    np.testing.assert_array_equal(read_prepared(places, photo), RESTORED)
    assert catalogue.clips.of(photo_id)[0].prepared == "prep1"
    assert catalogue.work.all_set_aside() == []


def test_a_photo_that_ends_its_worker_twice_is_animated_as_it_came(catalogue, places, live):
    photo_id = add_photo(catalogue, places, "dull")

    def die() -> None:
        raise RuntimeError("cannot restore this")

    restorer = FakeRestorer(between=die)
    run(places, live, restorer)
    assert len(restorer.restored) == 2
    (clip,) = catalogue.clips.of(photo_id)
    assert clip.prepared == ""
    (aside,) = catalogue.work.all_set_aside()
    assert (aside.kind, aside.target) == ("prepare", "prep1")
    assert any(each.code == "prepare_set_aside" for each in catalogue.notices.all())
    run(places, live, FakeRestorer("prep2"))
    assert catalogue.photos.get(photo_id).prepared == "prep2", "another edition tries again"


def test_missing_networks_are_nobodys_fault(catalogue, places, live):
    photo_id = add_photo(catalogue, places, "dull")

    def fail() -> None:
        raise ModelError("the model is missing")

    run(places, live, FakeRestorer(between=fail), seconds=2.0)
    assert catalogue.work.all_set_aside() == []
    assert catalogue.clips.of(photo_id) == []
    run(places, live, FakeRestorer())
    assert catalogue.photos.get(photo_id).prepared == "prep1"


def test_a_file_that_cannot_be_opened_is_not_tried_again(catalogue, places, live):
    photo_id = add_photo(catalogue, places, "dull", looked="refused")
    tried: list[int] = []

    def refuse(_):
        tried.append(1)
        raise Refused("damaged", "This photo is damaged.")

    for _ in range(2):
        time = Time(stops_at=3.0)
        work(places, live, kit(time, decode=refuse, restorer=FakeRestorer()))
    assert len(tried) == 1
    assert catalogue.preparations.get(photo_id).outcome is Outcome.NEEDLESS


def test_a_photo_that_decodes_to_another_size_is_set_aside_and_not_prepared_for_ever(
    catalogue, places, live
):
    photo_id = add_photo(catalogue, places, "dull", looked="refused", size=(96, 64))
    restorer = FakeRestorer()
    run(places, live, restorer)
    assert restorer.restored == []
    assert [task.kind for task in catalogue.work.all_set_aside()] == ["prepare"]
    assert catalogue.preparations.get(photo_id) is None


def test_told_to_stop_in_the_middle_leaves_nothing_and_counts_nothing(catalogue, places, live):
    photo_id = add_photo(catalogue, places, "dull")
    time = Time()
    restorer = FakeRestorer(between=lambda: setattr(time, "is_stopped", True))
    slow.run(places.root, live, time, kit=kit(time, restorer=restorer), reserve=lambda _: 0)
    assert catalogue.preparations.get(photo_id) is None
    assert catalogue.work.get(photo_id, "prepare").tries == 0
    assert [each for each in places.prepared.rglob("*") if each.is_file()] == []


def test_a_photo_deleted_meanwhile_leaves_no_file(catalogue, places, live):
    photo_id = add_photo(catalogue, places, "dull", looked="refused")

    def purge() -> None:
        catalogue.photos.delete(photo_id, NOW)
        catalogue.photos.forget(photo_id)

    run(places, live, FakeRestorer(between=purge))
    assert catalogue.photos.get(photo_id) is None
    assert [each for each in places.prepared.rglob("*") if each.is_file()] == []


class Small(RealDisk):
    """A disk of a certain size, of which a certain part is free."""

    def __init__(self, free: int, total: int = 1 << 40) -> None:
        self.free, self.total = free, total

    def room(self, path: Path):  # noqa: ARG002
        return Room(self.free, self.total)


def test_without_room_the_photo_is_animated_as_it_came(catalogue, places, live):
    photo_id = add_photo(catalogue, places, "dull", size=SIZE)
    disk = Small(1 << 40, total=1)
    catalogue.photos.want_driver(photo_id, "joy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("frame.library.prepared.SMALLEST_QUOTA", 10)
        run(places, live, FakeRestorer(), disk=disk)
    assert catalogue.preparations.get(photo_id) is None
    assert catalogue.clips.of(photo_id)[0].prepared == ""


def test_what_had_to_go_comes_back_only_when_there_is_plenty(catalogue, places, live):
    photo_id = add_photo(catalogue, places, "dull", looked="refused")
    run(places, live, FakeRestorer())
    catalogue.preparations.evict(photo_id)
    restorer = FakeRestorer()
    size = SIZE[0] * SIZE[1] * 1.5
    run(places, live, restorer, disk=Small(int(1.5 * size)))
    assert restorer.restored == []
    assert catalogue.photos.get(photo_id).prepared == ""
    run(places, live, restorer, disk=Small(int(3 * size)))
    assert catalogue.photos.get(photo_id).prepared == "prep1"


def test_progress_names_the_photo_and_the_stage(catalogue, places, live):
    photo_id = add_photo(catalogue, places, "dull", looked="refused")
    told: list[dict] = []
    run(places, live, FakeRestorer(between=lambda: told.append(heard(live, "studio"))))
    assert told[0]["photo"] == photo_id and told[0]["state"] == "rendering"


def test_the_still_follows_the_choice(catalogue, places, live):
    photo_id = add_photo(catalogue, places, "dull", looked="refused")
    run(places, live, FakeRestorer())
    stills = StillCache(places, decode=decoded)
    photo = catalogue.photos.get(photo_id)
    view = view_of(photo, PANEL)
    restored = stills.still(photo, view)
    catalogue.preparations.choose(photo_id, Choice.ORIGINAL, Rule.AUTO)
    original = stills.still(catalogue.photos.get(photo_id), view)
    np.testing.assert_array_equal(restored, make_still(RESTORED, view))
    np.testing.assert_array_equal(original, make_still(DULL, view))
