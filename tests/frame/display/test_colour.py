"""The wall's colours of a clip are the renderer's, in whatever strips they are made."""

from __future__ import annotations

import numpy as np
import pytest

from frame.display.colour import STRIP_ROWS, Converter
from renderer.colour import rgb_to_yuv420, yuv420_to_rgb
from tests.frame.display.pictures import texture


def grey_ramp(width: int, height: int) -> np.ndarray:
    ramp = np.linspace(0, 255, width).astype(np.uint8)
    return np.dstack([np.broadcast_to(ramp, (height, width))] * 3).copy()


@pytest.mark.parametrize("size", [(64, 48), (320, 2 * STRIP_ROWS + 2), (126, STRIP_ROWS)])
@pytest.mark.parametrize("grain", [0, 3])
def test_the_picture_is_the_exact_one_within_a_rounding(size: tuple[int, int], grain: int):
    width, height = size
    planes = rgb_to_yuv420(texture(width, height, grain=grain))
    drawn = np.empty((height, width, 3), np.uint8)
    Converter(width, height).convert(*planes, drawn)
    off = drawn.astype(int) - yuv420_to_rgb(*planes)
    assert np.abs(off).max() <= 2
    assert np.abs(off.mean()) <= 0.1


def test_greys_stay_grey_and_do_not_shift():
    planes = rgb_to_yuv420(grey_ramp(512, 300))
    drawn = np.empty((300, 512, 3), np.uint8)
    Converter(512, 300).convert(*planes, drawn)
    assert np.abs(drawn.astype(int) - yuv420_to_rgb(*planes)).max() <= 1
    assert np.abs((drawn.astype(int) - yuv420_to_rgb(*planes)).mean(axis=(0, 1))).max() <= 0.05
    assert np.ptp(drawn.astype(int), axis=2).max() <= 1


def test_draws_into_a_part_of_a_larger_frame():
    planes = rgb_to_yuv420(texture(64, 48))
    alone, frame = np.empty((48, 64, 3), np.uint8), np.zeros((60, 100, 3), np.uint8)
    converter = Converter(64, 48)
    converter.convert(*planes, alone)
    converter.convert(*planes, frame[6:54, 20:84])
    assert np.array_equal(frame[6:54, 20:84], alone)
    assert not frame[:6].any() and not frame[:, :20].any() and not frame[:, 84:].any()


def test_odd_sizes_are_refused():
    with pytest.raises(ValueError, match="even"):
        Converter(63, 48)
