"""The frame in which the lids network sees an eye: upright, the nose to the right, as wide as another.

An eye is laid out so that its corners are `EYE_WIDTH` pixels apart in one row, the temple-side one on
the left. Curves are kept as rows of that frame, one per column.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats
from renderer.picture.eye_geometry import CURVE_U, EyeGeometry

EYE_WIDTH = 48
"""Pixels between the corners: what the network says of light and creases is no finer than this."""
COLUMNS, ROWS = 88, 80
LEFT, LEVEL = 20, 43
"""Column of the temple-side corner, and row of the line between the corners."""
U = ((np.arange(COLUMNS) - LEFT) / EYE_WIDTH).astype(np.float32)
"""Eye widths from the temple-side corner, of every column."""
V = (np.arange(ROWS) - LEVEL).astype(np.float32)
"""Pixels of this frame below the line between the corners, of every row."""


@dataclass(frozen=True)
class Framed:
    """One eye in this frame: `light` ``(ROWS, COLUMNS) float32`` 0..255, and the ``(COLUMNS,) float32``
    rows below the corners' line of its margins and of its brow's lower edge."""

    light: Floats
    upper: Floats
    lower: Floats
    brow: Floats


def places(eye: EyeGeometry) -> tuple[Floats, Floats]:
    """Box pixels ``(ROWS, COLUMNS)``, x and y, of every pixel of this frame."""
    u = U if eye.outer_is_left else 1 - U
    scale = eye.width / EYE_WIDTH
    at = eye.origin() + (u * eye.width)[None, :, None] * eye.along
    at = at + (V * scale)[:, None, None] * eye.across
    return at[..., 0].astype(np.float32), at[..., 1].astype(np.float32)


def framed(light: Floats, eye: EyeGeometry) -> Framed:
    """The eye of the luminance `light` ``(h, w)`` over its box."""
    scale = eye.width / EYE_WIDTH
    if scale > 1:  # otherwise grain would come through as noise of this frame
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), 0.45 * scale), np.float32)
    x, y = places(eye)
    seen = cv2.remap(light, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Framed(
        np.asarray(seen, np.float32), *(_row(eye, c) for c in (eye.upper, eye.lower, eye.brow))
    )


def _row(eye: EyeGeometry, curve: NDArray[np.float32]) -> Floats:
    u = U if eye.outer_is_left else 1 - U
    rows = np.interp(u, CURVE_U, curve * (EYE_WIDTH / eye.width))
    return np.asarray(rows, np.float32)


def geometry(upper: Floats, lower: Floats, brow: Floats) -> EyeGeometry:
    """An `EyeGeometry` whose box is this frame."""
    curves = [np.interp(CURVE_U, U, c).astype(np.float32) for c in (upper, lower, brow)]
    u, v = np.meshgrid(U, V)
    iris = (LEFT + 0.5 * EYE_WIDTH, LEVEL + 0.5 * float((upper + lower)[COLUMNS // 2]))
    return EyeGeometry(
        box=(0, 0, COLUMNS, ROWS),
        u=u.astype(np.float32),
        v=v.astype(np.float32),
        along=np.array([1.0, 0.0]),
        across=np.array([0.0, 1.0]),
        width=float(EYE_WIDTH),
        opening=float((lower - upper).max()),
        upper=curves[0],
        lower=curves[1],
        brow=curves[2],
        iris=iris,
        iris_uv=(0.5, iris[1] - LEVEL),
        iris_radius=0.2 * EYE_WIDTH,
        outer_is_left=True,
    )
