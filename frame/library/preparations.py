"""Prepared photos in the catalogue. The files are `frame.library.prepared`'s; a row is written when the
file is whole, and goes before the file does."""

from __future__ import annotations

import json
import sqlite3

from frame.core.photos import Photo
from frame.core.preparation import Choice, Outcome, Preparation, Rule
from frame.library.photos import photo_from

# The same as `frame.core.preparation.hangs`.
_HANGS = (
    "made.outcome = 'made' AND (wanted_preparation = 'restored'"
    " OR (wanted_preparation = 'auto' AND :rule = 'auto' AND made.passed))"
)

_SETTLE = (
    "UPDATE photos SET prepared = ought.prepared, mended = ought.mended FROM"
    " (SELECT photos.id AS id,"
    f" CASE WHEN {_HANGS} THEN made.name ELSE '' END AS prepared,"
    f" CASE WHEN {_HANGS} THEN made.answers ELSE '[]' END AS mended"
    " FROM photos LEFT JOIN preparations AS made ON made.photo_id = photos.id"
    " WHERE :photo IS NULL OR photos.id = :photo) AS ought"
    " WHERE ought.id = photos.id"
    " AND (photos.prepared != ought.prepared OR photos.mended != ought.mended)"
)

_UNPREPARED = (
    "SELECT photos.* FROM photos INDEXED BY photos_for_preparing"
    " LEFT JOIN preparations AS made ON made.photo_id = photos.id"
    " WHERE verdict IS NOT NULL AND deleted IS NULL AND missing IS NULL AND approval != 'hidden'"
    " AND (wanted_preparation = 'restored' OR (wanted_preparation = 'auto' AND :rule != 'never'))"
    " AND (made.name IS NOT :name OR (:evicted AND made.outcome = 'evicted'))"
    " AND (:photo IS NULL OR photos.id = :photo)"
    " AND NOT EXISTS (SELECT 1 FROM work WHERE work.photo_id = photos.id AND kind = 'prepare'"
    " AND state = 'set_aside' AND target = :name)"
    " ORDER BY made.name IS :name, arrived DESC, id DESC LIMIT 1"
)


