"""The whole frame on sample photos: what `make run` shows.

``python -m bench.demo [--library out/frame]`` fetches a few free portraits the first time, starts the
real `wakeframe run` on a library of its own, and puts the portraits into its inbox one by one, as a
person would. In a window where there is a desktop; elsewhere the screen is in memory, and a browser on
this machine sees it. Ctrl-C ends it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from bench.samples import fetch
from frame.app.alone import running
from frame.errors import WakeframeError
from frame.library.places import Places
from frame.live import heard

LIBRARY = Path("out/frame")
SIZE = "1280x720"
WAKE_SECONDS, STILL_SECONDS = "20", "12"
"""Sooner than at home, where it is minutes: whoever tries it does not want to wait."""

DOORS_SECONDS = 15.0
PAUSE_SECONDS = 1.0
"""Between two photos, so that each is seen to arrive."""


def main() -> int:
    """Run until somebody ends it; the frame's exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, default=LIBRARY)
    parser.add_argument("--port", default=None)
    options = parser.parse_args()
    library = options.library.absolute()
    try:
        photos = sorted(each for each in fetch().iterdir() if each.suffix in (".png", ".jpg"))
    except WakeframeError as error:
        print(f"{error}\nThe frame starts without them.", file=sys.stderr)
        photos = []
    command = [sys.executable, "-m", "frame.cli", "run", "--library", str(library)]
    command += ["--windowed", "--size", SIZE, "--wake-every", WAKE_SECONDS]
    command += ["--still-seconds", STILL_SECONDS]
    command += ["--port", options.port] if options.port else []
    has_desktop = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    # A frame that only shows what it can do does not announce itself to the whole network.
    screen = {"WAKEFRAME_FINDABLE": "off"}
    screen |= {} if has_desktop else {"SDL_VIDEODRIVER": "offscreen"}
    where = "in a window" if has_desktop else "in memory, for there is no display"
    print(f"The frame starts {where}. Faces are found first, then each photo gets its clip.")
    with (
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, env={**os.environ, **screen}
        ) as process,
        _passing_on(process),
    ):
        _hand_in(photos, library, process)
        return process.wait()


def _hand_in(photos: list[Path], library: Path, process: subprocess.Popen[bytes]) -> None:
    """Put the photos into the inbox once somebody watches it, whole from the first moment."""
    end = time.monotonic() + DOORS_SECONDS
    while process.poll() is None and time.monotonic() < end and not _doors_are_open(library):
        time.sleep(0.1)
    for photo in photos:
        if process.poll() is not None:
            return
        part = Places(library).inbox / f".{photo.name}.part"
        with contextlib.suppress(OSError):
            part.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(photo, part)
            part.replace(part.with_name(photo.name))
        time.sleep(PAUSE_SECONDS)


def _doors_are_open(library: Path) -> bool:
    found = running(library)
    return found is not None and bool(heard(found[1], "doors"))


@contextlib.contextmanager
def _passing_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Requests to end go on to the frame, which ends everything in order; we wait for it."""

    def stop(_: int, __: FrameType | None) -> None:
        process.terminate()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main())
