"""What must hold after every test, whatever it is about: nothing leaks and nothing leaves."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Speed lives in benchmarks: a machine that is busy with other things fails nothing.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is remembered between runs is not remembered in the home of whoever tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody needs the network, so nobody gets it."""

    def refuse(*_: object) -> None:
        raise AssertionError("a test tried to reach the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """No thread, child process or temporary file of ours outlives its test."""
    before = _alive()
    yield
    leaked = {kind: sorted(after - before[kind]) for kind, after in _alive().items()}
    assert not any(leaked.values()), f"left behind: {leaked}"


def _alive() -> dict[str, set[str]]:
    threads = {f"{thread.name} {thread.ident}" for thread in threading.enumerate()}
    children: set[str] = set()
    for task in Path("/proc/self/task").glob("*/children"):
        children.update(_read(task).split())
    ours = {name for name in os.listdir(tempfile.gettempdir()) if "wakeframe" in name}
    return {"threads": threads, "children": children, "files": ours}


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # the thread ended while we looked
        return ""
