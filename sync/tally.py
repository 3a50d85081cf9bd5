"""What the doors are doing right now, for the live file: counted by several threads, told by one."""

from __future__ import annotations

import threading
from typing import Any


class Tally:
    """See the module. `facts` is what goes into the file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = 0
        self._refused = 0
        self._waiting: dict[str, int] = {}
        self._states: dict[str, str] = {}
        self._sticks: dict[str, dict[str, Any]] = {}
        self._beat = 0.0

    def beat(self, now: float) -> None:
        """The inbox is alive; monotonic seconds."""
        with self._lock:
            self._beat = now

    @property
    def last_beat(self) -> float:
        with self._lock:
            return self._beat

    def taken(self) -> None:
        with self._lock:
            self._taken += 1

    def refused(self) -> None:
        with self._lock:
            self._refused += 1

    def waiting(self, door: str, count: int) -> None:
        """How many files of a door are known of and not taken in yet."""
        with self._lock:
            self._waiting[door] = count

    def state(self, folder: str, state: str) -> None:
        """How a mirrored folder is, in a word."""
        with self._lock:
            self._states[folder] = state

    def stick(self, identity: str, facts: dict[str, Any] | None) -> None:
        """What is going on with a stick; None when there is nothing to say of it."""
        with self._lock:
            self._sticks.pop(identity, None)
            if facts is not None:
                self._sticks[identity] = facts

    def facts(self) -> dict[str, Any]:
        with self._lock:
            return {
                "beat": self._beat,
                "waiting": sum(self._waiting.values()),
                "taken": self._taken,
                "refused": self._refused,
                "folders": dict(self._states),
                "usb": next(reversed(self._sticks.values()), None),
            }
