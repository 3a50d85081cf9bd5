"""The last good copy: there when it is needed, never replaced by a bad one, not made for nothing."""

from __future__ import annotations

import os
import sqlite3

import pytest

from frame.core.photos import Approval
from frame.library.backup import EVERY_SECONDS, Backups
from frame.library.catalogue import Catalogue, CatalogueError
from tests.frame.library.conftest import NOW
from tests.frame.library.test_catalogue import new_photo


@pytest.fixture
def backups(places, catalogue):
    catalogue.photos.add(new_photo(1))
    return Backups(places)


def made(places, moment: int) -> None:
    os.utime(places.backup, (moment, moment))


def test_the_first_copy_is_made_at_once_and_is_one_sound_file(places, catalogue, backups):
    assert backups.if_due(catalogue, NOW)
    names = {path.name for path in places.root.iterdir() if "backup" in path.name}
    assert names == {"catalogue.backup.sqlite3"}
    with Catalogue(places.backup, read_only=True) as copy:
        assert len(copy.photos.cards()) == 1
        assert copy.is_sound()


def test_later_ones_every_few_hours_and_only_after_a_change(places, catalogue, backups):
    assert backups.if_due(catalogue, NOW)
    made(places, NOW)
    catalogue.photos.approve(1, Approval.HIDDEN)
    assert not backups.if_due(catalogue, NOW + EVERY_SECONDS - 1)
    assert backups.if_due(catalogue, NOW + EVERY_SECONDS)
    made(places, NOW + EVERY_SECONDS)
    assert not backups.if_due(catalogue, NOW + 9 * EVERY_SECONDS), "nothing has changed"


def test_a_clock_set_back_does_not_stop_them(places, catalogue, backups):
    assert backups.if_due(catalogue, NOW)
    made(places, NOW)
    catalogue.photos.approve(1, Approval.HIDDEN)
    assert backups.if_due(catalogue, 1000)


def test_at_the_end_what_has_changed_is_copied(places, catalogue, backups):
    assert backups.now(catalogue)
    assert not backups.now(catalogue)
    catalogue.photos.approve(1, Approval.HIDDEN)
    assert backups.now(catalogue)
    with Catalogue(places.backup, read_only=True) as copy:
        assert copy.photos.get(1).approval is Approval.HIDDEN


def test_others_may_write_meanwhile(places, catalogue, backups):
    with Catalogue(places.catalogue) as other, other.transaction():
        other.photos.approve(1, Approval.HIDDEN)
        assert backups.now(catalogue)
    with Catalogue(places.backup, read_only=True) as copy:
        assert copy.photos.get(1).approval is Approval.APPROVED


def test_a_damaged_catalogue_never_replaces_a_good_copy(places, catalogue, backups):
    assert backups.now(catalogue)
    before = places.backup.read_bytes()
    catalogue._db.execute("PRAGMA foreign_keys = OFF")
    catalogue._db.execute("UPDATE doors SET door = 'attic' WHERE door = 'inbox'")
    with pytest.raises(CatalogueError, match="last good copy"):
        backups.now(catalogue)
    assert places.backup.read_bytes() == before
    assert not [path for path in places.root.iterdir() if path.name.endswith(".part")]


def test_a_disk_without_room_costs_the_new_copy_only(places, catalogue, backups, monkeypatch):
    assert backups.now(catalogue)
    before = places.backup.read_bytes()
    catalogue.photos.approve(1, Approval.HIDDEN)

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(catalogue, "backup", full)
    with pytest.raises(sqlite3.OperationalError):
        backups.now(catalogue)
    assert places.backup.read_bytes() == before
