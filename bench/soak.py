"""The processes behind the wall over as long as 10,000 slides take: do they hold more at the end?

``python -m bench.soak [--slides 10000]`` runs the doors, the looker and the studio,
each alone in a process of its own, through the 83 hours of 10,000 slides. The lanes' waiting takes no
time; the doors walk an inbox and a mirrored folder as often as in those hours, faster. Photos arrive
now and then, and clips are asked for anew. `bench.slides` does the same for the display.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np

from bench.data import portraits
from bench.household import drop, resident_mb
from bench.speed import machine
from bench.startup import sample_photo
from frame.core.photos import Door
from frame.library.catalogue import Catalogue
from frame.library.ingest import Ingest
from frame.library.places import Places
from frame.studio import looker, slow
from frame.studio.kit import Kit
from sync import doors
from sync.door import Pace
from sync.inbox import Inbox

SLIDE_SECONDS = 30.0
EVENTS = 12
"""Arrivals, or clips asked for anew, spread over the whole time."""

ROWS = 10
MOST_GROWTH_MB = {"doors": 10.0, "looker": 10.0, "studio": 20.0}
"""From the first tenth on: what allocators move about. A leak of one photo an event would be over 100,
of one clip's frame 30."""

WALK_SECONDS = 0.02


class LeapingStop:
    """Waiting takes no time; after `slides` it is told to stop. `happen` is called now and then."""

    def __init__(self, slides: int, happen: Callable[[int], None]) -> None:
        self.now = 0.0
        self._slides = slides
        self._happen = happen
        self._happened = 0
        self._held = Held(slides)

    def is_set(self) -> bool:
        return self.now >= self._slides * SLIDE_SECONDS

    def wait(self, timeout: float | None = None) -> bool:
        self.now += timeout or 0.0
        slides = int(self.now / SLIDE_SECONDS)
        if slides * EVENTS // self._slides > self._happened:
            self._happened += 1
            self._happen(self._happened)
        self._held.look(slides)
        return self.is_set()

    def clock(self) -> float:
        return self.now


class Held:
    """Prints what this process holds, a row for each tenth of the time."""

    def __init__(self, slides: int) -> None:
        self._step = max(1, slides // ROWS)
        self._seen = 0

    def look(self, slides: int) -> None:
        if slides // self._step <= self._seen:
            return
        self._seen = slides // self._step
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        held = (len(os.listdir("/proc/self/fd")), threading.active_count(), len(children))
        print(slides, f"{resident_mb(os.getpid()):.1f}", *held, flush=True)


def main() -> int:
    """Run each process, print its table; 1 if one grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slides", type=int, default=10_000)
    parser.add_argument("--process", choices=sorted(PROCESSES), help="this one, in this process")
    options = parser.parse_args()
    if options.process:
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            PROCESSES[options.process](Path(folder), options.slides)
        return 0
    print(machine())
    print("process    slides   resident  descriptors  threads  children")
    grown = [name for name in PROCESSES if _has_grown(name, options.slides)]
    return int(bool(grown))


def _has_grown(name: str, slides: int) -> bool:
    command = [sys.executable, "-m", "bench.soak", "--process", name, "--slides", str(slides)]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    rows = [[float(cell) for cell in line.split()] for line in found.splitlines()]
    for at, memory, *counts in rows:
        cells = "".join(f"{int(count):10d}" for count in counts)
        print(f"{name:9s} {int(at):7d} {memory:7.1f} MB {cells}")
    growth = rows[-1][1] - rows[0][1]
    more = [now > then for now, then in zip(rows[-1][2:], rows[0][2:], strict=True)]
    print(f"{name:9s} {growth:+.1f} MB since the first tenth")
    return growth > MOST_GROWTH_MB[name] or any(more)


def _photos() -> list[bytes]:
    """Different files of one picture, so that none takes more memory than another: a portrait where
    there is test data."""
    people = portraits()[21:22]
    picture = people[0].read_bytes() if people else sample_photo(0)
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise SystemExit("the test portrait cannot be opened")
    return [
        cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 80 + number])[1].tobytes()
        for number in range(EVENTS + 1)
    ]


def _take(places: Places, data: bytes) -> None:
    """Take a photo in, as the doors' process does."""
    source = places.root / "source"
    source.write_bytes(data)
    with Catalogue(places.catalogue) as catalogue:
        Ingest(places, catalogue).take(source, Door.INBOX, name="photo")
    source.unlink()


def _library(folder: Path) -> tuple[Places, Path]:
    places, live = Places(folder / "library"), folder / "live"
    places.make()
    live.mkdir()
    return places, live


def _looker(folder: Path, slides: int) -> None:
    places, live = _library(folder)
    photos = _photos()
    _take(places, photos[0])
    stop = LeapingStop(slides, lambda event: _take(places, photos[event]))
    kit = Kit(clock=stop.clock, is_own_process=False)
    looker.run(places.root, live, stop, kit)


def _studio(folder: Path, slides: int) -> None:
    places, live = _library(folder)
    for data in _photos()[:3]:
        _take(places, data)
    _look_at_all(places, live)

    def happen(event: int) -> None:
        """The owner asks for another driver."""
        with Catalogue(places.catalogue) as catalogue:
            photo = catalogue.photos.page()[event % 3]
            catalogue.photos.want_driver(photo.id, ("joy", "nostalgia", "reunion")[event // 3 % 3])

    stop = LeapingStop(slides, happen)
    kit = Kit(clock=stop.clock, is_own_process=False)
    slow.run(places.root, live, stop, kit=kit)


def _look_at_all(places: Places, live: Path) -> None:
    """In a process of its own, so that what it takes is not the studio's."""
    code = (
        "import sys, pathlib; from bench.soak import LeapingStop; from frame.studio import looker;"
        "from frame.studio.kit import Kit; s = LeapingStop(2, lambda _: None);"
        "looker.run(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), s,"
        " Kit(clock=s.clock, is_own_process=False))"
    )
    command = [sys.executable, "-c", code, str(places.root), str(live)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _doors(folder: Path, slides: int) -> None:
    places, live = _library(folder)
    shared = folder / "shared"
    shared.mkdir()
    photos = _photos()
    (shared / "one.jpg").write_bytes(sample_photo(100))
    stop, held, walks = threading.Event(), Held(slides), 0
    walk = Inbox.walk

    def counted(inbox: Inbox) -> None:
        nonlocal walks
        walk(inbox)
        walks += 1

    # A door sleeps no longer than it waits to tell.
    pace = Pace(WALK_SECONDS, WALK_SECONDS, 10 * WALK_SECONDS, tell=WALK_SECONDS)
    with patch.object(Inbox, "walk", counted):
        thread = threading.Thread(
            target=lambda: doors.run(places.root, [shared], [], stop, live, pace=pace)
        )
        thread.start()
        happened = 0
        while walks < slides and thread.is_alive():
            time.sleep(0.05)
            if walks * EVENTS // slides > happened:
                happened += 1
                source = places.root / "source"
                source.write_bytes(photos[happened])
                drop(source, (places.inbox, shared)[happened % 2], f"{happened}.jpg")
            held.look(walks)
        stop.set()
        thread.join()


PROCESSES: dict[str, Callable[[Path, int], None]] = {
    "doors": _doors,
    "looker": _looker,
    "studio": _studio,
}

if __name__ == "__main__":
    sys.exit(main())
