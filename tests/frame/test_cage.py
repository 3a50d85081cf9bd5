"""A process in the cage tries to get out."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from tests.paths import ROOT

_TRIES = """
import os, resource, socket, sys, threading
sys.path.insert(0, sys.argv[1])
from frame.library.cage import Limits, close_cage, set_limits
set_limits(Limits())
print("time", *resource.getrlimit(resource.RLIMIT_CPU))
shut = close_cage()
def attempt(name, action):
    try:
        action()
    except (OSError, MemoryError) as error:
        print(name, type(error).__name__)
    else:
        print(name, "ESCAPED")
attempt("read", lambda: open("/etc/hostname"))
attempt("write", lambda: open(sys.argv[2] + "/x", "w"))
attempt("socket", lambda: socket.socket().connect(("127.0.0.1", 9)))
attempt("fork", os.fork)
attempt("exec", lambda: os.execv("/bin/true", ["true"]))
attempt("signal", lambda: os.kill(os.getppid(), 0))
attempt("remove", lambda: os.unlink(sys.argv[2] + "/victim"))
attempt("memory", lambda: bytearray(1 << 30))
thread = threading.Thread(target=lambda: print("thread ran"))
thread.start(); thread.join()
print("shut", *shut)
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cage")
    (folder / "victim").write_text("still here")
    command = [sys.executable, "-I", "-c", _TRIES, str(ROOT), str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    lines = dict(line.split(" ", 1) for line in result.stdout.splitlines())
    if "seccomp" not in lines["shut"]:
        pytest.skip(f"this kernel or processor ({platform.machine()}) has no seccomp filter")
    return lines, folder


@pytest.mark.parametrize(
    "way", ["read", "write", "socket", "fork", "exec", "signal", "remove", "memory"]
)
def test_no_way_out(outcome, way):
    lines, folder = outcome
    assert lines[way] in ("PermissionError", "MemoryError")
    assert (folder / "victim").read_text() == "still here"


def test_threads_still_start(outcome):
    assert outcome[0]["thread"] == "ran"


def test_the_end_of_its_time_is_told_before_it_is_enforced(outcome):
    soft, hard = map(int, outcome[0]["time"].split())
    assert 0 < soft <= 20
    assert hard == soft + 1 or hard == soft
