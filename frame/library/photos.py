"""Photos in the catalogue: rows in, frozen facts out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace

from frame.core.liveliness import NATURAL, Wish
from frame.core.photos import Approval, Card, Door, Finding, Head, Look, Photo, Region
from frame.core.preparation import Choice
from frame.library.text import storable


@dataclass(frozen=True)
class NewPhoto:
    """What ingest knows when the bytes are safely on disk. See `frame.core.photos.Photo`.

    `place` is (latitude, longitude) in degrees, private. `parents` names the photos that a composed
    picture is made of.
    """

    sha256: str
    suffix: str
    size_bytes: int
    door: Door
    name: str
    arrived: int
    size: tuple[int, int]
    decoded: tuple[int, int]
    sender: str = ""
    taken: str | None = None
    place: tuple[float, float] | None = None
    parents: tuple[int, ...] = ()


class Photos:
    """See the module."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, new: NewPhoto) -> int:
        """A row for a photo whose original is on disk and synced; its id.

        Begins with its door's approval. Raises `sqlite3.IntegrityError` if the photo is there already.
        """
        kind = "composed" if new.parents else "still"
        latitude, longitude = new.place or (None, None)
        found = self._db.execute(
            f"INSERT INTO photos (sha256, suffix, size_bytes, door, name, sender, arrived, taken,"
            f" latitude, longitude, width, height, decoded_width, decoded_height, parents, approval)"
            f" SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {kind}"
            f" FROM doors WHERE door = ?4 RETURNING id",
            (
                *(new.sha256, new.suffix, new.size_bytes, new.door),
                *(storable(new.name), storable(new.sender)),
                *(new.arrived, new.taken, latitude, longitude, *new.size, *new.decoded),
                json.dumps(new.parents),
            ),
        ).fetchone()
        return int(found["id"])

    def find(self, sha256: str) -> Photo | None:
        """The photo with this content, deleted ones too."""
        return self._one("sha256 = ?", sha256)

    def get(self, photo_id: int) -> Photo | None:
        return self._one("id = ?", photo_id)

    def _one(self, where: str, value: object) -> Photo | None:
        row = self._db.execute(f"SELECT * FROM photos WHERE {where}", (value,)).fetchone()
        return photo_from(row) if row else None

    def page(self, before: tuple[int, int] | None = None, limit: int = 100) -> list[Photo]:
        """Photos, newest first, deleted ones too; `before` is (arrived, id) of the last seen."""
        arrived, last = before or (1 << 62, 1 << 62)
        rows = self._db.execute(
            "SELECT * FROM photos WHERE (arrived, id) < (?, ?)"
            " ORDER BY arrived DESC, id DESC LIMIT ?",
            (arrived, last, limit),
        )
        return [photo_from(row) for row in rows]

    def cards(self) -> list[Card]:
        """Every photo that may hang, for the shuffle: approved, not deleted, its original there."""
        waking = {
            row[0] for row in self._plain("SELECT photo_id FROM clips WHERE approval = 'approved'")
        }
        rows = self._plain(
            "SELECT id, arrived, substr(coalesce(taken, ''), 1, 10), width, height, sender, people"
            " FROM photos INDEXED BY photos_for_cards"
            " WHERE approval = 'approved' AND deleted IS NULL AND missing IS NULL"
        )
        return [
            Card(number, arrived, day, width / height, sender, people, number in waking)
            for number, arrived, day, width, height, sender, people in rows
        ]

    def counts(self) -> dict[str, int]:
        """How many photos are approved, waiting, hidden, deleted, missing their original, looked at, and
        may be animated."""
        row = self._db.execute(
            "SELECT count(*) AS photos,"
            " coalesce(sum(approval = 'approved' AND deleted IS NULL), 0) AS approved,"
            " coalesce(sum(approval = 'waiting' AND deleted IS NULL), 0) AS waiting,"
            " coalesce(sum(approval = 'hidden' AND deleted IS NULL), 0) AS hidden,"
            " coalesce(sum(deleted IS NOT NULL), 0) AS deleted,"
            " coalesce(sum(missing IS NOT NULL AND deleted IS NULL), 0) AS missing,"
            " coalesce(sum(verdict IS NOT NULL), 0) AS looked,"
            " coalesce(sum(verdict = 'animated'), 0) AS animatable FROM photos"
        ).fetchone()
        return {key: int(row[key]) for key in row.keys()}  # noqa: SIM118 - a Row iterates its values

    def beginning(self, door: Door) -> Approval:
        """The approval that photos by this door begin with."""
        row = self._db.execute("SELECT still FROM doors WHERE door = ?", (door,)).fetchone()
        return Approval(row[0]) if row else Approval.WAITING

    def named(self, names: Sequence[str]) -> set[str]:
        """Which of these file names some photo came with; letters count as equal, large or small."""
        marks = ", ".join("?" * len(names))
        rows = self._db.execute(
            f"SELECT name FROM photos WHERE name COLLATE NOCASE IN ({marks})",
            [storable(name) for name in names],
        )
        return {str(row[0]) for row in rows}

    def miss(self, photo_id: int, now: int) -> None:
        """Its original is not to be found; until it is, the photo is not shown."""
        self._db.execute(
            "UPDATE photos SET missing = ? WHERE id = ? AND missing IS NULL", (now, photo_id)
        )

    def found_again(self, photo_id: int, suffix: str) -> None:
        """Its original is back, under this suffix."""
        self._db.execute(
            "UPDATE photos SET missing = NULL, suffix = ? WHERE id = ?", (suffix, photo_id)
        )

    def is_missing(self, photo_id: int) -> bool:
        """Whether its original was not to be found when it was last looked for."""
        row = self._db.execute("SELECT missing FROM photos WHERE id = ?", (photo_id,)).fetchone()
        return row is not None and row[0] is not None

    def original_bytes(self) -> int:
        """What all originals that are there take."""
        row = self._db.execute(
            "SELECT coalesce(sum(size_bytes), 0) FROM photos INDEXED BY photos_for_pages"
            " WHERE missing IS NULL"
        ).fetchone()
        return int(row[0])

    def size_bytes(self, photo_id: int) -> int:
        """Of its original."""
        row = self._db.execute("SELECT size_bytes FROM photos WHERE id = ?", (photo_id,)).fetchone()
        return int(row[0]) if row else 0

    def missing(self) -> list[Photo]:
        """Photos whose original is not to be found."""
        rows = self._db.execute("SELECT * FROM photos WHERE missing IS NOT NULL ORDER BY id")
        return [photo_from(row) for row in rows]

    def originals(self) -> dict[str, tuple[int, str]]:
        """The id and the suffix of every photo's original, by its hash."""
        return {
            row[0]: (row[1], row[2]) for row in self._plain("SELECT sha256, id, suffix FROM photos")
        }

    def approve(self, photo_id: int, approval: Approval) -> None:
        self._set(photo_id, "approval", approval)

    def decide_clip(self, photo_id: int, approval: Approval) -> None:
        """What its clips begin with from now on, whatever its door says."""
        self._set(photo_id, "clip_approval", approval)

    def favour(self, photo_id: int, *, is_favourite: bool) -> None:
        self._set(photo_id, "favourite", int(is_favourite))

    def want_driver(self, photo_id: int, driver: str, intensity: float = NATURAL) -> None:
        """Ask for a driver, ``auto`` or a name, and how strongly it is played, 0..1. The clip is
        rendered again."""
        self._db.execute(
            "UPDATE photos SET wanted_driver = ?, wanted_intensity = ? WHERE id = ?",
            (driver, intensity, photo_id),
        )

    def wanted_driver(self, photo_id: int) -> str:
        return self.wish(photo_id).driver

    def wish(self, photo_id: int) -> Wish:
        """How somebody wants it to move."""
        row = self._db.execute(
            "SELECT wanted_driver, wanted_intensity FROM photos WHERE id = ?", (photo_id,)
        ).fetchone()
        return Wish(str(row[0]), float(row[1])) if row else Wish()

    def want_preparation(self, photo_id: int, choice: Choice) -> None:
        """Note what somebody decided; `frame.library.preparations` has what hangs follow."""
        self._set(photo_id, "wanted_preparation", choice)

    def prepare(self, photo_id: int, prepared: str) -> None:
        """Name another preparation of the hanging still. Its clip is rendered again."""
        self._set(photo_id, "prepared", prepared)

    def delete(self, photo_id: int, now: int) -> None:
        """Take it off the wall, deliberately. `restore` undoes it until it is purged."""
        self._db.execute(
            "UPDATE photos SET deleted = ? WHERE id = ? AND deleted IS NULL", (now, photo_id)
        )

    def restore(self, photo_id: int) -> None:
        """Undo a deletion."""
        self._set(photo_id, "deleted", None)

    def deleted_at(self, photo_id: int) -> int | None:
        """When it was deleted, or None where it is not."""
        row = self._db.execute("SELECT deleted FROM photos WHERE id = ?", (photo_id,)).fetchone()
        return None if row is None or row[0] is None else int(row[0])

    def deleted_before(self, moment: int) -> list[Photo]:
        """Photos deleted before `moment`: those that may be purged."""
        rows = self._db.execute("SELECT * FROM photos WHERE deleted < ?", (moment,))
        return [photo_from(row) for row in rows]

    def forget(self, photo_id: int) -> None:
        """Remove the row of a deleted photo and what hangs on it. Purging is the caller's.

        A photo that was restored in the meantime stays, with all that hangs on it.
        """
        self._db.execute("SAVEPOINT forget")
        try:
            gone = "photo_id IN (SELECT id FROM photos WHERE id = ? AND deleted IS NOT NULL)"
            for table in (
                "work",
                "preparations",
                "sightings",
                "dropped",
                "held",
                "uploads",
                "clips",
            ):
                self._db.execute(f"DELETE FROM {table} WHERE {gone}", (photo_id,))
            self._db.execute("DELETE FROM photos WHERE id = ? AND deleted IS NOT NULL", (photo_id,))
        except BaseException:
            self._db.execute("ROLLBACK TO forget")
            self._db.execute("RELEASE forget")
            raise
        self._db.execute("RELEASE forget")

    def remember_look(self, photo_id: int, look: Look) -> None:
        """What the fast lane saw."""
        self._db.execute(
            "UPDATE photos SET verdict = ?, findings = ?, heads = ?, people = ?, look_models = ?"
            " WHERE id = ?",
            (
                look.verdict,
                json.dumps([asdict(finding) for finding in look.findings]),
                json.dumps([asdict(head) for head in look.heads]),
                len(look.heads),
                look.models,
                photo_id,
            ),
        )

    def unseen(self, models: str, limit: int = 20) -> list[Photo]:
        """Photos that these models have not looked at: never looked at first, then newest first."""
        rows = self._db.execute(
            "SELECT * FROM photos WHERE deleted IS NULL AND missing IS NULL AND look_models IS NOT ?"
            " AND NOT EXISTS (SELECT 1 FROM work WHERE photo_id = photos.id AND kind = 'look'"
            " AND state = 'set_aside' AND target = ?)"
            " ORDER BY look_models IS NOT NULL, arrived DESC, id DESC LIMIT ?",
            (models, models, limit),
        )
        return [photo_from(row) for row in rows]

    def animatable(self, after: tuple[int, int] | None = None, limit: int = 200) -> list[Photo]:
        """Photos that may be animated, newest arrivals first; hidden and deleted ones are left out."""
        arrived, last = after or (1 << 62, 1 << 62)
        rows = self._db.execute(
            "SELECT * FROM photos WHERE verdict = 'animated' AND deleted IS NULL"
            " AND missing IS NULL AND approval != 'hidden' AND (arrived, id) < (?, ?)"
            " ORDER BY arrived DESC, id DESC LIMIT ?",
            (arrived, last, limit),
        )
        return [photo_from(row) for row in rows]

    def _plain(self, query: str) -> sqlite3.Cursor:
        """Rows as plain tuples: half the time, where there are 50,000."""
        cursor = self._db.cursor()
        cursor.row_factory = None
        return cursor.execute(query)

    def _set(self, photo_id: int, column: str, value: object) -> None:
        self._db.execute(f"UPDATE photos SET {column} = ? WHERE id = ?", (value, photo_id))


