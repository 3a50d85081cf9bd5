"""The measures on made-up pictures and curves whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from bench import background, jitter, seam
from bench.readback import rotation, turned
from bench.readback_scores import after_blinks, apexes, around_blinks, score
from bench.sharpness import Skin, energy
from renderer.faces.pose import rotation_of


@pytest.fixture
def noise_picture():
    return np.random.default_rng(0).integers(0, 256, (80, 100, 3), np.uint8)


def test_a_picture_is_like_itself(noise_picture):
    found = seam.likeness(noise_picture, noise_picture)
    assert (found.largest, found.psnr_db, found.shift) == (0, seam.SAME_DB, 0.0)


def test_a_picture_one_level_lighter_is_shifted_by_one():
    still = np.full((10, 10, 3), 100, np.uint8)
    found = seam.likeness(still, still + 1)
    assert found.largest == 1
    assert found.shift == pytest.approx(1.0)
    assert found.psnr_db == pytest.approx(48.13, abs=0.01)


def test_the_ends_of_nothing_are_nothing(noise_picture):
    assert seam.both_ends(iter([])) is None
    first, last = seam.both_ends(iter([noise_picture, noise_picture + 1]))
    assert (last == first + 1).all()


def test_a_followed_curve_scores_one_and_its_gain_is_its_slope():
    told = np.sin(np.linspace(0, 3, 50))
    result = score(0.8 * told + 0.1, told, noise=0.01)
    assert result.correlation == pytest.approx(1.0)
    assert result.gain == pytest.approx(0.8)


@pytest.mark.parametrize("told", [np.zeros(20), np.full(20, 0.04), np.linspace(0, 0.04, 20)])
def test_what_drowns_in_noise_is_not_scored(told):
    assert not score(told, told, noise=0.01).is_scored


def test_a_blink_has_one_apex_and_a_window():
    blink = np.zeros(40)
    blink[10:15] = (0.4, 0.8, 1.0, 0.7, 0.2)
    assert apexes(blink) == [12]
    assert np.flatnonzero(around_blinks(blink, window=3)).tolist() == list(range(7, 18))


def test_eyes_are_open_again_only_where_nothing_else_narrows_them():
    blink, narrowing = np.zeros(30), np.zeros(30)
    blink[5:8] = 1.0
    narrowing[15:25] = 0.4
    assert np.flatnonzero(after_blinks(blink, narrowing)).tolist() == [
        *range(9, 15),
        *range(25, 30),
    ]
    assert not after_blinks(np.zeros(30), narrowing).any()


@pytest.mark.parametrize("angles", [(6.0, 0.0, 0.0), (0.0, -5.0, 0.0), (0.0, 0.0, 4.0)])
def test_a_turn_is_read_in_the_sense_in_which_it_was_told(angles):
    read = turned(rotation_of(*angles), np.eye(3))
    assert read == pytest.approx(angles, abs=1e-6)


def test_a_clockwise_turn_takes_right_to_down():
    assert rotation(90.0) @ (1.0, 0.0) == pytest.approx((0.0, 1.0))


def test_only_pixels_outside_the_rim_count():
    mask = np.zeros((50, 50), bool)
    mask[20:30, 20:30] = True
    wide = background.grown(mask, 5.0)
    assert wide[25, 15]
    assert not wide[25, 14]
    assert not background.grown(np.zeros((5, 5), bool), 3.0).any()


def test_a_changed_channel_is_a_different_pixel(noise_picture):
    other = noise_picture.copy()
    other[3, 4, 2] ^= 1
    assert np.argwhere(background.different(other, noise_picture)).tolist() == [[3, 4]]


def test_blurring_lowers_the_energy_and_the_eyes_do_not_count():
    rng = np.random.default_rng(0)
    grey = np.full((100, 100, 3), 128, np.uint8)
    rough = rng.integers(100, 156, grey.shape, np.uint8)
    square = np.array([[10, 10], [90, 10], [90, 90], [10, 90]], float)
    eye = np.array([[30, 30], [50, 30], [50, 40], [30, 40]], float)
    skin = Skin(square, (eye, eye + np.array([20, 0])), 1.0)
    assert energy(grey, skin) == 0.0
    assert energy(rough, skin) > 100.0
    eyes_only = grey.copy()
    eyes_only[33:37, 33:47] = rough[33:37, 33:47]
    assert energy(eyes_only, skin) == 0.0


def test_a_steady_climb_does_not_tremble():
    climb = np.linspace(0, 5, 20)[:, None] * (1.0, 2.0)
    assert jitter.tremble(climb) == pytest.approx((0.0, 0.0), abs=1e-9)
    assert jitter.tremble(np.tile([0.0, 1.0], 10)) == pytest.approx(2.0)


def test_the_quietest_stretch_is_away_from_the_still():
    told = np.zeros((60, 8))
    told[20:, 1] = 1.0
    told[20:24, 1] = (0.2, 0.5, 0.8, 0.95)
    told[40:45, 2] = (1, 2, 3, 2, 1)
    start = jitter.quietest(told)
    assert start >= 24
    assert not told[start : start + jitter.STRETCH, 2].any()


def test_equal_frames_have_no_error_and_a_flicker_has_its_own():
    y, x = np.mgrid[:64, :64]
    picture = np.repeat((127 + 60 * np.sin(x / 5) * np.cos(y / 7))[..., None], 3, 2).astype(
        np.uint8
    )
    assert jitter.warped_error([picture, picture]) == pytest.approx(0.0, abs=0.3)
    assert jitter.warped_error([picture, picture + 10]) > 2.0
