"""The photo on the wall wakes: its clip plays in its place, beginning and ending on the hanging still.

The clip was made from exactly this still at exactly this size, but it went through a codec. So only
what moves is taken from the clip (see `frame.display.calm`), and the first and the last few frames
blend still and clip while the clip stands: nobody sees where one takes over from the other. Only the
photo's own rectangle is touched; the rest of the frame is the hanging frame bit for bit. Time decides
which frame is due: late frames are left out, unless the decoder itself is slow, then the motion slows
down and nothing is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from frame.core.layout import Placed
from frame.display.calm import Calm
from frame.display.lettering import Overlay
from frame.display.ports import Film, Frame

HANDOVER_FRAMES = 8
"""Frames of blending at each end: a third of a second, in which even a clip that does not quite end
where the still hangs gives way unseen."""


@dataclass(frozen=True)
class Shown:
    """That clip frame `index` was drawn at `time` with `share` of the clip in the blend (1: all)."""

    index: int
    time: float
    share: float


class Wake:
    """One playing of one clip over one hanging frame.

    Ask `draw` at every tick of the screen, present what it gives, and stop when `is_over`. The film
    must be ready and stays its owner's to close. `hanging` holds the photo at rest; where it drifts,
    `drifted` is what the slow motion does to a picture of the photo's size at this moment (see
    `frame.display.drift`), and still and clip move alike. A `caption` is not in `hanging` yet; it stays
    on top of everything.
    """

    def __init__(
        self,
        hanging: Frame,
        placed: Placed,
        film: Film,
        started: float,
        drifted: Callable[[Frame], Frame] | None = None,
        caption: Overlay | None = None,
    ) -> None:
        top, left = placed.y, placed.x
        rows = slice(top, top + placed.view.height)
        columns = slice(left, left + placed.view.width)
        self._still = hanging[rows, columns].copy()
        self._drawn = hanging.copy()
        self._place = self._drawn[rows, columns]
        if self._place.shape[:2] != (placed.view.height, placed.view.width):
            raise ValueError("the photo does not lie on the panel")
        self._film = film
        self._started = started
        self._drifted = drifted
        self._caption = caption
        self._under = hanging[caption.place if caption else (slice(0), slice(0))].copy()
        self._step = -1
        self._last_clip: Frame | None = None
        self._scaled = np.empty_like(self._still)
        self._mixed = np.empty_like(self._still)
        self._calm = Calm(self._still)
        self._ending: float | None = None
        self.shown: list[Shown] = []

    @property
    def is_over(self) -> bool:
        """Whether the still hangs again as it did; the last frame drawn is the hanging frame."""
        return self._step == _OVER

    def draw(self, now: float) -> Frame | None:
        """The frame to present at `now` (monotonic seconds), or None if nothing new is due.

        Valid until the next call. Raises `FilmError`; then the hanging frame should be presented.
        """
        if self.is_over:
            return None
        if self._ending is None:
            return self._forward(now)
        return self._backward(now, self._ending)

    def _forward(self, now: float) -> Frame | None:
        """Into the clip, and through it."""
        if self._step < 0:
            self._started = max(now, self._started)  # the first frame counts, whenever it comes
        due = math.floor((now - self._started) * self._film.fps)
        if due <= self._step:
            return None
        if due < HANDOVER_FRAMES:
            clip = self._clip(0)
            if clip is None:
                return None
            self._step = due
            return self._blend(0, clip, (due + 1) / (HANDOVER_FRAMES + 1), now)
        last = self._film.frames - 1
        newest = min(due - HANDOVER_FRAMES, last)
        before = self._step - HANDOVER_FRAMES
        for index in range(newest, max(before, -1), -1):
            clip = self._clip(index)
            if clip is not None:
                self._step = index + HANDOVER_FRAMES
                if index == last:
                    self._last_clip = clip.copy()
                    self._ending = now
                return self._blend(index, clip, 1.0, now)
        return None

    def _backward(self, now: float, ending: float) -> Frame | None:
        """Out of the clip: its last frame stands and gives way to the still."""
        assert self._last_clip is not None
        due = math.floor((now - ending) * self._film.fps)
        step = self._film.frames + HANDOVER_FRAMES + due - 1
        if due < 1 or step <= self._step:
            return None
        share = 1 - due / (HANDOVER_FRAMES + 1)
        if share <= 0:
            self._step = _OVER
            self._hang(self._still)
            return self._drawn
        self._step = step
        return self._blend(self._film.frames - 1, self._last_clip, share, now)

    def _clip(self, index: int) -> Frame | None:
        """The clip's frame at the still's size."""
        frame = self._film.frame(index)
        if frame is None:
            return None
        height, width = self._still.shape[:2]
        if frame.shape != self._still.shape:
            # A clip for another panel: as the still itself is resized (see `frame.library.stills`).
            kernel = cv2.INTER_AREA if height < frame.shape[0] else cv2.INTER_CUBIC
            cv2.resize(frame, (width, height), dst=self._scaled, interpolation=kernel)
            frame = self._scaled
        return frame

    def _blend(self, index: int, clip: Frame, share: float, now: float) -> Frame:
        self.shown.append(Shown(index, now, share))
        self._calm.over(clip, share, self._mixed)
        self._hang(self._mixed)
        return self._drawn

    def _hang(self, picture: Frame) -> None:
        if self._caption is not None:
            self._drawn[self._caption.place] = self._under
        self._place[:] = picture if self._drifted is None else self._drifted(picture)
        if self._caption is not None:
            self._caption.lay(self._drawn)


_OVER = 1 << 30
