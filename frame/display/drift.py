"""The slow motion of a hanging photo (Ken Burns), if the owner wants one: closer, by a few percent.

The photo moves within its own rectangle, towards the heads, never past its own edge; what lies around
stands still. Positions are fractions of a pixel, so that nothing steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from frame.core.photos import Head, Photo, View
from frame.display.ports import Frame

MOST_ZOOM = 1.06
"""Closer than this shows that the still has only the panel's pixels, and cuts into the photo."""

FRAMES_A_SECOND = 12.0
"""Redraws that are enough: at 2 pixels a second, its fastest on a 1080p panel, a step is a sixth of a
pixel. Each costs 41 ms of CPU at 1920x1080; a linear kernel costs 16, but takes the sharpness away."""


class Drift:
    """The motion of one photo over its slide."""

    def __init__(self, photo: Photo, view: View) -> None:
        self._centre = _centre(photo, view)
        self._drawn = np.empty((view.height, view.width, 3), np.uint8)

    def at(self, still: Frame, progress: float) -> Frame:
        """The still (or a frame of its clip) as it hangs at `progress`, 0..1, of the slide.

        At 0 the very picture given. Valid until the next call.
        """
        zoom = zoom_at(progress)
        if zoom == 1.0:
            return still
        height, width = still.shape[:2]
        x, y = self._centre[0] * width, self._centre[1] * height
        # From panel to photo, pixel centres on whole numbers: the chosen point stays where it is.
        inverse = np.array(
            [[1 / zoom, 0, (x - 0.5) * (1 - 1 / zoom)], [0, 1 / zoom, (y - 0.5) * (1 - 1 / zoom)]]
        )
        cv2.warpAffine(
            still,
            inverse,
            (width, height),
            dst=self._drawn,
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return self._drawn


def zoom_at(progress: float) -> float:
    """How close, 1 to `MOST_ZOOM`: sets off and arrives gently."""
    share = min(max(progress, 0.0), 1.0)
    return 1.0 + (MOST_ZOOM - 1.0) * share * share * (3 - 2 * share)


def _centre(photo: Photo, view: View) -> tuple[float, float]:
    """Where the motion leads, as shares of the view: between the heads, or a little above the middle."""
    heads: Sequence[Head] = photo.look.heads if photo.look else ()
    if not heads:
        return 0.5, 0.45
    x0, y0, x1, y1 = view.crop
    width, height = photo.decoded
    left = min(head.face.x0 for head in heads)
    right = max(head.face.x1 for head in heads)
    top = min(head.face.y0 for head in heads)
    bottom = max(head.face.y1 for head in heads)
    x = ((left + right) / 2 * width - x0) / (x1 - x0)
    y = ((top + bottom) / 2 * height - y0) / (y1 - y0)
    return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
