"""What is behind a head: the background that shows when the head moves away from it.

A head moves by a tenth of its height at most, so only a band along its outline is ever seen. Slow
changes of colour are drawn in from outside (push-pull, and Telea's marching fill for lines that pass
behind the head); grain is the picture's own, mirrored across the outline: synthetic noise showed as
a halo. Nothing within the matte's soft edge is ever a source, or hair would leave its ghost behind.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.matte import HeadMatte
from renderer.faces.types import Floats, Picture

SOURCE_ALPHA = 0.02
"""A pixel with more of the head in it than this is not background."""
SOURCE_MARGIN = 0.022
"""Face heights beyond that which are not background either: the blur of lens and scan."""
EXACT_BEYOND = 0.04
"""Face heights outside the matte at which the plate is the picture again, bit for bit."""
COARSE_FACE_PX = 64
"""Face height at which slow changes are filled; the rest is grain and fine texture."""
SEEN_DEPTH = 0.22
"""Face heights into the hole that the marching fill reaches: twice what a moving head uncovers."""
MARCH_RADIUS = 4
"""Neighbourhood of Telea's fill in coarse pixels: lines are carried on, spots are not."""
MARCH_SHARE = 0.6
"""How much of the marching fill is kept beside the smooth one: alone it draws streaks."""
GRAIN_CLIP = 3.0
"""Mirrored detail is clipped at this many standard deviations of the background's grain: mirrored
lettering or leaves would read as a second head's outline."""


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
    carried = cv2.resize(colour * weight[..., None], half, interpolation=cv2.INTER_AREA)
    held = cv2.resize(weight, half, interpolation=cv2.INTER_AREA)
    below = push_pull(carried / np.maximum(held, 1e-6)[..., None], np.minimum(1, 2 * held))
    size = (weight.shape[1], weight.shape[0])
    wide = cv2.resize(below, size, interpolation=cv2.INTER_LINEAR)
    share = weight[..., None]
    return (colour * share + wide * (1 - share)).astype(np.float32)


def _slow_fill(colour: Floats, known: Floats, unit: float) -> Floats:
    """The coarse picture ``(h, w, 3)`` with its hole (`known` 0) filled."""
    smooth = push_pull(colour, known)
    hole = (known < 0.5).astype(np.uint8)
    depth = cv2.distanceTransform(
        cv2.copyMakeBorder(hole, 1, 1, 1, 1, cv2.BORDER_REPLICATE), cv2.DIST_L2, 3
    )[1:-1, 1:-1]
    band = ((hole > 0) & (depth < SEEN_DEPTH * unit)).astype(np.uint8)
    if not band.any():
        return smooth
    ready = np.clip(np.round(smooth), 0, 255).astype(np.uint8)
    marched = cv2.inpaint(ready, band, MARCH_RADIUS, cv2.INPAINT_TELEA).astype(np.float32)
    share = MARCH_SHARE * np.clip(2 - 2 * depth / (SEEN_DEPTH * unit), 0, 1) * band
    filled: Floats = smooth + (marched - smooth) * share[..., None].astype(np.float32)
    return filled


def _mirrored(
    hole: NDArray[np.uint8], scale: float, size: tuple[int, int]
) -> tuple[Floats, Floats]:
    """For each full-size pixel of a coarse `hole`, the pixel mirrored in the hole's outline."""
    _, nearest = cv2.distanceTransformWithLabels(
        hole, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    rows, columns = np.nonzero(hole == 0)
    jump = np.zeros((int(nearest.max()) + 1, 2), np.float32)
    jump[nearest[rows, columns]] = np.column_stack([columns, rows])
    height, width = hole.shape
    here = np.dstack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float32)
    offset = cv2.resize(
        2 * (jump[nearest] - here) / np.float32(scale), size, interpolation=cv2.INTER_LINEAR
    )
    offset[..., 0] += np.arange(size[0], dtype=np.float32)[None, :]
    offset[..., 1] += np.arange(size[1], dtype=np.float32)[:, None]
    return np.ascontiguousarray(offset[..., 0]), np.ascontiguousarray(offset[..., 1])


def background_plate(picture: Picture, matte: HeadMatte, face_height: float) -> Plate:
    """What is behind the head of `matte`; `face_height` in picture pixels.

    With people in front of one another, take the plates from the front person to the rear one, each
    time from the picture with the plate before it laid in: what is behind the first is in front of
    the next.
    """
    x0, y0, x1, y1 = matte.box
    still = picture[y0:y1, x0:x1].astype(np.float32)
    size = (x1 - x0, y1 - y0)
    touched = (matte.alpha > SOURCE_ALPHA).astype(np.uint8)
    if not touched.any():
        return Plate(matte.box, still, np.zeros(size[::-1], bool))
    away = cv2.distanceTransform(1 - touched, cv2.DIST_L2, 3)
    known = (away > SOURCE_MARGIN * face_height).astype(np.float32)
    scale = min(1.0, COARSE_FACE_PX / face_height)
    coarse_size = (max(4, round(size[0] * scale)), max(4, round(size[1] * scale)))
    held = cv2.resize(known, coarse_size, interpolation=cv2.INTER_AREA)
    carried = cv2.resize(still * known[..., None], coarse_size, interpolation=cv2.INTER_AREA)
    coarse = carried / np.maximum(held, 1e-3)[..., None]
    whole = (held > 0.5).astype(np.float32)
    filled = _slow_fill(coarse, whole, face_height * scale)
    slow = cv2.resize(filled, size, interpolation=cv2.INTER_CUBIC)
    grain = (still - slow) * known[..., None]
    sample = grain[::3, ::3][known[::3, ::3] > 0]
    if sample.size and (whole == 0).any() and (whole > 0).any():
        limit = GRAIN_CLIP * 1.48 * np.median(np.abs(sample), axis=0) + 1.0
        np.clip(grain, -limit.astype(np.float32), limit.astype(np.float32), out=grain)
        across, down = _mirrored((whole == 0).astype(np.uint8), scale, size)
        slow += cv2.remap(grain, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    start = 0.2 * EXACT_BEYOND * face_height
    ease = np.clip((away - start) / (EXACT_BEYOND * face_height - start), 0, 1)
    ease = ease * ease * (3 - 2 * ease)
    colour = np.clip(slow + (still - slow) * ease[..., None], 0, 255).astype(np.float32)
    differs = ease < 1
    colour[~differs] = still[~differs]
    return Plate(matte.box, colour, differs)
