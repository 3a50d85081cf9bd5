"""The catalogue's tables, and every step from the first version to this one.

A step is never edited once it has been released; a change is a new step. `PRAGMA user_version` counts
the steps that were taken.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

_FIRST = """
CREATE TABLE doors (                -- what comes in by a door begins with these
    door TEXT PRIMARY KEY,
    still TEXT NOT NULL CHECK (still IN ('waiting', 'approved', 'hidden')),
    clip TEXT NOT NULL CHECK (clip IN ('waiting', 'approved', 'hidden')),
    composed TEXT NOT NULL CHECK (composed IN ('waiting', 'approved', 'hidden'))
) STRICT;
INSERT INTO doors VALUES
    ('inbox', 'approved', 'approved', 'waiting'),
    ('folder', 'approved', 'approved', 'waiting'),
    ('usb', 'approved', 'approved', 'waiting'),
    ('sample', 'approved', 'approved', 'waiting'),
    ('phone', 'waiting', 'waiting', 'waiting'),
    ('camera', 'waiting', 'waiting', 'waiting'),
    ('composed', 'waiting', 'waiting', 'waiting');

CREATE TABLE photos (
    id INTEGER PRIMARY KEY,
    -- Names of files are made of these two: no damage and no mistake may lead out of the library.
    sha256 TEXT NOT NULL UNIQUE CHECK (sha256 NOT GLOB '*[./]*'),
    suffix TEXT NOT NULL CHECK (suffix NOT GLOB '*/*'),  -- from the content: .jpg, .heic, ...
    size_bytes INTEGER NOT NULL,
    door TEXT NOT NULL REFERENCES doors (door),
    name TEXT NOT NULL,             -- the file's own name: hostile text
    sender TEXT NOT NULL DEFAULT '',
    arrived INTEGER NOT NULL,
    taken TEXT,                     -- local time of the camera, ISO 8601 without a zone
    latitude REAL,                  -- private: never shown, never exported
    longitude REAL,
    width INTEGER NOT NULL CHECK (width > 0),  -- upright original
    height INTEGER NOT NULL CHECK (height > 0),
    decoded_width INTEGER NOT NULL CHECK (decoded_width > 0),
    decoded_height INTEGER NOT NULL CHECK (decoded_height > 0),
    approval TEXT NOT NULL CHECK (approval IN ('waiting', 'approved', 'hidden')),
    favourite INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER,                -- when; NULL while it is not. The original stays until it is purged
    prepared TEXT NOT NULL DEFAULT '',
    parents TEXT NOT NULL DEFAULT '[]',  -- of a composed picture: the photos it is made of
    wanted_driver TEXT NOT NULL DEFAULT 'auto',
    verdict TEXT,                   -- the look: NULL until the fast lane has seen the photo
    findings TEXT NOT NULL DEFAULT '[]',
    heads TEXT NOT NULL DEFAULT '[]',
    people INTEGER NOT NULL DEFAULT 0,
    look_models TEXT
) STRICT;
CREATE INDEX photos_by_arrival ON photos (arrived DESC, id DESC);

CREATE TABLE clips (
    id INTEGER PRIMARY KEY,
    photo_id INTEGER NOT NULL REFERENCES photos (id),
    file TEXT NOT NULL UNIQUE CHECK (file NOT GLOB '*/*'),
    driver TEXT NOT NULL,           -- as played
    asked TEXT NOT NULL,            -- as asked for
    models TEXT NOT NULL,
    prepared TEXT NOT NULL,
    view TEXT NOT NULL,             -- [x0, y0, x1, y1, width, height]
    approval TEXT NOT NULL CHECK (approval IN ('waiting', 'approved', 'hidden')),
    size_bytes INTEGER NOT NULL,
    made INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    report TEXT NOT NULL
) STRICT;
CREATE INDEX clips_by_photo ON clips (photo_id, id);

