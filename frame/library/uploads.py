"""What relatives send, in the catalogue: a row from a photo's first byte until long after.

A row says whose it is and how far it has come; the bytes of one that is still on its way lie in
`Places.uploads` under the row's id. One pass has one row for one content, so however often a phone asks,
it is one photo.

After a catalogue was damaged, rows come from its last copy alone. They are not read from the damaged
one: a flipped bit could show a photo to a stranger, and all that is lost is that its sender has to pick
it once more.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from frame.core.sending import Stage, UnderWay
from frame.library.text import storable


@dataclass(frozen=True)
class NewUpload:
    """What a phone promises. `id` is 128 random bits in hex digits, `sha256` of the whole content."""

    id: str
    pass_id: int
    sha256: str
    size_bytes: int
    name: str
    driver: str
    waits: bool


@dataclass(frozen=True)
class Upload:
    """One photo of one pass. See the table `uploads` in `frame.library.schema`."""

    id: str
    pass_id: int
    sha256: str
    size_bytes: int
    name: str
    driver: str
    waits: bool
    stage: Stage
    created: int
    changed: int
    photo_id: int | None
    was_there: bool
    code: str
    message: str
    withdrawn: int | None
    took_down: int | None


class Uploads:
    """See the module. Moments are whole unix seconds."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, new: NewUpload, now: int) -> None:
        """Raises `sqlite3.IntegrityError` if the pass has a row for this content."""
        self._db.execute(
            "INSERT INTO uploads (id, pass_id, sha256, size_bytes, name, driver, waits, stage,"
            " created, changed) VALUES (?, ?, ?, ?, ?, ?, ?, 'receiving', ?, ?)",
            (
                *(new.id, new.pass_id, new.sha256, new.size_bytes, storable(new.name)),
                *(storable(new.driver), int(new.waits), now, now),
            ),
        )

    def get(self, upload_id: str) -> Upload | None:
        return self._one("id = ?", upload_id)

    def find(self, pass_id: int, sha256: str) -> Upload | None:
        """The row of this pass for this content."""
        return self._one("pass_id = ? AND sha256 = ?", pass_id, sha256)

    def of_pass(
        self, pass_id: int, before: tuple[int, str] | None = None, limit: int = 500
    ) -> list[Upload]:
        """What a pass has sent, newest first; `before` is (created, id) of the last one seen."""
        return self._where(
            "pass_id = ? AND (created, id) < (?, ?) ORDER BY created DESC, id DESC LIMIT ?",
            *(pass_id, *(before or (1 << 62, "")), limit),
        )

    def last_of_pass(self, pass_id: int) -> int | None:
        """When a pass last began to send something."""
        row = self._db.execute(
            "SELECT max(created) FROM uploads WHERE pass_id = ?", (pass_id,)
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def of_photo(self, photo_id: int) -> list[Upload]:
        """Everybody's rows for a photo."""
        return self._where("photo_id = ? ORDER BY created, id", photo_id)

    def in_stage(self, stage: Stage, limit: int = 100) -> list[Upload]:
        """Those at this stage, the one that changed longest ago first."""
        return self._where("stage = ? ORDER BY changed, id LIMIT ?", stage, limit)

    def ids_on_the_way(self) -> set[str]:
        """The ids of all that still need their file."""
        rows = self._db.execute("SELECT id FROM uploads WHERE stage IN ('receiving', 'received')")
        return {str(row[0]) for row in rows}

    def under_way(self, pass_id: int, since: int) -> UnderWay:
        """What counts against the pass although it is not here yet, and what it began after `since`."""
        count, size = self._db.execute(
            "SELECT count(*), coalesce(sum(size_bytes), 0) FROM uploads"
            " WHERE pass_id = ? AND stage IN ('receiving', 'received')",
            (pass_id,),
        ).fetchone()
        rows = self._db.execute(
            "SELECT created FROM uploads WHERE pass_id = ? AND created > ? ORDER BY created",
            (pass_id, since),
        )
        return UnderWay(int(count), int(size), tuple(int(row[0]) for row in rows))

    def move(self, upload_id: str, was: Stage, becomes: Stage, now: int) -> bool:
        """To another stage; whether it was still at the first."""
        done = self._db.execute(
            "UPDATE uploads SET stage = ?, changed = ? WHERE id = ? AND stage = ?",
            (becomes, now, upload_id, was),
        )
        return done.rowcount == 1

    def take(self, upload_id: str, photo_id: int, now: int, *, was_there: bool) -> None:
        """It is this photo now."""
        self._db.execute(
            "UPDATE uploads SET stage = 'taken', photo_id = ?, was_there = ?, changed = ?"
            " WHERE id = ?",
            (photo_id, int(was_there), now, upload_id),
        )

    def refuse(self, upload_id: str, code: str, message: str, now: int) -> None:
        """It will never be a photo, for this reason."""
        self._db.execute(
            "UPDATE uploads SET stage = 'refused', code = ?, message = ?, changed = ? WHERE id = ?",
            (code, storable(message), now, upload_id),
        )

    def make_wait(self, upload_id: str) -> None:
        """Whatever its pass says, it needs somebody's yes."""
        self._db.execute("UPDATE uploads SET waits = 1 WHERE id = ?", (upload_id,))

    def want(self, upload_id: str, driver: str) -> None:
        self._db.execute(
            "UPDATE uploads SET driver = ? WHERE id = ?", (storable(driver), upload_id)
        )

    def withdraw(self, upload_id: str, now: int, *, took_down: bool) -> None:
        """Its sender takes it back; `took_down` tells whether that deleted the photo."""
        self._db.execute(
            "UPDATE uploads SET withdrawn = ?1, took_down = ?2 WHERE id = ?3",
            (now, now if took_down else None, upload_id),
        )

    def give_back(self, upload_id: str) -> None:
        """Undo `withdraw`."""
        self._db.execute(
            "UPDATE uploads SET withdrawn = NULL, took_down = NULL WHERE id = ?", (upload_id,)
        )

    def forget(self, upload_id: str) -> None:
        self._db.execute("DELETE FROM uploads WHERE id = ?", (upload_id,))

    def forget_refused(self, before: int) -> None:
        """Those refused before that moment: whoever sent them has read why."""
        self._db.execute("DELETE FROM uploads WHERE stage = 'refused' AND changed < ?", (before,))

    def _one(self, where: str, *values: object) -> Upload | None:
        found = self._where(where, *values)
        return found[0] if found else None

    def _where(self, where: str, *values: object) -> list[Upload]:
        rows = self._db.execute(f"SELECT * FROM uploads WHERE {where}", values)
        return [_upload(row) for row in rows]


def _upload(row: sqlite3.Row) -> Upload:
    facts = dict(row)
    facts |= {"stage": Stage(row["stage"])}
    facts |= {name: bool(row[name]) for name in ("waits", "was_there")}
    return Upload(**facts)