class Preparations:
    """See the module."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def get(self, photo_id: int) -> Preparation | None:
        """What became of preparing this photo, or None where nobody has tried."""
        row = self._db.execute(
            "SELECT * FROM preparations WHERE photo_id = ?", (photo_id,)
        ).fetchone()
        return _preparation(row) if row else None

    def report(self, photo_id: int) -> str:
        """What was measured and done, as JSON; an empty text where nothing was."""
        row = self._db.execute(
            "SELECT report FROM preparations WHERE photo_id = ?", (photo_id,)
        ).fetchone()
        return str(row[0]) if row else ""

    def add(self, new: Preparation, report: str, rule: Rule) -> None:
        """Write down what became of it, in the place of what was known before; what hangs follows.

        Call it inside a transaction. Raises `sqlite3.IntegrityError` for a photo that has gone.
        """
        self._db.execute(
            "INSERT OR REPLACE INTO preparations (photo_id, name, outcome, passed, damage, mended,"
            " answers, size_bytes, made, report) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(new.photo_id, new.name, new.outcome, int(new.passed), new.damage),
                *(json.dumps(new.mended), json.dumps(new.answers)),
                *(new.size_bytes, new.made, report),
            ),
        )
        self.settle(rule, new.photo_id)

    def choice(self, photo_id: int) -> Choice:
        """What somebody decided about this photo."""
        row = self._db.execute(
            "SELECT wanted_preparation FROM photos WHERE id = ?", (photo_id,)
        ).fetchone()
        return Choice(row[0]) if row else Choice.AUTO

    def choose(self, photo_id: int, choice: Choice, rule: Rule) -> None:
        """Decide: restored, as it came, or as the rule says. Undone by choosing what it was before.

        What hangs changes at once where the prepared picture is there, and else when it is made.
        """
        self._db.execute("SAVEPOINT choose")
        try:
            self._db.execute(
                "UPDATE photos SET wanted_preparation = ? WHERE id = ?", (choice, photo_id)
            )
            self.settle(rule, photo_id)
        except BaseException:
            self._db.execute("ROLLBACK TO choose")
            raise
        finally:
            self._db.execute("RELEASE choose")

    def settle(self, rule: Rule, photo_id: int | None = None) -> int:
        """Have every photo, or this one, hang as rule and choice say; how many that changed."""
        return self._db.execute(_SETTLE, {"rule": rule, "photo": photo_id}).rowcount

    def unprepared(
        self, name: str, rule: Rule, *, evicted: bool = False, photo_id: int | None = None
    ) -> Photo | None:
        """The newest photo that is to be prepared and was not by `name`; with `evicted`, after all of
        those, one that had to go to make room. `photo_id` asks for one alone."""
        row = self._db.execute(
            _UNPREPARED, {"name": name, "rule": rule, "evicted": evicted, "photo": photo_id}
        ).fetchone()
        return photo_from(row) if row else None

    def waiting(self, limit: int = 100) -> list[int]:
        """Photos whose prepared picture is there and hangs neither by rule nor by choice: those to show
        somebody, newest first."""
        rows = self._db.execute(
            "SELECT photo_id FROM preparations JOIN photos ON photos.id = photo_id"
            " WHERE outcome = 'made' AND wanted_preparation = 'auto' AND prepared = ''"
            " AND deleted IS NULL AND missing IS NULL ORDER BY arrived DESC, id DESC LIMIT ?",
            (limit,),
        )
        return [int(row[0]) for row in rows]

    def lost(self, photo_id: int, name: str) -> None:
        """Its file is not there or not whole: forget that it was prepared by `name`. The photo hangs as
        it came until it is prepared again."""
        self._without(
            "DELETE FROM preparations WHERE photo_id = ? AND name = ? AND outcome = 'made'",
            photo_id,
            name,
        )

    def evict(self, photo_id: int) -> None:
        """Its file is about to go to make room. Do this first: no row may promise what is not there."""
        self._without(
            "UPDATE preparations SET outcome = 'evicted', size_bytes = 0 WHERE photo_id = ?",
            photo_id,
        )

    def _without(self, change: str, photo_id: int, *values: object) -> None:
        """Take what hangs away with the row: a photo hangs as it came where nothing is promised."""
        self._db.execute("SAVEPOINT without")
        try:
            self._db.execute(change, (photo_id, *values))
            self._db.execute(
                "UPDATE photos SET prepared = '', mended = '[]' WHERE id = ?1 AND NOT EXISTS"
                " (SELECT 1 FROM preparations WHERE photo_id = ?1 AND outcome = 'made'"
                " AND name = photos.prepared)",
                (photo_id,),
            )
        except BaseException:
            self._db.execute("ROLLBACK TO without")
            raise
        finally:
            self._db.execute("RELEASE without")

    def oldest(self, limit: int = 50) -> list[tuple[int, str, str]]:
        """Id, hash and name of those made longest ago: the first to go."""
        return self._files("ORDER BY made, photo_id LIMIT ?", (limit,))

    def files(self) -> list[tuple[int, str, str]]:
        """Id, hash and name of every prepared picture that has to be on the disk."""
        return self._files("", ())

    def _files(self, rest: str, values: tuple[object, ...]) -> list[tuple[int, str, str]]:
        rows = self._db.execute(
            "SELECT photo_id, sha256, preparations.name FROM preparations"
            f" JOIN photos ON photos.id = photo_id WHERE outcome = 'made' {rest}",
            values,
        )
        return [(int(row[0]), str(row[1]), str(row[2])) for row in rows]

    def bytes(self) -> int:
        """What all prepared pictures take on disk."""
        found = self._db.execute("SELECT coalesce(sum(size_bytes), 0) FROM preparations").fetchone()
        return int(found[0])


def _preparation(row: sqlite3.Row) -> Preparation:
    return Preparation(
        photo_id=row["photo_id"],
        name=row["name"],
        outcome=Outcome(row["outcome"]),
        passed=bool(row["passed"]),
        damage=row["damage"],
        mended=_codes(row["mended"]),
        answers=_codes(row["answers"]),
        size_bytes=row["size_bytes"],
        made=row["made"],
    )


def _codes(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(each) for each in json.loads(text))
    except (ValueError, TypeError):
        return ()  # a flipped bit: nothing is struck off