CREATE TABLE work (                 -- tries, written down before each one: a crash counts
    photo_id INTEGER NOT NULL REFERENCES photos (id),
    kind TEXT NOT NULL CHECK (kind IN ('look', 'render')),
    target TEXT NOT NULL,           -- fingerprint of what is to be made; another target begins anew
    tries INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('trying', 'done', 'set_aside')),
    code TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    seconds REAL,
    PRIMARY KEY (photo_id, kind)
) STRICT;

CREATE TABLE refusals (             -- files that did not become photos, and why
    id INTEGER PRIMARY KEY,
    door TEXT NOT NULL,
    place TEXT NOT NULL,            -- folder and name: hostile text
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (door, place)
) STRICT;

CREATE TABLE folders (              -- watched folders that belong to somebody else: read-only to us
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    identity TEXT NOT NULL DEFAULT '',   -- how we know that it is mounted and the same one
    state TEXT NOT NULL DEFAULT 'new'
) STRICT;

CREATE TABLE sightings (            -- which file of a mirrored folder is which photo
    folder_id INTEGER NOT NULL REFERENCES folders (id),
    path TEXT NOT NULL,             -- below the folder
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    photo_id INTEGER NOT NULL REFERENCES photos (id),
    PRIMARY KEY (folder_id, path)
) STRICT;

CREATE TABLE dropped (              -- deleted because the file vanished from a mirrored folder
    photo_id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL             -- equals `deleted` unless a person has decided since
) STRICT;

