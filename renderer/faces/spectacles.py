"""Does this face wear glasses? Read from lines that a bare face does not have.

A pair of glasses draws a level line across the root of the nose, an edge on either side of it, and
an arm over each temple. Wrinkles and brows draw lines too, but not those; how lined the forehead is
tells how much lines mean on this face. `bench/attributes.py` prints how often this is right.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces.chip import Chip
from renderer.faces.types import Floats

Window = tuple[int, int, int, int]
"""Rows then columns of a chip: top, bottom, left, right."""

BRIDGE: Window = (68, 108, 88, 105)
NASAL: tuple[Window, Window] = ((86, 110, 78, 92), (86, 110, 100, 114))
TEMPLES: tuple[Window, Window] = ((72, 102, 24, 44), (72, 102, 148, 168))
FOREHEAD: Window = (40, 60, 70, 122)
BROWS: tuple[Window, Window] = ((54, 76, 44, 84), (54, 76, 108, 148))
EYES: tuple[Window, Window] = ((80, 98, 50, 78), (80, 98, 114, 142))
CHEEKS: tuple[Window, Window] = ((112, 135, 50, 66), (112, 135, 126, 142))

# Logistic regression on the logarithms of the eight measures, in the order of `measures`, as
# ``python -m bench.attributes --fit`` prints it: 1,792 faces, 233 of them with glasses.
WEIGHTS = np.array([3.054, -2.255, 1.150, 1.868, 2.755, -1.265, -0.369, -2.328])
BIAS = 24.37
SURE = 0.3
"""Score from which a face counts as wearing glasses: here 4 of 100 pairs are missed and 3 of 100 bare
faces get one. A pair missed bends its frames; a pair imagined stiffens the skin around the eyes."""

SMALLEST = 1e-4

DARK_LENS = 0.42
"""Brightest part of both eyes over the cheeks under which the lenses are dark: of 228 bare eyes in
portraits, none is below 0.43."""


@dataclass(frozen=True)
class Spectacles:
    """`score` over 0: wears glasses. `are_dark`: the eyes behind them cannot be seen."""

    score: float
    are_dark: bool

    @property
    def worn(self) -> bool:
        return self.score >= SURE


def read_spectacles(chip: Chip) -> Spectacles:
    """Whether there are glasses on a levelled face."""
    score = float(np.log(np.maximum(measures(chip), SMALLEST)) @ WEIGHTS + BIAS)
    cheek = max(20.0, float(np.median([np.median(_cut(chip.luma, w)) for w in CHEEKS])))
    brightest = max(float(np.percentile(_cut(chip.luma, w), 85)) for w in EYES)
    return Spectacles(score, score >= SURE and brightest < DARK_LENS * cheek)


def measures(chip: Chip) -> Floats:
    """Bridge, its evenness, sides of the nose, weaker and stronger temple, forehead, brows, eyes."""
    # Light is divided out first: a shadow's edge is no rim.
    lit = chip.luma / (cv2.GaussianBlur(chip.luma, (0, 0), 14) + 12)
    flat = np.asarray(cv2.GaussianBlur(lit, (0, 0), 1.0), np.float32)
    level = _ridges(flat, 0, 2)
    upright = _ridges(flat, 2, 0)
    across = _cut(level, BRIDGE)
    line = np.abs(cv2.GaussianBlur(across, (0, 0), 1.2).mean(axis=1)).max()
    temples = sorted(_strongest_path(_cut(level, window)) for window in TEMPLES)
    nasal = min(_strongest_path(_cut(upright, window).T) for window in NASAL)
    return np.array(
        [
            line,
            line / (np.abs(across).mean() + 1e-3),
            nasal,
            temples[0],
            temples[1],
            np.abs(_cut(level, FOREHEAD)).mean(),
            np.mean([_strongest_path(_cut(level, window)) for window in BROWS]),
            np.mean([np.percentile(_cut(flat, window), 85) for window in EYES]),
        ],
        np.float32,
    )


def _ridges(image: Floats, dx: int, dy: int) -> Floats:
    second = cv2.Sobel(image, cv2.CV_32F, dx, dy, ksize=3) / 4
    return np.asarray(cv2.GaussianBlur(second, (0, 0), 0.8), np.float32)


def _cut(image: Floats, window: Window) -> Floats:
    top, bottom, left, right = window
    return image[top:bottom, left:right]


def _strongest_path(ridges: Floats) -> float:
    """Mean strength of the strongest line from left to right that climbs at most a row a column."""
    strength = np.abs(ridges)
    best = strength[:, 0]
    for column in strength.T[1:]:
        padded = np.pad(best, 1, mode="edge")
        best = column + np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    return float(best.max() / strength.shape[1])
