"""RELIABILITY F4 and F5: the card fails at any call, or is full. Nothing is lost, and it recovers."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from frame.core.photos import Door, View
from frame.errors import DiskFull, StorageError
from frame.library.catalogue import Catalogue
from frame.library.clips import NewClip
from frame.library.deletion import purge
from frame.library.ingest import Ingest
from frame.library.places import Places
from frame.library.reconcile import reconcile
from frame.library.space import Space, usual_reserve
from tests.fakes import decode as fake
from tests.fakes.disk import FailingDisk
from tests.frame.library.conftest import NOW, no_reserve

NAMES = ("one.jpg", "two.jpg", "three.jpg", "four.jpg")


def open_ingest(places: Places, catalogue: Catalogue, disk=None, reserve=no_reserve) -> Ingest:
    return Ingest(
        places,
        catalogue,
        disk,
        lambda: NOW,
        reserve=reserve,
        decode=fake.decode,
        draw_thumbnail=fake.no_thumbnail,
    )


def assert_rows_have_bytes(places: Places, catalogue: Catalogue) -> None:
    for photo in catalogue.photos.page():
        original = places.original_of(photo)
        assert hashlib.sha256(original.read_bytes()).hexdigest() == photo.sha256
    for original in places.originals.glob("??/*.jpg"):
        assert hashlib.sha256(original.read_bytes()).hexdigest() == original.stem


@pytest.mark.parametrize("is_sticky", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
def test_every_call_of_ingest_may_fail(tmp_path, code, is_sticky):
    points = failures = 0
    while True:
        points += 1
        places = Places(tmp_path / str(points))
        places.make()
        disk = FailingDisk(points, code, is_sticky=is_sticky)
        with Catalogue(places.catalogue) as catalogue:
            ingest = open_ingest(places, catalogue, disk)
            take_all(places, ingest, code)
            was_hit = disk.has_failed
            assert_rows_have_bytes(places, catalogue)
            assert_nothing_lost(places, catalogue)
            disk.repair()
            assert take_all(places, ingest, code) == 0, "it recovers alone"
            assert_rows_have_bytes(places, catalogue)
            assert catalogue.photos.counts()["photos"] == len(NAMES)
            failures += was_hit
        if not was_hit:
            break
    kind = "for good" if is_sticky else "once"
    print(f"{errno.errorcode[code]} {kind} at each of {failures} calls of ingest: 0 lost")
    assert failures > 20


def take_all(places: Places, ingest: Ingest, code: int) -> int:
    """What the inbox does; how many photos were put off."""
    put_off = 0
    expected = DiskFull if code == errno.ENOSPC else StorageError
    for name in NAMES:
        source = places.inbox / name
        if not source.exists():
            if not (places.root / f"{name} thanked").exists():
                source.write_bytes(fake.photo(name))
            else:
                continue
        try:
            ingest.take(source, Door.INBOX, name=name)
        except expected as error:
            put_off += str(error).endswith(".")
            continue
        (places.root / f"{name} thanked").touch()
        source.unlink()
    return put_off


def assert_nothing_lost(places: Places, catalogue: Catalogue) -> None:
    rows = {photo.name for photo in catalogue.photos.page()}
    for name in NAMES:
        is_waiting = (places.inbox / name).exists()
        assert is_waiting or name in rows
        if (places.root / f"{name} thanked").exists():
            assert name in rows


@pytest.mark.parametrize("is_sticky", [False, True], ids=["once", "for good"])
def test_every_call_of_a_purge_may_fail(tmp_path, is_sticky):
    points = 0
    while True:
        points += 1
        places = Places(tmp_path / str(points))
        places.make()
        with Catalogue(places.catalogue) as catalogue:
            take_all(places, open_ingest(places, catalogue), errno.EIO)
            for number in (1, 2):
                catalogue.photos.delete(number, NOW)
            disk = FailingDisk(points, errno.EIO, is_sticky=is_sticky)
            try:
                purge(places, catalogue, NOW + 1, disk)
            except OSError:
                assert disk.has_failed
            was_hit = disk.has_failed
            reconcile(places, catalogue, NOW, decode=fake.decode)
            purge(places, catalogue, NOW + 1)
            assert {photo.name for photo in catalogue.photos.page()} == {"three.jpg", "four.jpg"}
            assert_rows_have_bytes(places, catalogue)
            assert len(list(places.originals.glob("??/*"))) == 2
        if not was_hit:
            break
    assert points > 8


class TestFull:
    """RELIABILITY F5, on a real file system of 64 MiB."""

    SIZE, CLIP, PHOTO = 64 << 20, 2 << 20, 1 << 20

    @pytest.fixture
    def places(self, tmp_path):
        folder = tmp_path / "small"
        folder.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={self.SIZE}", "tmpfs", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if mounted.returncode != 0:
            pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
        try:
            found = Places(folder / "library")
            found.make()
            yield found
        finally:
            subprocess.run(["umount", str(folder)], check=True)

    @staticmethod
    def reserve(total: int) -> int:
        """As usual, scaled from a 20 GiB card to this one."""
        return usual_reserve(20 << 30) * total // (20 << 30)

    def test_clips_go_oldest_first_originals_never_and_then_it_says_so(self, places, tmp_path):
        with Catalogue(places.catalogue) as catalogue:
            ingest = open_ingest(places, catalogue, reserve=self.reserve)
            source = tmp_path / "photo.jpg"
            source.write_bytes(fake.photo("first", self.PHOTO))
            first = ingest.take(source, Door.INBOX, name="first").photo
            self.fill_with_clips(places, catalogue, first.id)
            taken, clips_left = 1, [len(catalogue.clips.files())]
            with pytest.raises(DiskFull, match="full"):
                while taken < 100:
                    source.write_bytes(fake.photo(f"photo {taken}", self.PHOTO))
                    ingest.take(source, Door.INBOX, name=f"photo {taken}")
                    taken += 1
                    clips_left.append(len(catalogue.clips.files()))
                    left = sorted(catalogue.clips.files())
                    newest = [f"{age:03d}.mp4" for age in range(20)][20 - len(left) :]
                    assert left == newest, "the oldest clips go first"
                    assert {path.name for path in places.clips.iterdir()} == set(left)
            assert taken > 45
            assert clips_left[0] == 20
            assert clips_left[-1] == 0
            assert catalogue.photos.counts()["photos"] == taken
            assert_rows_have_bytes(places, catalogue)
            room = os.statvfs(places.root)
            assert room.f_bavail * room.f_frsize >= self.reserve(self.SIZE) - self.PHOTO
            assert source.read_bytes() == fake.photo(f"photo {taken}", self.PHOTO)
            print(f"a full card of 64 MiB: {taken} photos kept, 20 clips evicted, 0 originals")
            # Room again: it goes on by itself.
            catalogue.photos.delete(first.id, NOW)
            catalogue.photos.delete(first.id + 1, NOW)
            purge(places, catalogue, NOW + 1)
            assert ingest.take(source, Door.INBOX, name="again").is_new

    def fill_with_clips(self, places: Places, catalogue: Catalogue, photo_id: int) -> None:
        (places.stills / "ab").mkdir()
        (places.stills / "ab" / "still.png").write_bytes(bytes(self.CLIP))
        for age in range(20):
            file = f"{age:03d}.mp4"
            (places.clips / file).write_bytes(bytes(self.CLIP))
            view = View((0, 0, 6, 4), 6, 4)
            catalogue.clips.add(
                NewClip(photo_id, file, "joy", "auto", "m", "", view, self.CLIP, NOW + age, 150, "")
            )

    def test_stills_go_before_clips(self, places, tmp_path):
        with Catalogue(places.catalogue) as catalogue:
            source = tmp_path / "photo.jpg"
            source.write_bytes(fake.photo("first"))
            photo = open_ingest(places, catalogue).take(source, Door.INBOX, name="first").photo
            self.fill_with_clips(places, catalogue, photo.id)
            space = Space(places, reserve=self.reserve)
            assert space.make(space.spare() + self.CLIP // 2, catalogue)
            assert list(places.stills.rglob("*.png")) == []
            assert len(catalogue.clips.files()) == 20
            assert not space.make(self.SIZE, catalogue)


def test_the_reserve_is_a_gibibyte_or_five_percent():
    assert usual_reserve(16 << 30) == 1 << 30
    assert usual_reserve(1 << 40) == (1 << 40) // 20


def test_a_folder_that_is_a_file_system_of_its_own_is_measured_itself(tmp_path: Path):
    places = Places(tmp_path)
    places.make()
    assert Space(places, reserve=no_reserve).has(1)
    assert not Space(places, reserve=no_reserve).has(1 << 60)
