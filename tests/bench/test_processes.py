"""Memory of a family of processes, the encoder's reference, and pictures to time with."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np

from bench.sheets import telling
from bench.sheets_crops import cut, grid
from bench.speed import encode_alone
from bench.speed_process import family_memory
from renderer.clip import probe


def test_children_count_into_the_family():
    alone = family_memory(os.getpid())
    hungry = "import sys; held = bytearray(80_000_000); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hungry], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        child.stdout.readline()
        together = family_memory(os.getpid())
        child.communicate()
    assert together.resident - alone.resident > 75
    assert together.proportional - alone.proportional > 75


def test_a_process_that_has_ended_holds_nothing():
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert family_memory(child.pid).resident == 0


def test_the_reference_encodes_every_frame(tmp_path):
    frames = [np.full((64, 96, 3), level, np.uint8) for level in range(0, 100, 10)]
    assert encode_alone(frames, tmp_path / "reference.mp4") > 0
    found = probe(tmp_path / "reference.mp4")
    assert (found.frames, found.width, found.height) == (10, 96, 64)


def test_a_crop_beyond_the_picture_is_black_there():
    picture = np.full((20, 20, 3), 200, np.uint8)
    found = cut(picture, (0.0, 10.0), (10, 4))
    assert found.shape == (4, 10, 3)
    assert (found[:, :5] == 0).all()
    assert (found[:, 5:] == 200).all()
    assert not cut(picture, (-50.0, 0.0), (4, 4)).any()


def test_a_grid_holds_every_picture():
    small, wide = np.zeros((4, 4, 3), np.uint8), np.zeros((6, 20, 3), np.uint8)
    page = grid([[small, small], [wide]], gap=1)
    assert page.shape == (4 + 1 + 6 + 1, 21, 3)
    assert (page == 0).all(axis=2).sum() == 2 * 16 + 120


def test_a_sheet_shows_both_ends_and_every_key_pose():
    numbers = telling(125, [17, 40, 96])
    assert len(numbers) == 12
    assert (numbers[0], numbers[-1]) == (0, 124)
    assert {17, 40, 96} <= set(numbers)
    assert telling(125, [1])[0] == 0
