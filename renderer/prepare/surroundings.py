"""What lies around a head: a busy background close to the hair, which the matte may mistake for it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.crop import averaged
from renderer.faces.planes import Mask
from renderer.faces.territory import face_axes
from renderer.faces.types import Face, Floats, Picture

UNIT_PX = 64
"""The face's height in a head view."""

SIDE_PX = 256
"""Side of a head view: four face heights, a head with a wide hat in the middle of it."""

HEAD = (0.62, 0.85)
"""Half width and half height of a head with its hair, in face heights."""

ABOVE = 0.12
"""The head's middle lies this far above the face's, in face heights."""

RING = 1.6
"""The ring around the head reaches to this many times its size."""

TEXTURE = 0.05
"""Radius in face heights over which the background may vary; the same as the matte's judge takes."""


@dataclass(frozen=True)
class HeadView:
    """A head with what is around it, upright: `pixels` ``(256, 256, 3) uint8`` RGB, the face's middle in
    the middle, the face 64 pixels high; `known` ``(256, 256) bool``, where the picture reaches; `points`
    ``(478, 2) float32``, the mesh in pixels of the view."""

    pixels: Picture
    known: Mask
    points: Floats


def view_head(picture: Picture, face: Face) -> HeadView:
    """The view of a face of `picture`."""
    middle, _, _ = face_axes(face)
    scale = UNIT_PX / max(face.height_px, 1.0)
    turn = np.radians(face.pose.roll_deg)
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    matrix = np.array([[cos, sin, 0.0], [-sin, cos, 0.0]])
    matrix[:, 2] = SIDE_PX / 2 - matrix[:, :2] @ np.asarray(middle, np.float64)
    points = face.mesh.points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    pixels, known = _seen_through(picture, matrix)
    return HeadView(pixels, known, points.astype(np.float32))


def _seen_through(picture: Picture, matrix: NDArray[np.float64]) -> tuple[Picture, Mask]:
    """The view's pixels by way of `matrix` ``(2, 3)`` from the picture to it, and where it has any.

    A large face is averaged down by a whole factor first: a fractional one would cost more than all
    else that is measured of it.
    """
    back = cv2.invertAffineTransform(matrix)
    ends = (
        np.array([[x, y] for x in (0, SIDE_PX) for y in (0, SIDE_PX)]) @ back[:, :2].T + back[:, 2]
    )
    limits = np.array([picture.shape[1], picture.shape[0]])
    low = np.clip(np.floor(ends.min(axis=0)) - 2, 0, limits - 1).astype(int)
    high = np.clip(np.ceil(ends.max(axis=0)) + 2, low + 1, limits).astype(int)
    factor = max(1, min(int(0.5 / np.hypot(*matrix[:, 0])), *(high - low)))
    part = averaged(picture[low[1] : high[1], low[0] : high[0]], factor)
    there = matrix.copy()
    there[:, 2] += matrix[:, :2] @ (low + (factor - 1) / 2)
    there[:, :2] *= factor
    pixels = cv2.warpAffine(part, there, (SIDE_PX, SIDE_PX), borderMode=cv2.BORDER_REPLICATE)
    steps = np.arange(SIDE_PX, dtype=np.float64)
    x = back[0, 0] * steps[None] + back[0, 1] * steps[:, None] + back[0, 2]
    y = back[1, 0] * steps[None] + back[1, 1] * steps[:, None] + back[1, 2]
    known = (x >= 0) & (x <= limits[0] - 1) & (y >= 0) & (y <= limits[1] - 1)
    return np.asarray(pixels, np.uint8), np.asarray(known, np.bool_)


def busyness(view: HeadView) -> float:
    """Mean local standard deviation of the luma, 0..1, in a ring around the head, above the chin."""
    luma = cv2.cvtColor(view.pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) / np.float32(255)
    radius = TEXTURE * UNIT_PX
    mean = cv2.GaussianBlur(luma, (0, 0), radius)
    texture = np.sqrt(np.maximum(cv2.GaussianBlur(luma * luma, (0, 0), radius) - mean**2, 0))
    looked_at = _ring() & view.known
    return float(texture[looked_at].mean()) if looked_at.any() else 0.0


def _ring() -> Mask:
    y, x = (np.mgrid[0:SIDE_PX, 0:SIDE_PX] - SIDE_PX / 2) / UNIT_PX
    far = np.hypot(x / HEAD[0], (y + ABOVE) / HEAD[1])
    return np.asarray((far > 1) & (far < RING) & (y < 0.5), np.bool_)
