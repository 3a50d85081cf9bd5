"""Hair-soft alpha of every head: what moves, what stays, and how far the edge can be trusted.

The person mask is coarse and patchy; it only says where to look. The face itself is certain, the far
background is certain, and in the band between them closed-form matting decides, at a scale where a
face is `SOLVE_FACE_PX` tall; the result is brought to full resolution along the picture's own
colours. In a group a head's matte carries on underneath the people in front of it, because they are
drawn over it (`HeadMatte.order`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.matte_solver import Mask, colour_planes, solve_band
from renderer.faces.territory import (
    TERRITORY_FACE_PX,
    Labels,
    back_to_front,
    face_axes,
    face_oval,
    territories,
)
from renderer.faces.types import Face, Floats, Picture

PersonMask = Callable[[Picture], Floats]

SOLVE_FACE_PX = 128
"""Face height at which alpha is solved: a hair is about 1 px wide there, and the band about 20,000
unknowns."""
MASK_REACH = (1.15, 1.6, 2.2)
"""Half widths, in face heights, of the crops shown to the mask network. It cuts hats off in tight
crops and loses hair in wide ones; where the crops disagree is where alpha is unknown."""
SIDE, ABOVE, BELOW = 1.65, 2.0, 1.45
"""The matte's crop around the face centre, in face heights: hair, hat, neck, shoulders."""


@dataclass(frozen=True)
class HeadMatte:
    """What moves with one head.

    `box` is ``x0, y0, x1, y1`` in picture pixels, ends exclusive; `alpha` ``(y1-y0, x1-x0) float32``
    0..1. `order` is 0 for the rearmost head. `trust` 0..1 says how far the edge can be believed
    (1: move freely) and `doubt` why it is low, empty when it is not.
    """

    box: tuple[int, int, int, int]
    alpha: Floats
    order: int
    trust: float
    doubt: str


def _ellipse(radius: float) -> NDArray[np.uint8]:
    size = 2 * max(1, round(radius)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)).astype(np.uint8)


def _grow(mask: Mask, radius: float) -> Mask:
    """`mask` dilated (or eroded, below 0) by `radius` px; nothing is eaten from the picture's rim."""
    if abs(radius) < 0.5:
        return mask
    work = mask.astype(np.uint8)
    change = cv2.dilate if radius > 0 else cv2.erode
    return change(work, _ellipse(abs(radius))) > 0


def head_box(face: Face, width: int, height: int) -> tuple[int, int, int, int]:
    """The matte's crop inside a picture of `width` x `height`."""
    (cx, cy), reach = face_axes(face)[0], face.height_px
    return (
        max(0, int(cx - SIDE * reach)),
        max(0, int(cy - ABOVE * reach)),
        min(width, int(cx + SIDE * reach)),
        min(height, int(cy + BELOW * reach)),
    )


