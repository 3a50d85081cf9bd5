"""How well a waking photo hides where the still ends and the clip begins, in numbers.

All pictures are ``(H, W, 3) uint8`` RGB, as displayed: the photo's own rectangle, nothing around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2

from bench.seam import likeness
from renderer.faces.types import Picture

MOST_SHIFT_LEVELS = 0.5
LEAST_PSNR_DB = 42.0
MOST_SHARPNESS_STEP = 0.03


@dataclass(frozen=True)
class Seam:
    """The worst of one hand-over. `shift` in grey levels, `psnr` in dB, `step` as a share."""

    shift: float
    psnr: float
    step: float

    @property
    def is_hidden(self) -> bool:
        return (
            self.shift <= MOST_SHIFT_LEVELS
            and self.psnr >= LEAST_PSNR_DB
            and self.step <= MOST_SHARPNESS_STEP
        )


def measure(still: Picture, shown: Sequence[Picture]) -> Seam:
    """Of the frames shown in one hand-over, in their order, the first next to the still.

    For a hand-over back to the still, hand in the frames in reverse.
    """
    sharp = [sharpness(still), *(sharpness(picture) for picture in shown)]
    likenesses = [likeness(still, picture) for picture in shown]
    return Seam(
        shift=max(abs(found.shift) for found in likenesses),
        psnr=min(found.psnr_db for found in likenesses),
        step=max(abs(after / before - 1) if before else 0.0 for before, after in pairwise(sharp)),
    )


def sharpness(picture: Picture) -> float:
    """The variance of the Laplacian of luma: what falls when a codec smooths grain away."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())
