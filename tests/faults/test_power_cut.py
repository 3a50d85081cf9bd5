"""RELIABILITY F3: the power is cut after any step, and any part of what was not synced is gone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from frame.core.photos import Door
from frame.library import ingest as ingest_module
from frame.library.catalogue import Catalogue
from frame.library.deletion import PURGED, purge
from frame.library.disk import NewFile
from frame.library.ingest import Ingest
from frame.library.places import Places
from tests.fakes import decode as fake
from tests.fakes.disk import Aftermath, PowerCutDisk
from tests.frame.library.conftest import NOW, no_reserve

NAMES = ("one.jpg", "two.jpg", "three.jpg", "four.jpg")
PHOTOS = {hashlib.sha256(fake.photo(name)).hexdigest(): name for name in NAMES}


class Household:
    """A library on a disk whose power is cut; sources lie on the same disk."""

    def __init__(self, root: Path, disk_of: Callable[..., PowerCutDisk]) -> None:
        self.places = Places(root)
        self.places.make()
        self.disk = disk_of(root, self.places.inbox, self.places.originals, self.places.incoming)
        self.catalogue = Catalogue(self.places.catalogue)
        # A row that SQLite has committed lasts: `synchronous=FULL`.
        add, forget = self.catalogue.photos.add, self.catalogue.photos.forget

        def add_and_note(new):
            number = add(new)
            self.disk.note(f"row {new.sha256}")
            return number

        def forget_and_note(number):
            sha256 = self.catalogue.photos.get(number).sha256
            forget(number)
            self.disk.note(f"gone {sha256}")

        self.catalogue.photos.add = add_and_note
        self.catalogue.photos.forget = forget_and_note

    def take_in(self) -> None:
        """What the door of the inbox does."""
        for name in NAMES:
            source = self.places.inbox / name
            source.write_bytes(fake.photo(name))
            self.disk.put(source, fake.photo(name))
        ingest = Ingest(
            self.places,
            self.catalogue,
            self.disk,
            lambda: NOW,
            reserve=no_reserve,
            decode=fake.decode,
            draw_thumbnail=fake.no_thumbnail,
        )
        for name in NAMES:
            source = self.places.inbox / name
            taken = ingest.take(source, Door.INBOX, name=name)
            self.disk.note(f"thanks {taken.photo.sha256}")
            self.disk.unlink(source)

    def bad_after_ingest(self) -> tuple[int, int]:
        """How many states there are, and how many of them break a promise."""
        states = [self._is_kept(aftermath) for aftermath in self.disk.aftermaths()]
        return len(states), states.count(False)

    def _is_kept(self, after: Aftermath) -> bool:
        for path, content in after.files.items():
            is_original = path.suffix == ".jpg" and path.parent != self.places.inbox
            if is_original and (content is None or digest(content) != path.stem):
                return False  # half a file under a photo's name
        for sha256, name in PHOTOS.items():
            is_stored = self.places.original(sha256, ".jpg") in after.files
            has_row, is_thanked = f"row {sha256}" in after.notes, f"thanks {sha256}" in after.notes
            if (has_row and not is_stored) or (is_thanked and not has_row):
                return False
            if not has_row and self.places.inbox / name not in after.files:
                return False  # lost
        return True


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def household(tmp_path):
    made = []

    def make(disk_of: Callable[..., PowerCutDisk] = PowerCutDisk) -> Household:
        made.append(Household(tmp_path / f"library{len(made)}", disk_of))
        return made[-1]

    yield make
    for each in made:
        each.catalogue.close()


@pytest.mark.parametrize("piece", [1 << 20, 60], ids=["one write", "two writes"])
def test_no_power_cut_during_ingest_loses_a_photo(household, monkeypatch, piece):
    monkeypatch.setattr(ingest_module, "_CHUNK", piece)
    home = household()
    home.take_in()
    states, bad = home.bad_after_ingest()
    print(f"power cuts during ingest of 4 photos: {states} states, {bad} bad, 0 lost")
    assert states > 400
    assert bad == 0


class WithoutFileSync(PowerCutDisk):
    def create(self, path: Path) -> NewFile:
        file = super().create(path)
        file.sync = lambda mode: None  # noqa: ARG005
        return file


class WithoutFolderSync(PowerCutDisk):
    def sync_folder(self, path: Path) -> None:
        if path.parent.name != "originals":
            super().sync_folder(path)


class WithoutParentSync(PowerCutDisk):
    def sync_folder(self, path: Path) -> None:
        if path.parent.name == "originals":
            super().sync_folder(path)


@pytest.mark.parametrize("careless", [WithoutFileSync, WithoutFolderSync, WithoutParentSync])
def test_the_model_sees_every_missing_sync(household, careless):
    home = household(careless)
    home.take_in()
    states, bad = home.bad_after_ingest()
    print(f"{careless.__name__}: {states} states, {bad} bad")
    assert bad > 0


class TestPurge:
    @pytest.fixture
    def home(self, household):
        """Four photos; the first two are deleted, and all steps so far have lasted."""
        home = household()
        home.take_in()
        for number in (1, 2):
            home.catalogue.photos.delete(number, NOW)
        fresh = PowerCutDisk(home.places.root, home.places.originals, home.places.incoming)
        for sha256, name in PHOTOS.items():
            original = home.places.original(sha256, ".jpg")
            fresh.make_folder(original.parent)
            fresh.put(original, fake.photo(name))
        fresh.steps.clear()
        home.disk = fresh
        return home

    def bad(self, home: Household) -> tuple[int, int]:
        """A row needs its bytes; bytes without a row must be known to be thrown away."""
        states = bad = 0
        for after in home.disk.aftermaths():
            states += 1
            for number, (sha256, name) in enumerate(PHOTOS.items(), 1):
                original = home.places.original(sha256, ".jpg")
                stored, marked = original, original.with_name(original.name + PURGED)
                there = [after.files[path] for path in (stored, marked) if path in after.files]
                if f"gone {sha256}" in after.notes:
                    bad += stored in after.files
                elif there != [fake.photo(name)]:
                    bad += 1
                if number > 2:
                    bad += stored not in after.files
        return states, bad

    def test_no_power_cut_brings_back_what_was_purged_or_takes_more(self, home):
        assert purge(home.places, home.catalogue, NOW + 1, home.disk) == 2
        states, bad = self.bad(home)
        print(f"power cuts during a purge of 2 photos: {states} states, {bad} bad")
        assert bad == 0
        assert len([path for path in home.disk._names if path.suffix == ".jpg"]) == 2

    @pytest.mark.parametrize("order", ["file first", "row first"])
    def test_the_model_sees_a_wrong_order(self, home, order):
        photo = home.catalogue.photos.get(1)
        steps = [
            lambda: home.disk.unlink(home.places.original_of(photo)),
            lambda: home.catalogue.photos.forget(1),
        ]
        for step in steps if order == "file first" else reversed(steps):
            step()
        assert self.bad(home)[1] > 0
