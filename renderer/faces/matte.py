"""Hair-soft alpha of every head: what moves, what stays, and how far the edge can be trusted.

The outline is decided first (`renderer.faces.outline`); in a band around it closed-form matting finds
the soft edge, at a scale where a face is `SOLVE_FACE_PX` tall; the result is brought to full
resolution along the picture's own colours. In a group a head's matte carries on underneath the people
in front of it, because they are drawn over it (`HeadMatte.order`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.matte_solver import Mask, colour_planes, solve_band
from renderer.faces.outline import OUTLINE_FACE_PX, colour_odds, decide
from renderer.faces.planes import grown, resized
from renderer.faces.samples import ask_samples
from renderer.faces.territory import (
    back_to_front,
    body_distance,
    face_axes,
    face_grid,
    face_oval,
    head_distance,
)
from renderer.faces.trust import NECK, RING, judge_edge
from renderer.faces.types import Face, Floats, Picture

PersonMask = Callable[[Picture], Floats]
IntBox = tuple[int, int, int, int]
Where = NDArray[np.intp]

SOLVE_FACE_PX = 128
"""Face height at which alpha is solved: a hair is about 1 px wide there, and the band about 20,000
unknowns."""
MASK_REACH = (1.15, 1.6, 2.2)
"""Half widths, in face heights, of the crops shown to the mask network. It cuts hats off in tight
crops and loses hair in wide ones; where the crops disagree the mask says less."""
SIDE, ABOVE, BELOW = 1.65, 2.0, 1.45
"""The matte's crop around the face centre, in face heights: hair, hat, neck, shoulders."""
MASK_SAYS = 1.2
"""Weight of the mask's log odds against the colours' own."""
LEAN = 0.35
"""How far to lean from the crops' mean towards the most generous: half a hat left behind is worse
than a piece of wall taken along."""
SPREAD_DAMPS = 0.6
"""How much of the mask's word is lost where its crops disagree entirely."""
COLOUR_SHARE = 0.6
"""Weight of the colours' log odds."""
USUAL_REACH = 1.9
"""Head or body distances within which nothing speaks against a pixel's being the person's."""
FAR_DOUBT, FAR_LIMIT = 1.5, 3.0
"""Log odds lost per unit beyond it, and at most: a feather headdress must still be able to win."""
RIVAL_PULL = 6.0
"""Log odds for each unit by which another person is nearer or farther than this one."""
BAND_IN, BAND_OUT = 0.06, 0.095
"""Half widths of the unknown band in face heights: loose hair lies outside the outline, not inside."""


HOLD, HOLD_MASK, HOLD_SAMPLES = 0.002, 0.2, 0.05
"""Pull on alpha in the band: at least, of a mask that is certain, of samples that are sure."""
SHARP = 0.05
"""Width of an outline that the mask did not draw, in face heights."""
BODY_BAND = 0.3
"""Share of those widths along the shoulders."""


@dataclass(frozen=True)
class HeadMatte:
    """What moves with one head.

    `box` is ``x0, y0, x1, y1`` in picture pixels, ends exclusive; `alpha` ``(y1-y0, x1-x0) float32``
    0..1. `order` is 0 for the rearmost head. `trust` 0..1 says how far the edge can be believed
    (1: move freely) and `doubt` why it is low, empty when it is not.
    """

    box: IntBox
    alpha: Floats
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


