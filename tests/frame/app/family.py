"""Tiny processes in the place of the real ones, driven by signals and by a file for each."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from frame.app.order import Order
from frame.settings import read
from frame.supervise import Rule

QUICK_RULES = (
    Rule("display", patience=1.0, grace=5.0, first_rest=0.05, longest_rest=0.2),
    Rule("doors", *(1.0, 5.0, 0.05, 0.5), after=("display",)),
    Rule("studio", *(1.0, 5.0, 0.05, 0.5), after=("display",)),
)

SCRIPT = """
import json, os, pathlib, signal, subprocess, sys, time
name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
order = json.loads(sys.stdin.buffer.readline() or b"null")
if order is None:
    sys.exit(0)
going = []
signal.signal(signal.SIGTERM, lambda *_: going.append(1))
live = pathlib.Path(order["live"])
mood = folder / (name + ".mood")
mood = mood.read_text() if mood.exists() else ""
with (folder / "log").open("a") as log:
    log.write(f"{name} {os.getpid()} {order['is_safe']}\\n")
if mood == "dies":
    sys.exit(1)
if mood == "has a child":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    (folder / "child").write_text(str(child.pid))
while not going or mood == "deaf":
    now = time.monotonic()
    part = live / f".{name}.part"
    fact = {"presented": now} if name == "display" else {"beat": now}
    part.write_text(json.dumps(fact))
    part.replace(live / (f"{name}.json" if name == "display" else f"{name}.beat.json"))
    time.sleep(0.05)
with (folder / "log").open("a") as log:
    log.write(f"{name} ended False\\n")
"""


def command(folder: Path) -> Callable[[str], list[str]]:
    return lambda name: [sys.executable, "-S", "-c", SCRIPT, name, str(folder)]


def order(library: Path, live: Path) -> Order:
    settings = read({}, [library / "settings.toml"]).settings
    return Order(library, live, settings, wake_seconds=settings.wake_minutes * 60)


def log(folder: Path) -> list[list[str]]:
    try:
        return [line.split() for line in (folder / "log").read_text().splitlines()]
    except FileNotFoundError:
        return []


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def wait_for(is_so: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


@contextmanager
def pids(folder: Path, count: int) -> Iterator[dict[str, int]]:
    """The last pid of each process, once `count` of them have been started."""
    wait_for(lambda: len(log(folder)) >= count)
    yield {name: int(pid) for name, pid, _ in log(folder) if pid.isdigit()}
