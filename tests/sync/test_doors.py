"""The doors as they run: threads, the kernel's own tidings, the real ingest, and blows."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.live import heard
from sync import doors
from sync.door import Pace, Takers
from sync.watching import OutOfWatches
from tests.fakes.taker import FakeTaker, jpeg
from tests.frame.photos import encoded, scene
from tests.paths import ROOT

QUICK = Pace(walk=0.3, blind_walk=0.3, mirror_walk=0.3, tell=0.05, restart=0.1)
PATIENCE = 30.0


def fake(_: Places, catalogue: Catalogue) -> FakeTaker:
    return FakeTaker(catalogue)


class Running:
    """Doors in threads of this process."""

    def __init__(self, library: Path, live: Path, catalogue: Catalogue) -> None:
        self.places = Places(library)
        self.live = live
        self.catalogue = catalogue

    @property
    def names(self) -> set[str]:
        photos = self.catalogue.photos.page(limit=100_000)
        return {photo.name for photo in photos if not photo.is_deleted}

    def wait(self, is_so: Callable[[], bool], what: str = "") -> float:
        begun = time.monotonic()
        while not is_so():
            assert time.monotonic() - begun < PATIENCE, f"waited in vain {what}: {self.names}"
            time.sleep(0.01)
        return time.monotonic() - begun


@contextmanager
def running(
    tmp_path: Path,
    folders: tuple[Path, ...] = (),
    takers: Takers | None = fake,
    pace: Pace = QUICK,
) -> Iterator[Running]:
    library, live = tmp_path / "library", tmp_path / "live"
    Places(library).make()
    live.mkdir(exist_ok=True)
    stop = threading.Event()
    thread = threading.Thread(
        target=doors.run,
        args=(library, folders, (), stop, live),
        kwargs={"pace": pace, "takers": takers},
    )
    thread.start()
    try:
        with Catalogue(Places(library).catalogue) as catalogue:
            found = Running(library, live, catalogue)
            found.wait(lambda: (live / "doors.json").exists(), "for a word")
            yield found
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less patience, where what is tested is not patience."""
    monkeypatch.setattr("sync.settling.SLOW_SECONDS", 0.4)
    monkeypatch.setattr("sync.settling.BRISK_SECONDS", 0.1)


def test_from_file_closed_to_row(tmp_path: Path):
    """A photo of 3 MB, through the real ingest, with the real waiting times."""
    noise = np.random.default_rng(1).integers(0, 255, (1500, 2000, 3), dtype=np.uint8)
    data = encoded(noise, "JPEG", quality=91)
    assert 2_500_000 < len(data) < 4_000_000
    with running(tmp_path, takers=None, pace=Pace()) as house:
        path = house.places.inbox / "a.jpg"
        path.write_bytes(data)
        seconds = house.wait(lambda: house.names == {"a.jpg"})
        house.wait(lambda: not path.exists())
        photo = house.catalogue.photos.page()[0]
        assert photo.sha256 == hashlib.sha256(data).hexdigest()
        assert house.places.original_of(photo).read_bytes() == data
    print(f"{len(data) / 1e6:.1f} MB: closed to row {seconds:.2f} s")
    assert seconds < 3.0


