"""How evenly frames followed each other: intervals and drops, for the bench and the status."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

KEPT = 4096
"""Intervals remembered: a minute of motion at 60 Hz. Older ones go, or memory would not be flat."""


@dataclass(frozen=True)
class Evenness:
    """Milliseconds between frames that followed each other, and how many frames were left out."""

    frames: int
    p50_ms: float
    p99_ms: float
    dropped: int


class Pacing:
    """Records one kind of motion. `begin` at each start, so that rests between do not count."""

    def __init__(self) -> None:
        self._intervals: deque[float] = deque(maxlen=KEPT)
        self._last: float | None = None
        self._dropped = 0

    def begin(self) -> None:
        self._last = None

    def presented(self, now: float, period: float) -> None:
        """A frame was presented at `now`; the next was due `period` seconds after the one before."""
        if self._last is not None:
            interval = now - self._last
            self._intervals.append(interval)
            # A frame that came more than half a period late took the place of another.
            self._dropped += max(0, round(interval / period) - 1)
        self._last = now

    def evenness(self) -> Evenness:
        found = sorted(self._intervals)
        if not found:
            return Evenness(0, 0.0, 0.0, 0)
        p50, p99 = (1000 * found[int((len(found) - 1) * share)] for share in (0.5, 0.99))
        return Evenness(len(found), p50, p99, self._dropped)
