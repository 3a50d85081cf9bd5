"""Crops at full size of what families look at first: eyes, mouth and the edge of the hair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Picture
from renderer.motion.rig import Motion, carry
from renderer.performer import Performer


@dataclass(frozen=True)
class Window:
    """What is cut out: landmarks whose mean is the middle, a shift up along the face, and the size;
    in face heights."""

    landmarks: tuple[int, ...]
    up: float
    width: float
    height: float


WINDOWS: Mapping[str, Window] = {
    "eyes": Window((33, 133, 362, 263), 0.0, 0.78, 0.30),
    "mouth": Window((61, 291, 13, 14), 0.0, 0.60, 0.34),
    "hair": Window((10, 67, 109), 0.18, 0.60, 0.34),
    "side": Window((127, 234), 0.1, 0.50, 0.34),
}


def crops(
    pictures: Sequence[tuple[Picture, Motion]], performer: Performer, window: Window
) -> list[Picture]:
    """The window in every picture, at its own scale; it goes along with the head."""
    return [_cut(picture, performer, motion, window) for picture, motion in pictures]


def _cut(picture: Picture, performer: Performer, motion: Motion, window: Window) -> Picture:
    face = performer.face
    middle = face.mesh.points[list(window.landmarks), :2].mean(axis=0).astype(np.float64)
    middle = middle - window.up * face.height_px * face.pose.rotation[:2, 1]
    x, y = carry(performer.layer.rig, motion, middle[None])[0]
    size = (round(window.width * face.height_px), round(window.height * face.height_px))
    return cut(picture, (float(x), float(y)), size)


def cut(picture: Picture, middle: tuple[float, float], size: tuple[int, int]) -> Picture:
    """`size` (width, height) pixels around `middle`, black beyond the picture."""
    out = np.zeros((size[1], size[0], 3), np.uint8)
    left, top = round(middle[0] - size[0] / 2), round(middle[1] - size[1] / 2)
    height, width = picture.shape[:2]
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + size[0], width), min(top + size[1], height)
    if x0 < x1 and y0 < y1:
        out[y0 - top : y1 - top, x0 - left : x1 - left] = picture[y0:y1, x0:x1]
    return out


def grid(rows: Sequence[Sequence[Picture]], gap: int = 3) -> Picture:
    """Pictures in rows, each row as high as its pictures, on white."""
    widths = [sum(p.shape[1] + gap for p in row) for row in rows]
    heights = [max(p.shape[0] for p in row) + gap for row in rows]
    page: NDArray[np.uint8] = np.full((sum(heights), max(widths), 3), 255, np.uint8)
    top = 0
    for row, height in zip(rows, heights, strict=True):
        left = 0
        for picture in row:
            page[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
            left += picture.shape[1] + gap
        top += height
    return page
