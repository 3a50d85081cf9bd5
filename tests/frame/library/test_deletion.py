"""Deleting is deliberate, undone for a month, and then complete."""

from __future__ import annotations

import pytest

from frame.core.photos import Door, View
from frame.library.clips import NewClip
from frame.library.deletion import UNDO_SECONDS, delete, purge, purge_due, undo
from frame.library.disk import RealDisk
from frame.library.folders import Sighting
from frame.library.stills import StillCache
from tests.frame import photos
from tests.frame.library.conftest import NOW

VIEW = View((0, 0, 96, 64), 48, 32)


@pytest.fixture
def photo(places, catalogue, ingest, tmp_path):
    """With everything that can be made of it."""
    source = tmp_path / "photo.png"
    source.write_bytes(photos.encoded(photos.scene(), "PNG"))
    found = ingest.take(source, Door.INBOX, name="photo.png").photo
    StillCache(places).still(found, VIEW)
    (places.clips / "a.mp4").write_bytes(b"clip")
    catalogue.clips.add(NewClip(found.id, "a.mp4", "joy", "auto", "m", "", VIEW, 4, NOW, 150, "{}"))
    return found


def files(places) -> set[str]:
    folders = (places.originals, places.clips, places.stills, places.thumbnails)
    return {path.suffix for folder in folders for path in folder.rglob("*") if path.is_file()}


def test_a_deleted_photo_is_off_the_wall_and_undo_brings_it_back(places, catalogue, photo):
    delete(catalogue, photo.id, NOW)
    assert catalogue.photos.cards() == []
    assert files(places) == {".png", ".mp4", ".jpg"}
    assert undo(catalogue, photo.id)
    assert catalogue.photos.get(photo.id) == photo
    assert [card.id for card in catalogue.photos.cards()] == [photo.id]


def test_after_a_month_all_of_it_is_gone(places, catalogue, photo):
    delete(catalogue, photo.id, NOW)
    assert purge_due(places, catalogue, NOW + UNDO_SECONDS) == 0
    assert undo(catalogue, photo.id)
    delete(catalogue, photo.id, NOW)
    assert purge_due(places, catalogue, NOW + UNDO_SECONDS + 1) == 1
    assert files(places) == set()
    assert catalogue.photos.get(photo.id) is None
    assert catalogue.clips.files() == set()
    assert not undo(catalogue, photo.id)


def test_what_is_not_deleted_is_never_purged(places, catalogue, photo):
    assert purge(places, catalogue, NOW * 2) == 0
    assert files(places) == {".png", ".mp4", ".jpg"}


def test_a_photo_that_still_lies_in_a_mirrored_folder_stays_deleted(places, catalogue, photo):
    """Without its row the next look into the folder would bring it back."""
    folder = catalogue.folders.add("/share")
    catalogue.folders.saw(Sighting(folder.id, "photo.png", 1, 2, photo.id))
    delete(catalogue, photo.id, NOW)
    assert purge(places, catalogue, NOW + 1) == 0
    assert catalogue.photos.get(photo.id).is_deleted
    catalogue.folders.lost(folder.id, "photo.png")
    assert purge(places, catalogue, NOW + 1) == 1


def test_a_photo_restored_in_the_middle_of_a_purge_stays(places, catalogue, photo):
    delete(catalogue, photo.id, NOW)

    class Restoring(RealDisk):
        def sync_folder(self, path):
            super().sync_folder(path)
            catalogue.photos.restore(photo.id)

    assert purge(places, catalogue, NOW + 1, Restoring()) == 0
    assert places.original_of(photo).is_file()
    assert not catalogue.photos.get(photo.id).is_deleted
    assert catalogue.clips.files() == {"a.mp4"}


def test_a_leftover_that_cannot_be_removed_is_no_failure(places, catalogue, photo):
    delete(catalogue, photo.id, NOW)
    (places.clips / "a.mp4").unlink()
    (places.clips / "a.mp4").mkdir()
    assert purge(places, catalogue, NOW + 1) == 1
    assert catalogue.photos.get(photo.id) is None
