"""The screen for those who cannot see it: the last frame as a file in memory, for the mirror page.

Costs nothing while nobody looks: the page's server touches a file, and only while that is fresh are
moving frames written. A frame that stays is always written once, so that a page opened later is right.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import cv2

from frame.display.ports import Frame

PICTURE = "screen.jpg"
WANTED = "screen.wanted"

LOOKED_SECONDS = 5.0
"""A page that is open asks far more often than this."""

WRITE_SECONDS = 0.1
"""Ten pictures a second at most: enough to see a wake, 12 ms of CPU each."""

LOOK_SECONDS = 0.5
"""How often we look whether somebody looks."""

QUALITY = 88


class Mirror:
    """Writes into the processes' folder in memory (see `frame.live`)."""

    def __init__(
        self,
        folder: Path,
        now: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._now = now
        self._wall_clock = wall_clock  # a file's time is the wall's, so ages are counted by that
        self._written = self._looked = -1e9
        self._is_wanted = False

    def offer(self, frame: Frame, stays: bool = False) -> bool:  # noqa: FBT001 - a callback's
        """Whether this frame was written. `stays`: it will hang for a while, so it always is.

        Never raises: the mirror is not worth the picture.
        """
        now = self._now()
        if not stays and (now - self._written < WRITE_SECONDS or not self._somebody_looks(now)):
            return False
        self._written = now
        return self._write(frame)

    def _somebody_looks(self, now: float) -> bool:
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            try:
                touched = (self._folder / WANTED).stat().st_mtime
            except OSError:
                self._is_wanted = False
            else:
                self._is_wanted = abs(self._wall_clock() - touched) <= LOOKED_SECONDS
        return self._is_wanted

    def _write(self, frame: Frame) -> bool:
        options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
        is_done, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), options)
        part = self._folder / f".{PICTURE}.{os.getpid()}.part"
        if is_done:
            try:
                part.write_bytes(data.tobytes())
                part.replace(self._folder / PICTURE)
            except OSError:
                is_done = False
                with contextlib.suppress(OSError):
                    part.unlink()
        return is_done
