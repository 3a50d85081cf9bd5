"""Clips come out of the caged child with the right colours, or as one `FilmError`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from frame.display import film as films
from frame.display.clip_facts import clip_facts
from frame.display.film import CagedProjector, DecodedFilm, wait_until_ready
from frame.display.ports import FilmError, Frame
from renderer.clip import read_frames
from tests.frame.display.pictures import moving, texture, write_clip
from tests.paths import ROOT


@pytest.fixture
def projector() -> Iterator[CagedProjector]:
    projector = CagedProjector()
    yield projector
    projector.close()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4", moving(texture(96, 64), 40))


def next_frame(film: DecodedFilm, index: int) -> Frame:
    deadline = time.monotonic() + 10
    while (frame := film.frame(index)) is None:
        assert time.monotonic() < deadline
        os.sched_yield()
    return frame


def test_every_frame_is_the_clip_s_own(projector: CagedProjector, clip: Path):
    film = projector.open(clip)
    try:
        wait_until_ready(film)
        assert (film.frames, film.fps) == (40, 25.0)
        for index, wanted in enumerate(read_frames(clip)):
            assert np.abs(next_frame(film, index).astype(int) - wanted).max() <= 2
    finally:
        film.close()


def test_the_decoder_is_caged(projector: CagedProjector, clip: Path):
    film = projector.open(clip)
    try:
        wait_until_ready(film)
        assert "rlimits" in film.facts.cage and "no-new-privs" in film.facts.cage
        status = Path(f"/proc/{film._child.process.pid}/status").read_text()
        assert ("seccomp" in film.facts.cage) == ("Seccomp:\t2" in status)
    finally:
        film.close()


def test_decodes_ahead_and_no_further(projector: CagedProjector, clip: Path):
    film = projector.open(clip)
    try:
        wait_until_ready(film)
        next_frame(film, films.MOST_SLOTS - 1)
        assert film._decoded < 2 * films.MOST_SLOTS
        next_frame(film, 39)  # frames may be left out
    finally:
        film.close()


def test_a_frame_may_be_asked_for_again_but_not_an_earlier_one(
    projector: CagedProjector, clip: Path
):
    film = projector.open(clip)
    try:
        wait_until_ready(film)
        first = next_frame(film, 3).copy()
        assert np.array_equal(next_frame(film, 3), first)
        with pytest.raises(FilmError):
            film.frame(1)
        with pytest.raises(FilmError):
            film.frame(40)
    finally:
        film.close()


def test_a_waiting_child_is_taken(clip: Path):
    projector = CagedProjector(keep_ready=True)
    try:
        waiting = projector._spare
        film = projector.open(clip)
        assert film._child is waiting
        wait_until_ready(film)
        film.close()
        projector.prepare()
        assert projector._spare is not None and projector._spare is not waiting
    finally:
        projector.close()


@pytest.mark.parametrize("damage", ["text", "empty", "cut", "folder", "link", "absent"])
def test_what_is_no_clip_is_one_error(
    projector: CagedProjector, clip: Path, tmp_path: Path, damage: str
):
    bad = tmp_path / "bad.mp4"
    match damage:
        case "text":
            bad.write_text("hello\n" * 1000)
        case "empty":
            bad.touch()
        case "cut":
            bad.write_bytes(clip.read_bytes()[:3000])
        case "folder":
            bad.mkdir()
        case "link":
            bad.symlink_to(clip)
    film = projector.open(bad)
    try:
        with pytest.raises(FilmError):
            wait_until_ready(film, 10)
            for index in range(40):
                next_frame(film, index)
    finally:
        film.close()


@pytest.mark.parametrize(
    "said",
    [
        b"nonsense",
        b'{"width": 96}',
        b'{"width": 96, "height": 64, "frames": 100000, "fps": 25, "is_ours": true, "cage": []}',
        b'{"width": 96, "height": 64, "frames": 0, "fps": 25, "is_ours": true, "cage": []}',
        b'{"width": 96, "height": 64, "frames": 40, "fps": 1e9, "is_ours": true, "cage": []}',
        b'{"width": 96, "height": 64, "frames": 40, "fps": NaN, "is_ours": true, "cage": []}',
        b'{"width": 96000, "height": 6400, "frames": 40, "fps": 25, "is_ours": true, "cage": []}',
        b'{"width": 97, "height": 64, "frames": 40, "fps": 25, "is_ours": true, "cage": []}',
        b'{"width": -96, "height": -64, "frames": 40, "fps": 25, "is_ours": true, "cage": []}',
        b'{"width": 96, "height": 64, "frames": 40, "fps": 25, "is_ours": false, "cage": []}',
    ],
)
def test_an_impossible_clip_is_refused_by_its_header(said: bytes):
    with pytest.raises(FilmError):
        clip_facts(said)


def test_a_killed_child_is_an_error_and_leaves_nothing(projector: CagedProjector, clip: Path):
    before = set(os.listdir("/dev/shm")) if Path("/dev/shm").is_dir() else set()
    film = projector.open(clip)
    try:
        wait_until_ready(film)
        os.kill(film._child.process.pid, signal.SIGKILL)
        film._child.process.wait()
        with pytest.raises(FilmError):
            for index in range(40):
                next_frame(film, index)
    finally:
        film.close()
    if before:
        made = set(os.listdir("/dev/shm")) - before
        assert not [name for name in made if "film" in name]


def test_a_stuck_child_is_an_error_within_its_deadline(clip: Path):
    now = 100.0
    projector = CagedProjector(now=lambda: now)
    film = projector.open(clip)
    try:
        wait_until_ready(film)
        os.kill(film._child.process.pid, signal.SIGSTOP)
        last = -1
        for index in range(40):
            if film.frame(index) is None:
                break
            last = index
        assert last < 39
        assert film.frame(last + 1) is None  # late, but within its time
        now += films.STALL_SECONDS + 0.1
        with pytest.raises(FilmError, match="stopped"):
            film.frame(last + 1)
    finally:
        film.close()
        projector.close()


def test_a_child_that_never_opens_is_an_error_within_its_deadline(clip: Path):
    now = 100.0
    projector = CagedProjector(now=lambda: now)
    film = projector.open(clip)
    try:
        os.kill(film._child.process.pid, signal.SIGSTOP)
        assert not film.is_ready()
        now += films.OPEN_SECONDS + 0.1
        with pytest.raises(FilmError, match="open"):
            film.is_ready()
    finally:
        film.close()
        projector.close()


def test_closing_twice_is_fine(projector: CagedProjector, clip: Path):
    film = projector.open(clip)
    film.close()
    film.close()


def test_the_child_ends_when_its_reader_is_killed(clip: Path):
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from frame.display.film import CagedProjector, wait_until_ready\n"
        "film = CagedProjector().open(Path(sys.argv[1]))\n"
        "wait_until_ready(film)\n"
        "print(film._child.process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(clip)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        child = int(reader.stdout.readline())
        assert is_running(child)
        reader.kill()
    deadline = time.monotonic() + 10
    while is_running(child):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_many_films_leave_no_descriptors(projector: CagedProjector, clip: Path):
    def play_one() -> None:
        film = projector.open(clip)
        wait_until_ready(film)
        next_frame(film, 0)
        film.close()

    play_one()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(4):
        play_one()
    assert len(os.listdir("/proc/self/fd")) == before
