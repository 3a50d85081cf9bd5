"""The usual measures of a matte against the true one.

Rhemann, Rother, Wang, Gelautz, Kohli and Rott, "A Perceptually Motivated Online Benchmark for Image
Matting" (2009): sums over the pixels looked at, each divided by a thousand. Smaller is better.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

from renderer.faces.planes import floats
from renderer.faces.types import Floats

SLOPE_SIGMA = 1.4
"""Deviation in pixels of the Gaussian whose derivative measures slopes, as in the paper."""
STEP, FORGIVEN = 0.1, 0.15
"""Thresholds of connectivity are this far apart; distances up to `FORGIVEN` count as connected."""


class Errors(NamedTuple):
    """Sum of absolute differences, gradient error, connectivity error; each in thousands of pixels."""

    sad: float
    gradient: float
    connectivity: float


def errors(found: Floats, true: Floats) -> Errors:
    """How far `found` ``(h, w)`` 0..1 is from `true`."""
    sad = float(np.abs(found - true).sum())
    steep = (_steepness(found) - _steepness(true)) ** 2
    return Errors(sad / 1000, float(steep.sum()) / 1000, _connectivity(found, true) / 1000)


def _steepness(alpha: Floats) -> Floats:
    reach = int(
        np.ceil(SLOPE_SIGMA * np.sqrt(-2 * np.log(np.sqrt(2 * np.pi) * SLOPE_SIGMA * 0.01)))
    )
    x = np.arange(-reach, reach + 1, dtype=np.float64)
    bell = np.exp(-(x**2) / (2 * SLOPE_SIGMA**2)) / (SLOPE_SIGMA * np.sqrt(2 * np.pi))
    slope = -x * bell / SLOPE_SIGMA**2
    size = float(np.sqrt((np.outer(bell, slope) ** 2).sum()))
    across = cv2.sepFilter2D(alpha, cv2.CV_32F, slope / size, bell, borderType=cv2.BORDER_REPLICATE)
    down = cv2.sepFilter2D(alpha, cv2.CV_32F, bell, slope / size, borderType=cv2.BORDER_REPLICATE)
    return floats(np.hypot(across, down))


def _connectivity(found: Floats, true: Floats) -> float:
    """Opacity that hangs in the air: how far each pixel is above the highest threshold at which it is
    joined to the largest region that is opaque in both."""
    level = np.full(true.shape, -1.0, np.float32)
    steps = np.arange(0, 1 + STEP / 2, STEP)
    for below, step in pairwise(steps):
        both = ((found >= step) & (true >= step)).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(both, connectivity=4)
        if count > 1:
            joined = labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
        else:
            joined = np.zeros(true.shape, bool)
        level[(level == -1) & ~joined] = below
    level[level == -1] = 1
    phi = [1 - (alpha - level) * (alpha - level >= FORGIVEN) for alpha in (found, true)]
    return float(np.abs(phi[0] - phi[1]).sum())
