"""Every pixel is answered for once, by a tile that saw what is around it."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.prepare.tiles import CORE, MARGIN, STRIDE, tiles


@pytest.mark.parametrize("size", [(1, 1), (5, 300), (448, 449), (1000, 130), (897, 1345)])
def test_the_cores_cover_a_picture_exactly_once(size: tuple[int, int]) -> None:
    times = np.zeros(size, int)
    for tile in tiles(*size):
        times[tile.core] += 1
    assert (times == 1).all()


@pytest.mark.parametrize("size", [(1, 1), (17, 33), (460, 900)])
def test_what_a_network_answers_lands_where_it_belongs(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (*size, 3), np.uint8)
    result = np.zeros_like(picture)
    for tile in tiles(*size):
        shown = tile.cut(picture)
        assert shown.shape[0] % STRIDE == 0 and shown.shape[1] % STRIDE == 0
        result[tile.core] = shown[tile.inner]
    np.testing.assert_array_equal(result, picture)


def test_a_tile_sees_what_lies_around_its_core() -> None:
    height = width = 3 * CORE
    middle = next(t for t in tiles(height, width) if t.core[0].start == t.core[1].start == CORE)
    for core, seen in zip(middle.core, middle.seen, strict=True):
        assert core.start - seen.start == MARGIN
        assert seen.stop - core.stop >= MARGIN


def test_beyond_the_rim_the_picture_is_mirrored() -> None:
    picture = np.arange(40 * 40 * 3, dtype=np.uint8).reshape(40, 40, 3)
    (tile,) = tiles(40, 40)
    shown = tile.cut(picture)
    rows, columns = tile.inner
    np.testing.assert_array_equal(shown[rows.start - 1, columns], picture[0].astype(np.float32))
