"""The calm lines of `wakeframe run`, and what upkeep does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from frame.app import reporter
from frame.app.reporter import Reporter
from frame.app.rooms import has_changed
from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.library.talk import Refusal
from frame.live import say
from tests.frame.test_status import add, add_clip


@pytest.fixture
def told(tmp_path, monkeypatch):
    monkeypatch.setattr(reporter, "LOOK_SECONDS", 0.0)
    Places(tmp_path).make()
    (tmp_path / "live").mkdir()
    with Catalogue(Places(tmp_path).catalogue) as catalogue:
        add(catalogue, 1, "animated", name="old.jpg")
        lines: list[str] = []
        each = Reporter(tmp_path, tmp_path / "live", "en", lines.append)

        def look() -> list[str]:
            lines.clear()
            each.look()
            return list(lines)

        look()
        yield catalogue, look
        each.close()


def test_what_comes_in_and_what_becomes_of_it(told, tmp_path):
    catalogue, look = told
    assert look() == []
    add(catalogue, 2, name="oma.jpg")
    add(catalogue, 3, "still", name="profile.jpg")
    assert look() == [
        "2 photos taken in (3 in all).", "profile.jpg: stays a still (It looks away).",
    ]  # fmt: skip
    add_clip(catalogue, 1)
    assert look() == ["old.jpg has its clip (joy)."]
    say(tmp_path / "live", "display", {"photos": [1], "wakes": 1})
    assert look() == ["The first picture hangs.", "old.jpg is awake ..."]
    say(tmp_path / "live", "web", {"port": 8081})
    assert look() == ["The picture is mirrored at http://localhost:8081/screen"]
    assert look() == []


def test_a_refused_file_is_told_of_once_and_old_ones_not_at_all(told):
    catalogue, look = told
    catalogue.refusals.add(Refusal("inbox", "/in/old.txt", 1, 1, "x", "Old.", 5))
    catalogue.refusals.add(Refusal("inbox", "/in/a\nb.jpg", 1, 1, "empty", "It is empty.", 1 << 40))
    (line,) = look()
    assert line == "a\ufffdb.jpg was not taken in: It is empty."
    add(catalogue, 9)
    assert len(look()) == 1


def test_a_copy_is_made_only_when_something_was_written(tmp_path):
    database, copy = tmp_path / "db", tmp_path / "copy"
    database.touch()
    assert has_changed(database, copy)
    copy.touch()
    os.utime(database, (1, 1))
    assert not has_changed(database, copy)
    journal = Path(f"{database}-wal")
    journal.touch()
    os.utime(copy, (2, 2))
    assert has_changed(database, copy)
