"""Smooth pictures, and holes in them filled with the smoothest surface that meets their rim."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats

SWEEPS = 24
"""Relaxation sweeps per pyramid level; the coarse levels have settled what is far from the rim."""
COARSEST = 16
"""Pixels of the short side below which the pyramid stops."""


def blurred(picture: NDArray[Any], sigma: float, sigma_y: float = 0) -> Floats:
    """`picture` under a Gaussian of `sigma` pixels, or `sigma_y` down its columns, ``float32``."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma, sigmaY=sigma_y), np.float32)


def fill(picture: Floats, hole: NDArray[np.bool_]) -> Floats:
    """``(h, w[, c]) float32`` with `hole` ``(h, w)`` solved by Laplace's equation."""
    levels: list[tuple[Floats, Floats]] = [(picture, np.asarray(~hole, np.float32))]
    while min(levels[-1][1].shape) > COARSEST:
        colour, weight = levels[-1]
        size = (-(-weight.shape[1] // 2), -(-weight.shape[0] // 2))
        small = np.asarray(cv2.resize(weight, size, interpolation=cv2.INTER_AREA), np.float32)
        sums = cv2.resize(colour * _per_channel(weight, colour), size, interpolation=cv2.INTER_AREA)
        mean = sums / _per_channel(np.maximum(small, np.float32(1e-4)), colour)
        levels.append((mean.astype(np.float32), small))
    colour, weight = levels[-1]
    mean = (colour * _per_channel(weight, colour)).sum((0, 1)) / max(float(weight.sum()), 1e-4)
    field: NDArray[Any] = np.broadcast_to(mean, colour.shape).astype(np.float32)
    kernel = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4
    for colour, weight in reversed(levels):
        size = (weight.shape[1], weight.shape[0])
        field = cv2.resize(field, size, interpolation=cv2.INTER_LINEAR)
        held = np.asarray(weight > 0.5, np.uint8)
        colour = np.ascontiguousarray(colour, np.float32)
        for _ in range(SWEEPS):
            cv2.copyTo(colour, held, field)
            field = cv2.filter2D(field, -1, kernel, borderType=cv2.BORDER_REPLICATE)
        cv2.copyTo(colour, held, field)
    return np.asarray(field, np.float32)


def _per_channel(weight: Floats, colour: Floats) -> Floats:
    """`weight` ``(h, w)``, to be multiplied with `colour`."""
    return weight if colour.ndim == 2 else weight[..., None]
