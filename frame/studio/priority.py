"""Steps back behind everything else on this machine: processor and disk, as far as we may."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform

LOOKER_NICE = 5
"""Behind the display, before the slow lane: somebody may be waiting to see a photo in full."""

STUDIO_NICE = 19

_IOPRIO_SET = {"x86_64": 251, "aarch64": 30, "riscv64": 30, "armv7l": 314}
_WHO_PROCESS = 1
_CLASS_SHIFT = 13
_BEST_EFFORT, _IDLE = 2, 3
_LOWEST = 7


def step_back(nice: int) -> None:
    """Lower this thread's priority, and that of every thread and process that it starts."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, nice)


def step_back_furthest() -> None:
    """For work that nobody waits for: last in line for the processor, and the disk only when it idles.

    SCHED_BATCH, not SCHED_IDLE: a process that holds the catalogue for a moment must get on with it
    even while all cores are busy, or everybody else waits for it.
    """
    step_back(STUDIO_NICE)
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    _set_disk_class(_IDLE, 0) or _set_disk_class(_BEST_EFFORT, _LOWEST)


def _set_disk_class(kind: int, level: int) -> bool:
    number = _IOPRIO_SET.get(platform.machine())
    if number is None:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(number, _WHO_PROCESS, 0, kind << _CLASS_SHIFT | level)) == 0
