"""How the machine and the processes are, as `wakeframe status` tells it."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (
    *("wakeframe", "av", "numpy", "onnxruntime", "opencv-python-headless"),
    *("pillow", "pillow-heif", "pygame-ce", "watchdog"),
)


def health(library: Path, app: dict[str, Any], now: float) -> dict[str, Any]:
    """Disk, heat, and each process with its age in seconds; `now` is monotonic."""
    from frame.thermometer import Thermometer

    room = shutil.disk_usage(library)
    warmth = Thermometer().read()
    processes = app.get("processes")
    return {
        "disk_free_bytes": room.free,
        "disk_total_bytes": room.total,
        "temperature_c": warmth.celsius,
        "throttled": warmth.is_throttled,
        "load": list(os.getloadavg()),
        "processes": {
            name: _process(facts, now)
            for name, facts in (processes.items() if isinstance(processes, dict) else ())
        },
    }


def _process(facts: dict[str, Any], now: float) -> dict[str, Any]:
    pid, since = facts.get("pid"), facts.get("since")
    return {
        "pid": pid,
        "phase": facts.get("phase"),
        "alive": isinstance(pid, int) and Path(f"/proc/{pid}").exists(),
        "age_seconds": round(now - since, 1) if isinstance(since, int | float) else None,
        "starts": facts.get("starts"),
        "memory_bytes": _memory(pid) if isinstance(pid, int) else None,
    }


def _memory(pid: int) -> int | None:
    """Resident, in bytes; None where it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def versions() -> dict[str, str | None]:
    """Of what we stand on."""
    found: dict[str, str | None] = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "sqlite": sqlite3.sqlite_version,
    }
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found
