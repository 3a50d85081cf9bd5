"""The mirror is right when somebody looks, and idle when nobody does."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from frame.display.mirror import PICTURE, WANTED, WRITE_SECONDS, Mirror
from tests.frame.display.pictures import texture

FRAME = texture(96, 64, grain=0)


class Times:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def mirror(tmp_path: Path, times: Times) -> Mirror:
    return Mirror(tmp_path, times, times)


def look(folder: Path, times: Times) -> None:
    (folder / WANTED).touch()
    os.utime(folder / WANTED, (times.now, times.now))


def test_a_frame_that_stays_is_written_whole(mirror: Mirror, tmp_path: Path):
    assert mirror.offer(FRAME, stays=True)
    seen = cv2.imread(str(tmp_path / PICTURE))[..., ::-1]
    assert np.abs(seen.astype(int) - FRAME).mean() < 6
    assert [entry.name for entry in tmp_path.iterdir()] == [PICTURE]


def test_motion_is_written_only_while_somebody_looks(mirror: Mirror, tmp_path: Path, times: Times):
    assert not mirror.offer(FRAME)
    look(tmp_path, times)
    times.now += 1
    written = 0
    for _ in range(60):
        times.now += 1 / 60
        written += mirror.offer(FRAME)
    assert 8 <= written <= 1 / WRITE_SECONDS + 1
    times.now += 10
    assert not mirror.offer(FRAME)


def test_a_folder_that_is_gone_is_no_reason_to_stop(tmp_path: Path):
    assert not Mirror(tmp_path / "gone").offer(FRAME, stays=True)
