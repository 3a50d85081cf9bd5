"""Getting faces ready to act: matte, plate, rig, eyes and creases for everybody who may move."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.attributes import Attributes
from renderer.faces.matte import HeadMatte, head_mattes
from renderer.faces.person import PersonMask
from renderer.faces.topology import EYE_RINGS
from renderer.faces.types import Face, Floats, Picture
from renderer.gates import Caps
from renderer.motion.expression import ExpressionBasis, expression_fields
from renderer.motion.rig import build_rig
from renderer.performer import REACH_ASIDE, Performer, Region, Stage, moving_box
from renderer.picture.eyes import EyeRig, build_eyes
from renderer.picture.layer import Shading, build_layer
from renderer.picture.plate import Unveiled, unveil
from renderer.picture.shade import MAP_SCALE, RATIO_MAX, RATIO_MIN, CreaseBasis, crease_maps
from renderer.reasons import Reason, reason

SPECTACLES = (1.05, 0.85, 0.15)
"""Half width and half height of what a lens and its rim cover, and how far below the eye their middle
lies, in eye widths."""

Eyes = tuple[EyeRig | None, EyeRig | None]

PEOPLE_OVERLAP = "people_overlap"
"""The doubt of a matte whose uncertain edge is against another person."""

Pixel = TypeVar("Pixel", np.uint8, np.float32)

SPECTACLES_SOFT = 0.03
"""Softness of the rigid zone's edge in face heights."""


@dataclass(frozen=True)
class Role:
    """A face that may move: what it looks like and how far the gates let it go."""

    face: Face
    attributes: Attributes
    caps: Caps


@dataclass(frozen=True)
class Craft:
    """What the drawing is done with: learned shapes and creases, and the person mask."""

    basis: ExpressionBasis
    creases: CreaseBasis
    person_mask: PersonMask


@dataclass(frozen=True)
class SetStage:
    """A stage that is ready. `order` tells which role each performer plays (the farthest first); `caps`
    are the performers', lowered by what only pixels could tell; `reasons` say where and why."""

    stage: Stage
    order: tuple[int, ...]
    caps: tuple[Caps, ...]
    reasons: tuple[Reason, ...]


def set_stage(
    still: Picture, everyone: Mapping[int, Face], acting: Mapping[int, Role], craft: Craft
) -> SetStage:
    """Prepare `acting`, which are some of `everyone` in the still, by their numbers.

    The resting ones are needed too: their heads keep what is theirs when a neighbour moves.
    """
    # Eyes need nothing of mattes, and take as long: side by side on two cores.
    with ThreadPoolExecutor(1, "eyes") as beside:
        eyes = {k: beside.submit(_eyes, still, role) for k, role in acting.items()}
        faces = tuple(everyone.values())
        cut = head_mattes(still, faces, craft.person_mask)
        unveiled = unveil(still, cut, [face.height_px for face in faces])
        mattes = dict(zip(everyone, cut, strict=True))
        freed = dict(zip(everyone, unveiled, strict=True))
        order = tuple(sorted(acting, key=lambda k: mattes[k].order))
        performers = tuple(
            _performer(still, acting[k], mattes[k], freed[k], eyes[k].result(), craft)
            for k in order
        )
    restrained = [
        restrain(acting[k].caps, performer, mattes[k], k)
        for k, performer in zip(order, performers, strict=True)
    ]
    return SetStage(
        Stage(still, performers),
        order,
        tuple(caps for caps, _ in restrained),
        tuple(found for _, reasons in restrained for found in reasons),
    )


def restrain(
    caps: Caps, performer: Performer, matte: HeadMatte, face: int
) -> tuple[Caps, tuple[Reason, ...]]:
    """Caps lowered by what the pixels of eyes and outline say, with the reasons."""
    reasons = []
    if caps.blink and not any(eye and eye.may_blink for eye in performer.eyes):
        caps = replace(caps, blink=False)
        reasons.append(reason("no_blink", face))
    if caps.gaze and not any(eye and eye.may_gaze for eye in performer.eyes):
        caps = replace(caps, gaze=0.0)
        reasons.append(reason("no_gaze", face))
    if matte.trust < 1.0:
        caps = replace(caps, head=caps.head * matte.trust, sway=caps.sway * matte.trust)
        reasons.append(
            reason("people_close" if matte.doubt == PEOPLE_OVERLAP else "edge_unsure", face)
        )
    return caps, tuple(reasons)


