"""One coat of damage over a picture, and the strokes and blots that coats are drawn with.

A coat is drawn at `SUPER` times the picture's size and averaged down, so that hair-thin scratches have
the soft edges that a scanner gives them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Points = NDArray[np.float64]
Random = np.random.Generator

SUPER = 2
_SHIFT = 4
"""Fractional bits of coordinates handed to OpenCV's line drawing."""


@dataclass(frozen=True)
class Coat:
    """Damage of one kind: ``picture * (1 - alpha) + colour * alpha``.

    `alpha` is ``(H, W) float32`` 0..1, `colour` ``(3,)`` or ``(H, W, 3)`` float32 0..255. `is_veil` says
    that the picture can still be made out below it (a stain, the bent band of a fold); else it is lost.
    """

    kind: str
    alpha: Floats
    colour: Floats
    is_veil: bool


class Canvas:
    """Strokes gathered at `SUPER` times the size, given back at the picture's size."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._ink = np.zeros((size[1] * SUPER, size[0] * SUPER), np.uint8)

    def stroke(self, points: Points, widths: Sequence[float], strength: float = 1.0) -> None:
        """A polyline of picture points; `widths` (pixels) may vary from piece to piece."""
        scaled = np.round((points * SUPER + (SUPER - 1) / 2) * (1 << _SHIFT)).astype(np.int32)
        shade = round(255 * min(strength, 1.0))
        for index in range(len(scaled) - 1):
            width = widths[index % len(widths)] * SUPER
            # OpenCV draws no line thinner than one pixel: the rest is said by its shade.
            cv2.line(
                self._ink,
                scaled[index].tolist(),
                scaled[index + 1].tolist(),
                round(shade * min(1.0, width)),
                max(1, round(width)),
                cv2.LINE_AA,
                _SHIFT,
            )

    def polygon(self, points: Points, strength: float = 1.0) -> None:
        scaled = np.round((points * SUPER + (SUPER - 1) / 2) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(self._ink, [scaled], round(255 * strength), cv2.LINE_AA, _SHIFT)

    def alpha(self, softness: float = 0.0) -> Floats:
        """What was drawn, ``(H, W) float32`` 0..1, blurred by `softness` pixels."""
        small = cv2.resize(self._ink, self._size, interpolation=cv2.INTER_AREA)
        ink = np.asarray(small, np.float32) / np.float32(255)
        return blurred(ink, softness) if softness > 0.2 else ink


def blurred(plane: NDArray[Any], sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)


def cloud(rng: Random, size: tuple[int, int], scale: float, octaves: int = 3) -> Floats:
    """Smooth noise ``(H, W)`` of unit deviation whose lumps are about `scale` pixels wide."""
    width, height = size
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        lump = max(scale / 2**octave, 1.0)
        grid = (max(2, round(width / lump) + 1), max(2, round(height / lump) + 1))
        noise = rng.standard_normal((grid[1], grid[0])).astype(np.float32)
        total += cv2.resize(noise, size, interpolation=cv2.INTER_CUBIC) / 2**octave
    return np.asarray((total - total.mean()) / (total.std() + 1e-6), np.float32)


def wander(
    rng: Random,
    start: Points,
    heading: float,
    length: float,
    step: float,
    jitter: float,
    bend: float,
) -> Points:
    """A path ``(n, 2)``: every `step` pixels the heading (radians) turns by noise.

    `jitter` is independent from step to step (a crack), `bend` lasts (a curved scratch).
    """
    count = max(2, round(length / step))
    turn = np.cumsum(rng.normal(0, bend, count)) + rng.normal(0, 1e-3)
    headings = heading + np.cumsum(turn * step / 40) + rng.normal(0, jitter, count)
    moves = np.column_stack([np.cos(headings), np.sin(headings)]) * step
    return np.vstack([start, start + np.cumsum(moves, 0)])


def paper_tone(rng: Random) -> Floats:
    """The colour that shows through: paper or scratched emulsion, light and a little warm."""
    light = rng.uniform(185, 255)
    warmth = rng.uniform(0, 26) if rng.random() < 0.5 else 0.0
    return np.array([light, light - warmth * 0.4, light - warmth], np.float32)


def dark_tone(rng: Random) -> Floats:
    """The colour of dirt, or of a negative's scratch printed."""
    return np.full(3, rng.uniform(0, 70), np.float32) + rng.uniform(0, 10, 3).astype(np.float32)


def any_tone(rng: Random, dark_share: float = 0.3) -> Floats:
    """Light or dark, now and then the coloured layer below (colour prints)."""
    if rng.random() < 0.06:
        return rng.uniform(0, 255, 3).astype(np.float32)
    return dark_tone(rng) if rng.random() < dark_share else paper_tone(rng)