def photo_from(row: sqlite3.Row) -> Photo:
    """The photo of a row of the table `photos`."""
    return Photo(
        id=row["id"],
        sha256=row["sha256"],
        suffix=row["suffix"],
        door=Door(row["door"]),
        name=row["name"],
        sender=row["sender"],
        arrived=row["arrived"],
        taken=row["taken"],
        size=(row["width"], row["height"]),
        decoded=(row["decoded_width"], row["decoded_height"]),
        approval=Approval(row["approval"]),
        is_favourite=bool(row["favourite"]),
        is_deleted=row["deleted"] is not None,
        prepared=row["prepared"],
        look=_look(row),
    )


def _look(row: sqlite3.Row) -> Look | None:
    if row["verdict"] is None:
        return None
    try:
        mended = frozenset(json.loads(row["mended"]))
        return Look(
            verdict=row["verdict"],
            findings=tuple(
                replace(each, is_mended=True) if each.code in mended else each
                for each in _findings(json.loads(row["findings"]))
            ),
            heads=tuple(_heads(json.loads(row["heads"]))),
            models=row["look_models"] or "",
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None  # a flipped bit: without a look the photo hangs uncropped


def _findings(stored: Iterable[dict[str, object]]) -> Iterable[Finding]:
    """Rows of older versions know fewer facts about a finding, those of newer ones more."""
    known = {each.name for each in fields(Finding)}
    for each in stored:
        facts = {name: value for name, value in each.items() if name in known}
        yield Finding(**facts)  # type: ignore[arg-type]


def _heads(stored: Iterable[dict[str, object]]) -> Iterable[Head]:
    for each in stored:
        facts = {name: value for name, value in each.items() if name not in ("face", "keep")}
        yield Head(Region(**each["face"]), Region(**each["keep"]), **facts)  # type: ignore[arg-type]