def _performer(
    still: Picture, role: Role, matte: HeadMatte, freed: Unveiled, eyes: Eyes, craft: Craft
) -> Performer:
    face = role.face
    box = moving_box(face, matte.box, matte.whole, (still.shape[1], still.shape[0]))
    alpha = _crop(matte.whole, matte.box, box)
    fields = expression_fields(craft.basis, face.pose, role.attributes.mouth)
    rigid = spectacles(face, box) if role.attributes.glasses else None
    rig = build_rig(face, box, alpha, (fields.smile_left, fields.smile_right, fields.brow), rigid)
    shading = _shading(still, face, box, craft.creases)
    photo = _crop(freed.picture, matte.box, box)
    plate = _crop(freed.plate.colour, freed.plate.box, box)
    layer = build_layer(photo, rig, alpha, plate, shading)
    if not all(_within(eye.box, box) for eye in eyes if eye is not None):
        eyes = (None, None)
    hidden = None if matte.hidden is None else _crop(matte.hidden, matte.box, box)
    return Performer(face, layer, eyes, _inside(alpha, rig.follow, rig.step), hidden)


def spectacles(face: Face, box: Region) -> Floats:
    """``(h, w) float32`` 0..1 over `box`: what a pair of spectacles covers and nothing may bend."""
    x0, y0, x1, y1 = box
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    axes = face.pose.rotation
    tilt = float(np.degrees(np.arctan2(axes[1, 0], axes[0, 0])))
    wide, tall, below = SPECTACLES
    centres = []
    for ring in EYE_RINGS:
        eye = face.mesh.points[list(ring), :2]
        width = float(np.linalg.norm(eye[0] - eye[8]))
        centre = eye.mean(axis=0) + below * width * axes[:2, 1] - (x0, y0)
        centres.append(centre)
        middle = (float(centre[0]), float(centre[1]))
        cv2.ellipse(mask, (middle, (2 * wide * width, 2 * tall * width), tilt), 255, -1)
    a, b = (tuple(int(v) for v in c) for c in centres)
    cv2.line(mask, a, b, 255, max(2, int(0.06 * face.height_px)))
    soft = cv2.GaussianBlur(mask, (0, 0), SPECTACLES_SOFT * face.height_px)
    return np.asarray(soft, np.float32) * np.float32(1 / 255)


def _eyes(still: Picture, role: Role) -> Eyes:
    if not role.caps.blink and role.caps.gaze == 0.0:
        return None, None
    left, right = build_eyes(still, role.face.mesh, glasses=role.attributes.glasses)
    return _usable(left), _usable(right)


def _within(inner: Region, outer: Region) -> bool:
    return (
        inner[0] >= outer[0]
        and inner[1] >= outer[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


def _usable(eye: EyeRig) -> EyeRig | None:
    return eye if eye.may_blink or eye.may_gaze else None


def _shading(still: Picture, face: Face, box: Region, creases: CreaseBasis) -> Shading | None:
    """The creases of this face with room for the head to carry them, cut to the moving box."""
    maps = crease_maps(creases, still, face.mesh)
    room = int(REACH_ASIDE * face.height_px) // MAP_SCALE
    x0, y0, x1, y1 = maps.box
    grown = (
        x0 - room * MAP_SCALE,
        y0 - room * MAP_SCALE,
        x1 + room * MAP_SCALE,
        y1 + room * MAP_SCALE,
    )
    # Cut back to the box in whole map pixels.
    left, top = (max(0, -((g - b) // MAP_SCALE)) for g, b in zip(grown[:2], box[:2], strict=True))
    right, bottom = (
        max(0, -((b - g) // MAP_SCALE)) for g, b in zip(grown[2:], box[2:], strict=True)
    )
    region = (
        grown[0] + left * MAP_SCALE,
        grown[1] + top * MAP_SCALE,
        grown[2] - right * MAP_SCALE,
        grown[3] - bottom * MAP_SCALE,
    )
    if region[2] <= region[0] or region[3] <= region[1]:
        return None
    sides = []
    for side in (maps.left, maps.right):
        wide = cv2.copyMakeBorder(
            side, room, room, room, room, cv2.BORDER_CONSTANT, value=(0, 0, 0)
        )
        cut = wide[top : wide.shape[0] - bottom, left : wide.shape[1] - right]
        sides.append(np.ascontiguousarray(cut, np.float32))
    return Shading(region, sides[0], sides[1], RATIO_MIN, RATIO_MAX)


def _inside(alpha: Floats, follow: Floats, step: int) -> NDArray[np.bool_]:
    gh, gw = follow.shape
    padded = cv2.copyMakeBorder(
        alpha, 0, gh * step - alpha.shape[0], 0, gw * step - alpha.shape[1], cv2.BORDER_REPLICATE
    )
    coarse = cv2.resize(padded, (gw, gh), interpolation=cv2.INTER_AREA)
    return np.asarray(coarse > 0.5, np.bool_)


def _crop(image: NDArray[Pixel], have: Region, want: Region) -> NDArray[Pixel]:
    x, y = want[0] - have[0], want[1] - have[1]
    return np.ascontiguousarray(image[y : y + want[3] - want[1], x : x + want[2] - want[0]])
