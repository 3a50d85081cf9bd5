"""Anchors, tiles and duplicates; and that nothing is found where nobody is."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.faces.detect import (
    FULL_RANGE,
    SHORT_RANGE,
    anchors,
    decode,
    detect,
    overlaps,
    tiles,
    without_duplicates,
)
from renderer.faces.types import Floats
from renderer.models import ModelStore


def answer(x0: float, y0: float, x1: float, y1: float) -> Floats:
    """A candidate whose keypoints all lie in the middle of its box."""
    middle = [(x0 + x1) / 2, (y0 + y1) / 2]
    return np.array([x0, y0, x1, y1, *middle * 6], np.float32)


def test_anchors_are_those_of_the_networks() -> None:
    short, full = anchors(SHORT_RANGE), anchors(FULL_RANGE)
    assert (short.shape, full.shape) == ((896, 2), (2304, 2))
    np.testing.assert_array_equal(short[:3], [[4, 4], [4, 4], [12, 4]])
    np.testing.assert_array_equal(short[512:519], [[8, 8]] * 6 + [[24, 8]])
    np.testing.assert_array_equal(full[[0, 1, 48]], [[2, 2], [6, 2], [2, 6]])


def test_answers_are_relative_to_their_anchor() -> None:
    raw = np.zeros((1, 16), np.float32)
    raw[0, :4] = [1, -2, 10, 20]
    raw[0, 4:6] = [3, 4]
    points = decode(raw, np.array([[100, 50]], np.float32))[0]
    np.testing.assert_allclose(points[:2], [[96, 38], [106, 58]])
    np.testing.assert_allclose(points[2:4], [[103, 54], [100, 50]])


@pytest.mark.parametrize("size", [(700, 500), (500, 1300), (3000, 200), (90, 120)])
def test_tiles_cover_every_pixel(size: tuple[int, int]) -> None:
    height, width = size
    picture = np.full((height, width, 3), 200, np.uint8)
    seen = np.zeros((height, width), bool)
    for tile in tiles(picture, 230.0, FULL_RANGE):
        low = tile.corner * tile.scale
        high = (tile.corner + FULL_RANGE.size) * tile.scale
        x0, y0 = np.maximum(np.floor(low), 0).astype(int)
        x1, y1 = np.ceil(high).astype(int)
        seen[y0:y1, x0:x1] = True
    assert seen.all()


def test_a_tile_is_black_where_the_picture_ends() -> None:
    picture = np.full((100, 300, 3), 200, np.uint8)
    (tile,) = tiles(picture, 300.0, SHORT_RANGE)
    rows = tile.image[..., 0].mean(axis=1)
    assert (rows[:40] == 0).all()
    assert (rows[-40:] == 0).all()
    assert (rows[45:82] == 200).all()


def test_answers_about_one_face_become_their_weighted_mean() -> None:
    values = np.stack([answer(10, 10, 50, 50), answer(12, 10, 52, 50), answer(200, 10, 240, 50)])
    found = without_duplicates(values, np.array([0.9, 0.3, 0.5], np.float32))
    np.testing.assert_allclose(found.scores, [0.9, 0.5])
    np.testing.assert_allclose(found.values[0, :4], [10.5, 10, 50.5, 50], atol=1e-4)


def test_part_of_a_face_is_not_another_face() -> None:
    values = np.stack([answer(0, 0, 100, 100), answer(30, 60, 70, 95)])
    found = without_duplicates(values, np.array([0.9, 0.6], np.float32))
    assert len(found.scores) == 1


def test_neighbours_that_touch_stay_two() -> None:
    values = np.stack([answer(0, 0, 100, 100), answer(80, 0, 180, 100)])
    assert len(without_duplicates(values, np.array([0.9, 0.6], np.float32)).scores) == 2


def test_no_answers_are_no_faces() -> None:
    found = without_duplicates(np.empty((0, 16), np.float32), np.empty(0, np.float32))
    assert found.values.shape == (0, 16)


def test_overlap_of_half_a_box() -> None:
    union, inside = overlaps(answer(0, 0, 10, 10), answer(5, 0, 15, 10)[None])
    np.testing.assert_allclose([union[0], inside[0]], [1 / 3, 1 / 2])


@pytest.mark.parametrize("size", [(1, 1), (2, 700), (40, 30), (333, 500)])
def test_a_plain_wall_has_no_faces(size: tuple[int, int]) -> None:
    wall = np.full((*size, 3), 150, np.uint8)
    assert detect(wall, ModelStore(provider="cpu")) == ()
