"""What photos and clips begin as, for each door: approved, or waiting for somebody's yes."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from frame.core.photos import Approval, Door


@dataclass(frozen=True)
class Beginning:
    """Of what comes in by one door."""

    door: Door
    still: Approval
    clip: Approval


class Beginnings:
    """See the module."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def all(self) -> list[Beginning]:
        """In the order of the doors."""
        rows = {row["door"]: row for row in self._db.execute("SELECT door, still, clip FROM doors")}
        return [
            Beginning(door, Approval(rows[door]["still"]), Approval(rows[door]["clip"]))
            for door in Door
            if door in rows
        ]

    def set(self, beginning: Beginning) -> None:
        """From now on; what is there stays as it is."""
        self._db.execute(
            "UPDATE doors SET still = ?, clip = ? WHERE door = ?",
            (beginning.still, beginning.clip, beginning.door),
        )