def _person(
    picture: Picture, face: Face, box: IntBox, size: tuple[int, int], person_mask: PersonMask
) -> tuple[Floats, Floats]:
    """Mean and spread of the person mask over crops of several widths, `size` = (width, height)."""
    height, width = picture.shape[:2]
    (cx, cy), reach = face_axes(face)[0], face.height_px
    total = np.zeros(size[::-1], np.float32)
    count = np.zeros(size[::-1], np.float32)
    low = np.ones(size[::-1], np.float32)
    high = np.zeros(size[::-1], np.float32)
    sx, sy = size[0] / (box[2] - box[0]), size[1] / (box[3] - box[1])
    for half in MASK_REACH:
        x0, x1 = max(0, int(cx - half * reach)), min(width, int(cx + half * reach))
        y0, y1 = max(0, int(cy - 1.15 * half * reach)), min(height, int(cy + 0.85 * half * reach))
        crop = picture[y0:y1, x0:x1]
        shrink = min(1.0, 320 / max(crop.shape[:2]))
        if shrink < 1:
            crop = cv2.resize(crop, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        soft = person_mask(np.ascontiguousarray(crop))
        step_x, step_y = sx * (x1 - x0) / soft.shape[1], sy * (y1 - y0) / soft.shape[0]
        place = np.array(
            [
                [step_x, 0, (x0 - box[0]) * sx + (step_x - 1) / 2],
                [0, step_y, (y0 - box[1]) * sy + (step_y - 1) / 2],
            ]
        )
        laid = cv2.warpAffine(soft, place, size, borderValue=-1.0)
        inside = laid >= 0
        total += np.where(inside, laid, 0)
        count += inside
        low = np.where(inside, np.minimum(low, laid), low)
        high = np.where(inside, np.maximum(high, laid), high)
    mean = (total / np.maximum(count, 1)).astype(np.float32)
    return mean, np.where(count > 0, high - low, 0).astype(np.float32)


def _filled_oval(face: Face, box: IntBox, size: tuple[int, int]) -> Mask:
    """The face itself in `box` resized to `size`."""
    oval = np.zeros(size[::-1], np.uint8)
    scale = size[1] / (box[3] - box[1])
    cv2.fillPoly(oval, [face_oval(face, scale, (float(box[0]), float(box[1])))], 1)
    return oval > 0


def _outline(
    picture: Picture,
    faces: Sequence[Face],
    index: int,
    box: IntBox,
    covered: Floats | None,
    mean: Floats,
    spread: Floats,
) -> Floats:
    """How much of each coarse pixel of `box` belongs to person `index`, 0..1.

    `mean` and `spread` are the person mask over the box, at any scale.
    """
    face = faces[index]
    x0, y0, x1, y1 = box
    scale = min(1.0, OUTLINE_FACE_PX / face.height_px)
    size = (max(8, round((x1 - x0) * scale)), max(8, round((y1 - y0) * scale)))
    small = resized(picture[y0:y1, x0:x1], size).astype(np.float32) / 255
    mean, spread = resized(mean, size), resized(spread, size)
    across, along = face_grid(face, box, size)
    nearness = body_distance(across, along)
    testify = (along < 1.0) & (head_distance(across, along) < 2.6)
    silent = np.zeros(size[::-1], bool) if covered is None else resized(covered, size) > 0.5
    clamped = np.clip(mean, 0.03, 0.97)
    odds = MASK_SAYS * np.log(clamped / (1 - clamped)) * (1 - SPREAD_DAMPS * spread)
    odds += COLOUR_SHARE * colour_odds(small, mean, testify & ~silent)
    odds += np.clip(FAR_DOUBT * (USUAL_REACH - nearness), -FAR_LIMIT, 0)
    sure = np.full(size[::-1], np.nan, np.float32)
    for other, rival in enumerate(faces):
        if other != index:
            theirs = body_distance(*face_grid(rival, box, size))
            mine = RIVAL_PULL * (theirs - nearness)
            # Both must hold, a person's and this person's: the product of two probabilities.
            odds = -np.logaddexp(np.logaddexp(-odds, -mine), -odds - mine)
            sure[_filled_oval(rival, box, size)] = 0
    sure[silent] = np.nan
    sure[_filled_oval(face, box, size)] = 1
    return decide(small, odds.astype(np.float32), sure, silent)


def _attached(alpha: Floats, seed: Mask) -> Floats:
    """`alpha` without islands that do not touch the head and without holes inside it."""
    _, islands = cv2.connectedComponents((alpha > 0.25).astype(np.uint8))
    own = np.unique(islands[seed])
    keep = np.isin(islands, own[own > 0])
    alpha = alpha * cv2.GaussianBlur(grown(keep, 3).astype(np.float32), (0, 0), 1.0)
    open_air = (alpha < 0.75).astype(np.uint8)
    framed = cv2.copyMakeBorder(open_air, 1, 0, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, gaps = cv2.connectedComponents(framed)
    holes = (framed > 0) & (gaps != gaps[0, 0])
    return np.where(holes[1:, 1:-1], np.float32(1), alpha).astype(np.float32)


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
    gain = cv2.blur(covariance / (variance + 4e-4), (3, 3)).astype(np.float32)
    detail = grey - resized(grey_small, size)
    full = resized(alpha, size, cv2.INTER_CUBIC) + detail * resized(gain, size)
    around = np.ones((3, 3), np.uint8)
    low, high = resized(cv2.erode(alpha, around), size), resized(cv2.dilate(alpha, around), size)
    return np.clip(full, low, high).astype(np.float32)


def _band(body: Mask, head: Mask, along: Floats, unit: float) -> tuple[Mask, Mask, Floats]:
    """What is certainly the person's, what certainly not, and the depth inside `body` in pixels."""
    # Shoulders do not move: a thin band does for them.
    slim = 1 - (1 - BODY_BAND) * np.clip((along - 0.55) / 0.3, 0, 1)
    deep = cv2.distanceTransform(np.pad(body, 1, "edge").astype(np.uint8), cv2.DIST_L2, 5)
    far = cv2.distanceTransform(np.pad(~body, 1, "edge").astype(np.uint8), cv2.DIST_L2, 5)
    inside = (deep[1:-1, 1:-1] > BAND_IN * unit * slim) | head
    outside = (far[1:-1, 1:-1] > BAND_OUT * unit * slim) & ~head
    return inside, outside, (deep - far)[1:-1, 1:-1]


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
    by_mask = (HOLD_MASK * certain).ravel()[band]
    by_samples = HOLD_SAMPLES * sure
    pull = by_mask + by_samples + HOLD
    start.ravel()[band] = ((by_mask + HOLD) * believed.ravel()[band] + by_samples * said) / pull
    weight = np.zeros_like(start)
    weight.ravel()[band] = pull
    size = (start.shape[1], start.shape[0])
    alpha = start
    for factor, iterations in ((4, 60), (2, 40), (1, 40)):
        level = (max(8, size[0] // factor), max(8, size[1] // factor))
        open_part = resized(unknown.astype(np.uint8) * 255, level) > 0
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
    size = (max(8, round((x1 - x0) * scale)), max(8, round((y1 - y0) * scale)))
    small = resized(crop, size).astype(np.float32) / 255
    mean, spread = _person(picture, face, box, size, person_mask)
    mean = np.minimum(mean + LEAN * spread, 1)
    own = resized(_outline(picture, faces, index, box, covered, mean, spread), size)
    head = grown(_filled_oval(face, box, size), -0.02 * face.height_px * scale)
    unit = face.height_px * scale
    planes = colour_planes(small)
    along = face_grid(face, box, size)[1]
    inside, outside, depth = _band(own > 0.5, head, along, unit)
    drawn = np.clip(0.5 + depth / (SHARP * unit), 0, 1)
    # Where the outline went against the mask, the mask is out of the question.
    certain = np.where(np.abs(drawn - mean) < 0.6, (2 * mean - 1) ** 2 * (1 - spread), 0.25)
    believed = np.where(np.abs(drawn - mean) < 0.6, mean, drawn)
    alpha = _soften(planes, believed, certain, inside, outside, unit)
    alpha = _attached(alpha, head)
    full = _full_resolution(crop, small, alpha)
    # Traces below 0.02 of head everywhere would make the whole surroundings "edge".
    full = np.clip((full - 0.02) / 0.96, 0, 1).astype(np.float32)
    strip = (np.abs(depth) < RING * unit) & (along < NECK)
    verdict = judge_edge(planes, alpha, drawn, mean, spread, strip, unit)
    return HeadMatte(box, full, rank, verdict.trust, verdict.doubt)


def head_mattes(
    picture: Picture, faces: Sequence[Face], person_mask_fn: PersonMask
) -> tuple[HeadMatte, ...]:
    """One matte per face, in the order of `faces`.

    `person_mask_fn` takes a crop ``(h, w, 3) uint8`` and returns its soft person mask ``(h', w')
    float32`` 0..1, at any size.
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
