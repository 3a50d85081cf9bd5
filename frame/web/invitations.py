"""Invitations: what the frame's screen holds up for whoever stands in front of it.

An invitation is not a pass. Each phone that scans it is asked for a name and gets a pass of its own, so
that a party shares a code on the wall, and not their photos. Invitations live in memory and minutes.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from secrets import token_urlsafe

from sync.passes import TOKEN_BYTES

SHARED_SECONDS = 600.0
"""Within this time everybody who asks is shown the same one."""

GOOD_SECONDS = 1800.0
"""From its making: time to fetch a phone from the next room and to type a name."""

MOST_GUESTS = 100
"""One invitation lets in. Nobody makes themselves a hundred quotas and another hundred."""


class Invitations:
    """For all threads of the process. `clock` is monotonic."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._made = -math.inf
        self._guests = 0

    def current(self) -> str:
        """What is held up now."""
        with self._lock:
            if self._clock() - self._made > SHARED_SECONDS or self._guests >= MOST_GUESTS:
                self._token, self._made = token_urlsafe(TOKEN_BYTES), self._clock()
                self._guests = 0
            return self._token

    def is_good(self, token: str) -> bool:
        """Whether it still lets somebody in."""
        with self._lock:
            return self._is_good(token)

    def let_in(self, token: str) -> bool:
        """Count one guest more; whether they may come in."""
        with self._lock:
            is_good = self._is_good(token)
            self._guests += is_good
            return is_good

    def _is_good(self, token: str) -> bool:
        is_ours = bool(self._token) and token == self._token
        is_in_time = self._clock() - self._made <= GOOD_SECONDS
        return is_ours and is_in_time and self._guests < MOST_GUESTS
