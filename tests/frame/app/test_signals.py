"""The real processes of the family: they wait for their order, and none outlives the supervisor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from frame.app.lifeline import Lifeline, last_beat
from frame.app.notify import PICTURE_SECONDS, Notifier
from frame.app.order import Order
from frame.app.signals import as_bytes
from frame.settings import Hours, Settings
from tests.frame.app.family import is_alive, wait_for
from tests.paths import ROOT


def children_of(pid: int) -> list[int]:
    """Children and theirs."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children_of(int(child))]
    return found


def test_a_process_without_an_order_ends_by_itself():
    ended = subprocess.run(
        [sys.executable, "-m", "frame.app", "doors"], cwd=ROOT, stdin=subprocess.DEVNULL, timeout=30
    )
    assert ended.returncode == 0


@pytest.mark.parametrize("state", ["waiting for its order", "frozen"])
def test_no_process_outlives_a_supervisor_that_is_killed(state):
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'frame.app', 'upkeep'],"
        " stdin=subprocess.PIPE, start_new_session=True)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        wait_for(lambda: "frame.app" in Path(f"/proc/{child}/cmdline").read_text())
        wait_for(lambda: "libffi" in Path(f"/proc/{child}/maps").read_text())
        time.sleep(0.3)
        if state == "frozen":
            os.kill(child, signal.SIGSTOP)
        parent.kill()
    wait_for(lambda: not is_alive(child), 5)


def test_an_order_survives_the_way_to_the_process():
    settings = Settings(night=(Hours.parse("22:30-07:00"),), watched=("/srv/ä b",), captions=True)
    order = Order(Path("/l\n"), Path("/live"), settings, 20.0, True, (640, 360), True)
    line = order.to_line()
    assert line.count(b"\n") == 1
    assert Order.from_line(line) == order


def test_asking_whether_to_end_is_a_sign_of_life_of_the_main_thread_only(tmp_path):
    lifeline = Lifeline(tmp_path, "studio")
    thread = threading.Thread(target=lifeline.is_set)
    thread.start()
    thread.join()
    assert last_beat(tmp_path, "studio") is None
    assert not lifeline.wait(0)
    beat = last_beat(tmp_path, "studio")
    assert beat is not None
    assert abs(time.monotonic() - beat) < 5


def test_a_signal_is_a_byte_and_the_old_handlers_come_back():
    before = signal.getsignal(signal.SIGUSR1)
    with as_bytes(signal.SIGUSR1) as signals:
        os.kill(os.getpid(), signal.SIGUSR1)
        wait_for(lambda: signal.SIGUSR1 in os.read(signals, 10))
    assert signal.getsignal(signal.SIGUSR1) is before


class TestNotifier:
    def said(self, now: float, presented: float | None, **environment: str) -> list[str]:
        notifier, said = Notifier(environment), list[str]()
        notifier._send = said.append  # type: ignore[method-assign]
        notifier.look(now, presented)
        return said

    def test_systemd_is_fed_only_while_a_picture_hangs(self):
        assert self.said(100, None, WATCHDOG_USEC="400000") == []
        assert self.said(100, 99 - PICTURE_SECONDS, WATCHDOG_USEC="400000") == []
        ready, fed = self.said(100, 95, WATCHDOG_USEC="400000")
        assert ready.startswith("READY=1")
        assert fed == "WATCHDOG=1"
        assert len(self.said(100, 95)) == 1

    def test_it_is_fed_at_half_the_interval(self):
        notifier, said = Notifier({"WATCHDOG_USEC": "4000000"}), list[str]()
        notifier._send = said.append  # type: ignore[method-assign]
        for tenth in range(100):
            notifier.look(tenth / 10, tenth / 10)
        assert 5 <= said.count("WATCHDOG=1") <= 11

    def test_nobody_listening_is_no_trouble(self, tmp_path):
        Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).stopping()
