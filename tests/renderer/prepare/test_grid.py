"""JPEG blocks: found by their grid wherever a crop has put it, and softened only along it."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.faces.types import Picture
from renderer.prepare.grid import BLOCKY, Blocks, deblock, plan_deblocking, read_blocks
from renderer.prepare.noise import sample_tiles
from tests.renderer.prepare.scenes import compressed, noisy, scene


def blocks(picture: Picture) -> Blocks:
    return read_blocks(picture, sample_tiles(*picture.shape[:2]))


def test_hard_compression_is_told_from_gentle():
    levels = [blocks(compressed(scene(), quality)).excess for quality in (95, 75, 40, 15)]
    assert levels == sorted(levels)
    assert levels[1] < BLOCKY < levels[3]


@pytest.mark.parametrize("level", [0.0, 3.0])
def test_a_scan_has_no_grid(level: float):
    assert plan_deblocking(blocks(noisy(scene(), level))) is None


@pytest.mark.parametrize(("right", "down"), [(0, 0), (3, 5), (7, 1)])
def test_the_grid_is_found_where_a_crop_has_put_it(right: int, down: int):
    cropped = np.ascontiguousarray(compressed(scene(), 12)[down:, right:])
    found = blocks(cropped)
    assert (found.column, found.row) == ((8 - right) % 8, (8 - down) % 8)


@pytest.mark.parametrize(("left", "top"), [(0, 0), (0, 5), (3, 5)])
def test_steps_become_slopes_and_edges_stay(left: int, top: int):
    picture = compressed(scene(), 12)
    plan = plan_deblocking(blocks(picture))
    assert plan is not None
    after = deblock(picture[top:, left:].astype(np.float32), plan, (left, top))
    before = picture[top:, left:].astype(np.float32)
    rest = read_blocks(np.rint(after).astype(np.uint8), sample_tiles(*after.shape[:2]))
    assert rest.excess < 0.6 * plan.excess
    touched = np.abs(after - before).max(axis=2) > 0
    rows = (np.arange(touched.shape[0]) + top) % 8
    columns = (np.arange(touched.shape[1]) + left) % 8
    off_grid = np.isin(rows, (2, 3, 4, 5))[:, None] & np.isin(columns, (2, 3, 4, 5))[None]
    assert not touched[off_grid].any()
    original = scene()[top:, left:].astype(np.float32)
    assert np.abs(after - original).mean() < np.abs(before - original).mean()


def test_a_step_larger_than_the_compressor_makes_is_an_edge():
    wall = np.full((32, 64, 3), 90.0, np.float32)
    wall[:, 32:] = 140.0
    np.testing.assert_array_equal(deblock(wall, Blocks(3.0, 0, 0), (0, 0)), wall)


def test_pictures_smaller_than_a_block_are_left_alone():
    for shape in ((1, 1, 3), (3, 40, 3), (5, 6, 3)):
        tiny = np.zeros(shape, np.uint8)
        assert plan_deblocking(blocks(tiny)) is None
        assert deblock(tiny.astype(np.float32), Blocks(3.0, 0, 0), (0, 0)).shape == shape
