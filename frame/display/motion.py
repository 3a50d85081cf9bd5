"""What moves between two rests, against the clock: a fade, and the slow drift of a hanging photo."""

from __future__ import annotations

from collections.abc import Callable

from frame.display.drift import Drift
from frame.display.fade import Fade
from frame.display.lettering import Overlay
from frame.display.ports import Clock, Frame, Hanging


class Fading:
    """A crossfade from `started` on, over so many seconds: it sets off and arrives gently."""

    def __init__(self, before: Frame, after: Frame, started: float, seconds: float) -> None:
        self._fade = Fade(before, after) if seconds > 0 else None
        self._after = after
        self._started = started
        self._seconds = seconds

    def is_over(self, now: float) -> bool:
        """Whether nothing is left of the first picture."""
        return now >= self._started + self._seconds

    def frame(self, now: float) -> Frame:
        """What is seen now. Valid until the next call."""
        if self._fade is None or self.is_over(now):
            return self._after
        share = max(0.0, (now - self._started) / self._seconds)
        return self._fade.at(share * share * (3 - 2 * share))


class Drifting:
    """A slide whose photos come slowly closer while they hang."""

    def __init__(
        self, hanging: Hanging, caption: Overlay | None, started: float, seconds: float
    ) -> None:
        self._hanging = hanging
        self._caption = caption
        self._started = started
        self._seconds = seconds
        self._drawn = hanging.frame.copy()
        placed = hanging.layout.placed
        self._drifts = [Drift(each.photo, each.view) for each in placed]
        self._places = [
            (slice(each.y, each.y + each.view.height), slice(each.x, each.x + each.view.width))
            for each in placed
        ]

    def frame(self, now: float) -> Frame:
        """What is seen now. Valid until the next call."""
        if self._caption is not None:
            place = self._caption.place
            self._drawn[place] = self._hanging.frame[place]
        for drift, place in zip(self._drifts, self._places, strict=True):
            self._drawn[place] = drift.at(self._hanging.frame[place], self._progress(now))
        if self._caption is not None:
            self._caption.lay(self._drawn)
        return self._drawn

    def of(self, index: int, clock: Clock) -> Callable[[Frame], Frame]:
        """What the motion does to a picture of the photo of this index, at any moment."""
        drift = self._drifts[index]
        return lambda picture: drift.at(picture, self._progress(clock.monotonic()))

    def _progress(self, now: float) -> float:
        return (now - self._started) / self._seconds
