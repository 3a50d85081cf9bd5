"""Getting faces ready to act: matte, plate, rig, eyes and creases for everybody who may move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.matte import HeadMatte, PersonMask, head_mattes
from renderer.faces.types import Face, Floats, Picture
from renderer.motion.expression import ExpressionBasis, Mouth, expression_fields
from renderer.motion.rig import LEFT_EYE, RIGHT_EYE, build_rig
from renderer.performer import Performer, Region, Stage, moving_box
from renderer.picture.eyes import EyeRig, build_eye
from renderer.picture.layer import Shading, build_layer
from renderer.picture.plate import background_plate
from renderer.picture.shade import CreaseBasis, crease_maps

SPECTACLES = (1.05, 0.85, 0.15)
"""Half width and half height of what a lens and its rim cover, and how far below the eye their middle
lies, in eye widths."""

SPECTACLES_SOFT = 0.03
"""Softness of the rigid zone's edge in face heights."""


@dataclass(frozen=True)
class Role:
    """A face that may move, and what has to be known of it to draw it."""

    face: Face
    mouth: Mouth
    glasses: bool
    eyes_may_move: bool


@dataclass(frozen=True)
class Craft:
    """What the drawing is done with: learned shapes and creases, and the person mask."""

    basis: ExpressionBasis
    creases: CreaseBasis
    person_mask: PersonMask


def set_stage(
    still: Picture, everyone: Sequence[Face], roles: Sequence[Role], craft: Craft
) -> tuple[Stage, tuple[int, ...], tuple[HeadMatte, ...]]:
    """The stage, the index into `roles` of each of its performers (the farthest first), their mattes.

    `everyone` are all faces in the still, the resting ones too: their heads keep what is theirs when
    a neighbour moves.
    """
    mattes = head_mattes(still, everyone, craft.person_mask)
    size = (still.shape[1], still.shape[0])
    where = {id(face): k for k, face in enumerate(everyone)}
    mine = [mattes[where[id(role.face)]] for role in roles]
    order = sorted(range(len(roles)), key=lambda k: mine[k].order)
    performers = tuple(_performer(still, roles[k], mine[k], size, craft) for k in order)
    return Stage(still, performers), tuple(order), tuple(mine[k] for k in order)


def _performer(
    still: Picture, role: Role, matte: HeadMatte, size: tuple[int, int], craft: Craft
) -> Performer:
    face = role.face
    box = moving_box(face, matte.box, matte.alpha, size)
    plate = background_plate(still, matte, face.height_px)
    alpha = _crop(matte.alpha, matte.box, box)
    colour = _crop(plate.colour, plate.box, box)
    fields = expression_fields(craft.basis, face.pose, role.mouth)
    rigid = spectacles(face, box) if role.glasses else None
    rig = build_rig(face, box, alpha, (fields.smile_left, fields.smile_right, fields.brow), rigid)
    layer = build_layer(still, rig, alpha, colour, _shading(still, role, box, craft))
    return Performer(
        face=face,
        layer=layer,
        eyes=_eyes(still, role, box),
        inside=_inside(alpha, rig.follow, rig.step),
    )


def spectacles(face: Face, box: Region) -> Floats:
    """``(h, w) float32`` 0..1 over `box`: what a pair of spectacles covers and nothing may bend."""
    x0, y0, x1, y1 = box
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    axes = face.pose.rotation
    tilt = float(np.degrees(np.arctan2(axes[1, 0], axes[0, 0])))
    wide, tall, below = SPECTACLES
    centres = []
    for ring in (LEFT_EYE, RIGHT_EYE):
        eye = face.mesh.points[list(ring), :2]
        width = float(np.linalg.norm(eye[0] - eye[8]))
        centre = eye.mean(axis=0) + below * width * axes[:2, 1] - (x0, y0)
        centres.append(centre)
        middle = (float(centre[0]), float(centre[1]))
        cv2.ellipse(mask, (middle, (2 * wide * width, 2 * tall * width), tilt), 255, -1)
    a, b = (tuple(int(v) for v in c) for c in centres)
    cv2.line(mask, a, b, 255, max(2, int(0.06 * face.height_px)))
    soft = cv2.GaussianBlur(mask, (0, 0), SPECTACLES_SOFT * face.height_px)
    return np.asarray(soft, np.float32) / 255


def _eyes(still: Picture, role: Role, box: Region) -> tuple[EyeRig | None, EyeRig | None]:
    if not role.eyes_may_move:
        return None, None
    mesh = role.face.mesh
    left = build_eye(still, mesh, "left", glasses=role.glasses)
    right = build_eye(still, mesh, "right", glasses=role.glasses)
    return _if_within(left, box), _if_within(right, box)


def _if_within(eye: EyeRig, box: Region) -> EyeRig | None:
    x0, y0, x1, y1 = eye.box
    return eye if x0 >= box[0] and y0 >= box[1] and x1 <= box[2] and y1 <= box[3] else None


def _shading(still: Picture, role: Role, box: Region, craft: Craft) -> Shading | None:
    maps = crease_maps(craft.creases, still, role.face.mesh)
    return maps


def _inside(alpha: Floats, follow: Floats, step: int) -> NDArray[np.bool_]:
    gh, gw = follow.shape
    padded = cv2.copyMakeBorder(
        alpha, 0, gh * step - alpha.shape[0], 0, gw * step - alpha.shape[1], cv2.BORDER_REPLICATE
    )
    coarse = cv2.resize(padded, (gw, gh), interpolation=cv2.INTER_AREA)
    return np.asarray(coarse > 0.5, np.bool_)


def _crop(image: Floats, have: Region, want: Region) -> Floats:
    x, y = want[0] - have[0], want[1] - have[1]
    return np.ascontiguousarray(image[y : y + want[3] - want[1], x : x + want[2] - want[0]])
