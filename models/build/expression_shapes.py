"""Displacement shapes of the face: the smile fitted to people, brows and lower lids authored.

A linear model on purpose: how one person's smile differs from another's cannot be told from their
neutral face (ridge regression and appearance models beat the mean by 2-3 %), but with the travel of
each mouth corner given, the mean shape leaves less than half of the error.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.build.expression_pairs import Smile
from renderer.motion.expression import CORNERS, MM_PER_UNIT

FloatArray = NDArray[np.float64]

_SIDE_PRIOR = 100.0
"""mm^2 of evidence (sum of squared half differences between the corners) at which the measured
effect of asymmetry weighs as much as the prior that each corner moves its own half."""

_MIDLINE_MM = 12.0
"""Half width of the band around the midline in which both corners move the skin."""

_INNER_LIPS = [(13, 14), (82, 87), (81, 178), (80, 88), (191, 95)]
"""Upper and lower landmark of the lips' inner edge, left half."""

_BRIDGE_AND_EYES = [6, 168, 197, 33, 133, 263, 362, 1]
"""Landmarks that a smile cannot push backward; what they show is the mesh's own error."""

_DEPTH_TRUST = 0.85
"""Of the measured movement in depth: the mesh infers it from a frontal photo, and the surface of a
real cheek and dental arch allows a little less."""

_TEETH_HALF_WIDTH_MM = 18.0
"""From the midline to the last tooth that a smile shows in full."""

_LIPS_TOOTHY = 0.25
"""Of the lips' middle in a toothy smile: lips slide over teeth, which cannot rise with them."""


def mirror_of(vertices: FloatArray) -> NDArray[np.int64]:
    """``(468,)``: for each landmark its twin on the other side of the canonical face."""
    twins = vertices * [-1.0, 1.0, 1.0]
    distances = np.linalg.norm(vertices[:, None] - twins[None], axis=2)
    nearest: NDArray[np.int64] = distances.argmin(1)
    return nearest


def smooth_step(value: FloatArray, start: float, end: float) -> FloatArray:
    """0 before `start`, 1 after `end`, no kink between."""
    t = np.clip((value - start) / (end - start), 0.0, 1.0)
    eased: FloatArray = t * t * (3.0 - 2.0 * t)
    return eased


def fitted_smile(
    smiles: Sequence[Smile], vertices: FloatArray, *, hold_gap: bool
) -> tuple[FloatArray, FloatArray]:
    """(left, right) ``(468, 3)`` per unit of corner travel; one mirrors the other.

    With `hold_gap` the opening between the lips is a second regressor, so that the answer is what
    travel does while the opening stays.
    """
    twin = mirror_of(vertices)
    moved = np.concatenate([[s.moved, _mirrored(s.moved, twin)] for s in smiles])
    way = moved[:, CORNERS[0], :2].mean(0)
    way /= np.linalg.norm(way)
    left = moved[:, CORNERS[0], :2] @ way
    right = moved[:, CORNERS[1], :2] @ (way * [-1.0, 1.0])
    mean, half = (left + right) / 2, (left - right) / 2
    grown = np.repeat([s.gap_grown for s in smiles], 2)
    regressors = np.stack([mean, grown], 1) if hold_gap else mean[:, None]
    flat = moved.reshape(len(moved), -1)
    together = np.linalg.lstsq(regressors, flat, rcond=None)[0][0].reshape(-1, 3)
    sided = np.clip(-vertices[:, 0] / _MIDLINE_MM, -1.0, 1.0)[:, None] * together
    residual = moved - mean[:, None, None] * together - half[:, None, None] * sided
    apart = sided + np.tensordot(half, residual, 1) / (half @ half + _SIDE_PRIOR)
    one = (together + apart) / 2
    return one, _mirrored(one, twin)


