"""A wake begins and ends on the hanging still, touches nothing else, and keeps time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.handover import measure
from frame.display.film import CagedProjector, wait_until_ready
from frame.display.lettering import caption
from frame.display.ports import FilmError, Frame
from frame.display.wake import HANDOVER_FRAMES, Wake
from tests.fakes.reel import Reel
from tests.frame.display.pictures import moving, placed, texture, write_clip

STILL = texture(160, 120, seed=3)
PLACE = (slice(30, 150), slice(60, 220))


def hung() -> Frame:
    frame = texture(280, 180, seed=9)
    frame[PLACE] = STILL
    return frame


def play(wake: Wake, hz: float = 50.0, most: int = 2000) -> list[Frame]:
    """Every frame presented, at the ticks of a screen."""
    found = []
    for tick in range(most):
        frame = wake.draw(100.0 + tick / hz)
        if frame is not None:
            found.append(frame.copy())
        if wake.is_over:
            return found
    raise AssertionError("it never ended")


def started(film: Reel, **more: object) -> Wake:
    return Wake(hung(), placed(STILL, 60, 30), film, 100.0, **more)  # type: ignore[arg-type]


def test_plays_every_frame_and_ends_on_the_hanging_frame_bit_for_bit():
    film = Reel(moving(STILL, 50))
    wake = started(film)
    frames = play(wake)
    assert np.array_equal(frames[-1], hung())
    assert [shown.index for shown in wake.shown if shown.share == 1] == list(range(50))
    seconds = (wake.shown[-1].time - 100.0) * 25
    assert seconds == pytest.approx(50 + 2 * HANDOVER_FRAMES - 2, abs=2)


def test_at_most_eight_frames_are_blended_at_each_end():
    wake = started(Reel(moving(STILL, 50)))
    play(wake)
    blended = [shown for shown in wake.shown if shown.share < 1]
    assert len([shown for shown in blended if shown.index == 0]) == HANDOVER_FRAMES <= 8
    assert len([shown for shown in blended if shown.index == 49]) == HANDOVER_FRAMES
    assert all(shown.index in (0, 49) for shown in blended)


def test_nothing_around_the_photo_is_touched():
    for frame in play(started(Reel(moving(STILL, 30)))):
        around = frame.copy()
        around[PLACE] = STILL
        assert np.array_equal(around, hung())


def test_the_moving_part_is_the_clip_s():
    clip = moving(STILL, 50)
    wake = started(Reel(clip))
    for frame in play(wake, hz=25.0)[: 30 + HANDOVER_FRAMES]:
        shown = wake.shown[-1]
        assert shown is not None
        last = frame
    inner = (slice(44, 56), slice(140, 150))
    index = wake.shown[30 + HANDOVER_FRAMES - 1].index
    assert np.array_equal(last[PLACE][inner], clip[index][inner])


def test_a_late_tick_leaves_frames_out():
    wake = started(Reel(moving(STILL, 50)))
    play(wake, hz=10.0)
    indices = [shown.index for shown in wake.shown if shown.share == 1]
    assert len(indices) < 25 and indices == sorted(set(indices)) and indices[-1] == 49


def test_a_slow_decoder_slows_the_motion_and_leaves_nothing_out():
    film = Reel(moving(STILL, 40))
    film.decoded = 1
    wake = started(film)
    now = 100.0
    while not wake.is_over and now < 200:
        wake.draw(now)
        now += 0.02
        if now > 101:
            film.decoded = min(40, 1 + int((now - 101) * 5))
    assert wake.is_over
    assert [shown.index for shown in wake.shown if shown.share == 1] == list(range(40))


def test_waits_for_a_first_frame_that_is_late():
    film = Reel(moving(STILL, 20))
    film.decoded = 0
    wake = started(film)
    assert wake.draw(100.5) is None
    film.decoded = 20
    assert wake.draw(100.5) is not None
    assert wake.shown[0].share == pytest.approx(1 / (HANDOVER_FRAMES + 1))


def test_a_clip_of_another_size_is_scaled_into_the_photo_s_place():
    film = Reel([texture(80, 60, seed=3)] * 20)
    frames = play(started(film))
    assert np.array_equal(frames[-1], hung())
    around = frames[12].copy()
    around[PLACE] = STILL
    assert np.array_equal(around, hung())


def test_a_caption_stays_on_top_and_is_laid_once():
    words = caption((280, 180), "12 March 1987")
    assert words is not None
    wanted = hung()
    words.lay(wanted)
    for frame in play(started(Reel([STILL] * 20), caption=words)):
        assert np.array_equal(frame, wanted)


def test_still_and_clip_drift_alike():
    def drifted(picture: Frame) -> Frame:
        return np.roll(picture, 3, axis=1)

    frames = play(started(Reel([STILL] * 20), drifted=drifted))
    assert all(np.array_equal(frame[PLACE], np.roll(STILL, 3, axis=1)) for frame in frames)


def test_a_broken_film_says_so():
    film = Reel(moving(STILL, 20))
    wake = started(film)
    film.is_broken = True
    with pytest.raises(FilmError):
        wake.draw(101.0)


def test_a_photo_off_the_panel_is_refused():
    with pytest.raises(ValueError, match="panel"):
        Wake(hung(), placed(STILL, 200, 30), Reel([STILL]), 0.0)


def test_the_seams_of_a_real_clip_are_hidden(tmp_path: Path):
    still = texture(320, 240, seed=5, grain=9)
    clip = write_clip(tmp_path / "clip.mp4", moving(still, 40))
    projector = CagedProjector()
    film = projector.open(clip)
    try:
        wait_until_ready(film)
        hanging = texture(400, 300, seed=2)
        hanging[30:270, 40:360] = still
        wake = Wake(hanging, placed(still, 40, 30), film, 0.0)
        shown: list[tuple[int, Frame]] = []
        now = 0.0
        while not wake.is_over and now < 60:
            frame = wake.draw(now)
            if frame is not None:
                shown.append((wake.shown[-1].index, frame[30:270, 40:360].copy()))
            now += 0.0002 if wake.shown and wake.shown[-1].share == 1 else 0.02
    finally:
        film.close()
        projector.close()
    into = [picture for index, picture in shown if index == 0]
    out = [picture for index, picture in shown if index == 39]
    assert len(into) > HANDOVER_FRAMES and len(out) > HANDOVER_FRAMES
    assert measure(still, into).is_hidden, measure(still, into)
    assert measure(still, out[::-1]).is_hidden, measure(still, out[::-1])
