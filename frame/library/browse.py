"""The library as people look through it: newest first, a page at a time, narrowed by what they know.

A page is found in an index that holds everything that narrows, and only its photos' rows are read:
50,000 photos cost no more than what is seen of them (`python -m bench.pages`).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from frame.core.photos import Approval


class Shelf(StrEnum):
    """Which photos. Deleted ones are on no shelf but their own."""

    ALL = "all"
    WAITING = "waiting"
    """Photo or clip waits for somebody's yes."""
    AWAKE = "awake"
    STILL = "still"
    """Looked at, and no clip will come."""
    COMING = "coming"
    """Not looked at yet, or its clip is still to be made."""
    FAVOURITE = "favourite"
    HIDDEN = "hidden"
    MISSING = "missing"
    DELETED = "deleted"


class By(StrEnum):
    """Which date is meant."""

    TAKEN = "taken"
    ARRIVED = "arrived"


@dataclass(frozen=True)
class Narrowing:
    """What is asked for. `first` and `last` are days as ``YYYY-MM-DD``, both included, in the camera's
    time for `By.TAKEN`; for `By.ARRIVED` they are unix seconds, the last excluded."""

    shelf: Shelf = Shelf.ALL
    sender: str | None = None
    by: By = By.TAKEN
    first: str | int | None = None
    last: str | int | None = None


@dataclass(frozen=True)
class Entry:
    """What a page of many photos shows of one. `clip` is the approval of its newest clip, if any."""

    id: int
    sha256: str
    name: str
    sender: str
    arrived: int
    taken: str | None
    size: tuple[int, int]
    approval: Approval
    is_favourite: bool
    is_deleted: bool
    is_missing: bool
    verdict: str | None
    clip: Approval | None

    @property
    def key(self) -> tuple[int, int]:
        """Where the next page begins."""
        return self.arrived, self.id


@dataclass(frozen=True)
class Page:
    """Photos, and whether there are more behind them."""

    entries: tuple[Entry, ...]
    has_more: bool


_CLIPS = "SELECT photo_id FROM clips WHERE approval = 'approved'"
_WAITING_CLIPS = "SELECT photo_id FROM clips WHERE approval = 'waiting'"
_ANY_CLIP = "SELECT photo_id FROM clips"
_ENDED = (
    "SELECT photo_id FROM work WHERE kind = 'render'"
    " AND (state = 'set_aside' OR (state = 'done' AND code != ''))"
)
_UNSEEN = "SELECT photo_id FROM work WHERE kind = 'look' AND state = 'set_aside'"

_WHERE = {
    Shelf.ALL: "deleted IS NULL",
    Shelf.WAITING: (
        "deleted IS NULL AND (approval = 'waiting'"
        f" OR (approval = 'approved' AND id IN ({_WAITING_CLIPS})))"
    ),
    Shelf.AWAKE: f"deleted IS NULL AND approval = 'approved' AND id IN ({_CLIPS})",
    Shelf.STILL: (
        "deleted IS NULL AND ((verdict IS NOT NULL AND verdict != 'animated')"
        f" OR (verdict IS NULL AND id IN ({_UNSEEN}))"
        f" OR (id IN ({_ENDED}) AND id NOT IN ({_ANY_CLIP})))"
    ),
    Shelf.COMING: (
        f"deleted IS NULL AND approval != 'hidden' AND ((verdict IS NULL AND id NOT IN ({_UNSEEN}))"
        f" OR (verdict = 'animated' AND id NOT IN ({_ANY_CLIP}) AND id NOT IN ({_ENDED})))"
    ),
    Shelf.FAVOURITE: "deleted IS NULL AND favourite = 1",
    Shelf.HIDDEN: "deleted IS NULL AND approval = 'hidden'",
    Shelf.MISSING: "deleted IS NULL AND missing IS NOT NULL",
    Shelf.DELETED: "deleted IS NOT NULL",
}

COUNTED = (Shelf.ALL, Shelf.WAITING, Shelf.FAVOURITE, Shelf.HIDDEN, Shelf.MISSING, Shelf.DELETED)
"""What can be told from the index alone, in one walk; the others ask another table for each photo."""

_SHOWN = (
    "p.id, p.sha256, p.name, p.sender, p.arrived, p.taken, p.width, p.height, p.approval, p.favourite,"
    " p.deleted, p.missing, p.verdict,"
    " (SELECT approval FROM clips WHERE photo_id = p.id ORDER BY id DESC LIMIT 1) AS clip"
)

MOST_SENDERS = 500


