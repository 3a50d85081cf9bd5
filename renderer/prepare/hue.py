"""Pictures of one hue, black and white, sepia or toned by hand: colour follows from brightness alone."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.planes import Mask
from renderer.faces.types import Floats, Picture

ONE_HUE = 2.6
"""Chroma not explained by brightness, in levels: toned prints up to 2.1, colour from 3.2."""

SEEN_SIDE = 512
"""Longest side of the copy that is looked at, where neither grain nor dust counts."""

FEWEST = 64
"""Pixels from which a hue can be told."""


@dataclass(frozen=True)
class Hue:
    """What colour each brightness has: `table` ``(256, 2) float32``, Cr and Cb for every luma."""

    table: Floats

    def laid_on(self, pixels: Picture) -> Picture:
        """``(n, 3) uint8`` with the same brightness, in this hue."""
        space = cv2.cvtColor(pixels.reshape(-1, 1, 3), cv2.COLOR_RGB2YCrCb)
        space[:, 0, 1:] = np.rint(self.table[space[:, 0, 0]]).clip(0, 255)
        return np.asarray(cv2.cvtColor(space, cv2.COLOR_YCrCb2RGB), np.uint8).reshape(-1, 3)


def fitted(pixels: NDArray[np.uint8]) -> tuple[Hue, float]:
    """The hue nearest to pixels ``(n, 3)``, and how far they lie from it: the larger standard deviation
    of their two colour differences, in levels."""
    space = cv2.cvtColor(pixels.reshape(-1, 1, 3), cv2.COLOR_RGB2YCrCb).reshape(-1, 3)
    values = space.astype(np.float64)
    fit, *_ = np.linalg.lstsq(_basis(values[:, 0]), values[:, 1:], rcond=None)
    apart = float((values[:, 1:] - _basis(values[:, 0]) @ fit).std(axis=0).max())
    return Hue((_basis(np.arange(256.0)) @ fit).astype(np.float32)), apart


def hue_of(picture: Picture, damage: Mask) -> Hue | None:
    """The one hue of a picture, or None where it has colours; pixels of `damage` do not count."""
    scale = min(1.0, SEEN_SIDE / max(picture.shape[:2]))
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    torn = cv2.resize(damage.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    sound = small[np.asarray(cv2.dilate(torn, np.ones((3, 3), np.uint8))) == 0]
    if len(sound) < FEWEST:
        return None
    hue, apart = fitted(sound)
    return hue if apart < ONE_HUE else None


def _basis(luma: NDArray[np.float64]) -> NDArray[np.float64]:
    light = luma / 255
    return np.stack([np.ones_like(light), light, light**2], axis=1)
