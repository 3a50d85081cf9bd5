"""Between the pictures we draw (RGB) and the planes that H.264 stores (BT.709, limited range, 4:2:0).

Half of the world's players get this pair of conversions wrong by a matrix, a range or a rounding; a
clip that hangs beside its own still shows each of those as a jump. So the conversion is ours, it is
tagged in the stream, and nothing else in the package converts colours for video.

Chroma is sited in the *centre* of each 2x2 block (a plain mean of four pixels) and the stream says
so. The standard's silent default is "left", but nearly everything that plays our clips repeats or
linearly samples chroma as if it were centred (swscale's fast path, OpenCV, GPU shaders); with the
mean, those are exact, and a strict left-siting player is off by a quarter of a chroma pixel.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Picture

Plane = NDArray[np.uint8]

# ITU-R BT.709-6, item 3.2 (luma weights) and item 3.3 (colour difference divisors).
_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722
_BLUE_SCALE, _RED_SCALE = 2 * (1 - _BLUE), 2 * (1 - _RED)
# Item 4.6, 8 bits: black 16, white 235; colour difference 128 +- 112.
_BLACK, _LUMA_STEPS = 16.0, 219.0
_NEUTRAL, _CHROMA_STEPS = 128.0, 224.0
_FULL = 255.0


def _forward() -> NDArray[np.float64]:
    luma = np.array([_RED, _GREEN, _BLUE])
    blue = (np.array([0, 0, 1]) - luma) / _BLUE_SCALE
    red = (np.array([1, 0, 0]) - luma) / _RED_SCALE
    rows = np.stack([luma * _LUMA_STEPS, blue * _CHROMA_STEPS, red * _CHROMA_STEPS]) / _FULL
    return np.column_stack([rows, [_BLACK, _NEUTRAL, _NEUTRAL]])


RGB_TO_YCC = _forward()
"""``(3, 4) float64``: ``[Y, Cb, Cr] = M @ [R, G, B, 1]``, all in 0..255."""


def _inverse() -> NDArray[np.float64]:
    matrix = np.linalg.inv(RGB_TO_YCC[:, :3])
    return np.column_stack([matrix, -matrix @ RGB_TO_YCC[:, 3]])


YCC_TO_RGB = _inverse()
"""``(3, 4) float64``: the exact inverse of `RGB_TO_YCC`."""

# OpenCV's vector code rounds weights to 1/1024: luma comes out 0.05 of a level dark on average, which
# this gives back before rounding (measured over all greys; error left: 0.00 mean, 0.6 at most).
_FIXED_POINT = RGB_TO_YCC + np.array([[0, 0, 0, 0.05], [0, 0, 0, 0], [0, 0, 0, 0]])


def rgb_to_yuv420(rgb: Picture) -> tuple[Plane, Plane, Plane]:
    """The planes ``(H, W)``, ``(H/2, W/2)``, ``(H/2, W/2)`` uint8 of an even-sized picture.

    Any even-aligned part of a picture converts to exactly the same numbers as the whole does, so a
    caller may convert only the part that moved. Rounds to nearest, without bias. Three channels at
    a time is the one shape for which OpenCV has vector code: 0.7 ms per megapixel, against 2.4 for
    luma alone.
    """
    height, width = rgb.shape[:2]
    if height % 2 or width % 2:
        raise ValueError(f"4:2:0 needs even sizes, not {width}x{height}")
    quarter = cv2.resize(rgb, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    luma = cv2.extractChannel(cv2.transform(rgb, _FIXED_POINT), 0)
    chroma = cv2.transform(quarter, _FIXED_POINT)
    return (
        cast(Plane, luma),
        cast(Plane, cv2.extractChannel(chroma, 1)),
        cast(Plane, cv2.extractChannel(chroma, 2)),
    )


def yuv420_to_rgb(y: Plane, u: Plane, v: Plane) -> Picture:
    """The picture ``(H, W, 3) uint8`` that a careful player shows: chroma interpolated, rounded."""
    height, width = y.shape
    chroma = cv2.resize(cv2.merge([u, v]).astype(np.float32), (width, height))
    ycc = np.dstack([y.astype(np.float32), chroma])
    rgb = cv2.transform(ycc, YCC_TO_RGB)
    return cast(Picture, cv2.convertScaleAbs(np.maximum(rgb, 0)))
