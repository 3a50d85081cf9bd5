"""Pairs that a refiner learns from: what is moved is moved alike, and nothing at rest may change."""

from __future__ import annotations

import numpy as np
import pytest

from models.build.refiner_pairs import (
    PLANES,
    SCALE,
    Field,
    aged,
    as_large,
    field,
    gate,
    move,
    photo_of,
)

SIZE = 48


@pytest.fixture
def large() -> np.ndarray:
    """A smooth picture with slopes and one bright spot."""
    y, x = np.mgrid[: SCALE * SIZE, : SCALE * SIZE].astype(np.float32) / (SCALE * SIZE)
    spot = np.exp(-((x - 0.5) ** 2 + (y - 0.5) ** 2) / 0.01)
    return np.stack([0.3 + 0.4 * x, 0.2 + 0.5 * y, 0.2 + 0.6 * spot], 2).astype(np.float32)


def resting() -> Field:
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    return Field(x, y)


def test_at_rest_a_picture_is_itself_and_the_gate_is_shut(large) -> None:
    moved = move(large, resting())
    np.testing.assert_allclose(moved.planes[..., :3], photo_of(large), atol=1e-6)
    # OpenCV reads at 32 places within a pixel.
    np.testing.assert_allclose(moved.true, photo_of(large), atol=1 / 255)
    assert moved.planes.shape == (SIZE, SIZE, PLANES)
    assert not moved.gate.any()
    np.testing.assert_allclose(moved.planes[..., 3:], 0, atol=1e-6)


@pytest.mark.parametrize("shift", [(3.0, 0.0), (0.4, -1.7)])
def test_the_photo_and_the_truth_go_the_same_way(large, shift) -> None:
    still = resting()
    where = Field(still.x + np.float32(shift[0]), still.y + np.float32(shift[1]))
    moved = move(large, where)
    inside = slice(8, -8)
    apart = moved.planes[inside, inside, :3] - moved.true[inside, inside]
    assert np.abs(apart).max() < 0.004  # a grey level
    assert np.abs(moved.true - photo_of(large))[inside, inside].max() > 0.02
    assert (moved.gate == 1).all()


def test_a_stretch_is_told_apart_by_direction() -> None:
    still = resting()
    wide = Field(np.asarray(1.1 * still.x, np.float32), still.y)
    planes = move(np.zeros((SCALE * SIZE, SCALE * SIZE, 3), np.float32), wide).planes
    np.testing.assert_allclose(planes[..., 3:].reshape(-1, 4).mean(0), [0, 0.1, 0, 0], atol=1e-4)


def test_a_weaker_movement_is_smaller() -> None:
    def most(strength: float) -> float:
        where, still = field(np.random.default_rng(3), SIZE, strength), resting()
        return float(np.hypot(where.x - still.x, where.y - still.y).max())

    assert most(0.0) < 1e-3
    assert most(0.2) < most(1.0)
    assert gate(field(np.random.default_rng(3), SIZE, 0.0)).max() < 1e-3


def test_aged_pictures_stay_pictures(large) -> None:
    for seed in range(20):
        old = aged(np.random.default_rng(seed), large)
        assert old.shape == large.shape and old.dtype == np.float32
        assert old.min() >= 0 and old.max() <= 1


def test_odd_pictures_are_cut_to_an_even_size() -> None:
    assert as_large(np.zeros((101, 99, 3), np.uint8)).shape == (100, 96, 3)
