"""Where the lids, the iris and the skin around one eye lie, in the eye's own axes.

Everything about an eye is expressed in two coordinates: `u`, along the line from the eye's left to its
right corner (0..1 between them), and `v`, pixels across that line, down the face. A tilted head then
needs no special case. This file measures; it moves and paints nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats, Mesh

Side = Literal["left", "right"]
Numbers = NDArray[Any]

# Mesh vertices of each eye, ordered from the picture's left corner to its right corner.
UPPER: dict[Side, tuple[int, ...]] = {
    "left": (33, 246, 161, 160, 159, 158, 157, 173, 133),
    "right": (362, 398, 384, 385, 386, 387, 388, 466, 263),
}
LOWER: dict[Side, tuple[int, ...]] = {
    "left": (33, 7, 163, 144, 145, 153, 154, 155, 133),
    "right": (362, 382, 381, 380, 374, 373, 390, 249, 263),
}
BROW_EDGE: dict[Side, tuple[int, ...]] = {
    "left": (46, 53, 52, 65, 55),
    "right": (285, 295, 282, 283, 276),
}
IRIS: dict[Side, tuple[int, ...]] = {
    "left": (468, 469, 470, 471, 472),
    "right": (473, 474, 475, 476, 477),
}

CURVE_SAMPLES = 161
"""Samples of a curve over u = -0.3 .. 1.3: one per percent of the eye's width, finer than a pixel."""
CURVE_U = np.linspace(-0.3, 1.3, CURVE_SAMPLES, dtype=np.float32)


def smoothstep(x: Numbers, low: float, high: float) -> Floats:
    """0 below `low`, 1 above `high`, with zero slope at both ends."""
    t = np.clip((x - np.float32(low)) / np.float32(high - low), 0, 1).astype(np.float32)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def ramp(x: float, low: float, high: float) -> float:
    """`smoothstep` of one number."""
    t = min(1.0, max(0.0, (x - low) / (high - low)))
    return t * t * (3 - 2 * t)


