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

from renderer.faces.matte_solver import colour_planes, solve_band
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
from renderer.faces.samples import ask_samples
from renderer.faces.territory import back_to_front, face_axes, face_grid
from renderer.faces.trust import NECK, RING, judge_edge
from renderer.faces.types import Face, Floats, Picture

SOLVE_FACE_PX = 128
"""Face height at which alpha is solved: a hair is about 1 px wide there, and the band about 10,000
unknowns."""
LEVELS = ((4, 60), (2, 40), (1, 40))
"""Reductions and iterations, coarse to fine: the coarse solution carries across the band what the
fine iterations are too few to carry."""
SIDE, ABOVE, BELOW = 1.65, 2.0, 1.45
"""The matte's crop around the face centre, in face heights: hair, hat, neck, shoulders."""
BAND_IN, BAND_OUT = 0.06, 0.095
"""Half widths of the unknown band in face heights: loose hair lies outside the outline."""
BODY_BAND = 0.3
"""Share of those widths along the shoulders, which do not move."""
HOLD, HOLD_MASK, HOLD_SAMPLES = 0.002, 0.2, 0.05
"""Pull on alpha in the band: at least, of a mask that is certain, of samples that are sure. Chosen on
six sitters over four backgrounds (`bench.matte`): without it the error is a third larger."""
SHARP = 0.05
"""Width in face heights of an outline that the mask did not draw."""
CONTRADICTED, LEFT_TO_OUTLINE = 0.6, 0.25
"""From this difference on the outline went against the mask; what it says then is this certain."""
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


def _soften(
    guide: Floats, believed: Floats, certain: Floats, inside: Mask, outside: Mask, unit: float
) -> Floats:
    """The soft edge ``(h, w)`` 0..1 between `inside` and `outside`.

    `believed` is what it was thought to be before, `certain` 0..1 how firmly.
    """
    unknown = ~inside & ~outside
    band = np.flatnonzero(unknown)
    start = inside.astype(np.float32)
    if band.size == 0:
        return start
    said, sure = ask_samples(guide, inside, outside, band, unit)
    by_mask, by_samples = HOLD + HOLD_MASK * certain.ravel()[band], HOLD_SAMPLES * sure
    pull = by_mask + by_samples
    start.ravel()[band] = (by_mask * believed.ravel()[band] + by_samples * said) / pull
    weight = np.zeros_like(start)
    weight.ravel()[band] = pull
    size = (start.shape[1], start.shape[0])
    alpha = start
    for factor, iterations in LEVELS:
        level = (max(8, size[0] // factor), max(8, size[1] // factor))
        open_part = resized(unknown.astype(np.float32), level) > 0
        planes = [resized(plane, level) for plane in (guide, alpha, start, weight)]
        thin = planes[0].reshape(level[1], level[0], -1)
        solved = solve_band(thin, open_part, planes[1], planes[2], planes[3], iterations)
        alpha = np.where(unknown, resized(solved, size), start)
    return alpha


def _head_matte(
    picture: Picture,
    faces: Sequence[Face],
    index: int,
    rank: int,
    covered: Floats | None,
    box: IntBox,
    person_mask: PersonMask,
) -> HeadMatte:
    face = faces[index]
    x0, y0, x1, y1 = box
    crop = np.ascontiguousarray(picture[y0:y1, x0:x1])
    scale = min(1.0, SOLVE_FACE_PX / face.height_px)
    unit = face.height_px * scale
    size = (max(8, round((x1 - x0) * scale)), max(8, round((y1 - y0) * scale)))
    small = floats(resized_bytes(crop, size)) / np.float32(255)
    guide = colour_planes(small)
    mean, spread = ask_mask(picture, face, box, size, person_mask)
    own = resized(head_outline(picture, faces, index, box, covered, mean, spread), size)
    head = grown(filled_oval(face, box, size), -SURE_OF_FACE * unit)
    along = face_grid(face, box, size)[1]
    inside, outside, depth = _band(own > 0.5, head, along, unit)
    drawn = floats(np.clip(0.5 + depth / (SHARP * unit), 0, 1))
    seen = np.ones_like(head) if covered is None else resized(covered, size) < 0.5
    # Nothing can be learnt from colours that belong to someone in front.
    inside |= ~seen & (drawn > 0.5)
    outside |= ~seen & (drawn <= 0.5)
    agreed = np.abs(drawn - mean) < CONTRADICTED
    certain = floats(np.where(agreed, (2 * mean - 1) ** 2 * (1 - spread), LEFT_TO_OUTLINE))
    believed = np.where(agreed, mean, drawn)
    alpha = _attached(_soften(guide, believed, certain, inside, outside, unit), head, unit)
    strip = (np.abs(depth) < RING * unit) & (along < NECK) & seen
    verdict = judge_edge(guide, alpha, drawn, mean, spread, strip, unit)
    full = (_full_resolution(crop, small, alpha) - TRACE) / (1 - 2 * TRACE)
    whole = floats(np.clip(full, 0, 1))
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
