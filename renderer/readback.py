"""Reading a drawn pose back: does an independent eye see what was commanded, and a whole face?

The 68-point network judges, because the mesh network has calibrated what is drawn. Each drawn pose is
compared with where the still's own points should have gone: a torn mouth or a melted cheek shows as
points in the wrong place. Lids are judged by the separate iris network's eye contours: the 68 points
hardly see a lid close even when a real person shuts their eyes (`bench.judge` prints it: 0.8 of the
open aperture, against 0.14 by the contours).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from renderer.faces import topology
from renderer.faces.crop import Crop
from renderer.faces.iris import Eye, eye_crops, look_at_eye
from renderer.faces.judge import judge_crop, landmarks68_of_frames
from renderer.faces.types import Floats, Mesh, Picture
from renderer.models import ModelStore
from renderer.motion.channels import FaceCurves
from renderer.motion.rig import HeadRig, carry
from renderer.performer import motion_at

# Bounds, in eye distances and shares of the open aperture. `python -m bench.gates` prints what every
# driver reaches on every test portrait at its natural intensity and at twice that.
MOST_ASTRAY = 0.075
STILL_OPEN = 0.75
CLOSED_COMMAND = 0.85
LEAST_APERTURE = 0.12
"""Eyes that are no more open than this in the still (narrowed, hooded, blurred), as a share of their
width, cannot be seen to close either."""

LID_SAMPLES = 3
"""Crops averaged per eye."""

_RIGID = np.r_[17:36, 48:68]
"""Brows, nose and mouth: the points whose way the rig knows. Lids are judged by their opening, and the
jaw's line slides along a turning head."""


@dataclass(frozen=True)
class Reference:
    """What the judges see in the still: crops, 68 points and the opening of both eyes."""

    crop: Crop
    points: Floats
    eye_crops: tuple[Crop, Crop]
    aperture: tuple[float, float]
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
    crops = eye_crops(mesh)
    return Reference(crop, points, crops, apertures(still, crops, store), distance)


def apertures(picture: Picture, crops: tuple[Crop, Crop], store: ModelStore) -> tuple[float, float]:
    """How open the left and the right eye are: lid distance over eye width."""
    left, right = (opening(look_at_eye(picture, crop, store, LID_SAMPLES)) for crop in crops)
    return left, right


def opening(eye: Eye) -> float:
    """Mean distance of the lids over the middle third of an eye, over its width."""
    lids = np.linalg.norm(eye.upper[3:6] - eye.lower[3:6], axis=1).mean()
    return float(lids / np.linalg.norm(eye.lower[-1] - eye.lower[0]))


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
    for frame, points, number in zip(frames, seen, numbers, strict=True):
        expected = carry(rig, motion_at(curves, number), still.points[_RIGID])
        astray = np.linalg.norm(points[_RIGID] - expected, axis=1).mean() / still.eye_distance
        readings.append(PoseReading(float(astray), _lids(frame, curves, number, rig, still, store)))
    return tuple(readings)


def _lids(
    frame: Picture,
    curves: FaceCurves,
    number: int,
    rig: HeadRig,
    still: Reference,
    store: ModelStore,
) -> float | None:
    """The mean opening of the eyes as a share of the still's, where they should be shut."""
    commanded = curves.blink[number].mean(axis=0)
    open_now = np.array(still.aperture)
    visible = (commanded >= CLOSED_COMMAND) & (open_now >= LEAST_APERTURE)
    if not visible.any():
        return None
    motion = motion_at(curves, number)
    crops = []
    for crop in still.eye_crops:
        x, y = carry(rig, motion, np.array([[crop.x, crop.y]]))[0]
        crops.append(replace(crop, x=float(x), y=float(y)))
    now = np.array(apertures(frame, (crops[0], crops[1]), store))
    return float((now[visible] / open_now[visible]).mean())
