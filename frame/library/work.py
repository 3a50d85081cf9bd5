"""The studio's tries. Each is written down before it begins, so that a crash counts as one.

A photo that ends a worker twice is set aside and named, and tried again only for another target
(other models, another view, another driver).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

MOST_TRIES = 2

Kind = Literal["look", "prepare", "render"]


@dataclass(frozen=True)
class Task:
    """What is known of one kind of work on one photo. `state` is trying, done or set_aside."""

    photo_id: int
    kind: str
    target: str
    tries: int
    state: str
    code: str
    message: str
    seconds: float | None


class Work:
    """See the module."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def get(self, photo_id: int, kind: Kind) -> Task | None:
        row = self._db.execute(
            "SELECT * FROM work WHERE photo_id = ? AND kind = ?", (photo_id, kind)
        ).fetchone()
        return Task(**row) if row else None

    def begin(self, photo_id: int, kind: Kind, target: str) -> int:
        """Write a try down; its number, from 1. Durable before the work begins.

        Returns 0, and writes that the photo is set aside, if all tries for this target are used up.
        """
        task = self.get(photo_id, kind)
        tries = task.tries if task and task.target == target else 0
        if tries >= MOST_TRIES:
            message = "Working on this photo ended the worker twice; it hangs as a still."
            self.set_aside(photo_id, kind, target, "poison", message)
            return 0
        self._write(photo_id, kind, target, tries + 1, "trying", "", "", None)
        return tries + 1

    def done(
        self,
        photo_id: int,
        kind: Kind,
        target: str,
        code: str = "",
        message: str = "",
        seconds: float | None = None,
    ) -> None:
        """It is done, with this outcome; it is not tried again for this target."""
        self._write(photo_id, kind, target, 0, "done", code, message, seconds)

    def set_aside(self, photo_id: int, kind: Kind, target: str, code: str, message: str) -> None:
        """Leave this photo alone for this target."""
        self._write(photo_id, kind, target, MOST_TRIES, "set_aside", code, message, None)

    def take_back(self, photo_id: int, kind: Kind) -> None:
        """A try that was interrupted on purpose (we are stopping) does not count."""
        self._db.execute(
            "UPDATE work SET tries = max(tries - 1, 0) WHERE photo_id = ? AND kind = ?"
            " AND state = 'trying'",
            (photo_id, kind),
        )

    def all_set_aside(self) -> list[Task]:
        rows = self._db.execute("SELECT * FROM work WHERE state = 'set_aside' ORDER BY photo_id")
        return [Task(**row) for row in rows]

    def of_kind(self, kind: Kind) -> dict[int, Task]:
        """Every task of one kind by photo."""
        rows = self._db.execute("SELECT * FROM work WHERE kind = ?", (kind,))
        return {row["photo_id"]: Task(**row) for row in rows}

    def usual_seconds(self, kind: Kind, default: float) -> float:
        """The median of the last 25 that were done: what one more will take."""
        rows = self._db.execute(
            "SELECT seconds FROM work WHERE kind = ? AND state = 'done' AND seconds IS NOT NULL"
            " ORDER BY rowid DESC LIMIT 25",
            (kind,),
        ).fetchall()
        times = sorted(float(row[0]) for row in rows)
        return times[len(times) // 2] if times else default

    def _write(self, photo_id: int, kind: Kind, *rest: object) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO work (photo_id, kind, target, tries, state, code, message,"
            " seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (photo_id, kind, *rest),
        )
