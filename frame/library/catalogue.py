"""The one catalogue: SQLite, opened by every process, each through its own connection.

`synchronous=FULL`, because a WAL at NORMAL can lose a row that was acknowledged. Writers are brief and
few; readers never wait. One `Catalogue` belongs to one thread.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from frame.core.photos import Door
from frame.errors import WakeframeError
from frame.library.beginnings import Beginnings
from frame.library.browse import Browse
from frame.library.census import Census
from frame.library.clips import Clips
from frame.library.folders import Folders
from frame.library.ownership import Ownership
from frame.library.passes import Passes
from frame.library.photos import Photos
from frame.library.preparations import Preparations
from frame.library.records import Records
from frame.library.schema import TABLES, VERSION, TooNew, has_our_schema, migrate
from frame.library.talk import Facts, Notices, Questions, Refusals
from frame.library.uploads import Uploads
from frame.library.work import Work

BUSY_SECONDS = 30.0
"""How long a writer waits for another; theirs take milliseconds, a checkpoint on a slow card seconds."""

BUSY_PAUSE_SECONDS = 0.01

CACHE_KIB = 8192
JOURNAL_BYTES = 4 << 20
"""The journal shrinks back to this after a checkpoint: a card is small."""


class CatalogueError(WakeframeError):
    """The catalogue cannot be used; `wakeframe doctor` says what to do."""


class CatalogueTooNew(CatalogueError):  # noqa: N818
    """A newer Wakeframe has written it; start that one."""


class Catalogue:
    """The catalogue, open. A context manager.

    Each member is one topic: `photos`, `browse` (looking through them), `records` (for archives),
    `census` (numbers of everything),
    `beginnings` (what comes in by a door begins as),
    `clips`, `work` (tries of the studio), `folders` (mirrored folders), `refusals`, `questions`,
    `notices`, `facts`, `passes` (of relatives), `ownership` (password and sessions), `uploads` (what
    relatives send). Every method of theirs is one transaction of its own, durable when it returns,
    unless it is called inside `transaction`.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._is_read_only = read_only
        try:
            self._db = _connect(path, read_only=read_only)
        except TooNew as error:
            raise CatalogueTooNew(f"The catalogue cannot be opened: {error}.") from error
        except (sqlite3.Error, UnicodeDecodeError) as error:
            # SQLite quotes a damaged schema in its message, and Python cannot always decode it.
            raise CatalogueError(f"The catalogue cannot be opened: {error}.") from error
        self.photos = Photos(self._db)
        self.browse = Browse(self._db)
        self.records = Records(self._db)
        self.census = Census(self._db)
        self.beginnings = Beginnings(self._db)
        self.clips = Clips(self._db)
        self.preparations = Preparations(self._db)
        self.work = Work(self._db)
        self.folders = Folders(self._db)
        self.refusals = Refusals(self._db)
        self.questions = Questions(self._db)
        self.notices = Notices(self._db)
        self.facts = Facts(self._db)
        self.passes = Passes(self._db)
        self.ownership = Ownership(self._db)
        self.uploads = Uploads(self._db)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens, or nothing does."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def change_count(self) -> int:
        """A number that changes when *another* connection has committed. Microseconds: poll it."""
        found: int = self._db.execute("PRAGMA data_version").fetchone()[0]
        return found

    def backup(self, path: Path) -> None:
        """Write a whole copy to `path`, which must not be in use. Raises `sqlite3.Error`."""
        with contextlib.closing(sqlite3.connect(path)) as target:
            self._db.backup(target, pages=256, sleep=0.01)

    def is_sound(self, *, thorough: bool = True) -> bool:
        """Whether every page, rule and row can be read and they fit each other.

        A flipped bit that leaves all that in order is found where it shows, or not at all. Without
        `thorough` only what takes no time: tables, doors, and whether it can be written.
        """
        try:
            return self._opens() and (not thorough or self._fits_together())
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            return False

    def _opens(self) -> bool:
        if not has_our_schema(self._db):
            return False
        if not self._is_read_only:
            self._db.execute("BEGIN IMMEDIATE")  # a flipped bit can forbid writing
            self._db.execute(f"PRAGMA user_version = {VERSION}")
            self._db.execute("ROLLBACK")
        return {row[0] for row in self._db.execute("SELECT door FROM doors")} == set(Door)

    def _fits_together(self) -> bool:
        found = self._db.execute("PRAGMA integrity_check(1)").fetchone()
        if found is None or found[0] != "ok":
            return False
        if self._db.execute("PRAGMA foreign_key_check").fetchone() is not None:
            return False
        for table in TABLES:
            cursor = self._db.cursor()
            cursor.row_factory = None
            for _ in cursor.execute(f"SELECT * FROM {table}"):
                pass  # text that is no UTF-8 any more raises
        return True


def _write_ahead(db: sqlite3.Connection) -> None:
    """Switch to the write-ahead log. SQLite does not wait for another process that is at it as well."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(BUSY_PAUSE_SECONDS)


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    mode = "ro" if read_only else "rwc"
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
    )
    try:
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = ON")
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        # Nobody but us has written this file, but a card may have: no code of its may ever run.
        db.execute("PRAGMA trusted_schema = OFF")
        if not read_only:
            _write_ahead(db)
            db.execute("PRAGMA synchronous = FULL")
            db.execute(f"PRAGMA journal_size_limit = {JOURNAL_BYTES}")
            migrate(db)
    except BaseException:
        db.close()
        raise
    return db
