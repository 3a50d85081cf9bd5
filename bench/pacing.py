"""How evenly fades and wakes come to a 1920x1080 screen, at rest and while the studio renders.

``python -m bench.pacing [--seconds 120] [--photos 6]`` runs the whole frame on SDL's `offscreen`
driver and on a virtual X screen, each once with everything rendered and once with photos arriving all
the while, and prints what the display itself recorded: time between frames, and frames left out.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

from bench.data import portraits
from bench.household import Household, cpu_seconds, drop, resident_mb
from bench.speed import machine
from bench.x11 import NoScreenError, virtual_screen
from frame.library.places import Places

PANEL = "1920x1080"
OPTIONS = ["--size", PANEL, "--still-seconds", "8", "--wake-every", "12"]
READY_SECONDS = 900.0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--photos", type=int, default=6)
    options = parser.parse_args()
    photos = [path for path in portraits() if path.name[:2] in ("20", "22", "23", "24", "25", "26")]
    if not photos:
        print("No portraits here: set WAKEFRAME_DATA to the folder with the test data.")
        return 0
    with tempfile.TemporaryDirectory(prefix="pacing-") as folder:
        ready = Path(folder) / "ready"
        _make_ready(ready, photos[: options.photos])
        print(machine())
        print("screen     studio    kind   frames     p50      p99  left out   display CPU, memory")
        for name in ("offscreen", "x11"):
            with contextlib.ExitStack() as stack:
                environment: dict[str, str] = {}
                if name == "x11":
                    try:
                        environment = stack.enter_context(virtual_screen()).environment
                    except NoScreenError as error:
                        print(f"x11: {error}")
                        continue
                for is_busy in (False, True):
                    library = Path(folder) / f"{name}-{is_busy}"
                    shutil.copytree(ready, library)
                    arriving = portraits()[7:] if is_busy else []
                    _measure(name, library, environment, options.seconds, arriving)
    return 0


def _make_ready(library: Path, photos: list[Path]) -> None:
    """A library in which every photo has its clip."""
    with Household(library, ["--windowed", *OPTIONS]) as home:
        for photo in photos:
            drop(photo, home.places.inbox)
        if home.wait_for(lambda: _clips(home) >= len(photos), READY_SECONDS) is None:
            raise SystemExit(f"only {_clips(home)} clips of {len(photos)}: see {home.log}")


def _clips(home: Household) -> int:
    with home.catalogue() as catalogue:
        return catalogue.clips.count()


def _measure(
    name: str, library: Path, environment: dict[str, str], seconds: float, arriving: list[Path]
) -> None:
    places = Places(library)
    for photo in arriving:
        drop(photo, places.inbox)
    how = OPTIONS if environment else ["--windowed", *OPTIONS]
    with Household(library, how, environment) as home:
        home.wait_for(lambda: bool(home.says("display").get("photos")), 60)
        pid = home.pid_of("display") or 0
        cpu, start = cpu_seconds(pid), time.monotonic()
        time.sleep(seconds)
        share = (cpu_seconds(pid) - cpu) / (time.monotonic() - start)
        memory = resident_mb(pid)
        busy = home.says("studio").get("state", "?")
        pacing = home.says("display").get("pacing", {})
    for kind, found in pacing.items():
        print(
            f"{name:10s} {busy:9s} {kind:5s} {found['frames']:7d} {found['p50_ms']:6.1f} ms"
            f" {found['p99_ms']:6.1f} ms {found['dropped']:8d}   {share:5.1%} of a core, {memory:.0f} MB"
        )


if __name__ == "__main__":
    sys.exit(main())
