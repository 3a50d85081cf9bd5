"""What is behind a head: the background that shows when the head moves away from it.

A head moves by a tenth of its height at most, so only a band along its outline is ever seen. Slow
changes of colour are drawn in from outside, lines that pass behind the head go on in their own
direction, grain is the picture's own, mirrored across the outline: synthetic noise showed as
a halo. Nothing within the matte's soft edge is ever a source, or hair would leave its ghost behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.matte import HeadMatte
from renderer.faces.planes import Mask, Where, depth_inside, floats, resized, resized_bytes
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
EXACT_IF_BUSY = 0.6
"""Share of both distances before a busy background: what differs from the plate rides with the head,
there that is stars and leaves. Much less, and the blurred rim of the head stays behind."""
PLAIN, BUSY = 4.0, 16.0
"""Local standard deviation (grey levels) of plain and of busy backgrounds."""
COARSE_FACE_PX = 64
"""Face height at which slow changes are filled; the rest is grain and fine texture."""
SEEN_DEPTH = 0.22
"""Face heights into the hole that are drawn with care: twice what a moving head uncovers."""
LINE_REACH = 0.025
"""Face heights over which the direction of lines is averaged."""
LINE_STEP = 3.0
"""Gradient (grey levels a coarse pixel) from which an edge counts as a line; grain stays below."""
LINE_DENSITY = 0.006
"""Share of line pixels around, below which there is no line to follow."""
MEMBRANE = 12
"""Rounds of averaging that tie the fill to the colours on its rim."""
STAIRS = 0.8
"""Blur (coarse pixels) of the fill."""
STRAY_REACH = 0.15
"""Face heights around the hole in which thin things are taken for stray hairs, not background."""
STRAY_STEP = 10.0
"""... when they differ by so many levels from the median of 3x3 coarse pixels: thinner than those."""
GRAIN_LIMIT = 6.0
"""Mirrored detail of this many standard deviations of the background's grain is none (Tukey's
biweight): mirrored lettering or leaves would read as a second head's outline."""
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
    calm = cv2.medianBlur(np.clip(filled, 0, 255).astype(np.uint8), 3).astype(np.float32)
    stray = near & (np.abs(filled - calm).max(axis=2) > STRAY_STEP)
    return floats(np.where(stray[..., None], calm, filled))


def _line_direction(colour: Floats, known: Mask, unit: float) -> tuple[Floats, Floats]:
    """Which way lines run, ``(h, w, 2)`` x, y of length 1, and how clearly 0..1, hole included.

    The structure tensor of the known part, carried into the hole.
    """
    grey = colour.mean(axis=2)
    sure = known & (depth_inside(known) > 1.5)
    gx, gy = (cv2.Sobel(grey, cv2.CV_32F, dx, 1 - dx, scale=0.125) for dx in (1, 0))
    # Every line counts the same: a strong one must not bend its neighbours its way.
    tensor = np.dstack([gx * gx, gx * gy, gy * gy])
    tensor *= (sure / (gx * gx + gy * gy + LINE_STEP**2))[..., None]
    near = cv2.GaussianBlur(tensor, (0, 0), LINE_REACH * unit)
    weight = cv2.GaussianBlur(sure.astype(np.float32), (0, 0), LINE_REACH * unit)
    filled = push_pull(floats(near / np.maximum(weight, 1e-3)[..., None]), floats(weight > 0.02))
    xx, xy, yy = (filled[..., k] for k in range(3))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    strength = np.hypot(xx - yy, 2 * xy)
    clear = np.minimum(1, strength / (xx + yy + LINE_DENSITY))
    return floats(np.dstack([np.cos(angle), np.sin(angle)])), floats(clear)


