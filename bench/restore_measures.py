"""How near a restored picture is to the undamaged one, pixel by pixel, inside and outside of a mask."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces.planes import Mask, floats
from renderer.faces.types import Floats, Picture

# Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004.
SSIM_SIGMA, SSIM_LEVEL, SSIM_SPREAD = 1.5, (0.01 * 255) ** 2, (0.03 * 255) ** 2
# Xue et al., "Gradient magnitude similarity deviation", 2014: Prewitt, c for grey levels 0..255.
GMS_CONSTANT = 170.0
NOTICED = 2
"""Grey levels by which a pixel must differ to count as changed."""


@dataclass(frozen=True)
class Sums:
    """Squared error, SSIM and gradient similarity added up over `count` pixels."""

    squared: float = 0.0
    ssim: float = 0.0
    gradients: float = 0.0
    count: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.squared + other.squared,
            self.ssim + other.ssim,
            self.gradients + other.gradients,
            self.count + other.count,
        )

    @property
    def psnr(self) -> float:
        """Decibels; infinite for equal pictures."""
        mean = self.squared / max(self.count, 1)
        return float("inf") if mean == 0 else float(10 * np.log10(255**2 / mean))

    @property
    def mean_ssim(self) -> float:
        return self.ssim / max(self.count, 1)

    @property
    def mean_gradients(self) -> float:
        return self.gradients / max(self.count, 1)


def sums(picture: Picture, truth: Picture, where: Mask) -> Sums:
    """`picture` against `truth` over `where`."""
    apart = picture.astype(np.float32) - truth.astype(np.float32)
    squared = (apart**2).mean(2)
    one, other = _grey(picture), _grey(truth)
    return Sums(
        float(squared[where].sum()),
        float(_ssim(one, other)[where].sum()),
        float(_gradients(one, other)[where].sum()),
        int(where.sum()),
    )


def changed(picture: Picture, before: Picture) -> Mask:
    """Where any channel differs by more than `NOTICED`."""
    apart = np.abs(picture.astype(np.int16) - before.astype(np.int16)).max(2)
    result: Mask = apart > NOTICED
    return result


def _grey(picture: Picture) -> Floats:
    return floats(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))


def _ssim(one: Floats, other: Floats) -> Floats:
    def mean(plane: Floats) -> Floats:
        return floats(cv2.GaussianBlur(plane, (11, 11), SSIM_SIGMA))

    a, b = mean(one), mean(other)
    spread = mean(one * one) - a * a + mean(other * other) - b * b
    together = mean(one * other) - a * b
    level = (2 * a * b + SSIM_LEVEL) / (a * a + b * b + SSIM_LEVEL)
    return floats(level * (2 * together + SSIM_SPREAD) / (spread + SSIM_SPREAD))


def _gradients(one: Floats, other: Floats) -> Floats:
    across = np.repeat(np.array([[1, 0, -1]], np.float32) / 3, 3, axis=0)

    def steepness(plane: Floats) -> Floats:
        return floats(np.hypot(cv2.filter2D(plane, -1, across), cv2.filter2D(plane, -1, across.T)))

    a, b = steepness(one), steepness(other)
    return floats((2 * a * b + GMS_CONSTANT) / (a * a + b * b + GMS_CONSTANT))