def _person(
    picture: Picture,
    face: Face,
    box: tuple[int, int, int, int],
    size: tuple[int, int],
    person_mask: PersonMask,
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
        scale = np.array(
            [
                [sx * (x1 - x0) / soft.shape[1], 0, (x0 - box[0]) * sx],
                [0, sy * (y1 - y0) / soft.shape[0], (y0 - box[1]) * sy],
            ],
            np.float32,
        )
        laid = cv2.warpAffine(soft, scale, size, borderValue=-1.0)
        inside = laid >= 0
        # Close to its own rim the network guesses: let the wider crops speak there.
        total += np.where(inside, laid, 0)
        count += inside
        low = np.where(inside, np.minimum(low, laid), low)
        high = np.where(inside, np.maximum(high, laid), high)
    mean = total / np.maximum(count, 1)
    return mean.astype(np.float32), np.where(count > 0, high - low, 0).astype(np.float32)


def _spread_colour(colours: Floats, known: Mask, radius: float) -> tuple[Floats, Floats, Floats]:
    """Local mean and variance of the known colours, carried into the unknown, with the support."""
    weight = known.astype(np.float32)
    stack = np.dstack([colours * weight[..., None], (colours**2).sum(2) * weight, weight])
    near = cv2.GaussianBlur(stack, (0, 0), radius)
    far = cv2.resize(
        cv2.GaussianBlur(
            cv2.resize(stack, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), (0, 0), radius
        ),
        (known.shape[1], known.shape[0]),
        interpolation=cv2.INTER_LINEAR,
    )
    mixed = near + 0.02 * far
    support = mixed[..., -1]
    mean = mixed[..., :-2] / np.maximum(support, 1e-6)[..., None]
    variance = mixed[..., -2] / np.maximum(support, 1e-6) - (mean**2).sum(2)
    return mean, np.maximum(variance, 0), support


def _colour_prior(
    guide: Floats, inside: Mask, outside: Mask, radius: float
) -> tuple[Floats, Floats]:
    """Alpha as the two local colours explain each pixel, and how well they can be told apart."""
    near, near_var, near_support = _spread_colour(guide, inside, radius)
    away, away_var, away_support = _spread_colour(guide, outside, radius)
    axis = near - away
    apart = (axis**2).sum(2)
    along = ((guide - away) * axis).sum(2) / np.maximum(apart, 1e-5)
    sure = apart / (apart + 2.0 * (near_var + away_var) + 2e-3)
    support = np.minimum(near_support, away_support)
    sure *= support / (support + 1e-4)
    return np.clip(along, 0, 1).astype(np.float32), (sure**2).astype(np.float32)


def _attached(alpha: Floats, seed: Mask) -> Floats:
    """`alpha` without islands that do not touch the head and without holes inside it."""
    _, islands = cv2.connectedComponents((alpha > 0.25).astype(np.uint8))
    own = np.unique(islands[seed])
    keep = np.isin(islands, own[own > 0])
    soft = cv2.GaussianBlur(_grow(keep, 3).astype(np.float32), (0, 0), 1.0)
    alpha = alpha * soft
    open_air = (alpha < 0.75).astype(np.uint8)
    framed = cv2.copyMakeBorder(open_air, 1, 0, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, gaps = cv2.connectedComponents(framed)
    outer = gaps[0, 0]
    holes = (framed > 0) & (gaps != outer)
    filled: Floats = np.where(holes[1:, 1:-1], np.float32(1), alpha)
    return filled


def _full_resolution(crop: Floats, small: Floats, alpha: Floats) -> Floats:
    """`alpha` of the small picture on the full crop, along its colours (fast guided filter).

    He and Sun, "Fast Guided Filter" (2015), with the coefficients of one colour plane each.
    """
    size = (crop.shape[1], crop.shape[0])
    if alpha.shape == crop.shape[:2]:
        return alpha
    grey_small = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    kernel = (5, 5)
    mean_i, mean_a = cv2.blur(grey_small, kernel), cv2.blur(alpha, kernel)
    covariance = cv2.blur(grey_small * alpha, kernel) - mean_i * mean_a
    variance = cv2.blur(grey_small * grey_small, kernel) - mean_i * mean_i
    gain = cv2.blur(covariance / (variance + 4e-4), (3, 3))
    # What the affine model adds at full resolution: detail only, alpha's level stays as solved.
    detail = grey - cv2.resize(grey_small, size, interpolation=cv2.INTER_CUBIC)
    full = cv2.resize(alpha, size, interpolation=cv2.INTER_CUBIC)
    full += detail * cv2.resize(gain, size, interpolation=cv2.INTER_LINEAR)
    low = cv2.resize(cv2.erode(alpha, np.ones((3, 3), np.uint8)), size)
    high = cv2.resize(cv2.dilate(alpha, np.ones((3, 3), np.uint8)), size)
    return np.clip(full, low, high)


def head_mattes(
    picture: Picture, faces: Sequence[Face], person_mask_fn: PersonMask
) -> tuple[HeadMatte, ...]:
    """One matte per face, in the order of `faces`.

    `person_mask_fn` takes a crop ``(h, w, 3) uint8`` and returns its soft person mask ``(h', w')
    float32`` 0..1, at any size.
    """
    ranks = back_to_front(faces)
    labels: Labels | None = None
    if len(faces) > 1:
        labels = _share_out(picture, faces, person_mask_fn)
    return tuple(
        _head_matte(picture, faces, index, ranks, labels, person_mask_fn)
        for index in range(len(faces))
    )


def _share_out(picture: Picture, faces: Sequence[Face], person_mask_fn: PersonMask) -> Labels:
    """The territories of a group, at the scale where its median face is told apart best."""
    typical = float(np.median([face.height_px for face in faces]))
    scale = min(1.0, TERRITORY_FACE_PX / typical)
    height, width = picture.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    people = np.zeros(size[::-1], np.float32)
    for face in faces:
        box = head_box(face, width, height)
        x0, y0, x1, y1 = (round(side * scale) for side in box)
        mean, _ = _person(picture, face, box, (x1 - x0, y1 - y0), person_mask_fn)
        mean = mean[: size[1] - y0, : size[0] - x0]
        view = people[y0 : y0 + mean.shape[0], x0 : x0 + mean.shape[1]]
        np.maximum(view, mean, out=view)
    return territories(picture, faces, people)


def _head_matte(
    picture: Picture,
    faces: Sequence[Face],
    index: int,
    ranks: tuple[int, ...],
    labels: Labels | None,
    person_mask_fn: PersonMask,
) -> HeadMatte:
    face = faces[index]
    height, width = picture.shape[:2]
    box = head_box(face, width, height)
    x0, y0, x1, y1 = box
    crop = np.ascontiguousarray(picture[y0:y1, x0:x1]).astype(np.float32) / 255
    scale = min(1.0, SOLVE_FACE_PX / face.height_px)
    size = (max(8, round((x1 - x0) * scale)), max(8, round((y1 - y0) * scale)))
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA) if scale < 1 else crop
    unit = face.height_px * scale
    mean, spread = _person(picture, face, box, size, person_mask_fn)
    oval = np.zeros(size[::-1], np.uint8)
    cv2.fillPoly(oval, [face_oval(face, scale, (float(x0), float(y0)))], 1)
    head = _grow(oval > 0, -0.02 * unit)
    grey_zone = np.zeros(size[::-1], bool)
    if labels is not None:
        mean, grey_zone = _own_share(mean, labels, box, picture.shape[:2], index, ranks, unit)
    mean = np.maximum(mean, head.astype(np.float32))
    inside = (_grow((mean > 0.9) & (spread < 0.35), -0.055 * unit) | head) & ~grey_zone
    outside = ~_grow((mean > 0.06) | (spread > 0.5), 0.10 * unit) & ~head
    guide = colour_planes(small)
    said, sure = _colour_prior(guide, inside, outside, 0.10 * unit)
    believed = cv2.GaussianBlur(mean, (0, 0), 0.02 * unit)
    prior = sure * said + (1 - sure) * believed
    weight = (0.002 + 0.05 * sure).astype(np.float32)
    unknown = ~inside & ~outside
    start = np.where(inside, np.float32(1), np.where(outside, np.float32(0), prior))
    alpha = start.astype(np.float32)
    for factor, iterations in ((4, 60), (2, 40), (1, 40)):
        level = (max(8, size[0] // factor), max(8, size[1] // factor))
        shrunk = [
            cv2.resize(plane, level, interpolation=cv2.INTER_AREA)
            for plane in (guide, alpha, prior, weight)
        ]
        band = cv2.resize(unknown.astype(np.float32), level, interpolation=cv2.INTER_AREA) > 0
        thin = shrunk[0].reshape(level[1], level[0], -1)
        solved = solve_band(thin, band, shrunk[1], shrunk[2], shrunk[3], iterations)
        grown = cv2.resize(solved, size, interpolation=cv2.INTER_LINEAR)
        alpha = np.where(unknown, grown, start).astype(np.float32)
    alpha = _attached(alpha, head)
    full = _full_resolution(crop, small, alpha)
    full = np.clip((full - 0.02) / 0.96, 0, 1).astype(np.float32)
    return HeadMatte(box, full, ranks[index], 1.0, "")


def _own_share(
    mean: Floats,
    labels: Labels,
    box: tuple[int, int, int, int],
    shape: tuple[int, int],
    index: int,
    ranks: tuple[int, ...],
    unit: float,
) -> tuple[Floats, Mask]:
    """The person mask cut to one head's territory, and where that cut is uncertain.

    Under people in front the mask carries on from the nearest pixel that is not theirs; people
    behind are background.
    """
    size = (mean.shape[1], mean.shape[0])
    sy, sx = labels.shape[0] / shape[0], labels.shape[1] / shape[1]
    grid_x = ((np.arange(size[0]) + 0.5) / size[0] * (box[2] - box[0]) + box[0]) * sx
    grid_y = ((np.arange(size[1]) + 0.5) / size[1] * (box[3] - box[1]) + box[1]) * sy
    near = labels[
        np.minimum(grid_y.astype(int), labels.shape[0] - 1)[:, None],
        np.minimum(grid_x.astype(int), labels.shape[1] - 1)[None, :],
    ]
    rank_of = np.array([-1, *ranks])[near]
    front = (rank_of > ranks[index]) & (near != 0)
    behind = (rank_of < ranks[index]) & (near != 0)
    own = np.where(behind, np.float32(0), mean)
    if front.any() and not front.all():
        _, nearest = cv2.distanceTransformWithLabels(
            front.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        value_of = np.zeros(int(nearest.max()) + 1, np.float32)
        value_of[nearest[~front]] = own[~front]
        own = np.where(front, value_of[nearest], own)
    edge = _grow(near == index + 1, 0.05 * unit) & _grow(behind, 0.05 * unit)
    return own.astype(np.float32), edge
