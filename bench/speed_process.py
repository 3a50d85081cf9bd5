"""`wakeframe animate` as a whole process: how long it takes and what its family holds in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.05
"""Memory is looked at 20 times a second: the shortest stage takes a fifth of one."""


@dataclass(frozen=True)
class Memory:
    """Of a process and all its descendants, in megabytes of 10^6 bytes.

    resident: shared pages counted in every process, so too much. proportional: shared pages divided
    among all who map them, strangers on this machine too, so a little too little.
    """

    resident: float
    proportional: float

    def most(self, other: Memory) -> Memory:
        return Memory(
            max(self.resident, other.resident), max(self.proportional, other.proportional)
        )


NOTHING = Memory(0.0, 0.0)


@dataclass(frozen=True)
class Run:
    """One whole run. `wall` and `cpu` in seconds, from starting the process to its end; `memory` the
    most that was held, zero where it was not watched; `stages` as the report tells them."""

    wall: float
    cpu: float
    memory: Memory
    stages: dict[str, float]
    frames: int
    faces: int


class AnimateFailedError(Exception):
    """The command did not make a clip; the message is what it said."""


def animate(photo: Path, clip: Path, driver: str, *, watch_memory: bool = False) -> Run:
    """Run the command once. Watching the memory takes time, so time and memory are different runs."""
    report = clip.with_suffix(".json")
    command = [sys.executable, "-m", "frame.cli", "animate", str(photo), "-o", str(clip)]
    command += ["--driver", driver, "--report", str(report), "--quiet"]
    before, start = _children_cpu(), time.monotonic()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    watch = _MemoryWatch(process.pid) if watch_memory else None
    _, errors = process.communicate()
    wall = time.monotonic() - start
    peak = watch.stop() if watch else NOTHING
    if process.returncode != 0:
        raise AnimateFailedError(errors.decode(errors="replace").strip())
    told = json.loads(report.read_text(encoding="utf-8"))
    stages = {stage["name"]: float(stage["seconds"]) for stage in told["stages"]}
    moved = sum(bool(face["moved"]) for face in told["faces"])
    return Run(wall, _children_cpu() - before, peak, stages, int(told["frames"]), moved)


def family_memory(pid: int) -> Memory:
    """What a process and all its descendants hold now."""
    held = [_held(one) for one in _family(pid)]
    return Memory(sum(m.resident for m in held), sum(m.proportional for m in held))


class _MemoryWatch:
    """Looks at a family of processes in a thread of its own."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak = pid, NOTHING
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> Memory:
        """The most that was seen."""
        self._done.set()
        self._thread.join()
        return self._peak

    def _watch(self) -> None:
        while not self._done.is_set():
            self._peak = self._peak.most(family_memory(self._pid))
            self._done.wait(SAMPLE_SECONDS)


def _family(pid: int) -> list[int]:
    family = [pid]
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = {
            int(child) for task in tasks for child in (task / "children").read_text().split()
        }
    except OSError:  # it has ended meanwhile
        return family
    return family + [one for child in sorted(children) for one in _family(child)]


def _held(pid: int) -> Memory:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended meanwhile
        return NOTHING
    kilobytes = {line.split()[0]: int(line.split()[1]) for line in lines[1:]}
    return Memory(kilobytes.get("Rss:", 0) * 1.024e-3, kilobytes.get("Pss:", 0) * 1.024e-3)


def _children_cpu() -> float:
    times = os.times()
    return times.children_user + times.children_system
