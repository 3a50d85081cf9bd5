"""Hair-soft alpha of every head: what moves, what stays, and how far the edge can be trusted.

The outline is decided first (`renderer.faces.outline`); in a band around it closed-form matting
finds the soft edge, at a scale where a face is `SOLVE_FACE_PX` tall; the result is brought to full
resolution along the picture's own lightness. In a group people are cut out from the front to the
rear, since what a nearer one hides is nobody else's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces.edge import Surroundings
from renderer.faces.matte_solved import SOLVE_FACE_PX, solved
from renderer.faces.matte_solver import colour_planes
from renderer.faces.outline import filled_oval, head_outline
from renderer.faces.person import PersonMask, ask_mask
from renderer.faces.planes import (
    IntBox,
    Mask,
    depth_inside,
    floats,
    grown,
    resized,
    resized_bytes,
)
from renderer.faces.territory import back_to_front, face_axes, face_grid
from renderer.faces.trust import NECK, RING, judge_edge
from renderer.faces.types import Face, Floats, Picture

SIDE, ABOVE, BELOW = 1.65, 2.0, 1.45
"""The matte's crop around the face centre, in face heights: hair, hat, neck, shoulders."""
BAND_IN, BAND_OUT = 0.06, 0.095
"""Half widths of the unknown band in face heights: loose hair lies outside the outline."""
BODY_BAND = 0.3
"""Share of those widths along the shoulders, which do not move."""
SURE_OF_FACE = 0.02
"""The mesh's oval shrunk by this many face heights is certainly the person."""
SOLID = 0.03, 0.06
"""Depths under the outline, in face heights, from where a head turns solid: a half transparent spot
further in would move by halves."""
TRACE = 0.02
"""Less alpha than this is none: or the whole surroundings would count as edge."""
FOLLOW_NOISE = 4e-4
"""Variance of lightness (0..1) below which alpha does not follow it to full resolution: grain."""


@dataclass(frozen=True)
class HeadMatte:
    """What moves with one head.

    `box` is ``x0, y0, x1, y1`` in picture pixels, ends exclusive. `alpha` ``(y1-y0, x1-x0) float32``
    0..1 is what is seen of the head; `whole` is the same carried on underneath people in front of
    it; `hidden` is how much those cover, None when nobody does. `order` is 0 for the rearmost head.
    `trust` 0..1 says how far the edge can be believed (1: move freely) and `doubt` why it is low,
    empty when it is not.
    """

    box: IntBox
    alpha: Floats
    whole: Floats
    hidden: Floats | None
    order: int
    trust: float
    doubt: str


def head_box(face: Face, width: int, height: int) -> IntBox:
    """The matte's crop inside a picture of `width` x `height`."""
    (cx, cy), reach = face_axes(face)[0], face.height_px
    return (
        max(0, int(cx - SIDE * reach)),
        max(0, int(cy - ABOVE * reach)),
        min(width, int(cx + SIDE * reach)),
        min(height, int(cy + BELOW * reach)),
    )


