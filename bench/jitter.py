"""Does anything tremble? Pose and pixels over frames in which hardly anything was told to move."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Picture

STRETCH = 12
"""Frames in a row that are looked at: about half a second."""

SPEED_UNIT = np.array([0.06, 1.0, 1.0, 1.0, 0.15, 0.15, 0.1])
"""What counts as equally quick per frame: smile (10 mm), three angles (degrees), gaze (iris radii,
twice), blink. Only finds the quietest stretch."""

Curve = NDArray[np.float64]


def quietest(commanded: Curve, length: int = STRETCH) -> int:
    """First frame of the quietest stretch in which the head is away from the still.

    `commanded` ``(N, 7)`` in the order of `bench.readback.CHANNELS`. The still ends do not count:
    there every frame is the same picture.
    """
    speed = np.abs(np.diff(commanded[:, :7], axis=0)).__truediv__(SPEED_UNIT).max(axis=1)
    away = np.abs(commanded[:, 1:4]).max(axis=1) > 0.05
    best, quietest_yet = 0, np.inf
    for start in range(len(commanded) - length):
        if not away[start : start + length].all():
            continue
        fastest = float(speed[start : start + length - 1].max())
        if fastest < quietest_yet:
            best, quietest_yet = start, fastest
    return best


def tremble(values: Curve) -> Curve:
    """RMS of the second differences of ``(N, ...)`` values over the first axis."""
    return np.asarray(np.sqrt(np.mean(np.square(np.diff(values, n=2, axis=0)), axis=0)))


def warped_error(frames: Sequence[Picture]) -> float:
    """Mean absolute difference, in grey levels, of each frame to the one before it moved along the
    optical flow between them: what changed other than by moving."""
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    greys = [cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2GRAY) for frame in frames]
    errors = []
    for before, now in pairwise(greys):
        field = np.asarray(flow.calc(now, before, np.zeros((*now.shape, 2), np.float32)))
        y, x = np.mgrid[: now.shape[0], : now.shape[1]].astype(np.float32)
        carried = cv2.remap(
            before, x + field[..., 0], y + field[..., 1], cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        errors.append(float(cv2.absdiff(carried, now).mean()))
    return float(np.mean(errors)) if errors else 0.0
