"""Whose turn it is to take a photo in: one at a time, the inbox first, and nobody waits for ever.

Decoding is the heaviest thing the doors do; two at once would be felt on a small board. But a door may
hang on a dead server in the middle of its turn, and that must not close the others.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

PATIENCE_SECONDS = 45.0
"""Longer than any photo takes (the decoder's deadline is 30 s); then we go without waiting."""


class Turn:
    """Shared by all doors of the process."""

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        self._changed = threading.Condition()
        self._waiting: list[int] = []
        self._is_taken = False
        self._patience = patience

    @contextlib.contextmanager
    def at(self, rank: int) -> Iterator[None]:
        """Hold the turn. The lowest `rank` that waits goes first."""
        is_ours = self._wait(rank)
        try:
            yield
        finally:
            if is_ours:
                with self._changed:
                    self._is_taken = False
                    self._changed.notify_all()

    def _wait(self, rank: int) -> bool:
        with self._changed:
            self._waiting.append(rank)
            try:
                got = self._changed.wait_for(
                    lambda: not self._is_taken and min(self._waiting) == rank, self._patience
                )
            finally:
                self._waiting.remove(rank)
            if got:
                self._is_taken = True
            return got
