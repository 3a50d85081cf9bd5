"""The whole frame, running for real: started, watched through its own words, struck down, looked after.

Everything here uses only what anybody may use: the command line, the live files, the catalogue and
signals. The screen is SDL's `offscreen` driver unless a display is named.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from frame.library.catalogue import Catalogue, CatalogueError
from frame.library.places import Places
from frame.live import heard, live_folder

PROCESSES = ("display", "doors", "web", "looker", "studio")
LOOK_SECONDS = 0.05
"""How often a household is looked at: the precision of every time measured on it."""

STOP_SECONDS = 15.0


class Household:
    """A running `wakeframe run` on a library of its own; a context manager that stops it."""

    def __init__(
        self,
        library: Path,
        options: Sequence[str] = (),
        environment: Mapping[str, str | None] | None = None,
        within: Sequence[str] = (),
    ) -> None:
        """`environment` is laid over this one's; None takes a variable away.

        `within` is a command that runs the rest of its line, ``ip netns exec HOST`` say.
        """
        self.places = Places(library)
        self.places.make()
        self.log = library / "household.log"
        self._command = [
            *(*within, sys.executable, "-m", "frame.cli"),
            *("run", "--library", str(library), *options),
        ]
        wished: dict[str, str | None] = {
            **os.environ,
            **dict.fromkeys(("DISPLAY", "WAYLAND_DISPLAY")),
            "SDL_VIDEODRIVER": "offscreen",
            "SDL_AUDIODRIVER": "dummy",
            "WAKEFRAME_FINDABLE": "off",
            **(environment or {}),
        }
        self._environment = {name: value for name, value in wished.items() if value is not None}
        self._process: subprocess.Popen[bytes] | None = None
        self.started = 0.0

    def __enter__(self) -> Household:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Of the supervisor."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it; `started` is when, on the monotonic clock."""
        shutil.rmtree(live_folder(self.places.root), ignore_errors=True)
        with self.log.open("ab") as log:
            self.started = time.monotonic()
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )

    def stop(self) -> None:
        """End it as systemd would, and see that nobody of the family stays behind."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None

    def says(self, process: str) -> dict[str, Any]:
        """The last that one of the processes told."""
        return heard(live_folder(self.places.root), process)

    def pid_of(self, process: str) -> int | None:
        """The pid of one of the processes, if it is alive."""
        pid = self.says(process).get("pid")
        return pid if isinstance(pid, int) and _is_alive(pid) else None

    @contextlib.contextmanager
    def catalogue(self) -> Iterator[Catalogue]:
        """The catalogue, to read from."""
        with Catalogue(self.places.catalogue, read_only=True) as catalogue:
            yield catalogue

    def wait_for(self, is_so: Callable[[], bool], seconds: float) -> float | None:
        """When `is_so` became true, on the monotonic clock; None if it did not within `seconds`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(CatalogueError, sqlite3.OperationalError):  # not made yet
                if is_so():
                    return time.monotonic()
            time.sleep(LOOK_SECONDS)
        return None

    def presented_after(self, moment: float) -> bool:
        """Whether a frame was presented after `moment` of the monotonic clock, by a living display."""
        facts = self.says("display")
        presented = facts.get("presented")
        return isinstance(presented, int | float) and presented > moment


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def drop(source: Path, folder: Path, name: str | None = None) -> Path:
    """Put a copy into a watched folder the way a file manager does: written, then closed."""
    target = folder / (name or source.name)
    with source.open("rb") as reader, target.open("wb") as writer:
        shutil.copyfileobj(reader, writer, 1 << 20)
    return target


def resident_mb(pid: int) -> float:
    """Resident memory of one process in megabytes, 0 if it is gone."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return 0.0


def cpu_seconds(pid: int) -> float:
    """CPU time one process has used, user and system."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
