"""Passes of relatives, and the owner's password and sessions, in the catalogue.

Of every token only its hash is kept: who reads the catalogue, or a copy of it, can enter nowhere.
"""

from __future__ import annotations

import sqlite3

from frame.core.passes import Pass, Terms
from frame.library.text import storable

_COLUMNS = (
    "id, name, made, expires, revoked, most_photos, most_bytes, per_hour, waits,"
    " sent_photos, sent_bytes"
)


class Passes:
    """See `Pass`. `token_hash` is the SHA-256 of the token, in hex digits."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, token_hash: str, name: str, terms: Terms, now: int) -> Pass:
        expires = None if terms.seconds is None else now + terms.seconds
        done = self._db.execute(
            "INSERT INTO passes (token_hash, name, made, expires, most_photos, most_bytes, per_hour,"
            " waits) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(token_hash, storable(name), now, expires),
                *(terms.most_photos, terms.most_bytes, terms.per_hour, int(terms.waits)),
            ),
        )
        found = self.get(done.lastrowid or 0)
        assert found is not None
        return found

    def get(self, pass_id: int) -> Pass | None:
        return self._one("id = ?", pass_id)

    def find(self, token_hash: str) -> Pass | None:
        """Whoever holds the token of that hash; revoked and expired ones too."""
        return self._one("token_hash = ?", token_hash)

    def all(self) -> list[Pass]:
        """Newest first."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM passes ORDER BY id DESC")
        return [_pass(row) for row in rows]

    def revoke(self, pass_id: int, now: int) -> bool:
        """Take it back, for ever; whether it was still there to be taken."""
        done = self._db.execute(
            "UPDATE passes SET revoked = ? WHERE id = ? AND revoked IS NULL", (now, pass_id)
        )
        return done.rowcount == 1

    def revoke_all_but(self, token_hashes: frozenset[str], now: int) -> None:
        """Take back every pass but those."""
        rows = self._db.execute(
            "SELECT id, token_hash FROM passes WHERE revoked IS NULL"
        ).fetchall()
        for pass_id, token_hash in rows:
            if token_hash not in token_hashes:
                self.revoke(pass_id, now)

    def change(self, pass_id: int, name: str, terms: Terms, now: int) -> bool:
        """Other terms from now on; whether there is such a pass. Its life is counted from `now`."""
        expires = None if terms.seconds is None else now + terms.seconds
        done = self._db.execute(
            "UPDATE passes SET name = ?, expires = ?, most_photos = ?, most_bytes = ?, per_hour = ?,"
            " waits = ? WHERE id = ?",
            (
                *(storable(name), expires, terms.most_photos, terms.most_bytes),
                *(terms.per_hour, int(terms.waits), pass_id),
            ),
        )
        return done.rowcount == 1

    def spend(self, pass_id: int, photos: int, size_bytes: int) -> None:
        """So much of its quota is used up."""
        self._db.execute(
            "UPDATE passes SET sent_photos = sent_photos + ?, sent_bytes = sent_bytes + ?"
            " WHERE id = ?",
            (photos, size_bytes, pass_id),
        )

    def _one(self, where: str, value: object) -> Pass | None:
        row = self._db.execute(f"SELECT {_COLUMNS} FROM passes WHERE {where}", (value,)).fetchone()
        return _pass(row) if row else None


def _pass(row: sqlite3.Row) -> Pass:
    return Pass(**{**row, "waits": bool(row["waits"])})
