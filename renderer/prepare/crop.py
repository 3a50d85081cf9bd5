"""The part of a photo to work with: everybody's head whole, as close as the panel's shape allows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from renderer.faces.territory import face_axes
from renderer.faces.types import Face
from renderer.framing import FACE_SHARE_IN_CROP

ABOVE, BELOW, ASIDE = 1.3, 1.15, 0.88
"""What belongs to a head, from the middle of the face, in face heights: a tall hat or hair put up, a
beard and the neck, hair let down. The same as no crop on the wall may touch."""

CENTRE = (0.5, 0.42)
"""Where the heads' middle comes to lie: a little above half height, as portraits are composed."""


def working_crop(
    size: tuple[int, int], faces: Sequence[Face], panel: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    """(x0, y0, x1, y1) in pixels of a picture of `size` (width, height); None without a face.

    The panel's shape where the photo holds it with every head whole, else as much of it as heads and
    borders leave; never closer than a face half as high as the crop.
    """
    if not faces:
        return None
    heads = [_head(face) for face in faces]
    limits = np.array([*size, *size], np.float64)
    low = np.clip(np.min([head[:2] for head in heads], axis=0), 0, limits[:2])
    high = np.clip(np.max([head[2:] for head in heads], axis=0), 0, limits[:2])
    need_w, need_h = (float(side) for side in high - low)
    need_h = max(need_h, max(face.height_px for face in faces) / FACE_SHARE_IN_CROP)
    aspect = panel[0] / panel[1]
    width = min(size[0], math.ceil(max(need_w, need_h * aspect)))
    height = min(size[1], math.ceil(max(need_h, width / aspect)))
    middle = (low + high) / 2
    x0, y0 = (
        _start(low[axis], high[axis], middle[axis] - CENTRE[axis] * side, side, size[axis])
        for axis, side in enumerate((width, height))
    )
    return x0, y0, x0 + width, y0 + height


def _start(low: float, high: float, ideal: float, side: int, whole: int) -> int:
    """Where a crop of `side` begins along one axis: near `ideal`, with all of low..high inside."""
    earliest, latest = max(0.0, high - side), min(float(whole - side), low)
    start = min(max(ideal, earliest), max(earliest, latest))
    return int(min(max(0, round(start)), whole - side))


def _head(face: Face) -> tuple[float, float, float, float]:
    (x, y), _, _ = face_axes(face)
    unit = face.height_px
    return (
        float(x) - ASIDE * unit,
        float(y) - ABOVE * unit,
        float(x) + ASIDE * unit,
        float(y) + BELOW * unit,
    )
