"""A watched folder in a thread of its own: hears what happens, walks now and then, takes what is ready.

Everything that the doors share is in `House`. Nothing here knows what a door does with its files.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from frame.library.catalogue import Catalogue
from frame.library.places import Places
from sync.mounts import mount_of, mounts
from sync.names import written
from sync.taking import Clock, Taker
from sync.tally import Tally
from sync.turn import Turn
from sync.watching import OutOfWatches, Tidings, Watch, What

LOG = logging.getLogger(__name__)

MOST_AT_ONCE = 10_000
"""Tidings that wait. More than that is a flood, and the next walk sees its outcome."""

GONE_SECONDS = 10.0
"""How often to look whether a folder is back that is not there."""

WALK_SHARE = 10.0
"""After a walk, at least so many times its length passes before the next: large shares are slow."""

Takers = Callable[[Places, Catalogue], Taker]
"""Makes an ingest for one thread."""


@dataclass(frozen=True)
class Pace:
    """How often things are looked at, in seconds."""

    walk: float = 30.0
    """The inbox while the kernel tells of everything: the walk is only a safety net."""
    blind_walk: float = 15.0
    """The inbox without tidings: with the 10 s of quiet a file is in within 30 s."""
    mirror_walk: float = 300.0
    """A walk over a large share takes seconds of its server's time."""
    tell: float = 1.0
    restart: float = 5.0
    """After a door stumbled: long enough not to fill the log."""
    stuck: float = 300.0
    """An inbox that says nothing for so long hangs: half a gigabyte on a slow card takes two minutes."""


class House:
    """What all doors of the process share."""

    def __init__(
        self, places: Places, stop: threading.Event, pace: Pace, takers: Takers, clock: Clock
    ) -> None:
        self.places = places
        self.stop = stop
        self.pace = pace
        self.takers = takers
        self.clock = clock
        self.turn = Turn()
        self.tally = Tally()


class Watched(Protocol):
    """What a door does with its folder: `sync.inbox.Inbox` or `sync.mirror.Mirror`."""

    def tell(self, tidings: Tidings) -> None: ...
    def walk(self) -> None: ...
    def step(self) -> bool: ...
    def wait_seconds(self) -> float: ...
    def wants_walk(self) -> bool: ...
    def is_gone(self) -> bool: ...


Opens = Callable[[Catalogue, Taker], Watched]
"""Makes what a door does, inside its thread."""


class FolderDoor:
    """One watched folder. `run` is its thread's whole life."""

    def __init__(
        self, house: House, root: Path, opens: Opens, walk: float, blind_walk: float
    ) -> None:
        self._house = house
        self._root = root
        self._opens = opens
        self._walk_seconds = walk
        self._blind_walk_seconds = blind_walk
        self._tidings: queue.Queue[Tidings] = queue.Queue(MOST_AT_ONCE)
        self._watch: Watch | None = None
        self._walk_at = house.clock.now()
        self._rest_until = self._walk_at
        self._was_remote = False

    def run(self, beat: Callable[[float], None] = lambda _: None) -> None:
        """Until the house stops; `beat` is told the time on every round."""
        house = self._house
        try:
            with Catalogue(house.places.catalogue) as catalogue:
                watched = self._opens(catalogue, house.takers(house.places, catalogue))
                while not house.stop.is_set():
                    beat(house.clock.now())
                    self._round(watched, catalogue)
        finally:
            if self._watch is not None:
                self._watch.stop()

    def _round(self, watched: Watched, catalogue: Catalogue) -> None:
        now = self._house.clock.now()
        if now >= self._rest_until and (now >= self._walk_at or watched.wants_walk()):
            self._attend(catalogue)
            begun = time.monotonic()
            watched.walk()
            self._rest_until = now + WALK_SHARE * (time.monotonic() - begun)
            self._walk_at = now + self._until_next(watched)
        is_busy = watched.step()
        wait = 0.0 if is_busy else min(watched.wait_seconds(), self._house.pace.tell)
        self._hear(watched, wait)

    def _until_next(self, watched: Watched) -> float:
        if watched.is_gone():
            return min(GONE_SECONDS, self._walk_seconds)
        return self._walk_seconds if self._watch is not None else self._blind_walk_seconds

    def _hear(self, watched: Watched, wait: float) -> None:
        """Listen for at most `wait` seconds, and then to everything that has been said."""
        try:
            tidings = self._tidings.get(timeout=wait) if wait > 0 else self._tidings.get_nowait()
            while True:
                if tidings.what is What.FOLDER:  # what was in it before we watched it: by a walk
                    self._walk_at = min(self._walk_at, self._house.clock.now() + 1.0)
                else:
                    watched.tell(tidings)
                tidings = self._tidings.get_nowait()
        except queue.Empty:
            pass

    def _attend(self, catalogue: Catalogue) -> None:
        """Watch the folder, again if it was exchanged."""
        if self._watch is not None:
            if self._watch.is_good():
                return
            self._watch.stop()
            self._watch = None
        if not self._root.is_dir() or self._is_remote():
            return
        subject = written(str(self._root))
        try:
            self._watch = Watch(self._root, self._told)
            catalogue.notices.clear("doors", "no_watches", subject)
        except OutOfWatches:
            LOG.warning("The system has no watches left; walking instead: place=%s", subject)
            message = "New photos here are found a little later: the system has no watches left."
            date = int(self._house.clock.date())
            catalogue.notices.add("doors", "no_watches", subject, message, date)
        except OSError as error:
            LOG.warning("Cannot be watched; walking instead: place=%s why=%s", subject, error)

    def _is_remote(self) -> bool:
        """Whether the kernel would not tell of changes that others make."""
        mount = mount_of(self._root, mounts())
        is_remote = mount is not None and mount.is_remote
        if is_remote and not self._was_remote:
            LOG.info("On a network; walking now and then: place=%s", written(str(self._root)))
        self._was_remote = is_remote
        return is_remote

    def _told(self, tidings: Tidings) -> None:
        try:
            self._tidings.put_nowait(tidings)
        except queue.Full:  # the walk sees it
            self._walk_at = self._house.clock.now()
