"""One frame for each library, and where its live files are."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from frame.errors import UsageError
from frame.live import live_folder

_log = logging.getLogger(__name__)

LOCK = ".wakeframe.lock"
STARTS = ".starts"


class AlreadyRunning(UsageError):  # noqa: N818 - reads as what it says
    """Another Wakeframe runs on this library; `wakeframe status` shows it."""


@contextlib.contextmanager
def claim(library: Path) -> Iterator[Path]:
    """Have the library to ourselves; yields the folder of live files, empty.

    The lock goes with the process, however it ends. Its file says where the live files are, for
    whoever asks from another environment. Raises `AlreadyRunning` and OSError.
    """
    library.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(library / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"Wakeframe already runs on {library}; `wakeframe status` shows what it does."
            ) from None
        live = live_folder(library)
        for old in live.iterdir():
            with contextlib.suppress(OSError):
                old.unlink()
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "live": str(live)}).encode(), 0)
        yield live
    finally:
        os.close(descriptor)


def running(library: Path) -> tuple[int, Path] | None:
    """The supervisor's pid and the folder of live files, if a frame runs on this library."""
    try:
        with (library / LOCK).open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return None  # nobody holds it
            except BlockingIOError:
                found = json.loads(file.read(4096))
        return int(found["pid"]), Path(found["live"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Starts:
    """How often in a row the frame began and did not last: a machine that resets at each start counts.

    Two tiny writes for each start, none while it runs.
    """

    def __init__(self, library: Path) -> None:
        self._path = library / STARTS

    def begin(self) -> int:
        """Count this start; how many before it did not last."""
        try:
            before = max(0, min(int(self._path.read_bytes()[:8]), 1000))
        except (OSError, ValueError):
            before = 0
        self._write(before + 1)
        return before

    def lasted(self) -> None:
        """It runs, or it ended because somebody wanted it to."""
        self._write(0)

    def _write(self, count: int) -> None:
        # Written in place: whatever a power cut leaves of one digit is read as a number or as none.
        try:
            self._path.write_text(f"{count}\n", "ascii")
        except OSError as error:
            _log.debug("starts are not counted", extra={"why": str(error)})
