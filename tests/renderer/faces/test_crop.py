"""Crops and their points agree about where things are, to a fraction of a pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.faces.crop import Crop, averaged
from renderer.faces.types import Floats, Picture


def spot(x: float, y: float, width: int, height: int, radius: float) -> Picture:
    """A soft white spot on black, exactly at (x, y)."""
    rows, columns = np.mgrid[0:height, 0:width]
    bell = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * radius**2))
    return np.repeat((255 * bell[..., None]).round().astype(np.uint8), 3, axis=2)


def centre_of_mass(image: Floats) -> Floats:
    """In the continuous coordinates of crops: 0 is the outer edge of the first pixel."""
    weight = image[..., 0].astype(np.float64)
    rows, columns = np.mgrid[0 : weight.shape[0], 0 : weight.shape[1]]
    centre = [(columns * weight).sum(), (rows * weight).sum()] / weight.sum() + 0.5
    return np.asarray(centre, np.float32)


@settings(max_examples=25, deadline=None)
@given(
    angle=st.floats(-0.9, 0.9),
    side=st.floats(60, 900),
    mirrored=st.booleans(),
    right=st.floats(-0.15, 0.15),
    down=st.floats(-0.15, 0.15),
)
def test_what_a_crop_shows_lies_where_the_crop_says(
    *, angle: float, side: float, mirrored: bool, right: float, down: float
) -> None:
    picture = spot(260.3, 241.8, 500, 480, side / 20)
    crop = Crop(260.3, 241.8, side, angle, mirrored).moved(right, down)
    seen = centre_of_mass(crop.sample(picture, 96))
    found = crop.to_picture(seen[None], 96)[0]
    assert np.abs(found - [260.3, 241.8]).max() < 0.02 * side / 96 + 0.05


def test_a_mirrored_crop_is_the_crop_mirrored() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (80, 90, 3), np.uint8)
    plain = Crop(45, 40, 64).sample(picture, 64)
    np.testing.assert_allclose(
        Crop(45, 40, 64, mirrored=True).sample(picture, 64), plain[:, ::-1], atol=0.5
    )


def test_a_crop_of_the_picture_itself_changes_nothing() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    np.testing.assert_allclose(Crop(31.5, 31.5, 64).sample(picture, 64), picture, atol=1e-3)


def test_depth_scales_with_the_crop() -> None:
    placed = Crop(0, 0, 384).to_picture(np.array([[96, 96, 10]], np.float32), 192)
    np.testing.assert_allclose(placed, [[0, 0, 20]], atol=1e-4)


def test_a_crop_outside_the_picture_shows_its_edge() -> None:
    picture = np.full((20, 20, 3), 77, np.uint8)
    assert (Crop(-500, 900, 40).sample(picture, 16) == 77).all()


def test_rectangles_keep_their_proportions() -> None:
    picture = spot(100, 60, 200, 120, 5)
    image = Crop(100, 60, 160).sample_rectangle(picture, 80, 40)
    assert image.shape == (40, 80, 3)
    assert np.abs(centre_of_mass(image) - [40, 20]).max() < 0.02


@pytest.mark.parametrize("factor", [1, 2, 3, 5])
def test_averaging_is_the_mean_of_blocks(factor: int) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (31, 47, 3), np.uint8)
    small = averaged(picture, factor)
    rows, columns = 31 // factor, 47 // factor
    blocks = picture[: rows * factor, : columns * factor].astype(float)
    means = blocks.reshape(rows, factor, columns, factor, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(small, means, atol=1)


def test_a_picture_smaller_than_a_block_is_left_alone() -> None:
    picture = np.zeros((3, 9, 3), np.uint8)
    assert averaged(picture, 5).shape == (3, 9, 3)
