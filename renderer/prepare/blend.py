"""The original, brought back around a face that restoration has changed too much."""

from __future__ import annotations

import numpy as np

from renderer.faces.find import SURE_PRESENCE
from renderer.faces.types import Face, Floats, Picture

AROUND = (1.0, 1.1)
"""Half axes of the ellipse around the face's middle that is brought back whole, in the sides of its
box: hair and chin lie inside, and everything that the identity network looks at."""

FADE = 0.35
"""Of those axes, over which the restoration comes back beyond them."""

ROWS = 192


def blend_back(
    result: Picture, original: Picture, restored: Picture, face: Face, kept: float
) -> None:
    """Write into `result`, around `face`, the original with a share `kept` 0..1 of the restoration.

    `kept` 0 leaves the face exactly as it was in the original.
    """
    middle, axes = _ellipse(face)
    height, width = result.shape[:2]
    reach = [axis * (1 + FADE) for axis in axes]
    x0, x1 = (int(np.clip(middle[0] + sign * reach[0], 0, width)) for sign in (-1, 1))
    y0, y1 = (int(np.clip(middle[1] + sign * reach[1], 0, height)) for sign in (-1, 1))
    for top in range(y0, y1, ROWS):
        rows, columns = slice(top, min(top + ROWS, y1)), slice(x0, x1)
        taken = (1 - kept) * _inside(rows, columns, middle, axes)[..., None]
        was = original[rows, columns].astype(np.float32)
        now = restored[rows, columns].astype(np.float32)
        # Another face's ellipse may have been brought back here already: never further away again.
        other = result[rows, columns].astype(np.float32)
        blended = now + taken * (was - now)
        nearer = np.abs(blended - was) <= np.abs(other - was)
        result[rows, columns] = np.rint(np.where(nearer, blended, other))


def _ellipse(face: Face) -> tuple[tuple[float, float], tuple[float, float]]:
    if face.mesh.presence < SURE_PRESENCE:
        box = face.detection.box
        low, high = np.array([box.x0, box.y0]), np.array([box.x1, box.y1])
    else:
        points = face.mesh.points[:468, :2]
        low, high = points.min(axis=0), points.max(axis=0)
    x, y = (low + high) / 2
    side = float((high - low).max())
    return (float(x), float(y)), (AROUND[0] * side, AROUND[1] * side)


def _inside(
    rows: slice, columns: slice, middle: tuple[float, float], axes: tuple[float, float]
) -> Floats:
    """1 inside the ellipse, falling to 0 over `FADE`."""
    y = (np.arange(rows.start, rows.stop, dtype=np.float32) - middle[1]) / axes[1]
    x = (np.arange(columns.start, columns.stop, dtype=np.float32) - middle[0]) / axes[0]
    away = np.sqrt(y[:, None] ** 2 + x[None, :] ** 2)
    return np.asarray(np.clip((1 + FADE - away) / FADE, 0, 1), np.float32)
