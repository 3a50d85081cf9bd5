"""What the colours beside the band say about it: alpha from samples of head and background.

After Wang and Cohen, "Optimized color sampling for robust matting" (2007), without the pairs: each
pixel of the band looks at a few colours across the nearest certain head and the nearest certain
background; alpha is where it lies between the two that are most like it. It keeps closed-form
matting from taking a background that only happens to be enclosed (a window's panes, gaps between leaves)
for a part of the head.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from renderer.faces.planes import Mask, Where, floats
from renderer.faces.types import Floats

DEPTHS = (0.012, 0.05, 0.11)
"""How far beyond the band samples lie, in face heights."""
ASIDE = (-0.12, -0.06, 0.0, 0.06, 0.12)
"""How far along it."""
ALIKE = 0.07
"""Colours (guide 0..1) this near to each other do not tell head from background."""

BUSY = 8.0
"""How much a varied background (variance of its samples) takes from their word: among leaves
anything is like something."""


class Witness(NamedTuple):
    """For ``n`` pixels: `alpha` 0..1, and how far that can be believed (`sure` 0..1)."""

    alpha: Floats
    sure: Floats


def _nearest(known: Mask, band: Where) -> Floats:
    """The nearest pixel of `known` to each of the `band`: ``(n, 2)`` x, y."""
    _, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    rows, columns = np.nonzero(known)
    place = np.zeros((int(labels.max()) + 1, 2), np.float32)
    place[labels[rows, columns]] = np.column_stack([columns, rows])
    return floats(place[labels.ravel()[band]])


def _least_distance(
    guide: Floats, known: Mask, band: Where, start: Floats, away: Floats, unit: float
) -> tuple[Floats, Floats, Floats]:
    """Distance to, and colour of, the sample most like each pixel of the band; samples' variance.

    Samples lie around `start` ``(n, 2)``, going on in the direction `away` (unit length).
    """
    height, width = known.shape
    flat = guide.reshape(-1, guide.shape[2])
    own = flat[band]
    best = np.full(band.size, np.inf, np.float32)
    colour = np.zeros_like(own)
    total = np.zeros((band.size, own.shape[1] + 2), np.float32)
    along = np.column_stack([-away[:, 1], away[:, 0]])
    for depth in DEPTHS:
        for aside in ASIDE:
            spot = np.rint(start + away * (depth * unit) + along * (aside * unit)).astype(np.intp)
            x, y = np.clip(spot[:, 0], 0, width - 1), np.clip(spot[:, 1], 0, height - 1)
            where = y * width + x
            sample = flat[where]
            step = own - sample
            distance = np.einsum("ij,ij->i", step, step)
            counts = known.ravel()[where]
            total[:, :-2] += sample * counts[:, None]
            total[:, -2] += np.einsum("ij,ij->i", sample, sample) * counts
            total[:, -1] += counts
            nearer = (distance < best) & counts
            best[nearer] = distance[nearer]
            colour[nearer] = sample[nearer]
    number = np.maximum(total[:, -1], 1)
    mean = total[:, :-2] / number[:, None]
    variance = total[:, -2] / number - np.einsum("ij,ij->i", mean, mean)
    return np.sqrt(best), colour, np.maximum(variance, 0)


def ask_samples(guide: Floats, inside: Mask, outside: Mask, band: Where, unit: float) -> Witness:
    """Alpha of the `band` (flat indices) as the colours on either side explain it.

    `guide` ``(h, w, planes)`` about 0..1; `unit` is the face height in its pixels.
    """
    if not inside.any() or not outside.any():
        nothing = np.zeros(band.size, np.float32)
        return Witness(nothing, nothing)
    head, back = _nearest(inside, band), _nearest(outside, band)
    normal = back - head
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-3)
    to_head, head_colour, _ = _least_distance(guide, inside, band, head, -normal, unit)
    to_back, back_colour, busy = _least_distance(guide, outside, band, back, normal, unit)
    reached = np.isfinite(to_head) & np.isfinite(to_back)
    to_head, to_back = np.where(reached, to_head, 1), np.where(reached, to_back, 1)
    both = np.maximum(to_head + to_back, 1e-4)
    apart = np.linalg.norm(head_colour - back_colour, axis=1)
    # 1 where the pixel lies on the line between its two samples.
    straight = np.minimum(apart / both, 1)
    sure = straight * apart**2 / (apart**2 + ALIKE**2 + BUSY * busy) * reached
    return Witness((to_back / both).astype(np.float32), sure.astype(np.float32))
