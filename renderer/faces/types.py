"""What the face networks found in a picture, as plain frozen data.

Conventions of the whole `renderer` package:

* A picture is ``(H, W, 3) uint8`` RGB, sRGB-encoded.
* Picture coordinates are float pixels, x right, y down; integer coordinates are pixel centres.
* Three-dimensional points use the OpenCV camera axes: x right, y down, z away from the viewer,
  in pixels of the same picture (weak perspective).
* "Left" and "right" are the sides of the *picture*, never of the sitter.
* Angles are degrees. ``yaw > 0``: the face looks to the picture's right; ``pitch > 0``: it looks
  down; ``roll > 0``: the crown leans to the picture's right (clockwise).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Box:
    """Axis-aligned box in picture pixels; `x1`, `y1` exclusive."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    def scaled(self, factor: float) -> Box:
        return Box(self.x0 * factor, self.y0 * factor, self.x1 * factor, self.y1 * factor)

    def shifted(self, dx: float, dy: float) -> Box:
        return Box(self.x0 + dx, self.y0 + dy, self.x1 + dx, self.y1 + dy)


@dataclass(frozen=True)
class Detection:
    """One face as the detector saw it.

    `keypoints` is ``(6, 2) float32``: left eye, right eye (picture sides), nose tip, mouth centre,
    left ear, right ear. `score` is 0..1.
    """

    box: Box
    score: float
    keypoints: Floats


@dataclass(frozen=True)
class Mesh:
    """478 landmarks: 468 of the face surface, then 5 for each iris (left of picture first).

    `points` is ``(478, 3) float32`` in picture pixels, camera axes. `presence` 0..1 is the network's
    own belief that there is a face.
    """

    points: Floats
    presence: float

    def scaled(self, factor: float) -> Mesh:
        """The same mesh in a picture resized by `factor` (pixel centres kept)."""
        points = self.points * np.float32(factor)
        points[:, :2] += np.float32((factor - 1) / 2)
        return Mesh(points, self.presence)

    def shifted(self, dx: float, dy: float) -> Mesh:
        """The same mesh in a picture whose origin moved by ``(-dx, -dy)``."""
        return Mesh(self.points + np.array([dx, dy, 0], np.float32), self.presence)


@dataclass(frozen=True)
class HeadPose:
    """The rigid fit of the canonical head to a mesh.

    A canonical point ``c`` (millimetres, camera axes: x right, y down, z away) appears at
    ``px_per_mm * rotation @ c + origin``. `rotation` is ``(3, 3) float64``, `origin` ``(3,)``.
    """

    rotation: NDArray[np.float64]
    origin: NDArray[np.float64]
    px_per_mm: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float


@dataclass(frozen=True)
class Face:
    """One person's face: where it is, how it is turned, and what the mesh says.

    `height_px` is forehead (landmark 10) to chin (152); `interocular_px` is pupil to pupil corrected
    for yaw; `frame_share` is face height over picture height.
    """

    detection: Detection
    mesh: Mesh
    pose: HeadPose
    height_px: float
    interocular_px: float
    frame_share: float

    def scaled(self, factor: float) -> Face:
        """The same face in a picture resized by `factor`."""
        half = (factor - 1) / 2
        return replace(
            self,
            detection=replace(
                self.detection,
                box=self.detection.box.scaled(factor),
                keypoints=self.detection.keypoints * np.float32(factor) + np.float32(half),
            ),
            mesh=self.mesh.scaled(factor),
            pose=replace(
                self.pose,
                origin=self.pose.origin * factor + np.array([half, half, 0.0]),
                px_per_mm=self.pose.px_per_mm * factor,
            ),
            height_px=self.height_px * factor,
            interocular_px=self.interocular_px * factor,
        )

    def shifted(self, dx: float, dy: float) -> Face:
        """The same face in a picture whose origin moved by ``(-dx, -dy)``."""
        return replace(
            self,
            detection=replace(
                self.detection,
                box=self.detection.box.shifted(dx, dy),
                keypoints=self.detection.keypoints + np.array([dx, dy], np.float32),
            ),
            mesh=self.mesh.shifted(dx, dy),
            pose=replace(self.pose, origin=self.pose.origin + np.array([dx, dy, 0.0])),
        )
