"""What a lane is doing, told to whoever asks: a small live file, rewritten now and then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from frame.live import say

EVERY_SECONDS = 0.25
"""A progress bar that moves four times a second is smooth; more is work for nothing."""


class Teller:
    """Writes the live file of `process` in `folder`; nothing twice, and nothing too often."""

    def __init__(self, folder: Path, process: str, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._process = process
        self._clock = clock
        self._said: dict[str, Any] | None = None
        self._at = float("-inf")

    def tell(self, facts: dict[str, Any], *, is_passing: bool = False) -> None:
        """Tell `facts`. What `is_passing` (a share of progress) may be left out; a state may not."""
        now = self._clock()
        if facts == self._said or (is_passing and now - self._at < EVERY_SECONDS):
            return
        self._said, self._at = facts, now
        say(self._folder, self._process, facts)
