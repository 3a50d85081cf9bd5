"""The display's clocks. No other module of the display reads one for more than a duration."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

TIME_ERROR = 5
"""adjtimex(2): nobody keeps this clock right."""

HARDWARE_CLOCK = Path("/sys/class/rtc/rtc0")

FIRST_YEAR = 2025
"""A hardware clock from before this software was written has lost its battery."""

DOUBT_SECONDS = 60.0
"""How often we ask again while the time is not known."""

_TIMEX_BYTES = 512
"""More than `struct timex` on any machine; zeroed, it only asks."""


class SystemClock:
    """See `frame.display.ports.Clock`.

    Local time counts as known once the kernel says that the clock is kept right, or where a hardware
    clock kept it through the night: a frame that never meets the internet has its hours too.
    """

    def __init__(self) -> None:
        self._is_known = False
        self._asked_at = float("-inf")

    def monotonic(self) -> float:
        return time.monotonic()

    def unix(self) -> int:
        return int(time.time())

    def local(self) -> tuple[int, float] | None:
        if not self._knows():
            return None
        now = time.time()
        found = time.localtime(now)
        return found.tm_wday, found.tm_hour * 3600 + found.tm_min * 60 + found.tm_sec + now % 1

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def _knows(self) -> bool:
        now = time.monotonic()
        if not self._is_known and now - self._asked_at >= DOUBT_SECONDS:
            self._asked_at = now
            self._is_known = _is_synced() or (
                HARDWARE_CLOCK.exists() and time.gmtime().tm_year >= FIRST_YEAR
            )
        return self._is_known


def _is_synced() -> bool:
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        found: int = libc.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (OSError, AttributeError):
        return False
    return 0 <= found < TIME_ERROR
