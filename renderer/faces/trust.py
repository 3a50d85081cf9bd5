"""How far a matte's edge can be believed, before a background in which mistakes would show.

A wrong edge against a plain wall harms nobody. Where the background has texture and the mask's
crops disagree (a headdress), or the outline had to go against the mask (people behind one another),
or hair is half transparent over a wide strip, moving the head drags pieces of background along.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces.planes import Mask, floats, resized
from renderer.faces.types import Floats

RING = 0.12
"""The strip looked at: this far either side of the outline, in face heights."""
NECK = 0.75
"""Down to here, in face heights below the middle of the face, things move enough to be seen."""
PLAIN, BUSY = 0.03, 0.11
"""Local standard deviation of the background (guide 0..1) that hides every mistake, and none."""
AGREES = 0.35
"""Outline and mask may differ by this much: the mask's own softness."""
SOFT_SHARE = 0.5
"""A half transparent pixel is this much of a doubt: hair is meant to be soft."""
FINE, HOPELESS = 0.09, 0.50
"""Mean doubt at which trust starts to fall, and where it ends. Of 50 heads measured, single sitters
have 0.00-0.09, people touching one another 0.1-0.3, a feather headdress 0.37."""
LEAST_TRUST = 0.15
"""A breath of motion is safe with any edge."""


@dataclass(frozen=True)
class Verdict:
    """`trust` 0..1 and the reason when it is low, else ``""``."""

    trust: float
    doubt: str


def _texture(guide: Floats, alpha: Floats, radius: float) -> Floats:
    """Local standard deviation of the background's colours, at the size of `alpha`."""
    size = (alpha.shape[1], alpha.shape[0])
    coarse = (max(1, size[0] // 3), max(1, size[1] // 3))
    clear = (resized(alpha, coarse) < 0.05).astype(np.float32)
    held = cv2.GaussianBlur(clear, (0, 0), radius / 3) + 1e-4
    planes = resized(guide, coarse).reshape(*clear.shape, -1)
    total = np.zeros_like(clear)
    for axis in range(planes.shape[2]):
        plane = planes[..., axis] * clear
        mean = cv2.GaussianBlur(plane, (0, 0), radius / 3) / held
        total += cv2.GaussianBlur(plane * planes[..., axis], (0, 0), radius / 3) / held - mean**2
    return resized(floats(np.sqrt(np.maximum(total, 0))), size)


def judge_edge(
    guide: Floats,
    alpha: Floats,
    drawn: Floats,
    mean: Floats,
    spread: Floats,
    strip: Mask,
    unit: float,
) -> Verdict:
    """Trust in `alpha` ``(h, w)``, solved on `guide` ``(h, w, planes)``.

    `drawn` is the decided outline 0..1, `mean` and `spread` what the mask's crops said, `strip` the
    pixels to look at, `unit` the face height.
    """
    if not strip.any():
        return Verdict(LEAST_TRUST, "no_edge")
    shows = np.clip((_texture(guide, alpha, 0.05 * unit) - PLAIN) / (BUSY - PLAIN), 0, 1)[strip]
    soft = SOFT_SHARE * (4 * alpha * (1 - alpha))[strip] * shows
    against = np.clip((np.abs(drawn - mean)[strip] - AGREES) / (1 - AGREES), 0, 1) * shows
    split = spread[strip] * shows
    harm = float(np.maximum(np.maximum(soft, against), split).mean())
    trust = float(np.clip((HOPELESS - harm) / (HOPELESS - FINE), LEAST_TRUST, 1))
    if harm <= FINE:
        return Verdict(1.0, "")
    causes = {
        "soft_edge_before_busy_background": float(soft.mean()),
        "people_overlap": float(against.mean()),
        "outline_unclear": float(split.mean()),
    }
    return Verdict(trust, max(causes, key=lambda name: causes[name]))
