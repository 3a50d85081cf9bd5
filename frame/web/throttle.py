"""How often somebody may try something: so many times at once, then again as time passes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

MOST_KEYS = 4096
"""Who came longest ago is forgotten first: memory stays flat, whoever asks."""


class Throttle:
    """`most` tries within each `seconds`, for each key by itself. Any thread may call."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._most = most
        self._each = seconds / most
        self._clock = clock
        self._lock = threading.Lock()
        self._free_at: OrderedDict[str, float] = OrderedDict()

    def take(self, key: str) -> bool:
        """Take a try; whether there was one."""
        with self._lock:
            now = self._clock()
            # A try costs `_each` seconds of credit; the bucket holds `most` of them.
            at = max(self._free_at.pop(key, 0.0), now)
            is_free = at - now <= self._each * (self._most - 1) + 1e-9
            self._free_at[key] = at + self._each if is_free else at
            while len(self._free_at) > MOST_KEYS:
                self._free_at.popitem(last=False)
            return is_free

    def give_back(self, key: str) -> None:
        """It was no failure after all."""
        with self._lock:
            if key in self._free_at:
                self._free_at[key] -= self._each

    def wait(self, key: str) -> float:
        """Seconds until the next try; 0 where there is one now."""
        with self._lock:
            at = self._free_at.get(key, 0.0)
            return max(at - self._clock() - self._each * (self._most - 1), 0.0)
