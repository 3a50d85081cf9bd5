"""Lets only that part of a clip onto the wall that moves; everywhere else the still goes on hanging.

A codec takes the grain out of a wall, puts a faint pattern into a sky, and both flicker. Where a frame
of the clip shows nothing but the codec's own noise, the still itself is better: the background then
stands bit for bit, and the picture is as sharp at the end of a wake as before it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from frame.display.ports import Frame

QUARTER = 4
"""Movement is looked for at a quarter of the size, where a mean of 16 pixels calms the codec's noise."""

NOISE_LEVELS = 2.6
"""Grey levels at a quarter of the size that clips of portraits differ from their still at rest: 2.6 at
most in any place, 1.3 in 99 of 100. What differs more moves."""

MOVING_LEVELS = 5.0
"""From here on it is the clip alone. Motion sets off slowly: it passes both within two or three frames
while the eye has hardly begun to move."""

REACH_SHARE = 0.03
"""Of the height: how far around a movement the clip is shown, so that skin moves with its features."""

FADING = 0.85
"""What is left after a frame of where something moved: no place goes back and forth in a flicker."""


def _movement() -> NDArray[np.uint8]:
    """For every difference, 0..255, how certainly it is movement, 0..255."""
    levels = (np.arange(256) - NOISE_LEVELS) / (MOVING_LEVELS - NOISE_LEVELS)
    certainty: NDArray[np.uint8] = np.rint(255 * np.clip(levels, 0, 1)).astype(np.uint8)
    return certainty


_MOVEMENT = _movement()


class Calm:
    """Remembers where the photo has been moving."""

    def __init__(self, still: Frame) -> None:
        height, width = still.shape[:2]
        self._still = still
        self._size = (max(1, width // QUARTER), max(1, height // QUARTER))
        self._small = cv2.resize(still, self._size, interpolation=cv2.INTER_AREA)
        self._moving = np.zeros(self._size[::-1], np.uint8)
        reach = max(3, 2 * round(REACH_SHARE * height / QUARTER) + 1)
        self._around = np.ones((reach, reach), np.uint8)
        self._soft = (reach | 1, reach | 1)

    def over(self, clip: Frame, share: float, target: Frame) -> None:
        """Draw into `target` the still, and over it what moves in the clip, at most `share` of it."""
        np.copyto(target, self._still)
        self._look(clip)
        cover = cv2.GaussianBlur(self._moving, self._soft, 0)
        box = cv2.boundingRect(cover)
        if box[2] == 0:
            return
        height, width = target.shape[:2]
        # Grown by a pixel of the small mask, so that its enlargement ends at nothing.
        x0, y0 = max(0, box[0] - 1), max(0, box[1] - 1)
        x1, y1 = min(self._size[0], box[0] + box[2] + 1), min(self._size[1], box[1] + box[3] + 1)
        full_x1 = width if x1 == self._size[0] else x1 * QUARTER
        full_y1 = height if y1 == self._size[1] else y1 * QUARTER
        place = (slice(y0 * QUARTER, full_y1), slice(x0 * QUARTER, full_x1))
        part = target[place]
        scale = np.float32(share / 255)
        over = cv2.resize(cover[y0:y1, x0:x1] * scale, part.shape[1::-1])
        # Coded values may mix: where the two are mixed, they are nearly the same.
        cv2.blendLinear(clip[place], part, over, 1 - over, dst=part)

    def _look(self, clip: Frame) -> None:
        small = cv2.resize(clip, self._size, interpolation=cv2.INTER_AREA)
        apart = cv2.cvtColor(cv2.absdiff(small, self._small), cv2.COLOR_RGB2GRAY)
        seen = cv2.LUT(cv2.blur(apart, (3, 3), dst=apart), _MOVEMENT)
        faded = cv2.convertScaleAbs(self._moving, alpha=FADING)
        cv2.max(cv2.dilate(seen, self._around), faded, dst=self._moving)