def _attached(alpha: Floats, seed: Mask, unit: float) -> Floats:
    """`alpha` without islands that do not touch the head, without holes or thin spots inside it."""
    _, islands = cv2.connectedComponents((alpha > 0.25).astype(np.uint8))
    own = np.unique(islands[seed])
    keep = np.isin(islands, own[own > 0])
    alpha = alpha * cv2.GaussianBlur(grown(keep, 3).astype(np.float32), (0, 0), 1.0)
    open_air = (alpha < 0.75).astype(np.uint8)
    framed = cv2.copyMakeBorder(open_air, 1, 0, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, gaps = cv2.connectedComponents(framed)
    body = (gaps != gaps[0, 0])[1:, 1:-1]
    low, high = SOLID
    solid = np.clip((depth_inside(body) / unit - low) / (high - low), 0, 1)
    holes = body & (open_air > 0)
    return floats(np.where(holes, 1, alpha + (1 - alpha) * solid))


def _full_resolution(crop: Picture, small: Floats, alpha: Floats) -> Floats:
    """`alpha` of the small picture on the full crop, sharpened along its lightness.

    After He and Sun, "Fast Guided Filter" (2015): the coarse picture tells how alpha follows
    lightness, the full one supplies the lightness that the coarse one lost.
    """
    size = (crop.shape[1], crop.shape[0])
    if alpha.shape == crop.shape[:2]:
        return alpha
    grey_small = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    kernel = (5, 5)
    mean_i, mean_a = cv2.blur(grey_small, kernel), cv2.blur(alpha, kernel)
    covariance = cv2.blur(grey_small * alpha, kernel) - mean_i * mean_a
    variance = cv2.blur(grey_small * grey_small, kernel) - mean_i * mean_i
    gain = cv2.blur(covariance / (variance + FOLLOW_NOISE), (3, 3))
    detail = grey - resized(floats(grey_small), size)
    full = resized(alpha, size, cv2.INTER_CUBIC) + detail * resized(floats(gain), size)
    around = np.ones((3, 3), np.uint8)
    low, high = floats(cv2.erode(alpha, around)), floats(cv2.dilate(alpha, around))
    return floats(np.clip(full, resized(low, size), resized(high, size)))


def _band(body: Mask, head: Mask, along: Floats, unit: float) -> tuple[Mask, Mask, Floats]:
    """What is certainly the person's, what certainly not, and the depth inside `body` in pixels."""
    slim = 1 - (1 - BODY_BAND) * np.clip((along - NECK) / 0.3, 0, 1)
    deep, far = depth_inside(body), depth_inside(~body)
    inside = (deep > BAND_IN * unit * slim) | head
    outside = (far > BAND_OUT * unit * slim) & ~head
    return inside, outside, floats(deep - far)


def _surroundings(
    picture: Picture,
    faces: Sequence[Face],
    index: int,
    box: IntBox,
    covered: Floats | None,
    person_mask: PersonMask,
) -> Surroundings:
    """What is decided about the head of ``faces[index]`` in `box` before its soft edge; people in front
    hide `covered` of the box."""
    face = faces[index]
    x0, y0, x1, y1 = box
    scale = min(1.0, SOLVE_FACE_PX / face.height_px)
    size = (max(8, round((x1 - x0) * scale)), max(8, round((y1 - y0) * scale)))
    mean, spread = ask_mask(picture, face, box, size, person_mask)
    own = resized(head_outline(picture, faces, index, box, covered, mean, spread), size)
    small = floats(resized_bytes(picture[y0:y1, x0:x1], size)) / np.float32(255)
    hidden = None if covered is None else resized(covered, size) >= 0.5
    return around(face, box, small, own, mean, spread, hidden, face.height_px * scale)


def around(
    face: Face,
    box: IntBox,
    small: Floats,
    own: Floats,
    mean: Floats,
    spread: Floats,
    hidden: Mask | None,
    unit: float,
) -> Surroundings:
    """The surroundings of a head whose outline is at 0.5 of `own` ``(h, w)``; people in front hide what
    `hidden` marks; a face is `unit` pixels tall."""
    size = (own.shape[1], own.shape[0])
    head = grown(filled_oval(face, box, size), -SURE_OF_FACE * unit)
    across, along = face_grid(face, box, size)
    inside, outside, depth = _band(own > 0.5, head, along, unit)
    seen = np.ones_like(head) if hidden is None else ~hidden
    # Nothing can be learnt from colours that belong to someone in front.
    inside |= ~seen & (depth > 0)
    outside |= ~seen & (depth <= 0)
    return Surroundings(
        *(small, depth, inside, outside, mean, spread, across, along, seen, head, unit)
    )


def whole_head(crop: Picture, scene: Surroundings, alpha: Floats) -> tuple[Floats, Floats]:
    """`alpha` of the head of `scene` in one piece: at the scene's scale, and at that of the `crop`."""
    alpha = _attached(alpha, scene.head, scene.unit)
    full = (_full_resolution(crop, scene.small, alpha) - TRACE) / (1 - 2 * TRACE)
    return alpha, floats(np.clip(full, 0, 1))


def _head_matte(
    picture: Picture,
    faces: Sequence[Face],
    index: int,
    rank: int,
    covered: Floats | None,
    box: IntBox,
    person_mask: PersonMask,
) -> HeadMatte:
    x0, y0, x1, y1 = box
    crop = np.ascontiguousarray(picture[y0:y1, x0:x1])
    scene = _surroundings(picture, faces, index, box, covered, person_mask)
    alpha, whole = whole_head(crop, scene, solved(scene))
    strip = (np.abs(scene.depth) < RING * scene.unit) & (scene.along < NECK) & scene.seen
    guide = colour_planes(scene.small)
    verdict = judge_edge(guide, alpha, scene.drawn, scene.mean, scene.spread, strip, scene.unit)
    visible = whole if covered is None else floats(whole * (1 - covered))
    return HeadMatte(box, visible, whole, covered, rank, verdict.trust, verdict.doubt)


def head_mattes(
    picture: Picture, faces: Sequence[Face], person_mask_fn: PersonMask
) -> tuple[HeadMatte, ...]:
    """One matte per face, in the order of `faces`.

    Lay the heads over the picture from `order` 0 upwards.
    """
    height, width = picture.shape[:2]
    ranks = back_to_front(faces)
    done: dict[int, HeadMatte] = {}
    for index in sorted(range(len(faces)), key=lambda i: -ranks[i]):
        box = head_box(faces[index], width, height)
        covered = _covered(box, tuple(done.values()))
        done[index] = _head_matte(picture, faces, index, ranks[index], covered, box, person_mask_fn)
    return tuple(done[index] for index in range(len(faces)))


def _covered(box: IntBox, nearer: Sequence[HeadMatte]) -> Floats | None:
    """How much of each pixel of `box` is hidden by the people in front; None if nobody is."""
    result: Floats | None = None
    for matte in nearer:
        x0, y0 = max(box[0], matte.box[0]), max(box[1], matte.box[1])
        x1, y1 = min(box[2], matte.box[2]), min(box[3], matte.box[3])
        if x0 < x1 and y0 < y1:
            if result is None:
                result = np.zeros((box[3] - box[1], box[2] - box[0]), np.float32)
            view = result[y0 - box[1] : y1 - box[1], x0 - box[0] : x1 - box[0]]
            left, top = matte.box[:2]
            np.maximum(view, matte.alpha[y0 - top : y1 - top, x0 - left : x1 - left], out=view)
    return result
