"""The real slow lane in a process of its own, with an animator that needs no networks.

It has everything loaded, and forks one lane for each line it reads, whose number it tells: a lane that
is killed leaves it unharmed, and the next is there at once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from frame.library.decode import DecodedPhoto
from frame.studio import slow
from frame.studio.kit import Engine, Kit
from tests.fakes.animator import FakeAnimator
from tests.frame.studio.scenes import MODELS, decoded

BETWEEN_FRAMES = 0.01


def decode(path: Path) -> DecodedPhoto:
    """As in the other tests; a photo of poison kills whoever opens it."""
    data = path.read_bytes()
    if b"poison" in data:
        os.kill(os.getpid(), signal.SIGKILL)
    return decoded(path)


def between_frames() -> None:
    """The drawing takes its time; in a library with a file ``deaf`` it hears nothing meanwhile."""
    time.sleep(60 if Path("deaf").exists() else BETWEEN_FRAMES)


class Told:
    """Told to stop by a signal. An event is no good for that: set in a handler while the same thread
    waits for it, it waits for itself."""

    def __init__(self) -> None:
        self._is_set = False
        signal.signal(signal.SIGTERM, self._hear)

    def _hear(self, *_: object) -> None:
        self._is_set = True

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, timeout: float | None = None) -> bool:
        end = time.monotonic() + (timeout or 0.0)
        while not self._is_set and time.monotonic() < end:
            time.sleep(0.02)
        return self._is_set


def lane(root: Path, live: Path) -> None:
    stop = Told()
    os.chdir(root)
    engine = Engine(FakeAnimator(between_frames), MODELS)
    kit = Kit(engine=lambda: engine, decode=decode)
    slow.run(root, live, stop, kit=kit, reserve=lambda _: 0)


def main() -> None:
    root, live = Path(sys.argv[1]), Path(sys.argv[2])
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                lane(root, live)
            finally:
                os._exit(0)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


class Lanes:
    """Starts one lane after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return self._line()

    def ended(self) -> int:
        """Wait for the end of the lane; its exit code, or the signal that ended it, negative."""
        return self._line()

    def _line(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


@contextmanager
def lanes(root: Path, live: Path) -> Iterator[Lanes]:
    with subprocess.Popen(
        [sys.executable, "-m", __name__, str(root), str(live)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Lanes(process)


if __name__ == "__main__":
    main()
