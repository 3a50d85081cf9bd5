"""Is a motion anatomically possible? Judged on the displacement field, before a pixel is drawn.

An embedding still recognises a person whose mouth is torn; this gate is the one that sees it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats
from renderer.motion.rig import HeadRig, Motion, carry, displacement

# Bounds on the local stretch of the picture. `python -m bench.gates` prints what each driver at its
# natural intensity and at twice that reaches on every test portrait: these lie between the two.
# A turning head truly foreshortens its far cheek, so the whole pose is held to wider bounds than the
# expression in it.
LEAST_AREA, MOST_STRETCH = 0.25, 1.85
LEAST_FACE_AREA, MOST_FACE_STRETCH, LEAST_FACE_STRETCH = 0.58, 1.55, 0.54

# What no driver may ask for, however well the field takes it: smiles look rubbery above 0.9 (9 mm of
# corner travel), turns tear at 14 degrees and are held to 10, tilts to 6 (docs/motion.md).
MOST_SMILE, MOST_YAW_DEG, MOST_PITCH_DEG, MOST_ROLL_DEG = 0.9, 10.5, 8.5, 6.5

_CORNERS = (61, 291)
_LIPS_UPPER_OUTER, _LIPS_LOWER_OUTER = (39, 0, 269), (181, 17, 405)
_LIPS_UPPER_INNER, _LIPS_LOWER_INNER = (81, 13, 311), (178, 14, 402)
_BROWS, _UPPER_LIDS = (105, 334), (159, 386)
_NOSE_BASE = 2


@dataclass(frozen=True)
class Geometry:
    """What a pose does to the picture inside the head.

    least_area: smallest Jacobian determinant (0 or less: the picture folds over itself).
    most_stretch: largest singular value of the Jacobian. The `face_` figures are those of the
    expression alone, without the turn of the head. in_order: brows above lids, nose above lips, lips
    not crossed, corners on their own sides.
    """

    least_area: float
    most_stretch: float
    face_least_area: float
    face_most_stretch: float
    face_least_stretch: float
    in_order: bool
    is_natural: bool = True

    @property
    def faults(self) -> tuple[str, ...]:
        """Which bounds are broken, as codes; empty when the pose is possible."""
        found = []
        if self.least_area <= LEAST_AREA or self.face_least_area <= LEAST_FACE_AREA:
            found.append("fold_over")
        stretched = self.most_stretch > MOST_STRETCH or self.face_most_stretch > MOST_FACE_STRETCH
        if stretched or self.face_least_stretch < LEAST_FACE_STRETCH:
            found.append("stretch")
        if not self.in_order:
            found.append("order")
        if not self.is_natural:
            found.append("too_strong")
        return tuple(found)


def judge_geometry(
    rig: HeadRig, motion: Motion, landmarks: NDArray[np.floating], inside: NDArray[np.bool_]
) -> Geometry:
    """Judge one pose of the `landmarks` ``(478, 3)``; `inside` ``(gh, gw)``: where the head is."""
    area, most, _ = _stretch(displacement(rig, motion), rig.step, inside)
    face_area, face_most, face_least = _stretch(
        displacement(rig, replace(motion, yaw_deg=0.0, pitch_deg=0.0, roll_deg=0.0)),
        rig.step,
        inside,
    )
    return Geometry(
        least_area=area,
        most_stretch=most,
        face_least_area=face_area,
        face_most_stretch=face_most,
        face_least_stretch=face_least,
        in_order=_in_order(rig, motion, landmarks),
        is_natural=_is_natural(motion),
    )


def _is_natural(motion: Motion) -> bool:
    return (
        max(motion.smile_left, motion.smile_right) <= MOST_SMILE
        and abs(motion.yaw_deg) <= MOST_YAW_DEG
        and abs(motion.pitch_deg) <= MOST_PITCH_DEG
        and abs(motion.roll_deg) <= MOST_ROLL_DEG
    )


def _stretch(forward: Floats, step: int, inside: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Smallest area, largest and smallest stretch of the forward map over the grid points `inside`."""
    jacobian = _jacobian(forward, step)
    a, b, c, d = (jacobian[..., k][inside] for k in range(4))
    # Singular values of a 2x2 matrix in closed form.
    plus, minus = np.hypot(a + d, b - c), np.hypot(a - d, b + c)
    return (
        float((a * d - b * c).min(initial=1.0)),
        float(((plus + minus) / 2).max(initial=1.0)),
        float((np.abs(plus - minus) / 2).min(initial=1.0)),
    )


def _jacobian(forward: Floats, step: int) -> Floats:
    """``(gh, gw, 4)``: dx'/dx, dx'/dy, dy'/dx, dy'/dy of the forward map."""
    ddy, ddx = (np.asarray(np.gradient(forward, float(step), axis=k)) for k in (0, 1))
    return np.stack([1 + ddx[..., 0], ddy[..., 0], ddx[..., 1], 1 + ddy[..., 1]], -1).astype(
        np.float32
    )


def _in_order(rig: HeadRig, motion: Motion, landmarks: NDArray[np.floating]) -> bool:
    """Order along the face's own axes; pairs that the still itself has out of order do not count."""
    before = _along_face(rig, landmarks[:, :2])
    turn = np.radians(motion.roll_deg)
    after = carry(rig, motion, landmarks[:, :2])
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    after = _along_face(rig, after @ spin.T)
    pairs = [
        *zip(_BROWS, _UPPER_LIDS, strict=True),
        *((_NOSE_BASE, lip) for lip in _LIPS_UPPER_OUTER),
        *zip(_LIPS_UPPER_OUTER, _LIPS_UPPER_INNER, strict=True),
        *zip(_LIPS_LOWER_INNER, _LIPS_LOWER_OUTER, strict=True),
        *zip(_LIPS_UPPER_OUTER, _LIPS_LOWER_OUTER, strict=True),
    ]
    down = all(after[a, 1] < after[b, 1] for a, b in pairs if before[a, 1] < before[b, 1])
    left, right = _CORNERS
    return bool(down and after[left, 0] < after[right, 0])


def _along_face(rig: HeadRig, points: NDArray[np.floating]) -> NDArray[np.float64]:
    axes = rig.head.rotation[:2, :2]
    return np.asarray(points @ axes, np.float64)
