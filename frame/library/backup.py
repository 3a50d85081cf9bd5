"""A second copy of the catalogue: what a damaged card costs is what was decided since the last one."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from frame.library.catalogue import Catalogue, CatalogueError
from frame.library.disk import RealDisk, remove_if_there
from frame.library.places import Places

EVERY_SECONDS = 6 * 3600
"""Four copies a day, of 50 MB where there are 50,000 photos: little for a card, and little is lost."""

JOURNALS = ("-wal", "-shm", "-journal")
"""What SQLite may leave beside a database file."""


class Backups:
    """Copies the catalogue of one library, when it has changed and not too often."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._copied: tuple[int, ...] = ()

    def if_due(self, catalogue: Catalogue, now: int) -> bool:
        """Copy if there is no copy, or the last is hours old and something changed since; whether it
        did. Raises OSError, `sqlite3.Error` and `CatalogueError`; the last good copy stays then."""
        try:
            made = self._places.backup.stat().st_mtime
        except FileNotFoundError:
            return self.now(catalogue)
        # A clock that was set back counts as time that has passed.
        if abs(now - made) < EVERY_SECONDS:
            return False
        return self.now(catalogue)

    def now(self, catalogue: Catalogue) -> bool:
        """Copy, unless nothing has changed since the last copy (also: at a clean end). As `if_due`."""
        state = _state(self._places.catalogue)
        if state == self._copied and self._places.backup.exists():
            return False
        part = self._places.backup.with_name(f".{self._places.backup.name}.part")
        try:
            _remove_with_journals(part)
            catalogue.backup(part)
            _check(part)
            _sync(part)
            part.replace(self._places.backup)
            RealDisk().sync_folder(self._places.root)
        finally:
            with contextlib.suppress(OSError):
                _remove_with_journals(part)
        self._copied = state
        return True


def _state(database: Path) -> tuple[int, ...]:
    """Changes whenever somebody has written to the database or its journal."""
    found: list[int] = []
    for path in (database, Path(f"{database}-wal")):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        found += (status.st_mtime_ns, status.st_size)
    return tuple(found)


def _check(copy: Path) -> None:
    """A damaged copy must not take a good one's place. Leaves the copy as one file without a journal."""
    with Catalogue(copy) as found:
        if not found.is_sound():
            raise CatalogueError("The catalogue is damaged; the last good copy is kept.")
    with contextlib.closing(sqlite3.connect(copy)) as db:
        db.execute("PRAGMA journal_mode = DELETE")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_with_journals(database: Path) -> None:
    for suffix in ("", *JOURNALS):
        remove_if_there(RealDisk(), Path(f"{database}{suffix}"))
