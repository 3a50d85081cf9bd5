"""Who the owner is: one password, the browsers that are logged in, and those that have been.

The password is kept as argon2 wrote it; of sessions and browsers only the hash of their token.
"""

from __future__ import annotations

import sqlite3

MOST_DEVICES = 50
"""Browsers remembered; the oldest are forgotten, which only means that they wait like strangers."""


class Ownership:
    """See the module. Moments are unix seconds."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @property
    def password(self) -> str | None:
        """As argon2 wrote it, or None while nobody owns the frame."""
        row = self._db.execute("SELECT password FROM owner").fetchone()
        return str(row[0]) if row else None

    def set_password(self, password: str, now: int) -> None:
        """From now on; every session ends, and so does every browser's being known."""
        self._db.execute("INSERT OR REPLACE INTO owner VALUES (1, ?, ?)", (password, now))
        self._db.execute("DELETE FROM sessions")
        self._db.execute("DELETE FROM devices")

    def disown(self) -> None:
        """Nobody owns the frame: whoever stands before it may, with the code that it shows."""
        for table in ("owner", "sessions", "devices"):
            self._db.execute(f"DELETE FROM {table}")

    def replace_hash(self, before: str, after: str) -> None:
        """The same password, written anew; unless it has been changed meanwhile."""
        self._db.execute("UPDATE owner SET password = ? WHERE password = ?", (after, before))

    def begin(self, token_hash: str, now: int, expires: int) -> None:
        """A session; those that are over are swept away."""
        self._db.execute("DELETE FROM sessions WHERE expires <= ?", (now,))
        self._db.execute(
            "INSERT INTO sessions (token_hash, made, expires) VALUES (?, ?, ?)",
            (token_hash, now, expires),
        )

    def is_session(self, token_hash: str, now: float) -> bool:
        row = self._db.execute(
            "SELECT 1 FROM sessions WHERE token_hash = ? AND expires > ?", (token_hash, now)
        ).fetchone()
        return row is not None

    def end(self, token_hash: str) -> None:
        self._db.execute("DELETE FROM sessions WHERE token_hash = ?", (token_hash,))

    def end_all(self) -> None:
        """Whoever is logged in is so no more."""
        self._db.execute("DELETE FROM sessions")

    def remember(self, token_hash: str, now: int) -> None:
        """A browser that has been the owner's."""
        self._db.execute("INSERT OR REPLACE INTO devices VALUES (?, ?)", (token_hash, now))
        self._db.execute(
            "DELETE FROM devices WHERE token_hash NOT IN"
            " (SELECT token_hash FROM devices ORDER BY made DESC LIMIT ?)",
            (MOST_DEVICES,),
        )

    def is_known(self, token_hash: str) -> bool:
        row = self._db.execute("SELECT 1 FROM devices WHERE token_hash = ?", (token_hash,))
        return row.fetchone() is not None
