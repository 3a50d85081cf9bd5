"""How a worker is told to end, and how it is known to live: who asks whether to stop is alive."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from frame.live import heard, say

BEAT_SECONDS = 2.0
"""A sign of life costs a tiny file in memory; one every two seconds is plenty for a patience of 60."""


class Lifeline(threading.Event):
    """Set when the process shall end. Asking it from the main thread is a sign of life."""

    def __init__(self, live: Path, process: str) -> None:
        super().__init__()
        self._live = live
        self._process = process
        self._told = float("-inf")

    def is_set(self) -> bool:
        self.beat()
        return super().is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """As ever; a long sleep of the main thread is a healthy one and beats meanwhile."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            self.beat()
            left = BEAT_SECONDS if end is None else min(BEAT_SECONDS, end - time.monotonic())
            if super().wait(max(left, 0.0)):
                return True
            if end is not None and time.monotonic() >= end:
                return False

    def beat(self) -> None:
        """A sign of life, if this is the main thread and the last one is old."""
        now = time.monotonic()
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and now - self._told >= BEAT_SECONDS:
            self._told = now
            say(self._live, _file(self._process), {"beat": now})


def last_beat(live: Path, process: str) -> float | None:
    """When the process last gave a sign of life, on the monotonic clock."""
    beat = heard(live, _file(process)).get("beat")
    return float(beat) if isinstance(beat, int | float) else None


def _file(process: str) -> str:
    return f"{process}.beat"
