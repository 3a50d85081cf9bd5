"""What the matte network is shown of a head: the picture, and planes that spare it from looking far.

A small network sees some sixty pixels around each one, and a background may be anything. So each pixel
is told beforehand what colour the head has nearby, what colour the background has nearby, and where
between the two its own lies; how deep under the decided outline it is; and where that is on a head.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from renderer.faces.edge import Surroundings
from renderer.faces.planes import Size, floats, resized
from renderer.faces.territory import head_distance
from renderer.faces.types import Floats

FACE_PX = 150
"""Face height at which the network works: the crop of a head is some 500 px wide then. Smaller faces are
shown as they are."""
STRIDE = 16
"""Heights and widths shown to the network are multiples of this."""
COARSE = 4
"""The hints are smooth and have a fourth of the picture's resolution."""
HINTS = 16
REACH_IN, REACH_OUT = 0.16, 0.2
"""The network decides from so far under the outline to so far outside it, in face heights: wider than
the solver's band, since it may say that the outline is wrong."""
NEAR, FAR, FAR_SHARE = 0.05, 0.25, 1e-3
"""Deviations, in face heights, of the two blurs by which colours are carried across the band; the
wide one, with this weight, speaks only where the narrow one reaches nothing."""
ALIKE = 0.07
"""Colours (0..1) this near to each other do not tell head from background."""
DEEP = 0.15
"""Depth, in face heights, that is shown as 1."""


class Shown(NamedTuple):
    """The network's inputs: `image` ``(h', w', 4)`` (colours, and the place between head and
    background), `hints` ``(h'/4, w'/4, HINTS)``; sizes rounded up to `STRIDE`."""

    image: Floats
    hints: Floats


def shown(scene: Surroundings) -> Shown:
    """The planes of one head."""
    height, width = scene.depth.shape
    high, wide = (-(-side // STRIDE) * STRIDE for side in (height, width))
    coarse = (wide // COARSE, high // COARSE)

    def padded(plane: Floats) -> Floats:
        below, right = high - height, wide - width
        if not below and not right:
            return plane
        return floats(cv2.copyMakeBorder(plane, 0, below, 0, right, cv2.BORDER_REPLICATE))

    def shrunk(plane: Floats) -> Floats:
        return resized(padded(plane), coarse)

    small = padded(scene.small)
    colours = resized(small, coarse)
    unit = scene.unit / COARSE
    inside, outside = (shrunk(floats(m & scene.seen)) for m in (scene.inside, scene.outside))
    head, back = (_carried(colours, known, unit) for known in (inside, outside))
    apart = head - back
    square = (apart**2).sum(axis=2)
    slope = apart / (square + ALIKE**2)[..., None]
    shift = 0.5 - (slope * (head + back) / 2).sum(axis=2)
    place = _place(small, slope, shift, (wide, high))
    across, along = shrunk(scene.across), shrunk(scene.along)
    hints = (
        np.clip(shrunk(scene.depth) / (DEEP * scene.unit), -1, 1),
        *(shrunk(scene.mean), shrunk(scene.spread)),
        *(inside, outside, shrunk(floats(scene.seen))),
        np.clip(along, -2, 2),
        np.clip(head_distance(across, along), 0, 3) - 1,
        np.abs(across),
        *(head[..., axis] for axis in range(3)),
        *(back[..., axis] for axis in range(3)),
        np.sqrt(square),
    )
    return Shown(floats(np.dstack([small, place])), floats(np.dstack(hints)))


def _carried(colours: Floats, known: Floats, unit: float) -> Floats:
    """`colours` of the `known` pixels, carried on over all others."""
    weighted = floats(np.dstack([colours * known[..., None], known]))
    near = cv2.GaussianBlur(weighted, (0, 0), max(NEAR * unit, 0.5))
    third = (max(1, known.shape[1] // 3), max(1, known.shape[0] // 3))
    far = cv2.GaussianBlur(resized(weighted, third), (0, 0), max(FAR * unit / 3, 0.5))
    total = near + FAR_SHARE * resized(floats(far), (known.shape[1], known.shape[0]))
    total += 1e-7 * weighted.mean(axis=(0, 1))
    return floats(total[..., :3] / np.maximum(total[..., 3:], 1e-12))


def _place(small: Floats, slope: Floats, shift: Floats, size: Size) -> Floats:
    """Where each colour lies between the background's (0) and the head's (1), -0.5..1.5."""
    full = resized(floats(np.dstack([slope, shift])), size)
    return floats(np.clip((small * full[..., :3]).sum(axis=2) + full[..., 3], -0.5, 1.5))
