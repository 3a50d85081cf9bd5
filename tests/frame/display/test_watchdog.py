"""The service manager hears of presented frames, on either kind of socket, and nobody waits for it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from frame.display.watchdog import FEED_SECONDS, Watchdog


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        if request.param == "path":
            name = str(tmp_path / "notify")
            ear.bind(name)
        else:
            name = f"@wakeframe-test-{tmp_path.name}"
            ear.bind("\0" + name[1:])
        ear.setblocking(False)
        yield name, ear


def heard(ear: socket.socket) -> list[str]:
    found = []
    while True:
        try:
            found.append(ear.recv(4096).decode())
        except BlockingIOError:
            return found


def test_ready_comes_with_the_first_frame_and_then_life(manager: tuple[str, socket.socket]):
    name, ear = manager
    watchdog = Watchdog({"NOTIFY_SOCKET": name})
    assert heard(ear) == []
    watchdog.presented(100.0)
    assert heard(ear) == ["READY=1", "WATCHDOG=1"]
    for tick in range(60):
        watchdog.presented(100.0 + tick * FEED_SECONDS / 61)
    assert heard(ear) == []
    watchdog.presented(100.0 + FEED_SECONDS)
    assert heard(ear) == ["WATCHDOG=1"]
    watchdog.status("a\nREADY=1\nb")
    watchdog.stopping()
    assert heard(ear) == ["STATUS=a READY=1 b", "STOPPING=1"]
    watchdog.close()


@pytest.mark.parametrize("name", ["", "relative", "/nowhere/at/all", "@nobody-is-here"])
def test_without_anybody_listening_nothing_happens(name: str):
    watchdog = Watchdog({"NOTIFY_SOCKET": name} if name else {})
    watchdog.presented(1.0)
    watchdog.stopping()
    watchdog.close()


def test_a_manager_that_does_not_read_holds_nobody_up(manager: tuple[str, socket.socket]):
    name, _ = manager
    watchdog = Watchdog({"NOTIFY_SOCKET": name})
    for tick in range(5000):
        watchdog.presented(tick * FEED_SECONDS)
    watchdog.close()