class Browse:
    """See the module. Only reads."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def page(
        self, narrowing: Narrowing, before: tuple[int, int] | None = None, limit: int = 60
    ) -> Page:
        """Photos, newest first; `before` is the `key` of the last one seen."""
        where, values = _conditions(narrowing)
        if before is not None:
            where, values = f"{where} AND (arrived, id) < (?, ?)", [*values, *before]
        rows = self._db.execute(
            "WITH chosen AS MATERIALIZED (SELECT id, arrived FROM photos INDEXED BY photos_for_pages"
            f" WHERE {where} ORDER BY arrived DESC, id DESC LIMIT ?)"
            f" SELECT {_SHOWN} FROM chosen JOIN photos p ON p.id = chosen.id"
            " ORDER BY p.arrived DESC, p.id DESC",
            (*values, limit + 1),
        ).fetchall()
        return Page(tuple(_entry(row) for row in rows[:limit]), len(rows) > limit)

    def entry(self, photo_id: int) -> Entry | None:
        """One photo, deleted or not."""
        row = self._db.execute(
            f"SELECT {_SHOWN} FROM photos p WHERE p.id = ?", (photo_id,)
        ).fetchone()
        return _entry(row) if row else None

    def neighbours(
        self, narrowing: Narrowing, key: tuple[int, int]
    ) -> tuple[int | None, int | None]:
        """The ids of the next newer and the next older photo on the same shelf."""
        where, values = _conditions(narrowing)
        found = []
        for compares, order in ((">", "ASC"), ("<", "DESC")):
            row = self._db.execute(
                f"SELECT id FROM photos INDEXED BY photos_for_pages WHERE {where}"
                f" AND (arrived, id) {compares} (?, ?) ORDER BY arrived {order}, id {order} LIMIT 1",
                (*values, *key),
            ).fetchone()
            found.append(int(row[0]) if row else None)
        return found[0], found[1]

    def count(self, narrowing: Narrowing) -> int:
        """How many there are."""
        where, values = _conditions(narrowing)
        row = self._db.execute(
            f"SELECT count(*) FROM photos INDEXED BY photos_for_pages WHERE {where}", values
        ).fetchone()
        return int(row[0])

    def counts(self, narrowing: Narrowing) -> dict[Shelf, int]:
        """How many there are on the shelves in `COUNTED`, under the same sender and dates."""
        where, values = _sender_and_dates(narrowing)
        sums = ", ".join(f"coalesce(sum({_WHERE[shelf]}), 0) AS on_{shelf}" for shelf in COUNTED)
        row = self._db.execute(
            f"SELECT {sums} FROM photos INDEXED BY photos_for_pages WHERE {where}", values
        ).fetchone()
        return {shelf: int(row[f"on_{shelf}"]) for shelf in COUNTED}

    def senders(self) -> list[tuple[str, int]]:
        """Everybody whose photos are here, by name, with how many; those without a sender are none."""
        rows = self._db.execute(
            "SELECT sender, count(*) AS photos FROM photos INDEXED BY photos_by_sender"
            " WHERE sender != '' AND deleted IS NULL GROUP BY sender ORDER BY sender LIMIT ?",
            (MOST_SENDERS,),
        )
        return [(str(row[0]), int(row[1])) for row in rows]


def _conditions(narrowing: Narrowing) -> tuple[str, list[object]]:
    where, values = _sender_and_dates(narrowing)
    return f"({_WHERE[narrowing.shelf]}) AND {where}", values


def _sender_and_dates(narrowing: Narrowing) -> tuple[str, list[object]]:
    parts, values = ["1"], list[object]()
    if narrowing.sender is not None:
        parts.append("sender = ?")
        values.append(narrowing.sender)
    is_day = narrowing.by is By.TAKEN
    column = "substr(taken, 1, 10)" if is_day else "arrived"
    for bound, compares in ((narrowing.first, ">="), (narrowing.last, "<=" if is_day else "<")):
        if bound is not None:
            parts.append(f"{column} {compares} ?")
            values.append(bound)
    return " AND ".join(parts), values


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        id=row["id"],
        sha256=row["sha256"],
        name=row["name"],
        sender=row["sender"],
        arrived=row["arrived"],
        taken=row["taken"],
        size=(row["width"], row["height"]),
        approval=Approval(row["approval"]),
        is_favourite=bool(row["favourite"]),
        is_deleted=row["deleted"] is not None,
        is_missing=row["missing"] is not None,
        verdict=row["verdict"],
        clip=Approval(row["clip"]) if row["clip"] else None,
    )