def finished_smile(raw: FloatArray, vertices: FloatArray, *, is_toothy: bool) -> FloatArray:
    """A fitted shape made fit for pictures: ``(468, 3) float32``-ready, millimetres per unit.

    Nothing above the lower lids moves, depth keeps only what flesh can do, the outline's depth
    rests (the neck behind it does), and the opening between the lips neither grows nor shrinks.
    """
    shape = raw.copy()
    x, y = vertices[:, 0], vertices[:, 1]
    shape[:, 2] -= shape[_BRIDGE_AND_EYES, 2].mean()
    inside = 1.0 - smooth_step(np.hypot(x / 74.0, (y - 5.0) / 92.0), 0.72, 1.0)
    on_nose = 1.0 - smooth_step(np.abs(x), 6.0, 16.0)
    on_nose *= 1.0 - smooth_step(y, 14.0, 24.0)
    shape[:, 2] *= _DEPTH_TRUST * inside * (1.0 - on_nose)
    below_eyes = smooth_step(y, -29.0, -20.0)
    outline = 1.0 - 0.5 * (1.0 - inside)
    shape *= (below_eyes * outline)[:, None]
    _hold_lips(shape, vertices)
    if is_toothy:
        near_lips = (y > 32.0) & (y < 58.0)
        middle = 1.0 - smooth_step(np.abs(x), 0.0, _TEETH_HALF_WIDTH_MM)
        shape[near_lips] *= (1.0 - (1.0 - _LIPS_TOOTHY) * middle[near_lips])[:, None]
    return shape * MM_PER_UNIT


def _hold_lips(shape: FloatArray, vertices: FloatArray) -> None:
    twin = mirror_of(vertices)
    for upper, lower in _INNER_LIPS:
        for a, b in ((upper, lower), (int(twin[upper]), int(twin[lower]))):
            shape[[a, b]] = shape[[a, b]].mean(0)


def raised_brows(vertices: FloatArray) -> FloatArray:
    """Both brows up by 5 mm: ``(468, 3)`` millimetres per unit.

    The brow rises whole, a little less at its ends; the forehead above is pushed together towards
    the hairline, the skin below stretches and the lid's fold follows a little; lid margins stay, as
    opening an eye further would need white that the photo does not show.
    """
    x, y = np.abs(vertices[:, 0]), vertices[:, 1]
    brow_line = np.interp(x, [0.0, 12.0, 35.0, 56.0, 75.0], [-44.0, -45.0, -48.5, -41.5, -34.0])
    fold_line = np.interp(x, [0.0, 13.0, 32.0, 50.0, 75.0], [-30.0, -30.0, -33.0, -30.0, -24.0])
    above = 1.0 - smooth_step(brow_line - y, 4.0, 36.0)
    fold = smooth_step(fold_line - y, -2.5, 0.0)
    below = 0.15 * fold + 0.85 * smooth_step(fold_line - y, 0.0, 9.0)
    along = np.interp(x, [0.0, 10.0, 22.0, 42.0, 57.0, 74.0], [0.55, 0.8, 0.95, 1.0, 0.8, 0.0])
    up = 5.0 * np.where(y < brow_line, above, below) * along
    slope_back = np.interp(-y, [30.0, 50.0, 66.0, 83.0], [0.0, 0.1, 0.25, 0.35])
    return np.stack([np.zeros_like(up), -up, slope_back * up], 1)


def raised_lower_lids(vertices: FloatArray) -> FloatArray:
    """Both lower lids up by 2 mm at their middle: ``(468, 3)`` millimetres per unit.

    The skin below follows, fading over the upper cheek, and is drawn slightly towards the outer eye
    corner, as the ring muscle of the eye pulls; the upper lid and the eye corners stay.
    """
    x, y = vertices[:, 0], vertices[:, 1]
    offset = np.abs(x) - 33.0
    margin = np.interp(np.abs(x), [18.0, 32.0, 45.0], [-25.5, -23.5, -27.0])
    across = np.exp(-((offset / 13.0) ** 2))
    under = 1.0 - smooth_step(y - margin, 2.0, 24.0)
    over = smooth_step(y - margin, -3.0, -0.5)
    up = 2.0 * across * under * over
    return np.stack([np.sign(x) * 0.15 * up, -up, np.zeros_like(up)], 1)


def _mirrored(shape: FloatArray, twin: NDArray[np.int64]) -> FloatArray:
    mirrored: FloatArray = shape[twin] * [-1.0, 1.0, 1.0]
    return mirrored