CREATE TABLE held (                 -- ours to keep: no vanished file takes these down
    photo_id INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE questions (            -- what only a person can decide
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,          -- one open question for each kind and subject
    facts TEXT NOT NULL,
    on_screen INTEGER NOT NULL,
    asked INTEGER NOT NULL,
    answer TEXT,
    answered INTEGER
) STRICT;
CREATE UNIQUE INDEX one_open_question ON questions (kind, subject) WHERE answer IS NULL;

CREATE TABLE notices (              -- calm lines about what is not as it should be
    room TEXT NOT NULL,
    code TEXT NOT NULL,
    subject TEXT NOT NULL,
    message TEXT NOT NULL,
    at INTEGER NOT NULL,
    times INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (room, code, subject)
) STRICT;

CREATE TABLE facts (                -- few and small: the panel's size, for the studio
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
"""

_SECOND = """
ALTER TABLE photos ADD COLUMN missing INTEGER;  -- since when its original is not to be found; not shown

-- What the shuffle and the counts need, without touching rows that carry heads and findings: at 50,000
-- photos the difference between reading 5 MB and 100 MB of a card at every start.
CREATE INDEX photos_for_cards ON photos
    (id, arrived, taken, width, height, sender, people, approval, deleted, missing)
    WHERE approval = 'approved' AND deleted IS NULL AND missing IS NULL;
CREATE INDEX photos_for_counts ON photos (approval, deleted, missing, verdict);
CREATE INDEX clips_approved ON clips (photo_id, id) WHERE approval = 'approved';
CREATE INDEX clips_by_age ON clips (made, id);
CREATE INDEX sightings_by_photo ON sightings (photo_id);
"""

_THIRD = """
ALTER TABLE photos ADD COLUMN wanted_intensity REAL NOT NULL DEFAULT 1.0;  -- of the wanted driver, 0..1
ALTER TABLE clips ADD COLUMN intensity REAL NOT NULL DEFAULT 1.0;          -- as asked for
"""

_FOURTH = """
CREATE TABLE passes (               -- relatives who may send; of a token only its SHA-256 is kept
    id INTEGER PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,             -- of the relative: hostile text
    made INTEGER NOT NULL,
    expires INTEGER,                -- NULL: never
    revoked INTEGER,                -- when; a revoked one is never taken back into grace
    most_photos INTEGER NOT NULL,
    most_bytes INTEGER NOT NULL,
    per_hour INTEGER NOT NULL,
    waits INTEGER NOT NULL,         -- whether what it sends waits for the owner's yes
    sent_photos INTEGER NOT NULL DEFAULT 0,
    sent_bytes INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE owner (                -- none: nobody has claimed the frame yet
    id INTEGER PRIMARY KEY CHECK (id = 1),
    password TEXT NOT NULL,         -- as argon2 wrote it
    changed INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (             -- the owner's browsers
    token_hash TEXT PRIMARY KEY,
    made INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;

CREATE TABLE devices (              -- browsers that have been the owner's; see frame/web/login.py
    token_hash TEXT PRIMARY KEY,
    made INTEGER NOT NULL
) STRICT;
"""

_FIFTH = """
CREATE TABLE uploads (              -- photos that relatives send, from their first byte until long after
    id TEXT PRIMARY KEY CHECK (id NOT GLOB '*[^0-9a-f]*'),  -- names its file
    pass_id INTEGER NOT NULL,
    sha256 TEXT NOT NULL CHECK (sha256 NOT GLOB '*[^0-9a-f]*'),  -- as promised
    size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
    name TEXT NOT NULL,             -- the file's own name: hostile text
    driver TEXT NOT NULL,           -- wanted by its sender
    waits INTEGER NOT NULL,         -- for somebody's yes
    stage TEXT NOT NULL CHECK (stage IN ('receiving', 'received', 'taken', 'refused')),
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    photo_id INTEGER REFERENCES photos (id),
    was_there INTEGER NOT NULL DEFAULT 0,  -- its sender had sent it before, or it hung here already
    code TEXT NOT NULL DEFAULT '',  -- why it was refused
    message TEXT NOT NULL DEFAULT '',
    withdrawn INTEGER,              -- when its sender took it back
    took_down INTEGER,              -- equals the photo's `deleted` if that deleted it, and nobody has
                                    -- decided since
    UNIQUE (pass_id, sha256)
) STRICT;
CREATE INDEX uploads_by_photo ON uploads (photo_id);
CREATE INDEX uploads_open ON uploads (stage, changed)
    WHERE stage IN ('receiving', 'received', 'refused');
"""


_SIXTH = """
ALTER TABLE photos ADD COLUMN clip_approval TEXT  -- what a person decided about its clip; NULL: nothing
    CHECK (clip_approval IN ('waiting', 'approved', 'hidden'));

-- What the owner looks through: everything that narrows a page down, and no row until it is seen.
CREATE INDEX photos_for_pages ON photos
    (arrived, id, approval, deleted, missing, favourite, verdict, sender, taken, size_bytes);
CREATE INDEX photos_by_sender ON photos (sender, deleted);
CREATE INDEX clips_waiting ON clips (photo_id, id) WHERE approval = 'waiting';
CREATE INDEX work_ended ON work (kind, photo_id)
    WHERE state = 'set_aside' OR (state = 'done' AND code != '');
"""


_SEVENTH = """
ALTER TABLE photos ADD COLUMN wanted_preparation TEXT NOT NULL DEFAULT 'auto'  -- what somebody decided
    CHECK (wanted_preparation IN ('auto', 'restored', 'original'));
ALTER TABLE photos ADD COLUMN mended TEXT NOT NULL DEFAULT '[]';  -- codes of findings that the hanging
                                                                  -- preparation answers

CREATE TABLE preparations (         -- photos that were looked at to be restored
    photo_id INTEGER PRIMARY KEY REFERENCES photos (id),
    -- Names of files are made of this one.
    name TEXT NOT NULL CHECK (name NOT GLOB '*[^0-9a-z]*'),  -- fingerprint of what prepared it
    outcome TEXT NOT NULL CHECK (outcome IN ('made', 'needless', 'evicted')),
    passed INTEGER NOT NULL,        -- whether every face is still the same person
    damage REAL NOT NULL,
    mended TEXT NOT NULL,
    answers TEXT NOT NULL,          -- codes of findings
    size_bytes INTEGER NOT NULL,
    made INTEGER NOT NULL,
    report TEXT NOT NULL
) STRICT;
CREATE INDEX preparations_by_photo ON preparations (photo_id, name, outcome);
CREATE INDEX preparations_by_age ON preparations (made, photo_id) WHERE outcome = 'made';
CREATE INDEX photos_for_preparing ON photos
    (arrived DESC, id DESC, verdict, deleted, missing, approval, wanted_preparation);

CREATE TABLE tries (
    photo_id INTEGER NOT NULL REFERENCES photos (id),
    kind TEXT NOT NULL CHECK (kind IN ('look', 'prepare', 'render')),
    target TEXT NOT NULL,           -- fingerprint of what is to be made; another target begins anew
    tries INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('trying', 'done', 'set_aside')),
    code TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    seconds REAL,
    PRIMARY KEY (photo_id, kind)
) STRICT;
INSERT INTO tries SELECT * FROM work ORDER BY rowid;
DROP TABLE work;
ALTER TABLE tries RENAME TO work;
CREATE INDEX work_ended ON work (kind, photo_id)
    WHERE state = 'set_aside' OR (state = 'done' AND code != '');
"""


def _first(connection: sqlite3.Connection) -> None:
    for statement in _statements(_FIRST):
        connection.execute(statement)


def _second(connection: sqlite3.Connection) -> None:
    for statement in _statements(_SECOND):
        connection.execute(statement)


def _third(connection: sqlite3.Connection) -> None:
    for statement in _statements(_THIRD):
        connection.execute(statement)


def _fourth(connection: sqlite3.Connection) -> None:
    for statement in _statements(_FOURTH):
        connection.execute(statement)


def _fifth(connection: sqlite3.Connection) -> None:
    for statement in _statements(_FIFTH):
        connection.execute(statement)


def _sixth(connection: sqlite3.Connection) -> None:
    for statement in _statements(_SIXTH):
        connection.execute(statement)


def _seventh(connection: sqlite3.Connection) -> None:
    for statement in _statements(_SEVENTH):
        connection.execute(statement)


TABLES = (
    *("doors", "photos", "clips", "work", "refusals"),
    *("folders", "sightings", "dropped", "held", "questions", "notices", "facts"),
    *("passes", "owner", "sessions", "devices"),
    *("uploads", "preparations"),
)
"""Every table of this version."""

STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    *(_first, _second, _third, _fourth, _fifth, _sixth, _seventh),
)
VERSION = len(STEPS)


class TooNew(ValueError):  # noqa: N818
    """The catalogue comes from a newer Wakeframe."""


def migrate(connection: sqlite3.Connection) -> int:
    """Take the steps that are missing, each in a transaction of its own; the version before.

    Raises `TooNew` for a catalogue from a newer Wakeframe, and `sqlite3.DatabaseError` for one whose
    two notes of its version contradict each other: one of them is damaged.
    """
    connection.execute("BEGIN")  # both notes as they were at one moment
    try:
        before: int = connection.execute("PRAGMA user_version").fetchone()[0]
        noted = _noted_version(connection) if before else 0
    finally:
        connection.execute("ROLLBACK")
    if before != noted:
        raise sqlite3.DatabaseError("the version number is damaged")
    if before > VERSION:
        raise TooNew(f"the catalogue has version {before}, this Wakeframe knows {VERSION}")
    for number in range(before, VERSION):
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Two processes may start at once: whoever waited finds the step taken.
            if connection.execute("PRAGMA user_version").fetchone()[0] == number:
                STEPS[number](connection)
                connection.execute(f"PRAGMA user_version = {number + 1}")
                connection.execute(
                    "INSERT OR REPLACE INTO facts VALUES ('schema', ?)", (str(number + 1),)
                )
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    return before


def has_our_schema(connection: sqlite3.Connection) -> bool:
    """Whether tables and indices are letter by letter those of a new catalogue."""
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(fresh)
        return _schema(fresh) == _schema(connection)
    finally:
        fresh.close()


def _schema(connection: sqlite3.Connection) -> set[tuple[object, ...]]:
    query = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'"
    return {tuple(row) for row in connection.execute(query)}


def _noted_version(connection: sqlite3.Connection) -> int:
    """The version as the facts tell it: a number in the file's header alone can be a flipped bit."""
    row = connection.execute("SELECT value FROM facts WHERE name = 'schema'").fetchone()
    return int(row[0]) if row and str(row[0]).isdigit() else 0


def _statements(script: str) -> list[str]:
    """The statements of a script; `executescript` would end the transaction around it."""
    found, pending = [], ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    return found
