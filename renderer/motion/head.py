"""An authored head: how deep the skull, the ears and the neck lie behind the face.

A face mesh ends at the hairline. Turning a head convincingly needs the depth of what lies beyond,
and that is the same for everybody to within what a ten-degree turn can show, so it is authored
from anthropometric means rather than learned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderer.faces.topology import CHIN, LEFT_EYE_OUTER, RIGHT_EYE_OUTER
from renderer.faces.types import HeadPose

# Adult means (Gordon et al., ANSUR 1988, men and women averaged): head breadth 148 mm,
# length 192 mm, height of the vault above the eyes about 115 mm. Hair adds about 10 mm.
SKULL_RADII_MM = (84.0, 122.0, 106.0)
NECK_RADIUS_MM = 62.0
# Centre of the skull and axis of the neck behind the outer eye corners, along the head's own axes.
SKULL_BEHIND_EYES_MM = 72.0
SKULL_ABOVE_EYES_MM = 18.0
NECK_BEHIND_EYES_MM = 88.0

# Where heads turn: yaw and pitch at the atlas (a little below and behind the ear canal), roll low in
# the neck. Offsets from the chin point, along the head's axes.
ATLAS_ABOVE_CHIN_MM = 30.0
ATLAS_BEHIND_EYES_MM = 82.0
NECK_BASE_BELOW_CHIN_MM = 50.0
NECK_BASE_BEHIND_EYES_MM = 95.0


@dataclass(frozen=True)
class HeadModel:
    """The skull ellipsoid, the neck cylinder and both pivots, in one picture.

    Points are ``(3,) float64`` picture pixels on camera axes; `rotation` turns head axes into camera
    axes; radii are pixels.
    """

    rotation: NDArray[np.float64]
    skull_centre: NDArray[np.float64]
    skull_radii: NDArray[np.float64]
    neck_point: NDArray[np.float64]
    neck_radius: float
    atlas: NDArray[np.float64]
    neck_base: NDArray[np.float64]


def fit_head(points: NDArray[np.floating], pose: HeadPose) -> HeadModel:
    """The authored head placed behind a face mesh (``(478, 3)``, picture pixels)."""
    rotation, scale = pose.rotation, pose.px_per_mm
    local = np.asarray(points, np.float64) @ rotation
    eyes = local[[LEFT_EYE_OUTER, RIGHT_EYE_OUTER]].mean(axis=0)
    chin = local[CHIN]

    def place(y: float, behind_eyes_mm: float) -> NDArray[np.float64]:
        here: NDArray[np.float64] = rotation @ np.array(
            [eyes[0], y, eyes[2] + behind_eyes_mm * scale]
        )
        return here

    return HeadModel(
        rotation=rotation,
        skull_centre=place(eyes[1] - SKULL_ABOVE_EYES_MM * scale, SKULL_BEHIND_EYES_MM),
        skull_radii=np.array(SKULL_RADII_MM) * scale,
        neck_point=place(chin[1], NECK_BEHIND_EYES_MM),
        neck_radius=NECK_RADIUS_MM * scale,
        atlas=place(chin[1] - ATLAS_ABOVE_CHIN_MM * scale, ATLAS_BEHIND_EYES_MM),
        neck_base=place(chin[1] + NECK_BASE_BELOW_CHIN_MM * scale, NECK_BASE_BEHIND_EYES_MM),
    )


def head_depth(
    model: HeadModel, x: NDArray[np.floating], y: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Depth of the nearest surface of skull or neck at picture points, same shape as `x`.

    Beyond the outline the depth of the outline itself is continued: hair and ears ride there.
    """
    return np.minimum(_ellipsoid_depth(model, x, y), _neck_depth(model, x, y))


def _ellipsoid_depth(
    model: HeadModel, x: NDArray[np.floating], y: NDArray[np.floating]
) -> NDArray[np.float64]:
    # Work in the unit sphere: q = diag(1/r) R^T (p - c); the viewing ray is p + t * (0, 0, 1).
    to_sphere = np.diag(1.0 / model.skull_radii) @ model.rotation.T
    ray = to_sphere[:, 2]
    start = (
        np.stack([x - model.skull_centre[0], y - model.skull_centre[1]], -1) @ to_sphere[:, :2].T
    )
    a = float(ray @ ray)
    b = start @ ray
    c = (start**2).sum(-1) - 1.0
    near = (-b - np.sqrt(np.maximum(b * b - a * c, 0.0))) / a
    return np.asarray(near + float(model.skull_centre[2]), np.float64)


def _neck_depth(
    model: HeadModel, x: NDArray[np.floating], y: NDArray[np.floating]
) -> NDArray[np.float64]:
    axis = model.rotation[:, 1]
    down = np.maximum(float(axis[1]), 0.5)
    along = (y - model.neck_point[1]) / down
    centre_x = model.neck_point[0] + along * axis[0]
    centre_z = model.neck_point[2] + along * axis[2]
    across = np.clip(np.abs(x - centre_x) / model.neck_radius, 0.0, 1.0)
    depth: NDArray[np.float64] = centre_z - model.neck_radius * np.sqrt(1.0 - across**2)
    return depth
