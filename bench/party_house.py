"""The two processes of a frame that a party meets: the pages, and the doors that take in.

Nothing animates meanwhile, so that receiving is what is measured.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.speed_process import family_memory
from frame.app.order import Order
from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.live import heard, live_folder
from frame.settings import Settings

START_SECONDS = 30.0
LOOK_SECONDS = 0.25


@dataclass
class House:
    """`peak_mb` is the most that a room's processes, decoders included, had resident at one time."""

    places: Places
    port: int = 0
    peak_mb: dict[str, float] = field(default_factory=dict)


@contextlib.contextmanager
def house(library: Path) -> Iterator[House]:
    """A frame at some port of this machine, until the block ends."""
    places, live = Places(library), live_folder(library)
    places.make()
    with Catalogue(places.catalogue):
        pass
    settings = Settings(port=20_000 + os.getpid() % 20_000, findable=False)
    order = Order(library, live, settings, wake_seconds=0.0).to_line()
    running = {name: _start(name, order, library) for name in ("web", "doors")}
    found, stop = House(places), threading.Event()
    watch = threading.Thread(target=_watch, args=(found, running, stop))
    try:
        found.port = _port(live)
        watch.start()
        yield found
    finally:
        stop.set()
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait(20)
        if watch.is_alive():
            watch.join()


def _start(name: str, order: bytes, library: Path) -> subprocess.Popen[bytes]:
    with (library / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "frame.app", name],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={**os.environ, "XDG_CONFIG_HOME": str(library / "config")},
        )
    assert process.stdin is not None
    process.stdin.write(order)
    process.stdin.flush()
    return process


def _port(live: Path) -> int:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        port = heard(live, "web").get("port")
        if isinstance(port, int):
            return port
        time.sleep(0.05)
    raise SystemExit("the pages do not answer")


def _watch(
    found: House, running: dict[str, subprocess.Popen[bytes]], stop: threading.Event
) -> None:
    while not stop.wait(LOOK_SECONDS):
        for name, process in running.items():
            now = family_memory(process.pid).resident
            found.peak_mb[name] = max(found.peak_mb.get(name, 0.0), now)
