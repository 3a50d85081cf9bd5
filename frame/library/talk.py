"""What the frame has to say and to ask: refusals, notices, questions, and a few facts."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from frame.library.text import storable


@dataclass(frozen=True)
class Refusal:
    """A file that did not become a photo, and why. `place` is hostile text."""

    door: str
    place: str
    size_bytes: int
    mtime_ns: int
    code: str
    message: str
    at: int


class Refusals:
    """One line for each file; the file itself stays where it is, and is tried again once it changed."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, refusal: Refusal) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO refusals (door, place, size_bytes, mtime_ns, code, message, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(refusal.door, storable(refusal.place), refusal.size_bytes, refusal.mtime_ns),
                *(refusal.code, storable(refusal.message), refusal.at),
            ),
        )

    def has(self, door: str, place: str, size_bytes: int, mtime_ns: int) -> bool:
        """Whether this very file was refused already."""
        row = self._db.execute(
            "SELECT 1 FROM refusals WHERE door = ? AND place = ? AND size_bytes = ? AND mtime_ns = ?",
            (door, storable(place), size_bytes, mtime_ns),
        ).fetchone()
        return row is not None

    def remove(self, door: str, place: str) -> None:
        """The file is gone, or became a photo."""
        self._db.execute(
            "DELETE FROM refusals WHERE door = ? AND place = ?", (door, storable(place))
        )

    def all(self, limit: int = 1000) -> list[Refusal]:
        """Newest first."""
        rows = self._db.execute(
            "SELECT door, place, size_bytes, mtime_ns, code, message, at FROM refusals"
            " ORDER BY at DESC, id DESC LIMIT ?",
            (limit,),
        )
        return [Refusal(**row) for row in rows]


@dataclass(frozen=True)
class Question:
    """What only a person can decide. `kind` and `facts` give the sentence its words; `on_screen` tells
    whether the wall may ask. `answer` is ``yes``, ``no``, or None while nobody has decided."""

    id: int
    kind: str
    subject: str
    facts: dict[str, str | int]
    on_screen: bool
    asked: int
    answer: str | None


class Questions:
    """See `Question`. For one kind and subject there is one open question at most."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def ask(
        self, kind: str, subject: str, facts: dict[str, str | int], now: int, *, on_screen: bool
    ) -> None:
        """Ask, unless the same is being asked already; its facts are brought up to date then."""
        self._db.execute(
            "INSERT INTO questions (kind, subject, facts, on_screen, asked) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (kind, subject) WHERE answer IS NULL DO UPDATE SET facts = excluded.facts"
            " WHERE facts != excluded.facts",
            (kind, storable(subject), json.dumps(facts), int(on_screen), now),
        )

    def open(self) -> list[Question]:
        """Those nobody has answered, oldest first."""
        return self._where("answer IS NULL ORDER BY id")

    def latest(self, kind: str, subject: str) -> Question | None:
        """The last time this was asked, answered or not."""
        found = self._where(
            "kind = ? AND subject = ? ORDER BY id DESC LIMIT 1", kind, storable(subject)
        )
        return found[0] if found else None

    def answer(self, question_id: int, answer: str, now: int) -> bool:
        """Answer an open question; whether it was still open."""
        done = self._db.execute(
            "UPDATE questions SET answer = ?, answered = ? WHERE id = ? AND answer IS NULL",
            (answer, now, question_id),
        )
        return done.rowcount == 1

    def withdraw(self, kind: str, subject: str, now: int) -> None:
        """There is nothing to decide any more (the stick is out again)."""
        self._db.execute(
            "UPDATE questions SET answer = 'withdrawn', answered = ?"
            " WHERE kind = ? AND subject = ? AND answer IS NULL",
            (now, kind, storable(subject)),
        )

    def _where(self, where: str, *values: object) -> list[Question]:
        rows = self._db.execute(
            "SELECT id, kind, subject, facts, on_screen, asked, answer FROM questions WHERE "
            + where,
            values,
        )
        return [
            Question(
                **{**row, "facts": json.loads(row["facts"]), "on_screen": bool(row["on_screen"])}
            )
            for row in map(dict, rows)
        ]


@dataclass(frozen=True)
class Notice:
    """A calm line about something that is not as it should be; `times` counts repetitions."""

    room: str
    code: str
    subject: str
    message: str
    at: int
    times: int


class Notices:
    """One line for each room, code and subject, however often it happens."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, room: str, code: str, subject: str, message: str, now: int) -> None:
        self._db.execute(
            "INSERT INTO notices (room, code, subject, message, at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (room, code, subject) DO UPDATE"
            " SET message = excluded.message, at = excluded.at, times = times + 1",
            (room, code, storable(subject), storable(message), now),
        )

    def clear(self, room: str, code: str, subject: str = "") -> None:
        """It is over."""
        self._db.execute(
            "DELETE FROM notices WHERE room = ? AND code = ? AND subject = ?",
            (room, code, storable(subject)),
        )

    def all(self) -> list[Notice]:
        """Newest first."""
        return [Notice(**row) for row in self._db.execute("SELECT * FROM notices ORDER BY at DESC")]


class Facts:
    """Few, small, rarely changed."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def set(self, name: str, value: str) -> None:
        """Writes only if it changes something: a write is a sync."""
        if self.get(name) != value:
            self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def get(self, name: str, default: str = "") -> str:
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    @property
    def panel(self) -> tuple[int, int]:
        """The size of the panel in pixels, as the display last found it."""
        width, _, height = self.get("panel", "1920x1080").partition("x")
        return int(width), int(height)

    @panel.setter
    def panel(self, size: tuple[int, int]) -> None:
        self.set("panel", f"{size[0]}x{size[1]}")
