"""The few frames that decide: where a performance goes farthest, every bound is met or broken.

Judging eight extremes before drawing 125 frames is what makes the ladder of subtler drivers cost
seconds instead of clips.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderer.motion.channels import FaceCurves

MOST_POSES = 8

_ALIKE = 2
"""Extremes within this many frames of each other are one pose."""


def key_frames(curves: FaceCurves) -> tuple[int, ...]:
    """The frames of the extremes, in time order, at most `MOST_POSES`.

    Most telling first while choosing: closed lids, the fullest smile, each end of every head rotation
    and of the gaze.
    """
    blink = curves.blink.mean(axis=(1, 2))
    smile = curves.smile.mean(axis=1)
    gaze = curves.gaze.mean(axis=1)
    extremes = [blink, smile]
    for signed in (curves.yaw_deg, curves.pitch_deg, curves.roll_deg, gaze[:, 0], gaze[:, 1]):
        extremes += [signed, -signed]
    ranked = sorted(
        ((_peak(c), rank) for rank, c in enumerate(extremes) if c.max() > _floor(rank)),
        key=lambda item: item[1],
    )
    chosen: list[int] = []
    for frame, _ in ranked:
        if all(abs(frame - other) > _ALIKE for other in chosen):
            chosen.append(frame)
    return tuple(sorted(chosen[:MOST_POSES]))


def _peak(curve: NDArray[np.floating]) -> int:
    return int(np.argmax(curve))


def _floor(rank: int) -> float:
    """What counts as moving at all: lids and lips in shares, angles in degrees, gaze in iris radii."""
    if rank < 2:
        return 0.05
    return 0.5 if rank < 8 else 0.1
