"""Fades begin and end on the pictures themselves and mix light, not code."""

from __future__ import annotations

import numpy as np
import pytest

from frame.display.fade import Fade, dimmed, linear_to_srgb, srgb_to_linear
from tests.frame.display.pictures import texture


def test_ends_are_the_pictures_bit_for_bit():
    before, after = texture(97, 61, 1), texture(97, 61, 2)
    fade = Fade(before, after)
    assert np.array_equal(fade.at(0.0), before)
    assert np.array_equal(fade.at(1.0), after)
    assert np.array_equal(fade.at(-1.0), before)
    assert np.array_equal(fade.at(7.0), after)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.93])
def test_every_pair_of_values_is_mixed_as_light(share: float):
    values = np.arange(256, dtype=np.uint8)
    before = np.repeat(values, 256).reshape(256, 256, 1).repeat(3, axis=2)
    after = np.tile(values, 256).reshape(256, 256, 1).repeat(3, axis=2)
    light = (1 - share) * srgb_to_linear(before / 255) + share * srgb_to_linear(after / 255)
    assert np.abs(Fade(before, after).at(share) - 255 * linear_to_srgb(light)).max() <= 0.501


def test_what_is_the_same_in_both_never_moves():
    picture = texture(64, 64)
    fade = Fade(picture, picture)
    for share in np.linspace(0, 1, 9):
        assert np.array_equal(fade.at(float(share)), picture)


def test_pictures_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match="fade"):
        Fade(texture(64, 64), texture(64, 66))


def test_dimming_takes_light_away_evenly():
    picture = texture(64, 64)
    assert dimmed(picture, 1.0) is picture
    assert not dimmed(picture, 0.0).any()
    half = srgb_to_linear(dimmed(picture, 0.5) / 255)
    assert np.abs(half - 0.5 * srgb_to_linear(picture / 255)).max() < 0.005
