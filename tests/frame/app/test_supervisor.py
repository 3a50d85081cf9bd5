"""A real supervisor over real, tiny processes that are killed, frozen and asked to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from frame.app.alone import STARTS, running
from frame.live import heard, live_folder
from frame.supervise import CRASH_LOOP
from tests.frame.app.family import is_alive, log, wait_for
from tests.paths import ROOT

EVERYBODY = ("display", "doors", "studio")


class Home:
    """A running supervisor and the folder its processes write to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        # A file, not a pipe: whoever of its processes were left behind would keep a pipe open.
        with (self.folder / "said").open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.frame.app.frame_in_tests", str(self.folder)],
                cwd=ROOT,
                stderr=said,
            )

    def pid_of(self, name: str) -> int:
        return [int(pid) for who, pid, _ in log(self.folder) if who == name and pid.isdigit()][-1]

    def starts_of(self, name: str) -> int:
        return sum(who == name and pid.isdigit() for who, pid, _ in log(self.folder))

    def all_up(self) -> bool:
        return all(self.starts_of(name) for name in EVERYBODY)

    def end(self) -> str:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=15)
        return (self.folder / "said").read_text()


@pytest.fixture
def home(tmp_path, monkeypatch) -> Iterator[Home]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    (tmp_path / "run").mkdir()
    home = Home(tmp_path)
    yield home
    if home.process is not None:
        home.process.kill()
        home.process.wait()
    for _, pid, _ in log(tmp_path):
        if pid.isdigit() and is_alive(int(pid)):
            os.kill(int(pid), signal.SIGKILL)


@pytest.fixture
def up(home) -> Home:
    home.start()
    wait_for(home.all_up)
    return home


def test_the_picture_is_started_first_and_everything_ends_in_reverse(up):
    assert log(up.folder)[0][0] == "display"
    alive = [up.pid_of(name) for name in EVERYBODY]
    up.end()
    assert up.process.returncode == 0
    assert not any(map(is_alive, alive))
    ended = [who for who, what, _ in log(up.folder) if what == "ended"]
    assert ended[-1] == "display"
    assert set(ended) == set(EVERYBODY)


@pytest.mark.parametrize("name", EVERYBODY)
def test_whoever_is_killed_comes_back_and_the_others_stay(up, name):
    before = {each: up.pid_of(each) for each in EVERYBODY}
    os.kill(before[name], signal.SIGKILL)
    wait_for(lambda: up.starts_of(name) == 2, 5)
    for other in set(EVERYBODY) - {name}:
        assert up.pid_of(other) == before[other]
        assert is_alive(before[other])


@pytest.mark.parametrize("name", EVERYBODY)
def test_whoever_is_frozen_is_replaced(up, name):
    frozen = up.pid_of(name)
    os.kill(frozen, signal.SIGSTOP)
    wait_for(lambda: up.starts_of(name) == 2, 8)
    assert not is_alive(frozen)
    assert up.end().count("no sign of life") == 1


def test_a_display_that_keeps_dying_ends_in_safe_mode(home):
    (home.folder / "display.mood").write_text("dies")
    home.start()
    wait_for(lambda: home.starts_of("display") > CRASH_LOOP, 20)
    safe = [what == "True" for who, _, what in log(home.folder) if who == "display"]
    assert safe[:CRASH_LOOP] == [False] * CRASH_LOOP
    assert all(safe[CRASH_LOOP:])
    (home.folder / "display.mood").write_text("")
    shown = home.starts_of("display")
    wait_for(lambda: heard(live_folder(home.folder), "display"))
    time.sleep(0.5)
    assert home.starts_of("display") <= shown + 1
    assert heard(live_folder(home.folder), "app")["is_safe"]


def test_a_machine_that_resets_at_every_start_begins_in_safe_mode(home):
    (home.folder / STARTS).write_text(f"{CRASH_LOOP}\n")
    home.start()
    wait_for(lambda: home.starts_of("display") == 1)
    time.sleep(0.8)
    assert [who for who, _, _ in log(home.folder)] == ["display"]
    home.end()
    assert (home.folder / STARTS).read_text() == "0\n"


def test_what_a_process_started_is_swept_up_with_it(home):
    (home.folder / "studio.mood").write_text("has a child")
    home.start()
    wait_for(lambda: (home.folder / "child").exists() and (home.folder / "child").read_text())
    child = int((home.folder / "child").read_text())
    (home.folder / "studio.mood").write_text("")
    os.kill(home.pid_of("studio"), signal.SIGKILL)
    wait_for(lambda: not is_alive(child))


def test_whoever_does_not_listen_is_ended_within_seconds(home):
    (home.folder / "studio.mood").write_text("deaf")
    home.start()
    wait_for(home.all_up)
    deaf, began = home.pid_of("studio"), time.monotonic()
    home.end()
    assert time.monotonic() - began < 8
    assert not is_alive(deaf)


def test_a_second_frame_on_the_same_library_is_refused_with_a_sentence(up):
    second = subprocess.run(
        [sys.executable, "-m", "tests.frame.app.frame_in_tests", str(up.folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    assert second.returncode != 0
    assert "already runs" in second.stderr
    assert running(up.folder) == (up.process.pid, live_folder(up.folder))
    assert all(up.starts_of(name) == 1 for name in EVERYBODY)


def test_ctrl_c_ends_it_like_a_request_to_end(up):
    up.process.send_signal(signal.SIGINT)
    up.process.wait(timeout=15)
    assert up.process.returncode == 0
