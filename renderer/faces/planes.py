"""Planes of numbers at another size, masks a little larger or smaller."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats, Picture

Mask = NDArray[np.bool_]
Where = NDArray[np.intp]
"""Flat indices of some pixels."""
IntBox = tuple[int, int, int, int]
"""``x0, y0, x1, y1`` in picture pixels, ends exclusive."""
Size = tuple[int, int]
"""Width, height."""

MOST_CHANNELS = 4
"""OpenCV's resize takes no more."""


def floats(values: object) -> Floats:
    """`values` as a contiguous float32 array."""
    return np.ascontiguousarray(values, np.float32)


def resized(plane: Floats, size: Size, enlarge: int = cv2.INTER_LINEAR) -> Floats:
    """`plane` ``(h, w[, c])`` at `size`: area means when smaller, `enlarge` when larger."""
    here = (plane.shape[1], plane.shape[0])
    if here == size:
        return plane
    if plane.ndim == 3 and plane.shape[2] > MOST_CHANNELS:
        parts = np.split(plane, range(MOST_CHANNELS, plane.shape[2], MOST_CHANNELS), axis=2)
        return np.dstack([resized(floats(part), size, enlarge) for part in parts])
    method = cv2.INTER_AREA if size[0] < here[0] else enlarge
    return np.asarray(cv2.resize(plane, size, interpolation=method), np.float32)


def resized_bytes(picture: Picture, size: Size) -> Picture:
    """`picture` ``(h, w[, c]) uint8`` at `size`, contiguous."""
    here = (picture.shape[1], picture.shape[0])
    method = cv2.INTER_AREA if size[0] < here[0] else cv2.INTER_LINEAR
    whole = picture if here == size else cv2.resize(picture, size, interpolation=method)
    return np.ascontiguousarray(whole, np.uint8)


def grown(mask: Mask, radius: float) -> Mask:
    """`mask` grown by `radius` px (shrunk if negative); nothing is eaten from the picture's rim."""
    reach = round(abs(radius))
    if reach == 0:
        return mask
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    change = cv2.dilate if radius > 0 else cv2.erode
    result: Mask = change(mask.astype(np.uint8), disc) > 0
    return result


def depth_inside(mask: Mask) -> Floats:
    """Distance of each pixel of `mask` to the nearest outside it, in pixels; what lies beyond the
    picture's rim is like the rim."""
    framed = np.pad(mask, 1, "edge").astype(np.uint8)
    return floats(cv2.distanceTransform(framed, cv2.DIST_L2, 5)[1:-1, 1:-1])
