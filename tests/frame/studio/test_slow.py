"""The slow lane in this process, on a clock that runs when it waits: what it renders, and when not."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from frame.core.fit import view_of
from frame.core.photos import Approval
from frame.core.preparation import Outcome, Preparation, Rule
from frame.library.decode import DecodedPhoto
from frame.library.disk import RealDisk, Room
from frame.library.prepared import PreparedShelf
from frame.library.work import Work
from frame.live import heard
from frame.studio import slow
from frame.studio.kit import Kit
from frame.thermometer import Warmth
from renderer.animator import seed_of
from renderer.clip import ClipError, probe, read_frames
from renderer.faces.types import Picture
from renderer.framing import Framing, working_picture
from renderer.models import ModelError
from renderer.report import Report
from tests.fakes.animator import FakeAnimator
from tests.frame.photos import scene
from tests.frame.studio.scenes import MODELS, NOW, PANEL, SIZE, Heat, Time, add_photo, decoded, kit


def publish(catalogue, places, photo_id: int) -> None:
    """The photo hangs prepared."""
    photo = catalogue.photos.get(photo_id)
    made = Preparation(photo_id, "prep1", Outcome.MADE, True, 0.0, (), (), 0, NOW)
    picture = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    PreparedShelf(places, catalogue).publish(photo, picture, made, "{}", Rule.AUTO)


@pytest.fixture
def time() -> Time:
    return Time(stops_at=3.0)


def work(places, live, time: Time, ours: Kit | None = None, **more) -> None:
    """Run the lane until the time is up."""
    slow.run(places.root, live, time, kit=ours or kit(time), **{"reserve": lambda _: 0, **more})


def rendered(animator: FakeAnimator) -> list[int]:
    return [request.seed for request in animator.requests]


def seeds(catalogue, *photos: int) -> list[int]:
    return [seed_of(catalogue.photos.get(each).sha256) for each in photos]


def test_every_photo_gets_the_clip_of_its_view_newest_first(catalogue, places, live, time) -> None:
    old, new, mid = (add_photo(catalogue, places, f"p{at}", arrived=NOW + at) for at in (1, 3, 2))
    animator = FakeAnimator()
    work(places, live, time, kit(time, animator))
    assert rendered(animator) == seeds(catalogue, new, mid, old)
    for photo_id in (old, new, mid):
        (clip,) = catalogue.clips.of(photo_id)
        photo = catalogue.photos.get(photo_id)
        assert clip.view == view_of(photo, PANEL)
        assert (clip.models, clip.prepared, clip.approval) == (MODELS, "", Approval.APPROVED)
        info = probe(places.clip(clip.file))
        assert (info.width, info.height) == (clip.view.width, clip.view.height)
        assert clip.frames == info.frames and clip.size_bytes > 0
        report = json.loads(catalogue.clips.report(clip.id))
        assert report["verdict"] == "animated" and report["commanded"] == []
        assert catalogue.work.get(photo_id, "render").state == "done"
    assert heard(live, "studio") == {"state": "stopped"} | {"pid": heard(live, "studio")["pid"]}


def test_a_clip_begins_on_the_still_that_hangs(catalogue, places, live, time) -> None:
    photo_id = add_photo(catalogue, places, "a")
    work(places, live, time)
    (clip,) = catalogue.clips.of(photo_id)
    framing = Framing(clip.view.crop, clip.view.width, clip.view.height)
    still = working_picture(scene(*SIZE), framing).astype(int)
    first = next(read_frames(places.clip(clip.file))).astype(int)
    assert abs(first.mean() - still.mean()) < 0.5


def test_what_is_dark_or_hidden_or_refused_is_left_alone(catalogue, places, live, time) -> None:
    hidden, refused = (add_photo(catalogue, places, each) for each in ("h", "r"))
    catalogue.photos.approve(hidden, Approval.HIDDEN)
    dark = add_photo(catalogue, places, "dark")
    look = catalogue.photos.get(refused).look
    catalogue.photos.remember_look(refused, replace(look, verdict="refused"))
    animator = FakeAnimator()
    work(places, live, time, kit(time, animator))
    assert catalogue.clips.count() == 0
    assert len(animator.requests) == 1, "the dark one, once"
    task = catalogue.work.get(dark, "render")
    assert (task.state, task.code) == ("done", "no_face") and task.message


@pytest.mark.parametrize("change", ["models", "view", "driver", "intensity", "prepared"])
def test_a_stale_clip_is_rendered_again_and_plays_until_then(
    catalogue, places, live, change
) -> None:
    photo_id = add_photo(catalogue, places, "a")
    first = Time(stops_at=2.0)
    work(places, live, first)
    (before,) = catalogue.clips.of(photo_id)
    newer = add_photo(catalogue, places, "b", arrived=NOW - 5)
    models = MODELS
    if change == "models":
        models = "models-2"
    elif change == "view":
        catalogue.facts.panel = (160, 120)
    elif change == "driver":
        catalogue.photos.want_driver(photo_id, "joy")
    elif change == "intensity":
        catalogue.photos.want_driver(photo_id, "auto", 0.75)
    else:
        publish(catalogue, places, photo_id)
    playing: list[bool] = []

    class Watching(FakeAnimator):
        def animate(self, *args, **more) -> Report:
            playing.append(catalogue.clips.to_play(photo_id) == before)
            assert places.clip(before.file).is_file()
            return super().animate(*args, **more)

    animator = Watching()
    time = Time(stops_at=2.0)
    work(places, live, time, kit(time, animator, models=models))
    assert playing == [True, True]
    assert rendered(animator) == seeds(catalogue, newer, photo_id), "the new photo goes first"
    (after,) = catalogue.clips.of(photo_id)
    assert after.file != before.file and not places.clip(before.file).exists()
    assert len(list(places.clips.iterdir())) == 2
    if change == "driver":
        assert after.driver == "joy"
    asked = 0.75 if change == "intensity" else 1.0
    assert animator.requests[-1].intensity == asked
    assert catalogue.clips.wish(after.id).intensity == asked


def test_a_stale_clip_that_would_not_pass_today_goes(catalogue, places, live) -> None:
    photo_id = add_photo(catalogue, places, "a")
    work(places, live, Time(stops_at=2.0))
    (before,) = catalogue.clips.of(photo_id)
    time = Time(stops_at=2.0)
    dark = kit(time, models="m2", decode=lambda path: replace(decoded(path), pixels=black()))
    work(places, live, time, dark)
    assert catalogue.clips.count() == 0 and not places.clip(before.file).exists()


def black() -> Picture:
    return scene(*SIZE) * 0


def test_nothing_is_done_twice(catalogue, places, live) -> None:
    add_photo(catalogue, places, "a"), add_photo(catalogue, places, "dark")
    for expected in (2, 0):
        animator = FakeAnimator()
        time = Time(stops_at=3.0)
        work(places, live, time, kit(time, animator))
        assert len(animator.requests) == expected


def test_a_photo_that_arrives_meanwhile_is_next(catalogue, places, live, time) -> None:
    first, last = (add_photo(catalogue, places, f"{n}", arrived=NOW - n) for n in (1, 2))
    arrived: list[int] = []

    def arrive() -> None:
        if not arrived:
            arrived.append(add_photo(catalogue, places, "new", arrived=NOW))

    animator = FakeAnimator(arrive)
    work(places, live, time, kit(time, animator))
    assert rendered(animator) == seeds(catalogue, first, arrived[0], last)


def test_a_photo_deleted_meanwhile_is_not_rendered(catalogue, places, live, time) -> None:
    first, second = (add_photo(catalogue, places, f"{n}", arrived=NOW - n) for n in (1, 2))
    animator = FakeAnimator(lambda: catalogue.photos.delete(second, NOW))
    work(places, live, time, kit(time, animator))
    assert rendered(animator) == seeds(catalogue, first)


def test_a_photo_purged_while_it_renders_leaves_nothing(catalogue, places, live, time) -> None:
    photo_id = add_photo(catalogue, places, "a")

    def purge() -> None:
        catalogue.photos.delete(photo_id, NOW)
        catalogue.photos.forget(photo_id)

    work(places, live, time, kit(time, FakeAnimator(purge)))
    assert catalogue.photos.get(photo_id) is None
    assert not list(places.clips.iterdir())


def test_what_fails_twice_is_set_aside_and_named_and_the_others_go_on(
    catalogue, places, live, time
) -> None:
    bad = add_photo(catalogue, places, "bad\n.jpg", arrived=NOW + 1)
    good = add_photo(catalogue, places, "good")
    tries: list[int] = []

    def decode(path) -> DecodedPhoto:
        if b"bad" in path.read_bytes():
            tries.append(catalogue.work.get(bad, "render").tries)
            raise RuntimeError("the decoder choked")
        return decoded(path)

    work(places, live, time, kit(time, decode=decode))
    assert tries == [1, 2]
    task = catalogue.work.get(bad, "render")
    assert (task.state, task.code) == ("set_aside", "failed")
    (notice,) = catalogue.notices.all()
    assert "bad" in notice.message and "\n" not in notice.message
    assert len(catalogue.clips.of(good)) == 1


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        ModelError("The model file x.onnx is missing."),
        "clip",
    ],
)
def test_when_the_machine_fails_no_photo_is_blamed(catalogue, places, live, error) -> None:
    photo_id = add_photo(catalogue, places, "a")
    fails = [True]

    class Failing(FakeAnimator):
        def animate(self, *args, **more) -> Report:
            if not fails:
                return super().animate(*args, **more)
            if error == "clip":
                raise ClipError("could not be written") from OSError(errno.EIO, "i/o")
            raise error

    time = Time(stops_at=60.0)

    def mend() -> None:
        told = heard(live, "studio")
        if time.seconds > 20 and fails:
            assert (told["state"], told["reason"]) == ("paused", "trouble")
            assert catalogue.work.get(photo_id, "render").tries == 0
            fails.clear()

    time.at_each_wait = mend
    work(places, live, time, kit(time, Failing()))
    assert len(catalogue.clips.of(photo_id)) == 1
    assert not catalogue.notices.all(), "what was said about missing models is taken back"


def test_without_a_model_list_it_waits_and_says_so(catalogue, places, live) -> None:
    photo_id = add_photo(catalogue, places, "a")
    time = Time(stops_at=100.0)
    ready = kit(time)

    def engine():
        if time.seconds < 50:
            raise ModelError("There is no model list.")
        assert catalogue.notices.all()[0].message == "There is no model list."
        return ready.engine()

    work(places, live, time, replace(ready, engine=engine))
    assert len(catalogue.clips.of(photo_id)) == 1 and not catalogue.notices.all()


def test_it_pauses_while_it_is_hot_and_goes_on_when_it_is_cool(catalogue, places, live) -> None:
    for n in range(3):
        add_photo(catalogue, places, f"{n}")
    time, heat = Time(stops_at=100.0), Heat()
    told: list[tuple[str, str | None]] = []

    def between_frames() -> None:
        time.seconds += 1
        if catalogue.clips.count() == 1 and time.seconds < 50:
            heat.warmth = Warmth(85.0)

    def at_each_wait() -> None:
        facts = heard(live, "studio")
        told.append((facts["state"], facts.get("reason")))
        if time.seconds > 50:
            heat.warmth = Warmth(60.0)
        elif catalogue.clips.count() == 1 and len(told) > 2:
            heat.warmth = Warmth(75.0)  # cooler, but not cool

    time.at_each_wait = at_each_wait
    animator = FakeAnimator(between_frames)
    work(places, live, time, kit(time, animator, heat=heat))
    assert catalogue.clips.count() == 3
    assert told.count(("paused", "hot")) >= 5
    assert len(animator.requests) == 3, "the one in work was held, not begun again"
    seconds = [task.seconds for task in catalogue.work.of_kind("render").values()]
    assert max(seconds) < 12, "the pause is not counted as work"


class SmallDisk(RealDisk):
    """A disk with as much room as it is told."""

    def __init__(self, free: Callable[[], int], total: int) -> None:
        self._free, self._total = free, total

    def room(self, _path) -> Room:
        return Room(self._free(), self._total)


def test_a_short_disk_pauses_it_and_no_original_is_touched(catalogue, places, live) -> None:
    photo_id = add_photo(catalogue, places, "a")
    time = Time(stops_at=60.0)
    told = []
    time.at_each_wait = lambda: told.append(heard(live, "studio").get("reason"))
    disk = SmallDisk(lambda: 0 if time.seconds < 30 else 1 << 40, 1 << 40)
    work(places, live, time, kit(time), disk=disk, reserve=lambda _: 1000)
    assert told[:3] == ["disk"] * 3
    assert len(catalogue.clips.of(photo_id)) == 1
    assert places.original_of(catalogue.photos.get(photo_id)).is_file()


def test_the_oldest_clips_make_room_for_new_photos_and_are_not_rendered_in_circles(
    catalogue, places, live, monkeypatch
) -> None:
    monkeypatch.setattr("frame.studio.shelf.SMALLEST_QUOTA", 0)
    first = [add_photo(catalogue, places, f"{n}", arrived=NOW - 10 + n) for n in range(3)]
    time = Time(stops_at=20.0)
    # One clip after the other gets a time of its own.
    animator = FakeAnimator(lambda: setattr(time, "seconds", time.seconds + 0.3))
    work(places, live, time, kit(time, animator))
    one = catalogue.clips.bytes() // 3
    quota = int(3.4 * one)
    time = Time(seconds=100.0, stops_at=150.0)
    new = [add_photo(catalogue, places, f"new{n}", arrived=NOW + 90 + n) for n in range(2)]
    animator = FakeAnimator(lambda: setattr(time, "seconds", time.seconds + 0.3))
    work(
        places, live, time, kit(time, animator),
        disk=SmallDisk(lambda: 1 << 40, 1 << 40), quota_share=quota / (1 << 40),
    )  # fmt: skip
    assert rendered(animator) == seeds(catalogue, new[1], new[0]), "each once, and nobody again"
    kept = {catalogue.clips.to_play(each) is not None for each in new}
    assert kept == {True}
    # The clip made last of the first three, that of the oldest photo, is the only one left.
    assert [bool(catalogue.clips.of(each)) for each in first] == [True, False, False]
    assert {path.name for path in places.clips.iterdir()} == catalogue.clips.files()


def test_leftovers_are_swept_at_start_and_strangers_are_not(catalogue, places, live, time) -> None:
    photo_id = add_photo(catalogue, places, "a")
    work(places, live, Time(stops_at=2.0))
    (clip,) = catalogue.clips.of(photo_id)
    stray = [places.clip(f"{'0' * 16}-{'1' * 8}.mp4"), places.clip(".wakeframe-0123456789ab.part")]
    stranger = places.clip("holiday.mp4")
    for path in (*stray, stranger):
        path.write_bytes(b"x")
    work(places, live, time)
    assert sorted(p.name for p in places.clips.iterdir()) == sorted([clip.file, "holiday.mp4"])


def test_a_row_whose_file_is_missing_goes_and_the_clip_is_made_again(
    catalogue, places, live, time
) -> None:
    photo_id = add_photo(catalogue, places, "a")
    work(places, live, Time(stops_at=2.0))
    (clip,) = catalogue.clips.of(photo_id)
    places.clip(clip.file).unlink()
    work(places, live, time)
    (again,) = catalogue.clips.of(photo_id)
    assert again.file != clip.file and places.clip(again.file).is_file()


def test_progress_is_told_with_an_honest_estimate(catalogue, places, live, monkeypatch) -> None:
    for n in range(3):
        add_photo(catalogue, places, f"{n}.jpg", arrived=NOW + n)
    told: list[dict] = []
    time = Time(stops_at=1e6)

    def between_frames() -> None:
        time.seconds += 6
        told.append(heard(live, "studio"))

    def stop() -> None:
        told.append(heard(live, "studio"))
        time.is_stopped = True

    time.at_each_wait = stop
    work(places, live, time, kit(time, FakeAnimator(between_frames)))
    first, last, idle = told[1], told[-2], told[-1]
    assert (first["state"], first["name"], first["stage"]) == ("rendering", "2.jpg", "frames")
    assert (told[0]["waiting"], told[0]["estimate_seconds"]) == (3, None)
    assert "3 photos" in told[0]["sentence"]
    assert last["waiting"] == 1 and last["name"] == "0.jpg" and 0 < last["estimate_seconds"] <= 30
    assert [each["waiting"] for each in told] == sorted(
        (each["waiting"] for each in told), reverse=True
    )
    shares = [each["share"] for each in told if each.get("name") == "1.jpg"]
    assert shares == sorted(shares) and shares[-1] > 0.5
    middle = next(each for each in told if each.get("name") == "1.jpg")
    assert 40 <= middle["estimate_seconds"] <= 70, "one and most of another, 30 seconds each"
    assert (idle["state"], idle["waiting"]) == ("idle", 0)


def test_an_interrupted_try_does_not_count(catalogue, places, live) -> None:
    photo_id = add_photo(catalogue, places, "a")
    time = Time(stops_at=1e6)
    work(places, live, time, kit(time, FakeAnimator(lambda: setattr(time, "is_stopped", True))))
    assert catalogue.work.get(photo_id, "render").tries == 0
    assert not list(places.clips.iterdir())
    work(places, live, Time(stops_at=2.0))
    assert len(catalogue.clips.of(photo_id)) == 1


def test_a_busy_catalogue_is_waited_out(catalogue, places, live, time, monkeypatch) -> None:
    photo_id = add_photo(catalogue, places, "a")
    begin, busy = Work.begin, [True, True]

    def sometimes(self, *args) -> int:
        if busy:
            busy.pop()
            raise __import__("sqlite3").OperationalError("database is locked")
        return begin(self, *args)

    monkeypatch.setattr(Work, "begin", sometimes)
    time.stops_at = 60.0
    work(places, live, time)
    assert len(catalogue.clips.of(photo_id)) == 1


def test_idle_it_only_asks_whether_something_changed(catalogue, places, live, time) -> None:
    for n in range(5):
        add_photo(catalogue, places, f"{n}")
    work(places, live, Time(stops_at=2.0))
    reads: list[str] = []
    time.stops_at = 100.0
    original = slow.Survey.queue

    def counted(self):
        reads.append("queue")
        return original(self)

    slow.Survey.queue, before = counted, slow.Survey.queue
    try:
        work(places, live, time)
    finally:
        slow.Survey.queue = before
    assert len(time.waits) >= 90 and len(reads) <= 2


def test_a_view_too_narrow_for_a_clip_stays_still(catalogue, places, live, time) -> None:
    photo_id = add_photo(catalogue, places, "a", size=(1000, 300))
    catalogue.facts.panel = (128, 96)  # 128 x 38
    work(places, live, time, kit(time, decode=lambda path: decoded(path, (1000, 300))))
    assert catalogue.work.get(photo_id, "render").code == "too_narrow"
    assert catalogue.clips.count() == 0
