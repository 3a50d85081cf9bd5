"""F17: the real slow lane, killed at any moment. ``WAKEFRAME_KILLS=200`` for as many points.

A clip is absent or complete, no photo is tried more than twice, and the catalogue stays sound.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable

import pytest

from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.live import heard
from renderer.clip import probe
from tests.frame.studio.child import lanes
from tests.frame.studio.scenes import NOW, add_photo

POINTS = int(os.environ.get("WAKEFRAME_KILLS", "20"))
LONGEST = 30.0


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST
    while not is_so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def check(catalogue: Catalogue, places: Places) -> None:
    """What must hold at every moment, whoever was killed."""
    assert catalogue.is_sound()
    for name in catalogue.clips.files():
        assert places.clip(name).is_file(), "a row without its file"
    for task in catalogue.work.of_kind("render").values():
        assert task.tries <= 2


def test_killed_at_any_moment(catalogue, places, live) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    # Each photo may be hit twice before it is set aside.
    photos = [add_photo(catalogue, places, f"{n}", arrived=NOW + n) for n in range(POINTS)]
    with lanes(places.root, live) as studio:
        for _ in range(POINTS):
            (live / "studio.json").unlink(missing_ok=True)
            pid = studio.start()
            wait_until(lambda: (live / "studio.json").exists())
            time.sleep(chance.uniform(0, 0.25))
            os.kill(pid, signal.SIGKILL)
            assert studio.ended() == -signal.SIGKILL
            check(catalogue, places)
        (live / "studio.json").unlink()
        pid = studio.start()
        wait_until(lambda: heard(live, "studio").get("state") == "idle")
        os.kill(pid, signal.SIGTERM)
        assert studio.ended() == 0
    check(catalogue, places)
    files = {path.name for path in places.clips.iterdir()}
    assert files == catalogue.clips.files(), "nothing is left over"
    for photo_id in photos:
        clips = catalogue.clips.of(photo_id)
        task = catalogue.work.get(photo_id, "render")
        assert task is not None
        if task.state == "set_aside":
            assert not clips
            continue
        assert task.state == "done" and len(clips) == 1
        assert probe(places.clip(clips[0].file)).frames == clips[0].frames
    done = catalogue.clips.count()
    print(f"{POINTS} points, 0 lost, {done} of {len(photos)} clips, the others tried twice")
    assert done >= POINTS // 4, "the kills came too early to mean something"


def test_a_poison_photo_kills_twice_and_is_then_set_aside_and_named(
    catalogue, places, live
) -> None:
    poison = add_photo(catalogue, places, "poison.jpg", arrived=NOW + 9)
    good = add_photo(catalogue, places, "good", arrived=NOW)
    with lanes(places.root, live) as studio:
        for tries in (1, 2):
            studio.start()
            assert studio.ended() == -signal.SIGKILL
            assert catalogue.work.get(poison, "render").tries == tries
        pid = studio.start()
        wait_until(lambda: heard(live, "studio").get("state") == "idle")
        os.kill(pid, signal.SIGTERM)
        assert studio.ended() == 0
    (task,) = catalogue.work.all_set_aside()
    assert (task.photo_id, task.code) == (poison, "poison")
    assert len(catalogue.clips.of(good)) == 1
    (notice,) = catalogue.notices.all()
    assert "poison.jpg" in notice.message


@pytest.mark.parametrize("is_deaf", [False, True])
def test_told_to_stop_it_ends_soon_leaves_nothing_and_the_try_does_not_count(
    catalogue, places, live, is_deaf
) -> None:
    photo = add_photo(catalogue, places, "a", size=(192, 128))
    (places.root / "deaf").touch() if is_deaf else None
    with lanes(places.root, live) as studio:
        pid = studio.start()
        wait_until(lambda: any(places.clips.iterdir()))
        start = time.monotonic()
        os.kill(pid, signal.SIGTERM)
        assert studio.ended() == 0
        seconds = time.monotonic() - start
    assert seconds < 3.0
    assert not list(places.clips.iterdir()) or catalogue.clips.count() == 1
    if is_deaf:
        assert not list(places.clips.iterdir())
        assert catalogue.work.get(photo, "render").tries == 0


def test_two_studios_do_not_render_the_same_photo(catalogue, places, live, tmp_path) -> None:
    for n in range(8):
        add_photo(catalogue, places, f"{n}", arrived=NOW + n)
    other = tmp_path / "other"
    other.mkdir()
    with lanes(places.root, live) as first, lanes(places.root, other) as second:
        one, two = first.start(), second.start()
        wait_until(lambda: catalogue.clips.count() == 8)
        told = [folder for folder in (live, other) if (folder / "studio.json").exists()]
        assert len(told) == 1, "one works, the other waits"
        os.kill(one if told == [live] else two, signal.SIGKILL)
        # The other takes over as soon as the first is gone, however it went.
        wait_until(lambda: all((folder / "studio.json").exists() for folder in (live, other)))
        os.kill(two if told == [live] else one, signal.SIGTERM)
        first.ended(), second.ended()
    assert len(list(places.clips.iterdir())) == 8
    assert all(len(catalogue.clips.of(n)) == 1 for n in range(1, 9))
