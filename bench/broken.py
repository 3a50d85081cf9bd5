"""Clips broken on purpose, by what must never reach a wall: the gates are held to catching all of them.

Each function takes a drawn pose and the landmarks where the motion took them, and spoils it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.topology import EYE_RINGS, LIPS_OUTER_LOWER, LIPS_OUTER_UPPER
from renderer.faces.types import Floats, Picture

Points = NDArray[np.floating]
Box = tuple[int, int, int, int]

FOLD = 1.3
"""How far a mouth's corners are pulled towards and past its middle, in half widths."""

SEAM = 0.03
"""Softness of the spoilt place's edge, in its own size: nothing gives it away but what is in it."""


def folded_mouth(picture: Picture, points: Points) -> Picture:
    """Corners pulled inward and over the middle, which comes out mirrored: the lips lie in folds."""
    box = _around(points[[*LIPS_OUTER_UPPER, *LIPS_OUTER_LOWER]], 1.5)
    part = _cut(picture, box)
    height, width = part.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    u, v = 2 * x / width - 1, 2 * y / height - 1
    pull = FOLD * width / 2 * u * np.exp(-2.5 * (u * u + v * v))
    folded = cv2.remap(
        part, (x - pull).astype(np.float32), y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return _laid(picture, box, np.asarray(folded, np.uint8))


def mouth_upside_down(picture: Picture, points: Points) -> Picture:
    """Upper lip below, lower lip above."""
    box = _around(points[[*LIPS_OUTER_UPPER, *LIPS_OUTER_LOWER]], 1.3)
    return _laid(picture, box, _cut(picture, box)[::-1])


def lids_swapped(picture: Picture, points: Points) -> Picture:
    """Upper lids below, lower lids above, in both eyes."""
    for ring in EYE_RINGS:
        box = _around(points[list(ring)], 1.4)
        picture = _laid(picture, box, _cut(picture, box)[::-1])
    return picture


def eyes_swapped(picture: Picture, points: Points) -> Picture:
    """The left eye where the right one was, lids and all, and the other way round."""
    left, right = (_around(points[list(ring)], 1.4) for ring in EYE_RINGS)
    parts = _cut(picture, left), _cut(picture, right)
    for box, part in ((left, parts[1]), (right, parts[0])):
        size = (box[2] - box[0], box[3] - box[1])
        resized = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        picture = _laid(picture, box, np.asarray(resized, np.uint8))
    return picture


BREAKS: Mapping[str, Callable[[Picture, Points], Picture]] = MappingProxyType(
    {
        "mouth folded": folded_mouth,
        "mouth upside down": mouth_upside_down,
        "lids swapped": lids_swapped,
        "eyes swapped": eyes_swapped,
    }
)


def _around(points: Points, wider: float) -> Box:
    """A box around landmarks, at least 0.6 times as high as wide."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    x, y = (low + high) / 2
    half_x = wider * float(high[0] - low[0]) / 2
    half_y = max(wider * float(high[1] - low[1]) / 2, 0.6 * half_x)
    return int(x - half_x), int(y - half_y), int(x + half_x) + 1, int(y + half_y) + 1


def _cut(picture: Picture, box: Box) -> Picture:
    x0, y0, x1, y1 = box
    return picture[max(y0, 0) : y1, max(x0, 0) : x1]


def _laid(picture: Picture, box: Box, part: Picture) -> Picture:
    """`picture` with `part` in `box`, inside a soft oval."""
    x0, y0 = max(box[0], 0), max(box[1], 0)
    height, width = part.shape[:2]
    mask = np.zeros((height, width), np.float32)
    middle, radii = (width // 2, height // 2), (int(0.44 * width), int(0.42 * height))
    cv2.ellipse(mask, middle, radii, 0, 0, 360, 1, -1)
    soft: Floats = np.asarray(cv2.GaussianBlur(mask, (0, 0), SEAM * width + 0.3), np.float32)
    spoilt = picture.copy()
    under = spoilt[y0 : y0 + height, x0 : x0 + width]
    under[:] = np.rint(soft[..., None] * part + (1 - soft[..., None]) * under)
    return spoilt
