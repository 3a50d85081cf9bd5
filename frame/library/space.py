"""How much room there is, how much stays free, and what goes when there is too little.

Stills go first (made again in a second), then the clips made longest ago (made again in a minute), then
prepared pictures (their photos hang as they came until there is room again).
Originals never: they share no quota with anything.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from frame.library.catalogue import Catalogue
from frame.library.disk import Disk, RealDisk, remove_if_there
from frame.library.places import Places

_log = logging.getLogger(__name__)

SMALLEST_RESERVE = 1 << 30
"""Logs, updates and the catalogue's journal go on when photos cannot."""

RESERVE_SHARE = 0.05

Reserve = Callable[[int], int]


def usual_reserve(total: int) -> int:
    """Bytes of a disk of `total` bytes that photos and clips leave free."""
    return max(SMALLEST_RESERVE, int(total * RESERVE_SHARE))


class Space:
    """The room in one library. `reserve` says how much of a disk stays free (less in tests)."""

    def __init__(
        self, places: Places, disk: Disk | None = None, reserve: Reserve = usual_reserve
    ) -> None:
        self._places = places
        self._disk = disk or RealDisk()
        self._reserve = reserve

    def spare(self) -> int:
        """Bytes that may still be used; negative when the reserve is being eaten. Raises OSError."""
        room = self._disk.room(self._places.originals)
        return room.free - self._reserve(room.total)

    def has(self, size: int) -> bool:
        """Whether `size` more bytes leave the reserve alone. Raises OSError."""
        return self.spare() >= size

    def make(self, size: int, catalogue: Catalogue) -> bool:
        """Throw away what is disposable until there is room for `size` more bytes; whether there is.

        Raises OSError.
        """
        for _ in self._throw_away(catalogue):
            if self.has(size):
                return True
        return self.has(size)

    def _throw_away(self, catalogue: Catalogue) -> Iterator[None]:
        """One thing less at each step; the first step is nothing less."""
        yield
        for still in oldest_files(self._places.stills):
            remove_if_there(self._disk, still)
            yield
        while clips := catalogue.clips.oldest():
            for clip in clips:
                # The row first: a row without its file would promise what is not there.
                catalogue.clips.forget(clip.id)
                remove_if_there(self._disk, self._places.clip(clip.file))
                _log.info("clip removed to make room", extra={"clip": clip.file})
                yield
        while prepared := catalogue.preparations.oldest():
            for photo_id, sha256, name in prepared:
                catalogue.preparations.evict(photo_id)
                remove_if_there(self._disk, self._places.prepared_of(sha256, name))
                _log.info("prepared picture removed to make room", extra={"photo": photo_id})
                yield


def oldest_files(folder: Path) -> list[Path]:
    """The files below `folder`, the one used longest ago first (by its time of change)."""
    found: list[tuple[float, str]] = []
    pending = [str(folder)]
    while pending:
        try:
            entries = list(os.scandir(pending.pop()))
        except OSError:  # a folder that went, or was never made, holds nothing
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                pending.append(entry.path)
                continue
            try:
                found.append((entry.stat(follow_symlinks=False).st_mtime, entry.path))
            except FileNotFoundError:
                continue
    return [Path(path) for _, path in sorted(found)]
