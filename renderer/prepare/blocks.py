"""What JPEG has done to a photo: the steps that it leaves between its blocks of 8 x 8 pixels."""

from __future__ import annotations

import cv2
import numpy as np

from renderer.faces.types import Floats, Picture

BLOCK = 8

MOST_PX = 640
"""Side of the middle part that is looked at: 6,400 blocks, in a few milliseconds."""

LARGEST_STEP = 6.0
"""Levels: a larger difference between two neighbours is a line of the picture."""


def blockiness(picture: Picture) -> float:
    """Steps between blocks in grey levels, beyond the differences inside them; at least 0.

    The smaller of the values along rows and columns: a fence or a weave has a period in one of them.
    Blocks are looked for at every phase, since a photo may have been cropped; one that was resized
    since has none. Pictures under three blocks have no measure: 0.
    """
    height, width = picture.shape[:2]
    top, left = max(0, (height - MOST_PX) // 2), max(0, (width - MOST_PX) // 2)
    part = np.ascontiguousarray(picture[top : top + MOST_PX, left : left + MOST_PX])
    luma = np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), np.float32)
    if min(luma.shape) < 3 * BLOCK:
        return 0.0
    return max(0.0, min(_steps(luma), _steps(np.ascontiguousarray(luma.T))))


def _steps(luma: Floats) -> float:
    """The same across columns: how far the strongest of the eight phases is above their median."""
    difference = np.abs(np.diff(luma, axis=1))
    step = difference[:, 1:-1] - (difference[:, :-2] + difference[:, 2:]) / 2
    columns = np.clip(step, -LARGEST_STEP, LARGEST_STEP).mean(axis=0)
    phases = columns[: len(columns) // BLOCK * BLOCK].reshape(-1, BLOCK).mean(axis=0)
    return float(phases.max() - np.median(phases))