def test_what_a_family_drops_through_the_real_ingest(tmp_path: Path, brisk: None):
    film = b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + b"\0\0\0\x10moov" + b"m" * 8
    photo = encoded(scene(), "JPEG")
    with running(tmp_path, takers=None) as house:
        inbox = house.places.inbox
        (inbox / "trip").mkdir()
        for name, data in {
            "trip/IMG_1.JPG": photo,
            "trip/IMG_1.MOV": film,
            "film.mov": film,
            "text.jpg": b"hello",
            "empty.png": b"",
            "half.jpg": photo[: len(photo) // 2],
            "line\nbreak.jpg": b"no photo either",
            "note.txt": b"hello",
            os.fsdecode(b"\xff.jpg"): encoded(scene(90, 60), "JPEG"),
        }.items():
            (inbox / name).write_bytes(data)

        def refused() -> dict[str, str]:
            lines = house.catalogue.refusals.all()
            return {each.place.rpartition("inbox/")[2]: each.code for each in lines}

        expected = {
            "trip/IMG_1.MOV": "live_photo",
            "film.mov": "video",
            "text.jpg": "not_a_photo",
            "line\\u000abreak.jpg": "not_a_photo",
        }
        house.wait(lambda: house.names == {"IMG_1.JPG", "\\xff.jpg"})
        house.wait(lambda: refused() == expected)
        # What is unfinished by its own account is given more time.
        assert (inbox / "half.jpg").exists() and (inbox / "empty.png").exists()


def test_500_photos_at_once_all_arrive_and_are_told_of(tmp_path: Path, brisk: None):
    with running(tmp_path, pace=Pace(walk=1.0, tell=0.05)) as house:
        for number in range(500):
            folder = house.places.inbox / f"day {number % 5}"
            folder.mkdir(exist_ok=True)
            (folder / f"{number}.jpg").write_bytes(jpeg(number))
        house.wait(lambda: len(house.names) == 500)
        house.wait(lambda: not any(path.is_file() for path in house.places.inbox.rglob("*")))
        house.wait(lambda: json.loads((house.live / "doors.json").read_text())["taken"] == 500)
        told = json.loads((house.live / "doors.json").read_text())
        assert told["refused"] == 0 and told["beat"] > 0 and told["usb"] is None


def test_the_ways_a_file_comes_into_a_folder(tmp_path: Path, brisk: None):
    outside = tmp_path / "outside"
    outside.mkdir()
    with running(tmp_path, pace=Pace(walk=60.0, tell=0.05)) as house:
        inbox = house.places.inbox
        time.sleep(0.3)  # the first walk is over: what follows is told, not found
        (inbox / ".photo.jpg.Xy12ab").write_bytes(jpeg(1))
        (inbox / ".photo.jpg.Xy12ab").rename(inbox / "rsync.jpg")
        (outside / "a.jpg").write_bytes(jpeg(2))
        (outside / "a.jpg").rename(inbox / "moved.jpg")
        (outside / "b.jpg").write_bytes(jpeg(3))
        (inbox / "linked.jpg").hardlink_to(outside / "b.jpg")
        (outside / "trip").mkdir()
        (outside / "trip" / "folder.jpg").write_bytes(jpeg(4))
        (outside / "trip").rename(inbox / "trip")
        (inbox / "new").mkdir()
        (inbox / "new" / "deep.jpg").write_bytes(jpeg(5))
        (inbox / os.fsdecode(b"\xff.jpg")).write_bytes(jpeg(6))
        expected = {"rsync.jpg", "moved.jpg", "linked.jpg", "folder.jpg", "deep.jpg", "\\xff.jpg"}
        house.wait(lambda: house.names == expected)
        assert (outside / "b.jpg").exists()


def test_a_file_that_is_held_open_waits_until_it_is_closed(tmp_path: Path, brisk: None):
    data = jpeg(1, 5000)
    with running(tmp_path) as house:
        path = house.places.inbox / "slow.jpg"
        with path.open("wb") as stream:
            for at in range(0, len(data), 1000):
                stream.write(data[at : at + 1000])
                stream.flush()
                time.sleep(0.25)
            time.sleep(0.7)
            assert house.names == set()
        house.wait(lambda: house.names == {"slow.jpg"})


def test_a_mirrored_folder_that_comes_goes_and_comes_back(tmp_path: Path, brisk: None):
    share = tmp_path / "share"
    with running(tmp_path, (share,)) as house:
        house.wait(lambda: [n.code for n in house.catalogue.notices.all()] == ["folder_absent"])
        share.mkdir()
        (share / "a.jpg").write_bytes(jpeg(1))
        house.wait(lambda: house.names == {"a.jpg"})
        shutil.move(share, tmp_path / "away")
        house.wait(lambda: [n.code for n in house.catalogue.notices.all()] == ["folder_absent"])
        shutil.move(tmp_path / "away", share)
        house.wait(lambda: house.catalogue.notices.all() == [])
        (share / "b.jpg").write_bytes(jpeg(2))
        house.wait(lambda: house.names == {"a.jpg", "b.jpg"})
        assert sorted(os.listdir(share)) == ["a.jpg", "b.jpg"]


def test_the_library_is_not_mirrored_into_itself(tmp_path: Path, brisk: None):
    with running(tmp_path, (tmp_path, tmp_path / "library" / "originals")) as house:
        assert [n.code for n in house.catalogue.notices.all()] == ["folder_is_ours"] * 2


def test_without_watches_the_walk_finds_everything(
    tmp_path: Path, brisk: None, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object) -> None:
        raise OutOfWatches(28, "No space left on device")

    monkeypatch.setattr("sync.door.Watch", refuse)
    with running(tmp_path) as house:
        (house.places.inbox / "a.jpg").write_bytes(jpeg(1))
        house.wait(lambda: house.names == {"a.jpg"})
        assert [n.code for n in house.catalogue.notices.all()] == ["no_watches"]


def test_a_door_that_stumbles_starts_over(tmp_path: Path, brisk: None, caplog):
    tries: list[int] = []

    def stumbling(places: Places, catalogue: Catalogue) -> FakeTaker:
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError("ours")
        return FakeTaker(catalogue)

    with running(tmp_path, takers=stumbling) as house:
        (house.places.inbox / "a.jpg").write_bytes(jpeg(1))
        house.wait(lambda: house.names == {"a.jpg"})
    assert "starts over" in caplog.text


def test_an_inbox_that_is_removed_while_it_is_watched(tmp_path: Path, brisk: None):
    with running(tmp_path) as house:
        time.sleep(0.3)
        house.places.inbox.rmdir()
        house.wait(house.places.inbox.is_dir)
        (house.places.inbox / "a.jpg").write_bytes(jpeg(1))
        house.wait(lambda: house.names == {"a.jpg"})


def test_an_inbox_that_hangs_ends_the_process_so_that_it_is_started_again(tmp_path: Path):
    library, live = tmp_path / "library", tmp_path / "live"
    live.mkdir()
    stop = threading.Event()
    hangs = threading.Event()

    def hanging(places: Places, catalogue: Catalogue) -> FakeTaker:
        hangs.wait(PATIENCE)
        return FakeTaker(catalogue)

    pace = Pace(tell=0.02, stuck=0.1)
    try:
        with pytest.raises(doors.Stuck):
            doors.run(library, (), (), stop, live, pace=pace, takers=hanging)
    finally:
        stop.set()
        hangs.set()
        for thread in threading.enumerate():
            if thread.name.startswith("door "):
                thread.join(PATIENCE)


_PROCESS = """
import sys, threading
from pathlib import Path
import sync.settling
from sync.door import Pace
from sync.doors import run
sync.settling.SLOW_SECONDS = 0.2  # to be struck at work, not at waiting
pace = Pace(walk=1.0, mirror_walk=1.0, tell=0.1)
run(Path(sys.argv[1]), [Path(sys.argv[2])], [], threading.Event(), Path(sys.argv[3]), pace=pace)
"""


def test_killed_at_any_moment_nothing_is_lost(tmp_path: Path):
    """The process with the real ingest, struck down again and again while photos arrive."""
    dice = random.Random(3)
    library, live, share = tmp_path / "library", tmp_path / "live", tmp_path / "share"
    places = Places(library)
    places.make()
    for folder in (live, share):
        folder.mkdir()
    photos = {
        f"{number}.jpg": encoded(np.roll(scene(120, 90), number * 7, axis=1), "JPEG")
        for number in range(12)
    }
    for number, (name, data) in enumerate(photos.items()):
        ((share if number % 4 == 0 else places.inbox) / name).write_bytes(data)

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", _PROCESS, str(library), str(share), str(live)]
        return subprocess.Popen(command, cwd=ROOT, start_new_session=True)

    wanted = {hashlib.sha256(data).hexdigest() for data in photos.values()}
    kills, deadline = 0, time.monotonic() + 90
    while True:
        process = start()
        while heard(live, "doors").get("pid") != process.pid:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(dice.uniform(0.0, 1.0 + kills / 4))  # a busy machine gets on in the end
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        kills += 1
        with Catalogue(places.catalogue) as catalogue:
            assert catalogue.is_sound()
            here = {photo.sha256: photo for photo in catalogue.photos.page(limit=1000)}
            for sha256, photo in here.items():
                original = places.original_of(photo).read_bytes()
                assert hashlib.sha256(original).hexdigest() == sha256
        for name, data in photos.items():
            is_there = any((folder / name).exists() for folder in (places.inbox, share))
            assert is_there or hashlib.sha256(data).hexdigest() in here, f"{name} is lost"
        if set(here) == wanted and not any(places.inbox.iterdir()):
            break
        assert time.monotonic() < deadline
    assert len(list(share.iterdir())) == 3
    print(f"{kills} kills, 0 lost")
