"""The conversion between pictures and H.264's planes, against the formulas of BT.709."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from renderer.colour import rgb_to_yuv420, yuv420_to_rgb


def reference(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """BT.709 in plain numpy and floats, chroma averaged over 2x2."""
    r, g, b = (rgb[..., channel].astype(float) / 255 for channel in range(3))
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    cb, cr = (b - y) / 1.8556, (r - y) / 1.5748
    halved = [c.reshape(c.shape[0] // 2, 2, c.shape[1] // 2, 2).mean(axis=(1, 3)) for c in (cb, cr)]
    return 16 + 219 * y, 128 + 224 * halved[0], 128 + 224 * halved[1]


@given(arrays(np.uint8, (6, 8, 3), elements=st.integers(0, 255)))
@settings(deadline=None, max_examples=60)
def test_planes_are_those_of_the_standard(rgb):
    for plane, expected in zip(rgb_to_yuv420(rgb), reference(rgb), strict=True):
        assert plane.dtype == np.uint8
        # Half a level of rounding; chroma rounds twice, and weights are in 1024ths.
        assert np.abs(plane - expected).max() < 1.2


def test_no_brightness_is_gained_or_lost():
    rgb = np.random.default_rng(3).integers(0, 256, (256, 256, 3), np.uint8)
    for plane, expected in zip(rgb_to_yuv420(rgb), reference(rgb), strict=True):
        assert abs((plane - expected).mean()) < 0.02


def test_black_white_and_every_grey():
    greys = np.repeat(np.arange(256, dtype=np.uint8), 2)[None, :, None].repeat(2, 0).repeat(3, 2)
    y, u, v = rgb_to_yuv420(greys)
    assert (y.min(), y.max()) == (16, 235)
    assert (u == 128).all()
    assert (v == 128).all()
    assert (np.diff(y[0].astype(int)) >= 0).all()
    back = yuv420_to_rgb(y, u, v).astype(int)
    assert np.abs(back - greys).max() <= 1
    assert abs((back - greys).mean()) < 0.02


def test_a_part_converts_exactly_as_the_whole_does():
    rgb = np.random.default_rng(5).integers(0, 256, (64, 96, 3), np.uint8)
    whole, part = rgb_to_yuv420(rgb), rgb_to_yuv420(rgb[10:40, 22:80])
    assert (part[0] == whole[0][10:40, 22:80]).all()
    for chroma_part, chroma in zip(part[1:], whole[1:], strict=True):
        assert (chroma_part == chroma[5:20, 11:40]).all()


def test_there_and_back_changes_what_eyes_see_by_less_than_a_level():
    y, x = np.mgrid[0:128, 0:128]
    rgb = np.stack([x + 60, y + 80, 200 - x], axis=-1).astype(np.uint8)
    back = yuv420_to_rgb(*rgb_to_yuv420(rgb)).astype(float)
    assert np.abs(back - rgb).mean() < 0.7
    assert np.abs((back - rgb).mean(axis=(0, 1))).max() < 0.1


@pytest.mark.parametrize("size", [(3, 4), (4, 3)])
def test_odd_sizes_are_refused(size):
    with pytest.raises(ValueError, match="even"):
        rgb_to_yuv420(np.zeros((*size, 3), np.uint8))
