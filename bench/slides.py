"""Ten thousand slides in a row: does the display's process hold more memory at the end than before?

``python -m bench.slides [--slides 10000]`` runs the display's own process, with everything real except
its clock, which leaps wherever the loop would sleep: stills from the cache, composed surrounds, fades,
and now and then a real clip, played at its own pace. Prints resident memory, descriptors, threads and
children along the way; 1 if memory grew by more than a few megabytes or anything else at all.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

import frame.display.room as room
from bench.household import resident_mb
from bench.speed import machine
from bench.startup import fill
from frame.core.fit import view_of
from frame.core.steps import Pace
from frame.display.clock import SystemClock
from frame.display.film import CagedProjector
from frame.display.ports import Film, Frame
from frame.display.wall import WallOptions
from frame.library.catalogue import Catalogue
from frame.library.clips import NewClip
from frame.library.places import Places
from frame.library.stills import StillCache
from renderer.clip import ClipWriter

PANEL = (640, 360)
STILL_SECONDS = 5.0
FADE_SECONDS = 0.2
WAKES = 8
CLIP_FRAMES = 25
WARM = 1000
"""Slides after which the caches are full."""

MOST_GROWTH_MB = 5.0
"""What an allocator may move about; a leak of one frame a slide would be 6,000."""


class LeapingClock(SystemClock):
    """Sleeping takes no time, except while a film plays: its decoder lives in real time."""

    def __init__(self) -> None:
        super().__init__()
        self._leapt = 0.0
        self.films = 0

    def monotonic(self) -> float:
        return time.monotonic() + self._leapt

    def local(self) -> tuple[int, float] | None:
        return None

    def sleep(self, seconds: float) -> None:
        if self.films > 0:
            time.sleep(seconds)
            return
        time.sleep(0.0001)  # the loader's thread gets its turn
        self._leapt += seconds


CLOCK = LeapingClock()


class CountedFilm:
    """A film that tells the clock when it is closed."""

    def __init__(self, film: Film) -> None:
        self._film = film
        self._is_open = True
        CLOCK.films += 1

    @property
    def frames(self) -> int:
        return self._film.frames

    @property
    def fps(self) -> float:
        return self._film.fps

    def is_ready(self) -> bool:
        return self._film.is_ready()

    def frame(self, index: int) -> Frame | None:
        return self._film.frame(index)

    def close(self) -> None:
        CLOCK.films -= self._is_open
        self._is_open = False
        self._film.close()


class CountingProjector:
    """Opens real films, and lets the clock know while one is open."""

    def __init__(self) -> None:
        self._projector = CagedProjector()

    def open(self, clip: Path) -> Film:
        return CountedFilm(self._projector.open(clip))

    def close(self) -> None:
        self._projector.close()


@dataclass
class Count:
    """Slides and wakes seen so far."""

    slides: int = 0
    wakes: int = 0
    photos: tuple[int, ...] = ()
    state: str = ""


def main() -> int:
    """Show, count, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slides", type=int, default=10_000)
    slides: int = parser.parse_args().slides
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    with tempfile.TemporaryDirectory(prefix="slides-") as folder:
        library, live = Path(folder) / "library", Path(folder) / "live"
        live.mkdir()
        fill(library, 10)
        _add_clips(library)
        count, rows = Count(), list[tuple[int, float, int, int, int]]()
        with _replaced(count, rows, slides):
            pace = Pace(STILL_SECONDS, slides * STILL_SECONDS / WAKES)
            options = room.RoomOptions(
                library=library,
                live=live,
                wall=WallOptions(pace=pace, fade_seconds=FADE_SECONDS),
                switches_panel=False,
                is_windowed=True,
                size=PANEL,
            )
            room.show(options, lambda: count.slides >= slides)
    print(machine())
    print("slides   resident  descriptors  threads  children")
    for at, memory, files, threads, children in rows:
        print(f"{at:6d} {memory:7.1f} MB {files:12d} {threads:8d} {children:9d}")
    growth = rows[-1][1] - rows[0][1]
    print(f"{count.slides} slides, {count.wakes} wakes: {growth:+.1f} MB since slide {rows[0][0]}")
    has_leaked = any(
        now > then for row in rows for then, now in zip(rows[0][2:], row[2:], strict=True)
    )
    return int(growth > MOST_GROWTH_MB or has_leaked)


@contextmanager
def _replaced(
    count: Count, rows: list[tuple[int, float, int, int, int]], slides: int
) -> Iterator[None]:
    """The room with our clock and projector, and with us listening to what it says."""

    def listen(_folder: Path, _process: str, facts: dict[str, Any]) -> None:
        photos = tuple(facts.get("photos") or ())
        count.wakes += facts["state"] == "waking" and count.state != "waking"
        count.state = str(facts["state"])
        if photos == count.photos or facts["state"] != "hanging":
            return
        count.photos, count.slides = photos, count.slides + 1
        if count.slides % max(1, slides // 10) == 0 and count.slides >= min(WARM, slides // 10):
            rows.append((count.slides, resident_mb(os.getpid()), *_held()))
            print(f"{count.slides} of {slides}", file=sys.stderr, flush=True)

    with (
        patch.object(room, "SystemClock", lambda: CLOCK),
        patch.object(room, "CagedProjector", CountingProjector),
        patch.object(room, "say", listen),
    ):
        yield


def _add_clips(library: Path) -> None:
    """A clip for every photo: a second in which the picture darkens and is itself again."""
    places = Places(library)
    with Catalogue(places.catalogue) as catalogue:
        stills = StillCache(places)
        for photo in catalogue.photos.page():
            view = view_of(photo, PANEL)
            still = stills.still(photo, view)
            path = places.clip(f"{photo.id}.mp4")
            with ClipWriter(path, view.width, view.height) as clip:
                for index in range(CLIP_FRAMES):
                    depth = min(index, CLIP_FRAMES - 1 - index)
                    clip.write_rgb(np.clip(still.astype(np.int16) - depth, 0, 255).astype(np.uint8))
                clip.publish()
            new = NewClip(
                *(photo.id, path.name, "nostalgia", "auto", "none", photo.prepared, view),
                *(path.stat().st_size, 0, CLIP_FRAMES, "{}"),
            )
            catalogue.clips.add(new)


def _held() -> tuple[int, int, int]:
    """Descriptors, threads and children of this process."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return len(os.listdir("/proc/self/fd")), threading.active_count(), len(children)


if __name__ == "__main__":
    sys.exit(main())
