"""Processes of ours: started in sessions of their own, heard of when they end, swept up after."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

Command = Callable[[str], Sequence[str]]
"""The command line of a process by its name."""


def own_command(name: str) -> list[str]:
    """A process of this very package."""
    return [sys.executable, "-m", "frame.app", name]


_NOT_THEIRS = frozenset({"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})


class Processes:
    """The processes that are alive, by name.

    Each leads a session of its own: a Ctrl-C in the terminal reaches the supervisor alone, which ends
    the others in order, and whatever a process started can be swept up with it.
    """

    def __init__(self, command: Command = own_command) -> None:
        self._command = command
        self._alive: dict[str, subprocess.Popen[bytes]] = {}
        self._ready: dict[str, subprocess.Popen[bytes]] = {}

    def pid_of(self, name: str) -> int | None:
        process = self._alive.get(name)
        return process.pid if process else None

    def prepare(self, name: str) -> None:
        """Start it, but let it wait for its order: it loads its packages meanwhile."""
        self._ready[name] = self._spawn(name)

    def start(self, name: str, order: bytes) -> None:
        """Start it, or give the one that was prepared its order. Raises OSError."""
        assert name not in self._alive
        process = self._ready.pop(name, None) or self._spawn(name)
        self._alive[name] = process
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it died already: `ended` will tell
            process.stdin.write(order)
            process.stdin.close()

    def send(self, name: str, number: int) -> None:
        """Send a signal; to one that has ended, nothing."""
        process = self._alive.get(name)
        if process is not None:
            process.send_signal(number)

    def ended(self) -> list[tuple[str, int]]:
        """Who has ended since the last call, with the exit code (negative for a signal)."""
        found = []
        for name, process in list(self._alive.items()):
            if not _has_ended(process.pid):
                continue
            _sweep(process.pid)
            found.append((name, process.wait()))
            del self._alive[name]
        return found

    def end_all(self) -> None:
        """Whoever is left, at once."""
        for process in (*self._alive.values(), *self._ready.values()):
            _sweep(process.pid)
            process.wait()
            if process.stdin is not None and not process.stdin.closed:
                with contextlib.suppress(OSError):
                    process.stdin.close()
        self._alive.clear()
        self._ready.clear()

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        # One voice speaks to systemd, and that is the supervisor's.
        environment = {k: v for k, v in os.environ.items() if k not in _NOT_THEIRS}
        return subprocess.Popen(
            self._command(name),
            stdin=subprocess.PIPE,
            start_new_session=True,
            bufsize=0,
            env=environment,
        )


def _has_ended(pid: int) -> bool:
    """Whether it is dead; it stays a zombie, so that nobody else gets its number yet."""
    flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, pid, flags) is not None


def _sweep(leader: int) -> None:
    """End everybody in the session's first group: a decoder must not outlive its display."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
