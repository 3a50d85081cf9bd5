"""A gentle sharpening of the eyes, and of nothing else: eyes are what one looks at first.

Only where they are soft. No pixel becomes lighter or darker than its neighbours were, so nothing can
glow and no rim appears; the white of the eye stays as white as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces import topology
from renderer.faces.attributes import CLOSED_EYE, eye_openness
from renderer.faces.clarity import sharpness
from renderer.faces.find import is_profile
from renderer.faces.types import Face, Floats, Picture

CRISP = 0.43
"""`sharpness` from which eyes are left alone: the modern portraits have 0.44 and more, prints that look
soft on the wall 0.42 and less. `python -m bench.restore_portraits` prints it for each."""

SMALLEST = 24.0
"""Pixels between the eyes: under this an eye is a handful of pixels, and sharpening draws dots."""

AMOUNT = 0.8
"""Of what a blur takes away, added again. At 1.2 the lashes of portrait 05 turn to wires."""

RADIUS = 0.018
"""Of the blur, in eye distances: the width of a lid's edge. At least 0.8 pixels."""

BEYOND_LIDS = 0.10
"""How far beyond the lids the lashes reach, in eye distances; fades out over as much again."""


@dataclass(frozen=True)
class SoftEyes:
    """The eyes of one face that are to be sharpened: `face` counts as in the picture, `amount` 0..1."""

    face: int
    amount: float


def plan_eyes(
    picture: Picture, faces: Sequence[Face], strength: float = 1.0
) -> tuple[SoftEyes, ...]:
    """Whose eyes are soft, and how much they are sharpened."""
    found = []
    for number, face in enumerate(faces):
        if is_profile(face) or face.interocular_px < SMALLEST:
            continue
        if sum(eye_openness(face)) / 2 < CLOSED_EYE:
            continue
        lacking = 1 - sharpness(picture, face) / CRISP
        if lacking > 0 and strength > 0:
            found.append(SoftEyes(number, strength * AMOUNT * min(1.0, 0.4 + lacking)))
    return tuple(found)


def sharpen_eyes(picture: Picture, face: Face, soft: SoftEyes) -> int:
    """Sharpen both eyes of `face`, in place; how many pixels that changed by more than two levels."""
    count = 0
    radius = max(0.8, RADIUS * face.interocular_px)
    reach = BEYOND_LIDS * face.interocular_px
    for ring in topology.EYE_RINGS:
        points = face.mesh.points[list(ring), :2]
        box = _window(points, 2 * reach + 4 * radius, picture)
        if box is None:
            continue
        x0, y0, x1, y1 = box
        part = picture[y0:y1, x0:x1]
        near = _near(points - np.array([x0, y0], np.float32), part.shape[:2], reach)
        before = part.astype(np.float32)
        part[...] = np.rint(_sharper(before, radius, soft.amount, near))
        count += int((np.abs(part - before) > 2).any(axis=2).sum())
    return count


def _sharper(pixels: Floats, radius: float, amount: float, near: Floats) -> Floats:
    """Brightness sharpened where `near` is 1; the same difference in every channel keeps the colour."""
    luma = np.asarray(pixels @ np.array([0.299, 0.587, 0.114], np.float32), np.float32)
    detail = luma - cv2.GaussianBlur(luma, (0, 0), radius)
    around = np.ones((3, 3), np.uint8)
    wanted = np.clip(luma + amount * detail, cv2.erode(luma, around), cv2.dilate(luma, around))
    change = near * (wanted - luma)
    return np.asarray(np.clip(pixels + change[..., None], 0, 255), np.float32)


def _near(points: Floats, size: tuple[int, int], reach: float) -> Floats:
    """1 within the lids and the lashes, fading out over `reach` pixels."""
    inside = np.zeros(size, np.uint8)
    cv2.fillPoly(inside, [np.rint(points).astype(np.int32)], 1)
    away = np.asarray(cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3), np.float32)
    return np.asarray(np.clip((2 * reach - away) / max(reach, 1e-3), 0, 1), np.float32)


def _window(points: Floats, rim: float, picture: Picture) -> tuple[int, int, int, int] | None:
    low = np.floor(points.min(axis=0) - rim)
    high = np.ceil(points.max(axis=0) + rim) + 1
    height, width = picture.shape[:2]
    x0, y0 = np.clip(low, 0, (width, height)).astype(int)
    x1, y1 = np.clip(high, 0, (width, height)).astype(int)
    return (int(x0), int(y0), int(x1), int(y1)) if x1 - x0 > 2 and y1 - y0 > 2 else None
