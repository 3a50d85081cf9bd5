"""Clips in the catalogue. The files are the studio's; a row is written when the file is whole."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from frame.core.liveliness import NATURAL, Wish
from frame.core.photos import Approval, Clip, View


@dataclass(frozen=True)
class NewClip:
    """A clip whose file is whole and on disk. `asked` is the driver asked for, `driver` the one played,
    `intensity` how strongly it was to be played; `report` is the renderer's own story as JSON."""

    photo_id: int
    file: str
    driver: str
    asked: str
    models: str
    prepared: str
    view: View
    size_bytes: int
    made: int
    frames: int
    report: str
    intensity: float = NATURAL


class Clips:
    """See the module."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, new: NewClip) -> int:
        """A row; its id. Begins with the approval of the clip before it, else with what a person decided
        about one that has gone since, else with what clips of the photo's door begin with: of a photo
        that a relative sent, as their pass says."""
        view = new.view
        found = self._db.execute(
            "INSERT INTO clips (photo_id, file, driver, asked, models, prepared, view, size_bytes,"
            " made, frames, report, intensity, approval)"
            " SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce("
            " (SELECT approval FROM clips WHERE photo_id = ?1 ORDER BY id DESC LIMIT 1),"
            " (SELECT clip_approval FROM photos WHERE id = ?1),"
            " (SELECT CASE WHEN photos.door = 'phone' AND photos.approval = 'approved' AND EXISTS"
            " (SELECT 1 FROM uploads WHERE photo_id = ?1 AND NOT waits AND withdrawn IS NULL)"
            " THEN 'approved' ELSE doors.clip END"
            " FROM doors JOIN photos USING (door) WHERE photos.id = ?1))"
            " RETURNING id",
            (
                *(new.photo_id, new.file, new.driver, new.asked, new.models, new.prepared),
                json.dumps([*view.crop, view.width, view.height]),
                *(new.size_bytes, new.made, new.frames, new.report, new.intensity),
            ),
        ).fetchone()
        return int(found["id"])

    def of(self, photo_id: int) -> list[Clip]:
        """The photo's clips, newest first."""
        rows = self._db.execute(
            "SELECT * FROM clips WHERE photo_id = ? ORDER BY id DESC", (photo_id,)
        )
        return [_clip(row) for row in rows]

    def to_play(self, photo_id: int) -> Clip | None:
        """The newest approved clip. A stale one plays until the new one is there."""
        row = self._db.execute(
            "SELECT * FROM clips WHERE photo_id = ? AND approval = 'approved'"
            " ORDER BY id DESC LIMIT 1",
            (photo_id,),
        ).fetchone()
        return _clip(row) if row else None

    def get(self, clip_id: int) -> Clip | None:
        row = self._db.execute("SELECT * FROM clips WHERE id = ?", (clip_id,)).fetchone()
        return _clip(row) if row else None

    def report(self, clip_id: int) -> str:
        """The renderer's report as JSON, or an empty text."""
        row = self._db.execute("SELECT report FROM clips WHERE id = ?", (clip_id,)).fetchone()
        return str(row[0]) if row else ""

    def wish(self, clip_id: int) -> Wish:
        """What was asked for when it was made."""
        row = self._db.execute(
            "SELECT asked, intensity FROM clips WHERE id = ?", (clip_id,)
        ).fetchone()
        return Wish(str(row[0]), float(row[1])) if row else Wish()

    def approve(self, clip_id: int, approval: Approval) -> None:
        """Decide about it, and about every later clip of its photo: one that goes to make room, and is
        made again, is no other clip to whoever has hidden it."""
        self._db.execute("SAVEPOINT decide")
        try:
            self._db.execute("UPDATE clips SET approval = ? WHERE id = ?", (approval, clip_id))
            self._db.execute(
                "UPDATE photos SET clip_approval = ?"
                " WHERE id = (SELECT photo_id FROM clips WHERE id = ?)",
                (approval, clip_id),
            )
        except BaseException:
            self._db.execute("ROLLBACK TO decide")
            raise
        finally:
            self._db.execute("RELEASE decide")

    def oldest(self, limit: int = 50) -> list[Clip]:
        """The clips made longest ago: the first to go when the disk is short."""
        rows = self._db.execute("SELECT * FROM clips ORDER BY made, id LIMIT ?", (limit,))
        return [_clip(row) for row in rows]

    def forget(self, clip_id: int) -> None:
        """Remove the row; do this before the file goes, so that no row is ever without its file."""
        self._db.execute("DELETE FROM clips WHERE id = ?", (clip_id,))

    def files(self) -> set[str]:
        """The names of all clips that have a row."""
        return {str(row[0]) for row in self._db.execute("SELECT file FROM clips")}

    def ids_of(self, files: Collection[str]) -> list[int]:
        """The ids of the clips with these file names."""
        rows = self._db.execute("SELECT id, file FROM clips")
        return [int(row["id"]) for row in rows if row["file"] in files]

    def unreadable(self) -> list[int]:
        """The ids of rows that a flipped bit has made useless."""
        rows = self._db.execute(
            "SELECT id FROM clips WHERE NOT json_valid(view) OR json_array_length(view) != 6"
        )
        return [int(row[0]) for row in rows]

    def count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM clips").fetchone()[0])

    def bytes(self) -> int:
        """What all clips take on disk."""
        found = self._db.execute("SELECT coalesce(sum(size_bytes), 0) FROM clips").fetchone()
        return int(found[0])


def _clip(row: sqlite3.Row) -> Clip:
    x0, y0, x1, y1, width, height = json.loads(row["view"])
    return Clip(
        id=row["id"],
        photo_id=row["photo_id"],
        file=row["file"],
        driver=row["driver"],
        models=row["models"],
        prepared=row["prepared"],
        view=View((x0, y0, x1, y1), width, height),
        approval=Approval(row["approval"]),
        size_bytes=row["size_bytes"],
        made=row["made"],
        frames=row["frames"],
    )
