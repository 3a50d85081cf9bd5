"""Photos as an archive tells of them, oldest first: read a page at a time, each page in one query."""

from __future__ import annotations

import json
import sqlite3

from frame.core.photos import Approval, Door
from frame.library.archive import Line
from frame.library.decided import Decided, choice_from, wish_from

_QUERY = """
SELECT id, sha256, suffix, size_bytes, door, name, sender, arrived, approval, favourite, deleted,
    wanted_driver, wanted_intensity, wanted_preparation,
    coalesce((SELECT approval FROM clips WHERE photo_id = photos.id ORDER BY id DESC LIMIT 1),
        clip_approval) AS clip,
    CASE WHEN parents = '[]' THEN '[]' ELSE
        (SELECT json_group_array(sha256) FROM photos AS other
            WHERE other.id IN (SELECT value FROM json_each(photos.parents))) END AS parents
FROM photos WHERE id > ? AND missing IS NULL ORDER BY id LIMIT ?
"""


class Records:
    """See the module. Photos whose originals are not there now are left out."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def page(self, after: int = 0, limit: int = 500) -> list[tuple[int, Line]]:
        """Photos with ids above `after`, each with its line."""
        return [(int(row["id"]), _line(row)) for row in self._db.execute(_QUERY, (after, limit))]


def _line(row: sqlite3.Row) -> Line:
    decided = Decided(
        approval=Approval(row["approval"]),
        deleted=row["deleted"],
        is_favourite=bool(row["favourite"]),
        door=Door(row["door"]),
        name=row["name"],
        sender=row["sender"],
        arrived=row["arrived"],
        clip=Approval(row["clip"]) if row["clip"] else None,
        wish=wish_from(row["wanted_driver"], row["wanted_intensity"]),
        preparation=choice_from(row["wanted_preparation"]),
    )
    parents = tuple(json.loads(row["parents"]))
    return Line(row["sha256"], row["suffix"], row["size_bytes"], decided, parents)
