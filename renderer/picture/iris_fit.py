"""Move the mesh's iris onto the dark disc that this photo really shows.

The mesh's iris is good to about a fifth of its radius. Gaze cuts it out along its rim, where that much
is a crescent of white carried along, or a slice of iris left behind.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats
from renderer.picture.eye_geometry import EyeGeometry, Numbers
from renderer.picture.inpaint import blurred

SHIFTS_X = np.linspace(-0.30, 0.30, 13)
SHIFTS_Y = np.linspace(-0.36, 0.24, 11)
"""Iris radii; more upward than downward, since the mesh centres what the lids leave visible."""
SIZES = np.linspace(0.82, 1.14, 9)
RIM = 0.10
"""Half the thickness of the limbus in iris radii: lightness is compared on both sides of it."""
ANGLES = np.linspace(0, 2 * np.pi, 72, endpoint=False)
TRUST = 0.25
"""Iris radii of mesh error taken as ordinary."""
LEAST_SCORE = 0.33
"""Contrast of rim and disc together under which the mesh is the better judge (pale irises)."""
MOST_PIXELS = 400
"""Pixels of the opening that are looked at for each circle."""
LEAST_VISIBLE = 0.25
"""Share of the rim that must lie between the lids for a circle to be believed."""


def fit_iris(eye: EyeGeometry, light: Floats) -> tuple[EyeGeometry, float]:
    """`eye` with the iris where the rim is darkest inside and lightest outside (Daugman's operator).

    And how clearly it shows: over 0.5 in an ordinary photo, under 0.25 it could lie elsewhere as well.
    `light` is the luminance ``(h, w) float32`` over the eye's box; what lies between the lids counts.
    """
    radius = eye.iris_radius
    calm = blurred(light, max(0.6, 0.06 * radius))
    edge = 0.03 * eye.width
    between = (eye.v > eye.spread(eye.upper) + edge) & (eye.v < eye.spread(eye.lower) - edge)
    between &= (eye.u > 0.03) & (eye.u < 0.97)
    opening = between.astype(np.float32)
    scale = max(float(np.ptp(np.percentile(calm[between], [5, 95]))), 4.0) if between.any() else 4.0

    grid = np.stack(np.meshgrid(SHIFTS_X, SHIFTS_Y, SIZES, indexing="ij"), -1).reshape(-1, 3)
    centre = np.array(eye.iris) + radius * grid[:, :2]
    ring = np.stack([np.cos(ANGLES), np.sin(ANGLES)], -1)
    both = cv2.merge((opening, calm))

    def on_circle(factor: float) -> tuple[Floats, Floats]:
        """Opening and luminance on every circle, made larger by `factor`."""
        at = centre[:, None] + (factor * radius * grid[:, 2])[:, None, None] * ring
        at = at.astype(np.float32)
        found = np.asarray(
            cv2.remap(
                both, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            ),
            np.float32,
        )
        return found[..., 0], found[..., 1]

    (open_out, light_out), (open_in, light_in) = on_circle(1 + RIM), on_circle(1 - RIM)
    seen = open_out * open_in
    step = np.clip((light_out - light_in) / scale, -0.5, 0.7)
    visible = seen.mean(1)
    score = (seen * step).sum(1) / np.maximum(seen.sum(1), 1)
    score = np.where(visible > LEAST_VISIBLE, score, -1)
    away = (grid[:, 0] ** 2 + grid[:, 1] ** 2) / TRUST**2 + ((grid[:, 2] - 1) / 0.12) ** 2
    score = score + _divides(calm, between, centre, radius * grid[:, 2]) - 0.03 * away
    best = grid[int(np.argmax(score))]
    clear = float(score.max())
    if clear < LEAST_SCORE:
        return eye, clear
    moved = np.array(best[:2]) * radius
    u, v = eye.iris_uv
    fitted = replace(
        eye,
        iris=(float(eye.iris[0] + moved[0]), float(eye.iris[1] + moved[1])),
        iris_uv=(float(u + moved @ eye.along / eye.width), float(v + moved @ eye.across)),
        iris_radius=float(radius * best[2]),
    )
    return fitted, clear


def _divides(light: Floats, between: NDArray[np.bool_], centre: Numbers, radii: Numbers) -> Numbers:
    """How well each circle parts the opening into dark and light, 0..1 (Otsu's criterion).

    The rim alone is happiest where little of it shows; this asks that no iris be left outside.
    """
    ys, xs = np.nonzero(between)
    if len(xs) < 20:
        return np.zeros(len(radii))
    step = max(1, len(xs) // MOST_PIXELS)
    xs, ys = xs[::step], ys[::step]
    value = light[ys, xs].astype(np.float32)
    value = value - value.mean()
    # |p|^2 - 2 p.c < r^2 - |c|^2, with coordinates from the middle, which keeps it exact enough.
    middle = np.array([xs.mean(), ys.mean()])
    x, y = (np.asarray(2 * (at - m), np.float32) for at, m in zip((xs, ys), middle, strict=True))
    off = np.asarray(centre - middle, np.float32)
    reach = (radii**2 - ((centre - middle) ** 2).sum(1)).astype(np.float32)
    squares = off[:, :1] * -x
    squares -= off[:, 1:] * y
    squares += (x * x + y * y) / 4
    inside = (squares < reach[:, None]).astype(np.float32)
    # OpenCV's product: the threads of numpy's cost more than so small a matrix is worth.
    terms = np.stack([value, np.ones_like(value)], -1)
    sums = np.asarray(cv2.gemm(inside, terms, 1, np.zeros((0, 0), np.float32), 0))
    count = sums[:, 1]
    dark = -sums[:, 0] / np.maximum(count, 1)
    parted = dark * np.abs(dark) * count / np.maximum(len(xs) - count, 1)
    return np.asarray(parted / max(float(value.var()), 1.0))
