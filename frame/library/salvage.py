"""What people decided, read from a catalogue that is damaged: whatever can still be read of it.

A row counts only for an original that is there under its hash, so nonsense does no harm.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from frame.core.photos import Approval, Door
from frame.library.decided import Decided, choice_from, wish_from
from frame.library.disk import Disk

PIECE = 50
"""Rows asked for at once: one unreadable page costs the rows of one piece."""

MOST_ROWS = 1_000_000
"""A flipped bit in a row's number must not have us count to 2^62."""


def decisions(catalogue: Path | None) -> dict[str, Decided]:
    """What was decided, by the hash of the original. Never raises: what cannot be read is not known."""
    found: dict[str, Decided] = {}
    if catalogue is None or not catalogue.exists():
        return found
    with (
        contextlib.suppress(sqlite3.Error, ValueError),
        contextlib.closing(_open(catalogue)) as db,
    ):
        last = _last_id(db)
        query = (
            "SELECT sha256, approval, deleted, favourite, door, name, sender, arrived,"
            f" {_newer(db)} FROM photos NOT INDEXED WHERE id BETWEEN ? AND ?"
        )
        for first in range(1, last + 1, PIECE):
            with contextlib.suppress(sqlite3.Error, ValueError, TypeError):
                for row in db.execute(query, (first, first + PIECE - 1)):
                    found[str(row[0])] = _decided(row)
    return found


@dataclass(frozen=True)
class Keys:
    """Who could come in: the hashes of passes that were good, and the owner's password; nobody, where
    that cannot be read any more."""

    passes: frozenset[str] = frozenset()
    password: str | None = None


def keys(catalogue: Path | None) -> Keys:
    """Never raises: what cannot be read lets nobody in."""
    passes: set[str] = set()
    password = None
    if catalogue is None or not catalogue.exists():
        return Keys()
    with (
        contextlib.suppress(sqlite3.Error, ValueError),
        contextlib.closing(_open(catalogue)) as db,
    ):
        with contextlib.suppress(sqlite3.Error, ValueError):
            found = db.execute("SELECT token_hash FROM passes WHERE revoked IS NULL")
            passes.update(str(row[0]) for row in found)
        with contextlib.suppress(sqlite3.Error, ValueError):
            row = db.execute("SELECT password FROM owner").fetchone()
            password = str(row[0]) if row else None
    return Keys(frozenset(passes), password)


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    db.execute("PRAGMA trusted_schema = OFF")
    return db


def _newer(db: sqlite3.Connection) -> str:
    """What older catalogues do not have: what was decided about the clip, and how it is to move."""
    there = {row[1] for row in db.execute("PRAGMA table_info(photos)")}
    columns = ("clip_approval", "wanted_driver", "wanted_intensity", "wanted_preparation")
    return ", ".join(each if each in there else f"NULL AS {each}" for each in columns)


def _last_id(db: sqlite3.Connection) -> int:
    found = db.execute("SELECT max(id) FROM photos").fetchone()[0]
    return min(int(found or 0), MOST_ROWS)


def _decided(row: tuple[object, ...]) -> Decided:
    _, approval, deleted, favourite, door, name, sender, arrived, *newer = row
    clip, driver, intensity, preparation = newer
    return Decided(
        approval=Approval(str(approval)),
        deleted=deleted if isinstance(deleted, int) else None,
        is_favourite=favourite == 1,
        door=Door(str(door)),
        name=str(name),
        sender=str(sender),
        arrived=arrived if isinstance(arrived, int) and arrived >= 0 else None,
        clip=next((each for each in Approval if each == clip), None),
        wish=wish_from(driver, intensity),
        preparation=choice_from(preparation),
    )


def damaged(catalogue: Path, disk: Disk) -> Iterator[Path]:
    """The damaged catalogues that were set aside."""
    for name in disk.names(catalogue.parent):
        if name.startswith(f"{catalogue.stem}.damaged-") and name.endswith(catalogue.suffix):
            yield catalogue.with_name(name)


def last_damaged(catalogue: Path, disk: Disk) -> Path | None:
    """The one set aside last."""
    return max(damaged(catalogue, disk), key=lambda path: path.name, default=None)
