"""What every film keeps to, the one that is decoded and the one that stands in for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from frame.display.film import CagedProjector, wait_until_ready
from frame.display.ports import Film, Frame
from renderer.clip import read_frames
from tests.fakes.reel import Reel
from tests.frame.display.pictures import moving, texture, write_clip

COUNT = 30


@pytest.fixture(params=["reel", "decoded"])
def film(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Film]:
    pictures = moving(texture(96, 64), COUNT)
    clip = write_clip(tmp_path / "clip.mp4", pictures)
    if request.param == "reel":
        yield Reel(list(read_frames(clip)))
        return
    projector = CagedProjector()
    film = projector.open(clip)
    wait_until_ready(film)
    yield film
    film.close()
    projector.close()


def patiently(ask: Callable[[], Frame | None]) -> Frame:
    deadline = time.monotonic() + 10
    while (frame := ask()) is None:
        assert time.monotonic() < deadline
    return frame


def test_a_ready_film_knows_its_length_and_speed(film: Film):
    assert film.is_ready()
    assert (film.frames, film.fps) == (COUNT, 25.0)


def test_frames_come_in_order_whole_and_once(film: Film):
    seen = []
    for index in range(COUNT):
        frame = patiently(lambda index=index: film.frame(index))
        assert frame.shape == (64, 96, 3) and frame.dtype == np.uint8
        seen.append(frame.mean())
    assert abs(np.mean(seen[4:14]) - seen[0]) > 0.7  # the red square was there
    assert abs(seen[-1] - seen[0]) < 0.5


def test_frames_may_be_left_out_and_asked_for_twice(film: Film):
    patiently(lambda: film.frame(0))
    late = patiently(lambda: film.frame(12)).copy()
    assert np.array_equal(patiently(lambda: film.frame(12)), late)
    patiently(lambda: film.frame(COUNT - 1))


def test_closing_is_final_and_may_be_repeated(film: Film):
    film.close()
    film.close()
