"""How a smile, the brows and the lower lids move the landmarks of one face: numbers only.

The shapes come from `models/build/train_expression.py`. This file fits them to a head; it must not
touch pixels, and it does not decide how much a face may smile (only states the caps).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats, HeadPose, Mesh

MM_PER_UNIT = 10.0
"""One unit of the channel `smile` is this much travel of a mouth corner."""
SURFACE_POINTS = 468
CORNERS = (61, 291)
"""Landmarks of the mouth corners: left and right side of the picture."""


class Mouth(Enum):
    """What the photo shows between the lips; it decides which smile is possible.

    Nothing new may appear between the lips, so a mouth keeps the opening that it has.
    """

    CLOSED = "closed"
    PARTED = "parted without teeth"
    TOOTHY = "toothy"


SMILE_CAP: dict[Mouth, float] = {
    Mouth.CLOSED: 0.9,  # beyond 9 mm of travel skin looks like rubber
    Mouth.PARTED: 0.6,  # a dark gap that widens further becomes a smirk
    Mouth.TOOTHY: 0.45,  # teeth are part of the picture and would widen with the lips
}
"""Largest natural value of the channel `smile`; 0.3 to 0.7 looks at ease."""


@dataclass(frozen=True)
class ExpressionBasis:
    """Displacements of the 468 surface landmarks in head axes, millimetres, float32.

    Head axes: x to the picture's right, y down the face, z away from the viewer, for a face that
    looks straight ahead.

    smile: ``(2, 468, 3)`` left and right mouth corner travelling one unit, lips as they are.
    toothy: ``(2, 468, 3)`` the same where teeth show: the middle of the lips stays on the teeth.
    brow: ``(468, 3)`` both brows raised by one unit (5 mm).
    squint: ``(468, 3)`` both lower lids raised by one unit.
    """

    smile: Floats
    toothy: Floats
    brow: Floats
    squint: Floats


@dataclass(frozen=True)
class ExpressionFields:
    """The basis as this head shows it: ``(468, 3) float32``, picture pixels, camera axes."""

    smile_left: Floats
    smile_right: Floats
    brow: Floats
    squint: Floats


def expression_basis(arrays: Mapping[str, NDArray[Any]]) -> ExpressionBasis:
    """The shapes among `arrays`, the asset "expression" of the model store.

    Raises `ValueError` where one is not what this file expects.
    """
    pair, one = (2, SURFACE_POINTS, 3), (SURFACE_POINTS, 3)
    for name, shape in (("smile", pair), ("toothy", pair), ("brow", one), ("squint", one)):
        array = arrays[name]
        if array.shape != shape or array.dtype != np.float32 or not np.isfinite(array).all():
            raise ValueError(f"expression shape '{name}' is {array.dtype} {array.shape}")
    return ExpressionBasis(arrays["smile"], arrays["toothy"], arrays["brow"], arrays["squint"])


def expression_fields(
    basis: ExpressionBasis, pose: HeadPose, mouth: Mouth = Mouth.CLOSED
) -> ExpressionFields:
    """The displacement of every landmark per unit of each channel, as seen in the picture."""
    to_picture = (pose.rotation.T * pose.px_per_mm).astype(np.float32)
    left, right = (basis.toothy if mouth is Mouth.TOOTHY else basis.smile) @ to_picture
    return ExpressionFields(left, right, basis.brow @ to_picture, basis.squint @ to_picture)


def displacement(
    fields: ExpressionFields, smile: tuple[float, float], brow: float, squint: float
) -> Floats:
    """``(468, 3) float32`` pixels: where each landmark goes, relative to the photo."""
    moved: Floats = (
        np.float32(smile[0]) * fields.smile_left
        + np.float32(smile[1]) * fields.smile_right
        + np.float32(brow) * fields.brow
        + np.float32(squint) * fields.squint
    )
    return moved


def amplitude_between(
    basis: ExpressionBasis, rest: Mesh, smiling: Mesh, pose: HeadPose
) -> tuple[float, float]:
    """How far the (left, right) mouth corner travelled from `rest` to `smiling`, in millimetres.

    Both meshes lie in the same picture, `smiling` already aligned with the head of `rest`, whose
    pose is `pose`. Travel counts along the way that corners go in a smile, so that a pressed or
    lowered mouth gives less than zero.
    """
    corners = list(CORNERS)
    moved = (smiling.points[corners] - rest.points[corners]) @ pose.rotation / pose.px_per_mm
    travel = []
    for side in (0, 1):
        way = basis.smile[side, corners[side], :2]
        travel.append(float(moved[side, :2] @ way / np.linalg.norm(way)))
    return travel[0], travel[1]