def _follow(
    colour: Floats, known: Mask, band: Where, course: Floats, sign: int, steps: int
) -> tuple[Floats, Floats]:
    """For each hole pixel of the `band`: the first known colour along its line, and how far it is.

    Distance is infinite where the line does not leave the hole within `steps` pixels.
    """
    height, width = known.shape
    y, x = (v.astype(np.float32) for v in np.divmod(band, width))
    found = np.zeros((band.size, 3), np.float32)
    distance = np.full(band.size, np.inf, np.float32)
    heading = sign * course.reshape(-1, 2)[band]
    flat, is_known = colour.reshape(-1, 3), known.ravel()
    for step in range(1, steps + 1):
        x, y = x + heading[:, 0], y + heading[:, 1]
        at = np.rint(np.clip(y, 0, height - 1)) * width + np.rint(np.clip(x, 0, width - 1))
        place = at.astype(np.intp)
        inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
        arrived = np.isinf(distance) & is_known[place] & inside
        found[arrived] = flat[place[arrived]]
        distance[arrived] = step
        turn = course.reshape(-1, 2)[place]
        # A line has no sign: keep going the way we came.
        heading = turn * np.sign((turn * heading).sum(axis=1, keepdims=True) + 1e-6)
    return found, distance


def _slow_fill(colour: Floats, known: Mask, unit: float) -> Floats:
    """The coarse picture ``(h, w, 3)`` with its hole (not `known`) filled.

    Lines go on into the hole along their own direction (after Bornemann and Marz, "Fast image
    inpainting based on coherence transport", 2007); the rest is smooth.
    """
    clean = _without_strays(colour, known, unit)
    smooth = push_pull(clean, floats(known))
    for _ in range(MEMBRANE):
        smooth = np.where(known[..., None], clean, cv2.blur(smooth, (3, 3)))
    depth = depth_inside(~known)
    band = np.flatnonzero(~known & (depth < SEEN_DEPTH * unit))
    if band.size == 0 or not known.any():
        return smooth
    course, clear = _line_direction(clean, known, unit)
    steps = max(2, round(2 * SEEN_DEPTH * unit))
    ways = [_follow(clean, known, band, course, sign, steps) for sign in (1, -1)]
    pulls = [1 / distance**2 for _, distance in ways]
    total = np.maximum(pulls[0] + pulls[1], 1e-6)
    carried = (ways[0][0] * pulls[0][:, None] + ways[1][0] * pulls[1][:, None]) / total[:, None]
    nearest = np.minimum(ways[0][1], ways[1][1])
    fade = np.clip(3 - 3 * depth.ravel()[band] / (SEEN_DEPTH * unit), 0, 1)
    share = clear.ravel()[band] * np.isfinite(nearest) * fade
    flat = smooth.reshape(-1, 3)
    flat[band] += (carried - flat[band]) * share[:, None]
    # Lines were followed in whole pixels: take the steps off their edges.
    calm = cv2.GaussianBlur(smooth, (0, 0), STAIRS)
    return floats(np.where(known[..., None], smooth, calm))


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
    """Grain at the pixels `source`, ``(n, 3)``; 0 where they are not background, or no grain."""
    ground = np.flatnonzero(known)
    sample = ground[:: max(1, ground.size // GRAIN_SAMPLES)]
    flat, base = still.reshape(-1, 3), slow.reshape(-1, 3)
    level = np.median(np.abs(flat[sample] - base[sample]), axis=0)
    limit = (GRAIN_LIMIT * 1.48 * level + 1.0).astype(np.float32)
    grain = flat[source] - base[source]
    grain *= np.maximum(1 - (grain / limit) ** 2, 0) ** 2
    return np.asarray(grain * known.ravel()[source][:, None], np.float32)


def background_plate(picture: Picture, matte: HeadMatte, face_height: float) -> Plate:
    """What is behind the head of `matte`; `picture` RGB 0..255, `face_height` in its pixels.

    Other people are background like any other; for heads behind one another see `unveil`.
    """
    x0, y0, x1, y1 = matte.box
    crop = picture[y0:y1, x0:x1]
    still = crop.astype(np.float32)
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
    carried = resized_bytes(np.asarray(cv2.copyTo(crop, known.astype(np.uint8))), coarse_size)
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
    start = EASE_FROM * end
    ease = np.clip((away.ravel()[band] - start) / (end - start), 0, 1)
    ease = (ease * ease * (3 - 2 * ease))[:, None].astype(np.float32)
    flat = still.reshape(-1, 3)
    drawn = np.clip(drawn + (flat[band] - drawn) * ease, 0, 255)
    slow.reshape(-1, 3)[band] = drawn
    return Plate(matte.box, floats(cv2.copyTo(still, (~differs).astype(np.uint8), slow)), differs)


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
