"""What is behind a head: the background that shows when the head moves away from it.

A head moves by a tenth of its height at most, so only a band along its outline is ever seen. Slow
changes of colour are drawn in from outside (push-pull, and Telea's marching fill for lines that
pass behind the head); grain is the picture's own, mirrored across the outline: synthetic noise showed as
a halo. Nothing within the matte's soft edge is ever a source, or hair would leave its ghost behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.matte import HeadMatte
from renderer.faces.planes import Mask, Where, depth_inside, floats, resized
from renderer.faces.types import Floats, Picture

SOURCE_ALPHA = 0.02
"""A pixel with more of the head in it than this is not background."""
SOURCE_MARGIN = 0.022
"""Face heights beyond that which are not background either: the blur of lens and scan."""
EXACT_BEYOND = 0.04
"""Face heights outside the matte at which the plate is the picture again, bit for bit."""
EASE_FROM = 0.4
"""Share of that distance up to which the plate holds before a plain background: stray hairs there
would stay behind as ghosts."""
EXACT_IF_BUSY = 0.3
"""Share of that distance before a busy background: what differs from the plate rides with the head,
there that is stars and leaves."""
PLAIN, BUSY = 4.0, 16.0
"""Local standard deviation (grey levels) of plain and of busy backgrounds."""
COARSE_FACE_PX = 64
"""Face height at which slow changes are filled; the rest is grain and fine texture."""
SEEN_DEPTH = 0.22
"""Face heights into the hole that are drawn with care: twice what a moving head uncovers."""
MARCH_RADIUS = 4
"""Neighbourhood of Telea's fill in coarse pixels: lines are carried on, spots are not."""
MARCH_SHARE = 0.85
"""How much of the marching fill is kept beside the smooth one: alone it draws streaks."""
STRAY_REACH = 0.15
"""Face heights around the hole in which thin things are taken for stray hairs, not background."""
STRAY_STEP = 10.0
"""... when they differ by so many levels from the median of 5x5 coarse pixels."""
GRAIN_CLIP = 3.0
"""Mirrored detail is clipped at this many standard deviations of the background's grain: mirrored
lettering or leaves would read as a second head's outline."""
GRAIN_SAMPLES = 20_000
"""Background pixels that the grain's strength is taken from."""


@dataclass(frozen=True)
class Plate:
    """`colour` ``(h, w, 3) float32`` RGB 0..255 over `box` (``x0, y0, x1, y1``, ends exclusive);
    `differs` ``(h, w) bool``: where it is not the picture."""

    box: tuple[int, int, int, int]
    colour: Floats
    differs: NDArray[np.bool_]


def push_pull(colour: Floats, weight: Floats) -> Floats:
    """`colour` ``(h, w, 3)`` where `weight` is 1, its ever wider neighbourhood where it is 0."""
    if min(weight.shape) <= 2:
        total = float(weight.sum())
        mean = (colour * weight[..., None]).sum((0, 1)) / max(total, 1e-6)
        return np.where(weight[..., None] > 0, colour, mean).astype(np.float32)
    half = ((weight.shape[1] + 1) // 2, (weight.shape[0] + 1) // 2)
    carried, held = resized(colour * weight[..., None], half), resized(weight, half)
    below = push_pull(
        floats(carried / np.maximum(held, 1e-6)[..., None]), floats(np.minimum(1, 2 * held))
    )
    size = (weight.shape[1], weight.shape[0])
    wide = resized(below, size)
    share = weight[..., None]
    return (colour * share + wide * (1 - share)).astype(np.float32)


def _plainness(colour: Floats, known: Mask, unit: float) -> Floats:
    """How plain the nearby background is, 0..1, away from the thin things before it."""
    grey = cv2.medianBlur(np.clip(colour.mean(axis=2), 0, 255).astype(np.uint8), 3)
    tone, held = grey.astype(np.float32), known.astype(np.float32)
    reach = (0, 0), 0.07 * unit
    weight = cv2.GaussianBlur(held, *reach) + 1e-4
    mean = cv2.GaussianBlur(tone * held, *reach) / weight
    spread = np.sqrt(np.maximum(cv2.GaussianBlur(tone**2 * held, *reach) / weight - mean**2, 0))
    return np.asarray(np.clip((BUSY - spread) / (BUSY - PLAIN), 0, 1), np.float32)


def _without_strays(colour: Floats, known: Mask, unit: float) -> Floats:
    """`colour` without the thin things near the hole."""
    near = known & (depth_inside(known) < STRAY_REACH * unit)
    filled = push_pull(colour, known.astype(np.float32))
    calm = cv2.medianBlur(np.clip(filled, 0, 255).astype(np.uint8), 5).astype(np.float32)
    stray = near & (np.abs(filled - calm).max(axis=2) > STRAY_STEP)
    return floats(np.where(stray[..., None], calm, filled))


def _slow_fill(colour: Floats, known: Mask, unit: float) -> Floats:
    """The coarse picture ``(h, w, 3)`` with its hole (not `known`) filled."""
    smooth = push_pull(_without_strays(colour, known, unit), known.astype(np.float32))
    depth = depth_inside(~known)
    band = (~known & (depth < SEEN_DEPTH * unit)).astype(np.uint8)
    if not band.any() or not known.any():
        return smooth
    ready = np.clip(np.round(smooth), 0, 255).astype(np.uint8)
    marched = cv2.inpaint(ready, band, MARCH_RADIUS, cv2.INPAINT_TELEA).astype(np.float32)
    share = MARCH_SHARE * np.clip(2 - 2 * depth / (SEEN_DEPTH * unit), 0, 1) * band
    return floats(smooth + (marched - smooth) * share[..., None])


def _mirror(known: Mask, where: Where, size: tuple[int, int]) -> Where:
    """For full-size pixels `where`, those mirrored in the outline of the hole of coarse `known`."""
    _, nearest = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    rows, columns = np.nonzero(known)
    place = np.zeros((int(nearest.max()) + 1, 2), np.float32)
    place[nearest[rows, columns]] = np.column_stack([columns, rows])
    height, width = known.shape
    here = np.dstack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float32)
    scale = np.array([size[0] / width, size[1] / height], np.float32)
    jump = resized((2 * scale * (place[nearest] - here)).astype(np.float32), size)
    step = np.rint(jump.reshape(-1, 2)[where]).astype(np.intp)
    y, x = np.divmod(where, size[0])
    row, column = np.clip(y + step[:, 1], 0, size[1] - 1), np.clip(x + step[:, 0], 0, size[0] - 1)
    return np.asarray(row * size[0] + column, np.intp)


