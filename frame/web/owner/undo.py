"""What was just done and can be undone with one press: kept in memory, a little while, not for ever.

Nothing hangs on it: whoever comes too late finds the photo on its shelf (hidden, deleted) and puts it
back there.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass

from frame.library.deeds import Before

MOST = 40
"""The last so many; each names at most a page of photos."""

SECONDS = 600.0


@dataclass(frozen=True)
class Undone:
    """`message` says what was done, `before` how things were."""

    message: str
    before: tuple[Before, ...]


class UndoShelf:
    """See the module. Any thread may ask."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Undone]] = {}
        self._turn = threading.Lock()

    def keep(self, undone: Undone, now: float) -> str:
        """A key to find it by; `now` is monotonic."""
        key = secrets.token_urlsafe(9)
        with self._turn:
            self._kept[key] = (now, undone)
            while len(self._kept) > MOST:
                del self._kept[next(iter(self._kept))]
        return key

    def find(self, key: str, now: float) -> tuple[str, Undone] | None:
        """The key with what it stands for, if it is not too late."""
        with self._turn:
            found = self._kept.get(key)
        if found is None or now - found[0] > SECONDS:
            return None
        return key, found[1]

    def take(self, key: str, now: float) -> Undone | None:
        """As `find`, for the last time."""
        found = self.find(key, now)
        with self._turn:
            self._kept.pop(key, None)
        return found[1] if found else None
