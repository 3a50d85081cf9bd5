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
    """``(h, w, c) float32`` with `hole` ``(h, w)`` solved by Laplace's equation, the rest unchanged."""
    levels: list[tuple[Floats, Floats]] = [(picture, np.asarray(~hole, np.float32))]
    while min(levels[-1][1].shape) > COARSEST:
        colour, weight = levels[-1]
        size = (-(-weight.shape[1] // 2), -(-weight.shape[0] // 2))
        small = np.asarray(cv2.resize(weight, size, interpolation=cv2.INTER_AREA), np.float32)
        sums = cv2.resize(colour * weight[..., None], size, interpolation=cv2.INTER_AREA)
        mean = sums / np.maximum(small, np.float32(1e-4))[..., None]
        levels.append((mean.astype(np.float32), small))
    colour, weight = levels[-1]
    mean = (colour * weight[..., None]).sum((0, 1)) / max(float(weight.sum()), 1e-4)
    field: NDArray[Any] = np.broadcast_to(mean, colour.shape).astype(np.float32)
    kernel = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4
    for colour, weight in reversed(levels):
        size = (weight.shape[1], weight.shape[0])
        field = cv2.resize(field, size, interpolation=cv2.INTER_LINEAR)
        held = (weight > 0.5)[..., None]
        for _ in range(SWEEPS):
            mixed = np.where(held, colour, field)
            field = cv2.filter2D(mixed, -1, kernel, borderType=cv2.BORDER_REPLICATE)
        field = np.where(held, colour, field)
    return field.astype(np.float32)