def _mirrored_grain(still: Floats, slow: Floats, known: Mask, source: Where) -> Floats:
    """Fine texture at the pixels `source`, ``(n, 3)``, clipped; 0 where they are not background."""
    ground = np.flatnonzero(known)
    sample = ground[:: max(1, ground.size // GRAIN_SAMPLES)]
    flat, base = still.reshape(-1, 3), slow.reshape(-1, 3)
    level = np.median(np.abs(flat[sample] - base[sample]), axis=0)
    limit = (GRAIN_CLIP * 1.48 * level + 1.0).astype(np.float32)
    grain = np.clip(flat[source] - base[source], -limit, limit)
    return np.asarray(grain * known.ravel()[source][:, None], np.float32)


def background_plate(picture: Picture | Floats, matte: HeadMatte, face_height: float) -> Plate:
    """What is behind the head of `matte`; `picture` RGB 0..255, `face_height` in its pixels.

    Other people are background like any other; for heads behind one another see `unveil`.
    """
    x0, y0, x1, y1 = matte.box
    still = picture[y0:y1, x0:x1].astype(np.float32)
    size = (x1 - x0, y1 - y0)
    touched = matte.alpha > SOURCE_ALPHA
    away = cv2.distanceTransform((~touched).astype(np.uint8), cv2.DIST_L2, 3)
    differs = away < EXACT_BEYOND * face_height
    known = away > SOURCE_MARGIN * face_height
    if not touched.any() or not known.any():
        return Plate(matte.box, still, np.zeros(size[::-1], bool))
    scale = min(1.0, COARSE_FACE_PX / face_height)
    coarse_size = (max(4, round(size[0] * scale)), max(4, round(size[1] * scale)))
    held = resized(known.astype(np.float32), coarse_size)
    carried = resized(floats(cv2.copyTo(still, known.astype(np.uint8))), coarse_size)
    coarse = floats(carried / np.maximum(held, 1e-3)[..., None])
    whole = held > 0.5
    slow = resized(_slow_fill(coarse, whole, face_height * scale), size)
    depth = resized(depth_inside(~whole), size) / scale
    band = np.flatnonzero(differs & (depth < SEEN_DEPTH * face_height))
    drawn = slow.reshape(-1, 3)[band]
    if whole.any():
        drawn += _mirrored_grain(still, slow, known, _mirror(whole, band, size))
    plain = resized(_plainness(coarse, whole, face_height * scale), size).ravel()[band]
    end = EXACT_BEYOND * face_height * (EXACT_IF_BUSY + (1 - EXACT_IF_BUSY) * plain)
    start = EASE_FROM * end * plain
    ease = np.clip((away.ravel()[band] - start) / (end - start), 0, 1)
    ease = (ease * ease * (3 - 2 * ease))[:, None].astype(np.float32)
    flat = still.reshape(-1, 3)
    drawn = np.clip(drawn + (flat[band] - drawn) * ease, 0, 255)
    colour = cv2.copyTo(slow, differs.astype(np.uint8), still.copy())
    colour.reshape(-1, 3)[band] = drawn
    return Plate(matte.box, floats(colour), differs)


@dataclass(frozen=True)
class Unveiled:
    """A head as if nobody stood in front of it.

    `picture` ``(h, w, 3) uint8`` over the matte's box: the still with the people in front of the
    head taken away; `plate`: with the head gone too. They belong to the matte's `whole` alpha.
    """

    picture: Picture
    plate: Plate


def unveil(
    still: Picture, mattes: Sequence[HeadMatte], face_heights: Sequence[float]
) -> tuple[Unveiled, ...]:
    """Every head of a group freed from those in front of it, in the order of `mattes`.

    People are taken away from the front to the rear. Draw a rear head from its `Unveiled` (with
    I its `picture`, a its matte's `whole`, B its plate) as F; then what is seen is ``still + (1 -
    hidden) (F - I)``, which is the still where nothing moves and wherever someone in front is.
    """
    scene = still.copy()
    found: dict[int, Unveiled] = {}
    for index in sorted(range(len(mattes)), key=lambda k: -mattes[k].order):
        matte = mattes[index]
        x0, y0, x1, y1 = matte.box
        plate = background_plate(scene, replace(matte, alpha=matte.whole), face_heights[index])
        found[index] = Unveiled(scene[y0:y1, x0:x1].copy(), plate)
        scene[y0:y1, x0:x1] = np.rint(plate.colour).astype(np.uint8)
    return tuple(found[index] for index in range(len(mattes)))
