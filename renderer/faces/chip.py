"""A face levelled and brought to one size, so that simple measurements mean the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.topology import IRIS_CENTRES
from renderer.faces.types import Face, Floats, Picture

EYE_DISTANCE = 64.0
"""Pupil to pupil in a chip, pixels: 1 px is about 1 mm on the face."""

WIDTH, HEIGHT = 192, 240
EYES_AT = (96.0, 88.0)
"""Where the point between the eyes falls: forehead, chin and a little hair fit around it."""

AVERAGE_BELOW = 0.5
"""Larger faces are averaged down first: sampling every third pixel would alias hair into noise."""


@dataclass(frozen=True)
class Chip:
    """`pixels` is ``(240, 192, 3) uint8`` RGB, `luma` ``(240, 192) float32`` 0..255, `points`
    ``(478, 2) float32`` the mesh in chip pixels, `scale` chip pixels per picture pixel (over 1: the
    chip is an enlargement). Beyond the picture's border its edge is continued."""

    pixels: Picture
    luma: Floats
    points: Floats
    scale: float


def cut_chip(picture: Picture, face: Face) -> Chip:
    """The face of `picture`, eyes level, `EYE_DISTANCE` apart (foreshortening undone)."""
    points = face.mesh.points[:, :2].astype(np.float64)
    scale = EYE_DISTANCE / max(face.interocular_px, 1.0)
    turn = np.radians(face.pose.roll_deg)
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    middle = points[list(IRIS_CENTRES)].mean(axis=0)
    matrix = np.array([[cos, sin, 0.0], [-sin, cos, 0.0]])
    matrix[:, 2] = np.array(EYES_AT) - matrix[:, :2] @ middle

    pixels = sampled(picture, matrix, (WIDTH, HEIGHT))
    in_chip = points @ matrix[:, :2].T + matrix[:, 2]
    return Chip(
        pixels=pixels,
        luma=np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32),
        points=in_chip.astype(np.float32),
        scale=float(scale),
    )


def sampled(picture: Picture, matrix: NDArray[np.float64], size: tuple[int, int]) -> Picture:
    """``(h, w, 3)`` of `size` (w, h) pixels: `picture` through `matrix` ``(2, 3)``, which takes its
    pixels there by a turn, one scale and a shift. Averaged down first where it shrinks; beyond the
    picture's border its edge is continued."""
    scale = float(np.hypot(*matrix[:, 0]))
    source, there = picture, matrix
    x0, y0, x1, y1 = _window(matrix, size, picture.shape[1], picture.shape[0])
    if scale < AVERAGE_BELOW and x1 > x0 and y1 > y0:
        shrink = 2.0 * scale
        source = np.asarray(
            cv2.resize(
                picture[y0:y1, x0:x1], None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA
            ),
            np.uint8,
        )
        # A pixel u of the small picture is (u + 0.5) / shrink - 0.5 + origin in the large one.
        there = matrix.copy()
        there[:, :2] /= shrink
        there[:, 2] += matrix[:, :2] @ (np.array([x0, y0]) + 0.5 / shrink - 0.5)
    return np.asarray(
        cv2.warpAffine(
            source, there, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ),
        np.uint8,
    )


def _window(
    matrix: NDArray[np.float64], size: tuple[int, int], width: int, height: int
) -> tuple[int, int, int, int]:
    """The part of the picture that is looked at, with a rim, as x0, y0, x1, y1."""
    across, down = size
    corners = np.array([[0, 0], [across, 0], [0, down], [across, down]], np.float64)
    seen = (corners - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
    low, high = np.floor(seen.min(0)) - 4, np.ceil(seen.max(0)) + 4
    x0, y0 = np.clip(low, 0, (width, height)).astype(int)
    x1, y1 = np.clip(high, 0, (width, height)).astype(int)
    return int(x0), int(y0), int(x1), int(y1)
