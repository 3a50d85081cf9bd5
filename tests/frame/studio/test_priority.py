"""The slow lane is last in line, with every thread it starts; measured in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import os, threading
from frame.studio.priority import step_back_furthest
step_back_furthest()
def tell():
    print(os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0) == os.SCHED_BATCH)
    with open("/proc/self/task/%d/stat" % threading.get_native_id()) as stat:
        assert stat.read()
thread = threading.Thread(target=tell); thread.start(); thread.join()
"""


def test_nice_and_batch_reach_new_threads() -> None:
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    ).stdout
    assert told.split() == ["19", "True"]


def test_the_disk_is_used_only_when_idle() -> None:
    program = (
        "import ctypes, platform\n"
        "from frame.studio.priority import step_back_furthest\n"
        "step_back_furthest()\n"
        "number = {'x86_64': 252, 'aarch64': 31}.get(platform.machine())\n"
        "print(ctypes.CDLL(None).syscall(number, 1, 0) >> 13 if number else 3)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert int(told) in (2, 3), "idle, or where that is not allowed the lowest of the others"
    assert os.getpriority(os.PRIO_PROCESS, 0) < 19, "the tests themselves are not touched"