@dataclass(frozen=True)
class EyeGeometry:
    """One eye of a mesh, over the box `(x0, y0, x1, y1)` of the picture.

    `u`, `v`: ``(h, w) float32`` coordinates of every pixel of the box (`u` in eye widths).
    `across`: unit vector of `v` in picture axes. `along`: unit vector of `u`.
    `upper`, `lower`, `brow`: ``(CURVE_SAMPLES,) float32``, `v` in pixels over `CURVE_U`.
    `iris`: centre in box pixels; `iris_radius`: pixels, from the mesh's iris points.
    `outer_is_left`: whether the temple side is at u = 0.
    """

    box: tuple[int, int, int, int]
    u: Floats
    v: Floats
    along: NDArray[np.float64]
    across: NDArray[np.float64]
    width: float
    opening: float
    upper: Floats
    lower: Floats
    brow: Floats
    iris: tuple[float, float]
    iris_uv: tuple[float, float]
    iris_radius: float
    outer_is_left: bool

    @property
    def shape(self) -> tuple[int, int]:
        return self.u.shape[0], self.u.shape[1]

    def spread(self, curve: Numbers) -> Floats:
        """A curve's value at every pixel's `u`: ``(h, w) float32``."""
        first, beyond = self._place
        values = np.asarray(curve, np.float32)
        low = values[first]
        return np.asarray(low + (values[first + 1] - low) * beyond, np.float32)

    @cached_property
    def _place(self) -> tuple[NDArray[np.intp], Floats]:
        """The sample of `CURVE_U` before every pixel's `u`, and how far past it, in samples."""
        at = (self.u - CURVE_U[0]) * np.float32((CURVE_SAMPLES - 1) / (CURVE_U[-1] - CURVE_U[0]))
        at = np.clip(at, 0, CURVE_SAMPLES - 1)
        first = np.minimum(at.astype(np.intp), CURVE_SAMPLES - 2)
        return first, (at - first).astype(np.float32)

    def origin(self) -> NDArray[np.float64]:
        """The eye's left corner in box pixels."""
        u, v = self.iris_uv
        return np.array(self.iris) - u * self.width * self.along - v * self.across

    def sample(self, picture: Numbers, u: Numbers, v: Numbers) -> Floats:
        """`picture` over the box read at eye coordinates `u` ``(n,)`` and `v` ``(m, n)``."""
        at = self.origin() + (u * self.width)[..., None] * self.along + v[..., None] * self.across
        at = at.astype(np.float32)
        found = cv2.remap(
            picture, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(found, np.float32)

    def displaced(self, picture: Numbers, down: Numbers) -> Floats:
        """`picture` over the box read `down` pixels further along `v` at every pixel."""
        ys, xs = np.mgrid[: self.shape[0], : self.shape[1]].astype(np.float32)
        found = cv2.remap(
            picture,
            (xs + down * np.float32(self.across[0])).astype(np.float32),
            (ys + down * np.float32(self.across[1])).astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        return np.asarray(found, np.float32)

    def from_iris(self) -> Floats:
        """Pixels from the iris's centre at every pixel of the box."""
        ys, xs = np.mgrid[: self.shape[0], : self.shape[1]].astype(np.float32)
        dx, dy = xs - np.float32(self.iris[0]), ys - np.float32(self.iris[1])
        return np.asarray(np.hypot(dx, dy), np.float32)

    def cropped(self, x0: int, y0: int, x1: int, y1: int) -> EyeGeometry:
        """The same eye over a part of its box, given in box pixels."""
        left, top = self.box[:2]
        return replace(
            self,
            box=(left + x0, top + y0, left + x1, top + y1),
            u=np.ascontiguousarray(self.u[y0:y1, x0:x1]),
            v=np.ascontiguousarray(self.v[y0:y1, x0:x1]),
            iris=(self.iris[0] - x0, self.iris[1] - y0),
        )

    def outward(self) -> Floats:
        """0 at the nose-side corner, 1 at the temple-side corner, at every pixel."""
        return np.asarray(1 - self.u if self.outer_is_left else self.u, np.float32)


def measure_eye(mesh: Mesh, side: Side, picture_shape: tuple[int, ...]) -> EyeGeometry:
    """The geometry of one eye. The box reaches 0.4 eye widths to the sides and 0.8 up and down."""
    points = mesh.points[:, :2].astype(np.float64)
    left, right = points[UPPER[side][0]], points[UPPER[side][-1]]
    width = max(float(np.linalg.norm(right - left)), 1.0)
    along = (right - left) / width
    across = np.array([-along[1], along[0]])
    box = _box(left, right, along, across, width, picture_shape)

    def to_uv(at: NDArray[np.float64]) -> NDArray[np.float64]:
        offset = at - left
        return np.stack([offset @ along / width, offset @ across], -1)

    ys, xs = np.mgrid[box[1] : box[3], box[0] : box[2]].astype(np.float64)
    uv = to_uv(np.stack([xs, ys], -1))
    upper = _margin(to_uv(points[list(UPPER[side])]))
    lower = np.maximum(_margin(to_uv(points[list(LOWER[side])])), upper)
    brow_uv = to_uv(points[list(BROW_EDGE[side])])
    order = np.argsort(brow_uv[:, 0])
    brow = np.interp(CURVE_U, brow_uv[order, 0], brow_uv[order, 1]).astype(np.float32)
    iris = points[list(IRIS[side])]
    radius = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
    iris_uv = to_uv(iris[0])
    return EyeGeometry(
        box=box,
        u=uv[..., 0].astype(np.float32),
        v=uv[..., 1].astype(np.float32),
        along=along,
        across=across,
        width=width,
        opening=float((lower - upper).max()),
        upper=upper,
        lower=lower,
        brow=brow,
        iris=(float(iris[0, 0] - box[0]), float(iris[0, 1] - box[1])),
        iris_uv=(float(iris_uv[0]), float(iris_uv[1])),
        iris_radius=radius,
        outer_is_left=side == "left",
    )


def _box(
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    along: NDArray[np.float64],
    across: NDArray[np.float64],
    width: float,
    picture_shape: tuple[int, ...],
) -> tuple[int, int, int, int]:
    reach_along, reach_across = along * 0.4 * width, across * width
    corners = np.array(
        [
            left - reach_along - 0.8 * reach_across,
            right + reach_along - 0.8 * reach_across,
            left - reach_along + 0.75 * reach_across,
            right + reach_along + 0.75 * reach_across,
        ]
    )
    low, high = np.floor(corners.min(0)).astype(int), np.ceil(corners.max(0)).astype(int) + 1
    height, wide = picture_shape[:2]
    x0, y0 = int(np.clip(low[0], 0, wide - 1)), int(np.clip(low[1], 0, height - 1))
    x1, y1 = int(np.clip(high[0], x0 + 1, wide)), int(np.clip(high[1], y0 + 1, height))
    return x0, y0, x1, y1


def _margin(uv: NDArray[np.float64]) -> Floats:
    """A lid margin as a smooth arc through its landmarks, 0 beyond the corners.

    u (1 - u) times a cubic: pinned at both corners, no wiggles between nine jittery landmarks.
    """
    inner = uv[1:-1]
    bump = inner[:, 0] * (1 - inner[:, 0])
    basis = bump[:, None] * np.vander(inner[:, 0], 4, increasing=True)
    # A little ridge: a nearly closed or foreshortened eye leaves the cubic undetermined.
    gram = basis.T @ basis + 1e-5 * np.eye(4)
    weights = np.linalg.solve(gram, basis.T @ inner[:, 1])
    u = np.clip(CURVE_U.astype(np.float64), 0, 1)
    arc = u * (1 - u) * (np.vander(u, 4, increasing=True) @ weights)
    return arc.astype(np.float32)
