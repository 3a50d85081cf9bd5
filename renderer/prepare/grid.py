"""The 8 x 8 blocks of hard JPEG compression: found by their grid, and softened only along it.

A step between two pixels counts as the compressor's doing where it lies on the grid, is small, and its
neighbours on either side are calm. Edges of things are larger or lie elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces.types import Floats, Picture

SIDE = 8

BLOCKY = 1.7
"""Levels by which calm steps on the grid are higher than elsewhere. Three portraits saved anew: quality
75 measures 1.2-1.4, 60 1.8-2.0, 30 3.1-3.5, 10 over 7."""

CALM = 3.0
"""Levels between neighbours that still count as calm."""

STEP_OF_EXCESS, MOST_STEP = 4.0, 18.0
"""A step is the compressor's up to so many times the excess measured, and to so many levels."""

REACH = 16


@dataclass(frozen=True)
class Blocks:
    """`excess` in levels; a boundary lies before every column `x` with ``x % 8 == column``, and row."""

    excess: float
    column: int
    row: int


def read_blocks(picture: Picture, offsets: Sequence[tuple[slice, slice]]) -> Blocks:
    """The grid as the sample tiles at `offsets` of `picture` show it."""
    across, down = np.zeros((2, SIDE)), np.zeros((2, SIDE))
    for rows, columns in offsets:
        luma = np.asarray(cv2.cvtColor(picture[rows, columns], cv2.COLOR_RGB2GRAY), np.float32)
        _add(across, luma, columns.start)
        _add(down, luma.T, rows.start)
    (wide, column), (high, row) = _peak(across), _peak(down)
    return Blocks(min(wide, high), column, row)


def plan_deblocking(blocks: Blocks, strength: float = 1.0) -> Blocks | None:
    """The grid, if it is seen."""
    return blocks if blocks.excess >= BLOCKY and strength > 0 else None


def deblock(part: Floats, blocks: Blocks, corner: tuple[int, int], strength: float = 1.0) -> Floats:
    """``(h, w, 3) float32`` levels; `corner` is the column and row of the picture of the first one."""
    most = min(MOST_STEP, STEP_OF_EXCESS * blocks.excess)
    result = part.copy()
    _soften(result, (blocks.column - corner[0]) % SIDE, most, strength)
    turned = result.transpose(1, 0, 2)
    _soften(turned, (blocks.row - corner[1]) % SIDE, most, strength)
    return result


def _soften(pixels: Floats, first: int, most: float, strength: float) -> None:
    """In place: every boundary before columns `first`, `first` + 8, ... of ``(h, w, 3)``.

    The three pixels on either side are drawn onto the slope between the outermost ones, as the strong
    filter of ITU-T H.264, 8.7.2.4, does.
    """
    width = pixels.shape[1]
    at = np.arange(first, width - 2, SIDE)
    at = at[at >= 3]
    if at.size == 0:
        return
    p2, p1, p0 = (pixels[:, at - k] for k in (3, 2, 1))
    q0, q1, q2 = (pixels[:, at + k] for k in (0, 1, 2))
    step = np.abs(p0 - q0).max(axis=2, keepdims=True)
    calm = np.maximum(np.abs(p1 - p0), np.abs(q1 - q0)).max(axis=2, keepdims=True)
    calm = np.maximum(calm, np.maximum(np.abs(p2 - p1), np.abs(q2 - q1)).max(axis=2, keepdims=True))
    # Fades out towards the limits, so that no line is drawn where they are crossed.
    share = np.clip(2 - 2 * step / most, 0, 1) * np.clip(2 - calm / CALM, 0, 1)
    share *= np.float32(strength)
    pixels[:, at - 1] += share * ((p2 + 2 * p1 + 2 * p0 + 2 * q0 + q1) / 8 - p0)
    pixels[:, at] += share * ((p1 + 2 * p0 + 2 * q0 + 2 * q1 + q2) / 8 - q0)
    pixels[:, at - 2] += share * ((p2 + p1 + p0 + q0) / 4 - p1)
    pixels[:, at + 1] += share * ((p0 + q0 + q1 + q2) / 4 - q1)


def _add(sums: np.ndarray[tuple[int, ...], np.dtype[np.float64]], luma: Floats, start: int) -> None:
    """Adds, for each place in the grid, by how much calm steps exceed their neighbours, and how many."""
    steps = np.abs(np.diff(luma, axis=1))
    beside = (steps[:, :-2] + steps[:, 2:]) / 2
    excess = steps[:, 1:-1] - beside
    # Where nothing changes at all, as in a white wall, there is nothing to tell a grid by.
    is_calm = (beside < CALM) & (steps[:, 1:-1] + beside > 0)
    # Step k lies before column k + 1; the first one here is step 1.
    places = (np.arange(excess.shape[1]) + 2 + start) % SIDE
    for place in range(SIDE):
        calm = is_calm[:, places == place]
        sums[0, place] += float(excess[:, places == place][calm].sum())
        sums[1, place] += int(calm.sum())


def _peak(sums: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, int]:
    profile = sums[0] / np.maximum(sums[1], 1)
    place = int(profile.argmax())
    return float(profile[place] - np.delete(profile, place).mean()), place
