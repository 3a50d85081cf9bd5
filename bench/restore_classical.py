"""Damage found without a network: thin things that stand out, by oriented morphology.

Top-hats bring out what is lighter or darker than its surroundings and narrower than `WIDEST`. What is
long is told by opening the answer with a line in each of `DIRECTIONS`, what is round by a height that
grain does not reach. Faint parts that touch sure ones count as well, and the area is capped, as ours is.
This is what the network has to be better than; the bounds are those with the best F1 on pictures made
of training crops (`python -m bench.restore --tune`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces.planes import Mask, floats
from renderer.faces.types import Floats, Picture
from renderer.prepare.damage_mask import MOST

WIDEST = 7
"""Pixels that damage is wide at most."""
DIRECTIONS = 12


@dataclass(frozen=True)
class Bounds:
    """`long` pixels of a line; heights in deviations of the picture's own grain, at least in levels."""

    long: int = 15
    line: float = 3.0
    spot: float = 9.0
    least: float = 28.0
    faint: float = 0.6


TUNED = Bounds()


def find_by_morphology(picture: Picture, bounds: Bounds = TUNED) -> Mask:
    """Where `picture` is damaged, ``(H, W) bool``."""
    grey = floats(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (WIDEST, WIDEST))
    mark = np.zeros(grey.shape, bool)
    for operation in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
        height = floats(cv2.morphologyEx(grey, operation, disc))
        # The median of a top-hat is its grain: structure is rare.
        grain = float(np.median(height)) + 1e-3
        lines = _longest(height, bounds.long)
        line_bar = max(bounds.least, bounds.line * grain)
        spot_bar = max(2 * bounds.least, bounds.spot * grain)
        sure = (lines > line_bar) | (height > spot_bar)
        faint = (lines > bounds.faint * line_bar) | (height > bounds.faint * spot_bar)
        mark |= _touching(faint, sure)
    return mark if mark.mean() <= MOST else np.zeros_like(mark)


def _longest(height: Floats, length: int) -> Floats:
    """At each pixel the least `height` along the line through it that has the most, as an opening."""
    best = np.zeros_like(height)
    for k in range(DIRECTIONS):
        angle = np.pi * k / DIRECTIONS
        reach = np.round(np.array([np.cos(angle), np.sin(angle)]) * (length // 2)).astype(int)
        line = np.zeros((length, length), np.uint8)
        middle = np.array([length // 2, length // 2])
        cv2.line(line, (middle - reach).tolist(), (middle + reach).tolist(), 1)
        best = np.maximum(best, floats(cv2.morphologyEx(height, cv2.MORPH_OPEN, line)))
    return floats(best)


def _touching(faint: Mask, sure: Mask) -> Mask:
    _, labels = cv2.connectedComponents((faint | sure).astype(np.uint8), connectivity=8)
    kept = np.zeros(int(labels.max()) + 1, bool)
    kept[labels[sure]] = True
    kept[0] = False
    result: Mask = kept[labels]
    return result


def choices() -> Iterator[Bounds]:
    """What `--tune` chooses from."""
    for long, line, spot, least in itertools.product(
        (9, 15, 21), (3.0, 6.0, 9.0), (9.0, 15.0, 25.0), (8.0, 16.0, 28.0)
    ):
        yield Bounds(long, line, spot, least)
