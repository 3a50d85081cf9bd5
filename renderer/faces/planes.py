"""Planes of numbers at another size, masks a little larger or smaller."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats

Mask = NDArray[np.bool_]

MOST_CHANNELS = 4
"""OpenCV's resize takes no more."""


def resized(
    plane: NDArray[np.generic], size: tuple[int, int], enlarge: int = cv2.INTER_LINEAR
) -> Floats:
    """`plane` ``(h, w[, c])`` at `size` (width, height): area means when smaller, `enlarge` when
    larger; float32 unless it is uint8."""
    here = (plane.shape[1], plane.shape[0])
    if here == size:
        return plane  # type: ignore[return-value]
    if plane.ndim == 3 and plane.shape[2] > MOST_CHANNELS:
        parts = np.split(plane, range(MOST_CHANNELS, plane.shape[2], MOST_CHANNELS), axis=2)
        parts = [resized(np.ascontiguousarray(part), size, enlarge) for part in parts]
        return np.dstack(parts)
    method = cv2.INTER_AREA if size[0] < here[0] else enlarge
    return cv2.resize(plane, size, interpolation=method)  # type: ignore[return-value,call-overload]


def grown(mask: Mask, radius: float) -> Mask:
    """`mask` grown by `radius` px (shrunk if negative); nothing is eaten from the picture's rim."""
    reach = round(abs(radius))
    if reach == 0:
        return mask
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    change = cv2.dilate if radius > 0 else cv2.erode
    result: Mask = change(mask.astype(np.uint8), disc) > 0
    return result
