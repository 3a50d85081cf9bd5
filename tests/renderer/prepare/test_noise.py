"""Noise goes where there is nothing else; edges, pores and some of the grain stay."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from renderer.faces.types import Floats, Picture
from renderer.prepare.noise import (
    CALM,
    COLOUR_NOISY,
    NOISY,
    REACH,
    Denoising,
    denoise,
    plan_denoising,
    read_noise,
    sample_tiles,
    tiles_of,
)
from tests.renderer.prepare.scenes import noisy, scene


def noise_of(picture: Picture):
    return read_noise([tile.astype(np.float32) for tile in tiles_of(picture)])


def plan(picture: Picture) -> Denoising:
    found = plan_denoising(noise_of(picture))
    assert found is not None
    return found


def luma(pixels: Floats | Picture) -> Floats:
    return np.asarray(pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32))


FLAT = np.s_[40:120, 280:360]
"""Inside the dark rectangle of the scene: nothing but noise."""


@pytest.mark.parametrize("level", [0.0, 1.0, 2.0])
def test_what_is_not_seen_is_left_alone(level: float):
    assert plan_denoising(noise_of(noisy(scene(), level, is_grey=True))) is None


def test_the_measure_follows_the_noise():
    levels = [noise_of(noisy(scene(), level, is_grey=True)).light_level for level in (3, 6, 12)]
    assert levels[0] < levels[1] < levels[2]
    assert 0.75 < levels[2] / 12 < 0.95
    assert noise_of(noisy(scene(), 6, is_grey=True)).colour_level < COLOUR_NOISY


def test_noise_goes_and_some_grain_stays():
    picture = noisy(np.full((320, 400, 3), 120, np.uint8), 8, is_grey=True)
    found = plan(picture)
    after = denoise(picture.astype(np.float32), found)
    before_level, after_level = luma(picture).std(), luma(after).std()
    assert 0.4 < after_level / before_level < 0.8
    assert found.colour_kept is None


def test_more_noise_is_lessened_more():
    gentle, strong = (plan(noisy(scene(), level, is_grey=True)).light_kept for level in (3.2, 14.0))
    assert gentle is not None and strong is not None
    assert strong < gentle < 1
    assert gentle == pytest.approx(
        CALM * NOISY / noise_of(noisy(scene(), 3.2, is_grey=True)).light_level, abs=0.1
    )


def test_edges_and_fine_texture_stay():
    clean = scene()
    picture = noisy(clean, 6, is_grey=True)
    after = luma(denoise(picture.astype(np.float32), plan(picture)))
    edges = cv2.Canny(cv2.cvtColor(clean, cv2.COLOR_RGB2GRAY), 60, 160) > 0
    gradient = [
        np.abs(cv2.Laplacian(each, cv2.CV_32F))[edges].mean() for each in (luma(clean), after)
    ]
    assert gradient[1] > 0.85 * gradient[0]
    weave = np.s_[250:310, 20:180]
    away = [np.abs(each[weave] - luma(clean)[weave]).mean() for each in (luma(picture), after)]
    assert away[1] < 1.02 * away[0]


def test_colour_noise_goes_without_touching_brightness():
    rng = np.random.default_rng(5)
    grey = np.full((320, 400), 128.0, np.float32)
    planes = [grey, *(128 + rng.normal(0, 6, grey.shape).astype(np.float32) for _ in range(2))]
    picture = cv2.cvtColor(np.clip(np.dstack(planes), 0, 255).astype(np.uint8), cv2.COLOR_YCrCb2RGB)
    found = plan(picture)
    assert found.light_kept is None and found.colour_kept is not None
    after = denoise(picture.astype(np.float32), found)
    assert np.abs(luma(after) - luma(picture)).max() < 0.6
    spread = [
        np.ptp(np.percentile(each[..., 0] - luma(each), (5, 95))) for each in (picture, after)
    ]
    assert spread[1] < 0.6 * spread[0]


def test_a_strip_is_the_whole_beyond_its_reach():
    picture = noisy(scene(), 8).astype(np.float32)
    found = plan(noisy(scene(), 8))
    whole, part = denoise(picture, found), denoise(picture[100:], found)
    np.testing.assert_allclose(part[REACH:], whole[100 + REACH :], atol=0.02)


@pytest.mark.parametrize("size", [(1, 1), (2, 500), (15, 15), (17, 9)])
def test_tiny_pictures_have_no_measurable_noise(size: tuple[int, int]):
    picture = np.zeros((*size, 3), np.uint8)
    assert plan_denoising(noise_of(picture)) is None
    assert denoise(picture.astype(np.float32), plan(noisy(scene(), 8))).shape == picture.shape


def test_tiles_lie_within_the_picture_and_are_few():
    for height, width in ((1, 1), (300, 5000), (3000, 4000)):
        places = sample_tiles(height, width)
        assert 1 <= len(places) <= 12
        assert all(rows.start < height and columns.start < width for rows, columns in places)
