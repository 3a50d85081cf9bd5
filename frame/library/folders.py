"""Mirrored folders in the catalogue: which file there is which photo here. The doors write it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from frame.library.text import storable


@dataclass(frozen=True)
class Folder:
    """A watched folder that belongs to somebody else. `identity` is how it is recognised when it comes
    back (see `sync`), `state` a word for status."""

    id: int
    path: str
    identity: str
    state: str


@dataclass(frozen=True)
class Sighting:
    """One file of a mirrored folder, as it was when it was taken in. `path` is below the folder."""

    folder_id: int
    path: str
    size_bytes: int
    mtime_ns: int
    photo_id: int


class Folders:
    """See the module."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, path: str) -> Folder:
        """The folder's row, made if missing."""
        key = storable(path)
        self._db.execute("INSERT OR IGNORE INTO folders (path) VALUES (?)", (key,))
        row = self._db.execute("SELECT * FROM folders WHERE path = ?", (key,)).fetchone()
        return Folder(**row)

    def all(self) -> list[Folder]:
        return [Folder(**row) for row in self._db.execute("SELECT * FROM folders ORDER BY path")]

    def describe(self, folder_id: int, identity: str, state: str) -> None:
        self._db.execute(
            "UPDATE folders SET identity = ?, state = ? WHERE id = ?", (identity, state, folder_id)
        )

    def sightings(self, folder_id: int) -> dict[str, Sighting]:
        """What was seen in the folder, by path (as `frame.library.text.storable` writes it)."""
        rows = self._db.execute("SELECT * FROM sightings WHERE folder_id = ?", (folder_id,))
        return {row["path"]: Sighting(**row) for row in rows}

    def saw(self, sighting: Sighting) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO sightings (folder_id, path, size_bytes, mtime_ns, photo_id)"
            " VALUES (?, ?, ?, ?, ?)",
            (
                *(sighting.folder_id, storable(sighting.path), sighting.size_bytes),
                *(sighting.mtime_ns, sighting.photo_id),
            ),
        )

    def lost(self, folder_id: int, path: str) -> None:
        """The file is gone from there. What becomes of the photo is the caller's decision."""
        self._db.execute(
            "DELETE FROM sightings WHERE folder_id = ? AND path = ?",
            (folder_id, storable(path)),
        )

    def is_seen_elsewhere(self, photo_id: int) -> bool:
        """Whether any mirrored folder still holds this photo."""
        row = self._db.execute(
            "SELECT 1 FROM sightings WHERE photo_id = ? LIMIT 1", (photo_id,)
        ).fetchone()
        return row is not None

    def only_here(self, folder_id: int) -> frozenset[int]:
        """The photos on the wall that nothing but files of this folder keeps there."""
        rows = self._db.execute(
            "SELECT DISTINCT photo_id FROM sightings JOIN photos ON photos.id = photo_id"
            " WHERE folder_id = ?1 AND door = 'folder' AND deleted IS NULL"
            " AND photo_id NOT IN (SELECT photo_id FROM held) AND NOT EXISTS"
            " (SELECT 1 FROM sightings AS other WHERE other.photo_id = sightings.photo_id"
            " AND other.folder_id != ?1)",
            (folder_id,),
        )
        return frozenset(row[0] for row in rows)

    def drop(self, photo_id: int, now: int) -> None:
        """Take a photo off the wall because its file vanished; `take_back` undoes it.

        What a person deleted before stays theirs. Call it inside a transaction.
        """
        done = self._db.execute(
            "UPDATE photos SET deleted = ? WHERE id = ? AND deleted IS NULL", (now, photo_id)
        )
        if done.rowcount == 1:
            self._db.execute("INSERT OR REPLACE INTO dropped VALUES (?, ?)", (photo_id, now))

    def take_back(self, photo_id: int) -> bool:
        """The file is back: undo `drop`, but never a person's deletion. Whether anything was undone."""
        done = self._db.execute(
            "UPDATE photos SET deleted = NULL WHERE id = ?1"
            " AND deleted = (SELECT at FROM dropped WHERE photo_id = ?1)",
            (photo_id,),
        )
        return done.rowcount == 1

    def hold(self, photo_id: int) -> None:
        """Keep this photo whatever becomes of its files: it came by another door too, or a person said
        so."""
        if not self.is_held(photo_id):
            self._db.execute("INSERT OR IGNORE INTO held VALUES (?)", (photo_id,))

    def is_held(self, photo_id: int) -> bool:
        row = self._db.execute("SELECT 1 FROM held WHERE photo_id = ?", (photo_id,)).fetchone()
        return row is not None
