"""Preparing a photo is cut off: by the power, by a failing card, by a kill. The photo hangs on.

A row promises a whole file; a file without a row is a leftover that the next start removes; the original
is never touched.
"""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from frame.core.photos import Photo
from frame.core.preparation import Outcome, Preparation, Rule
from frame.library.catalogue import Catalogue
from frame.library.disk import Disk
from frame.library.places import Places
from frame.library.prepared import PreparedShelf
from frame.library.recovery import recover
from frame.library.sealed import seal, unseal
from frame.library.stills import read_prepared
from tests.fakes import decode as fake
from tests.fakes.disk import FailingDisk, PowerCutDisk
from tests.faults.test_failing_disk import open_ingest
from tests.frame.library.conftest import NOW, no_reserve
from tests.paths import ROOT

SIZE = (6, 4)
"""What the fake decoder says of every photo."""

OLD, NEW = "prep1", "prep2"


def picture(name: str) -> np.ndarray:
    return np.full((SIZE[1], SIZE[0], 3), {OLD: 80, NEW: 160}[name], np.uint8)


def library(root: Path) -> Places:
    """One photo, prepared by an older edition."""
    places = Places(root)
    places.make()
    with Catalogue(places.catalogue) as catalogue:
        source = places.inbox / "one.jpg"
        source.write_bytes(fake.photo("one"))
        from frame.core.photos import Door

        open_ingest(places, catalogue).take(source, Door.INBOX, name="one.jpg")
        prepare(places, catalogue, OLD)
    return places


def prepare(places: Places, catalogue: Catalogue, name: str, disk: Disk | None = None) -> None:
    photo = the_photo(catalogue)
    made = Preparation(photo.id, name, Outcome.MADE, True, 0.0, (), (), 0, NOW)
    shelf = PreparedShelf(places, catalogue, disk, no_reserve)
    shelf.publish(photo, picture(name), made, "{}", Rule.AUTO)


def the_photo(catalogue: Catalogue) -> Photo:
    photo = catalogue.photos.get(1)
    assert photo is not None
    return photo


def assert_sound(places: Places, catalogue: Catalogue) -> str:
    """What hangs, by the name of its preparation, and that it can be read."""
    assert catalogue.is_sound()
    photo = the_photo(catalogue)
    assert places.original_of(photo).read_bytes() == fake.photo("one")
    if photo.prepared:
        np.testing.assert_array_equal(read_prepared(places, photo), picture(photo.prepared))
    return photo.prepared


def files(places: Places) -> list[str]:
    return sorted(path.name for path in places.prepared.rglob("*") if path.is_file())


class TestPowerCut:
    def run(self, tmp_path: Path, disk_of=PowerCutDisk) -> tuple[int, int]:
        """States after a cut at any moment of preparing anew, and how many of them break the promise."""
        places = library(tmp_path / "library")
        with Catalogue(places.catalogue) as catalogue:
            photo = the_photo(catalogue)
            old = places.prepared_of(photo.sha256, OLD)
            new = places.prepared_of(photo.sha256, NEW)
            disk = disk_of(places.root, places.prepared)
            disk.make_folder(old.parent)
            disk.put(old, old.read_bytes())
            disk.steps.clear()
            add = catalogue.preparations.add

            def add_and_note(*each):
                add(*each)
                disk.note("row")

            catalogue.preparations.add = add_and_note
            # The folders are there already; what is tested is the file.
            prepare(places, catalogue, NEW, disk)
            states = bad = 0
            for after in disk.aftermaths():
                states += 1
                promised = new if "row" in after.notes else old
                content = after.files.get(promised)
                expected = picture(NEW if promised == new else OLD)
                is_kept = content is not None and np.array_equal(unseal(content), expected)
                bad += not is_kept
            return states, bad

    def test_no_power_cut_leaves_a_row_without_its_picture(self, tmp_path):
        states, bad = self.run(tmp_path)
        print(f"power cuts while preparing a photo anew: {states} states, {bad} bad")
        assert states > 10 and bad == 0

    def test_the_model_sees_a_missing_sync(self, tmp_path):
        class WithoutFileSync(PowerCutDisk):
            def create(self, path):
                file = super().create(path)
                file.sync = lambda mode: None  # noqa: ARG005
                return file

        class WithoutFolderSync(PowerCutDisk):
            def sync_folder(self, path: Path) -> None:
                pass

        for number, careless in enumerate((WithoutFileSync, WithoutFolderSync)):
            assert self.run(tmp_path / str(number), careless)[1] > 0


@pytest.mark.parametrize("is_sticky", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
def test_every_call_of_preparing_may_fail(tmp_path, code, is_sticky):
    points = 0
    while True:
        points += 1
        places = library(tmp_path / str(points))
        disk = FailingDisk(points, code, is_sticky=is_sticky)
        with Catalogue(places.catalogue) as catalogue:
            try:
                prepare(places, catalogue, NEW, disk)
            except OSError:
                assert disk.has_failed
            was_hit = disk.has_failed
            assert assert_sound(places, catalogue) in (OLD, NEW)
            disk.repair()
            prepare(places, catalogue, NEW, disk)
            PreparedShelf(places, catalogue, disk).sweep()
            assert assert_sound(places, catalogue) == NEW
            assert len(files(places)) == 1
        if not was_hit:
            break
    kind = "for good" if is_sticky else "once"
    print(f"{errno.errorcode[code]} {kind} at each of {points - 1} calls of preparing: 0 bad")
    assert points > 5


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from frame.library.catalogue import Catalogue
from frame.library.disk import RealDisk
from frame.library.places import Places
from tests.faults.test_preparing import NEW, prepare

class Killed(RealDisk):
    left = int(sys.argv[3])

def deadly(name):
    def call(self, *each):
        Killed.left -= 1
        if Killed.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return getattr(RealDisk, name)(self, *each)
    return call

for name in ("create", "rename", "make_folder", "sync_folder", "unlink"):
    setattr(Killed, name, deadly(name))

places = Places(Path(sys.argv[2]))
with Catalogue(places.catalogue) as catalogue:
    prepare(places, catalogue, NEW, Killed())
"""


def test_killed_at_any_call_of_preparing(tmp_path):
    points = 0
    hung = []
    while True:
        points += 1
        places = library(tmp_path / str(points))
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(ROOT), str(places.root), str(points)],
            capture_output=True,
            check=False,
        )
        with Catalogue(places.catalogue) as catalogue:
            hung.append(assert_sound(places, catalogue))
        recover(places, NOW, decode=fake.decode)
        with Catalogue(places.catalogue) as catalogue:
            assert assert_sound(places, catalogue) == hung[-1]
            assert files(places) == [f"{the_photo(catalogue).sha256}-{hung[-1]}.png"]
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    print(f"killed at {points - 1} calls of preparing: 0 bad; it hung {hung}")
    assert points > 4 and {OLD, NEW} == set(hung)


def test_a_picture_that_was_torn_is_never_taken_for_whole(tmp_path):
    data = seal(picture(NEW))
    assert unseal(data) is not None
    assert all(unseal(data[:length]) is None for length in range(len(data)))
    for place in range(0, len(data), 7):
        flipped = bytearray(data)
        flipped[place] ^= 0x10
        assert unseal(bytes(flipped)) is None
    assert not list(tmp_path.iterdir())
