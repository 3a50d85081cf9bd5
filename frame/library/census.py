"""How many of what is in the catalogue: numbers for whoever helps, and nobody's name among them."""

from __future__ import annotations

import sqlite3
from typing import Any

_COUNTS = {
    "photos": "SELECT door, suffix, approval, verdict, count(*) AS n"
    " FROM photos WHERE deleted IS NULL GROUP BY 1, 2, 3, 4",
    "findings": "SELECT json_extract(value, '$.code') AS code, count(*) AS n"
    " FROM photos, json_each(photos.findings) WHERE deleted IS NULL GROUP BY 1",
    "clips": "SELECT driver, asked, approval, count(*) AS n FROM clips GROUP BY 1, 2, 3",
    "work": "SELECT kind, state, code, count(*) AS n FROM work GROUP BY 1, 2, 3",
    "refusals": "SELECT door, code, count(*) AS n FROM refusals GROUP BY 1, 2",
    "notices": "SELECT room, code, max(at) AS at, sum(times) AS n FROM notices GROUP BY 1, 2",
    "uploads": "SELECT stage, code, count(*) AS n FROM uploads GROUP BY 1, 2",
    "folders": "SELECT state, count(*) AS n FROM folders GROUP BY 1",
    "questions": "SELECT kind, count(*) AS n FROM questions WHERE answer IS NULL GROUP BY 1",
    "passes": "SELECT revoked IS NOT NULL AS is_revoked, count(*) AS n FROM passes GROUP BY 1",
}
"""Only columns whose words are ours: kinds, states and codes. What people or files are called, where
they are, and sentences, which may quote both, are not read at all."""


class Census:
    """See the module."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def take(self) -> dict[str, list[dict[str, Any]]]:
        """For each topic its groups, each with its number `n`. Reads every row once."""
        return {
            topic: [dict(row) for row in self._db.execute(query)]
            for topic, query in _COUNTS.items()
        }
