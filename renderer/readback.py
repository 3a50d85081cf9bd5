"""Reading a drawn pose back: does an independent eye see what was commanded, and a whole face?

The 68-point network judges, because the mesh network has calibrated what is drawn. Each drawn pose is
compared with where the still's own points should have gone; a torn mouth, a melted cheek or a lid that
did not close all show as points in the wrong place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from renderer.faces import topology
from renderer.faces.crop import Crop
from renderer.faces.judge import judge_crop, landmarks68_of_frames, read
from renderer.faces.types import Floats, Mesh, Picture
from renderer.models import ModelStore
from renderer.motion.channels import FaceCurves
from renderer.motion.rig import HeadRig, carry
from renderer.performer import motion_at

# Bounds, in eye distances and shares of the open aperture. `python -m bench.gates` prints what every
# driver reaches on every test portrait at its natural intensity and at twice that.
MOST_ASTRAY = 0.075
STILL_OPEN = 0.65
CLOSED_COMMAND = 0.8
LEAST_APERTURE = 0.12
"""Eyes that the judge sees no more open than this in the still (narrowed, hooded, blurred) cannot be
seen to close either."""

_RIGID = np.r_[17:36, 48:68]
"""Brows, nose and mouth: the points whose way the rig knows. Lids are judged by their opening, and the
jaw's line slides along a turning head."""


@dataclass(frozen=True)
class Reference:
    """What the judge sees in the still: its crop, 68 points and the opening of both eyes."""

    crop: Crop
    points: Floats
    aperture: Floats
    eye_distance: float


@dataclass(frozen=True)
class PoseReading:
    """One drawn pose as read back. astray: mean distance of the judged points from where they should
    be, in eye distances. lids: opening of the eyes as a share of the still's, None where no closed
    lid was commanded or the judge cannot see one."""

    astray: float
    lids: float | None

    @property
    def faults(self) -> tuple[str, ...]:
        found = []
        if self.astray > MOST_ASTRAY:
            found.append("read_back")
        if self.lids is not None and self.lids > STILL_OPEN:
            found.append("lids_open")
        return tuple(found)


def look_at_still(still: Picture, mesh: Mesh, store: ModelStore) -> Reference:
    """The judge's view of the still, to compare every pose with."""
    crop = judge_crop(mesh)
    points = landmarks68_of_frames([still], crop, store)[0]
    left = points[topology.LEFT_EYE_68].mean(axis=0)
    right = points[topology.RIGHT_EYE_68].mean(axis=0)
    distance = float(np.linalg.norm(right - left))
    return Reference(crop, points, read(points).aperture, distance)


def read_back(
    frames: Sequence[Picture],
    numbers: Sequence[int],
    curves: FaceCurves,
    rig: HeadRig,
    still: Reference,
    store: ModelStore,
) -> tuple[PoseReading, ...]:
    """Read drawn `frames`, which are the frames `numbers` of `curves`."""
    if not frames:
        return ()
    seen = landmarks68_of_frames(frames, still.crop, store)
    readings = []
    for points, number in zip(seen, numbers, strict=True):
        expected = carry(rig, motion_at(curves, number), still.points[_RIGID])
        astray = np.linalg.norm(points[_RIGID] - expected, axis=1).mean() / still.eye_distance
        readings.append(PoseReading(float(astray), _lids(points, curves, number, still)))
    return tuple(readings)


def _lids(points: Floats, curves: FaceCurves, frame: int, still: Reference) -> float | None:
    commanded = curves.blink[frame].mean(axis=0)
    visible = (commanded >= CLOSED_COMMAND) & (still.aperture >= LEAST_APERTURE)
    if not visible.any():
        return None
    share = read(points).aperture[visible] / still.aperture[visible]
    return float(share.max())
