"""The process of the doors: a thread for each door, and one that tells what they are doing.

Nothing may end it but being told to stop. A door whose thread stumbles says so in one line and starts
over; a door that hangs on a dead server keeps only itself waiting.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.live import say
from sync.inbox import Inbox
from sync.taking import Clock, Taker
from sync.tally import Tally
from sync.turn import Turn
from sync.watching import OutOfWatches, Tidings, Watch, What

LOG = logging.getLogger(__name__)

STOP_SECONDS = 10.0
"""How long stopping waits for a door: a photo in the middle of being taken in may finish."""

MOST_AT_ONCE = 10_000
"""Tidings that wait. More than that is a flood, and the next walk sees its outcome."""

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


def run(
    library: Path,
    folders: Sequence[Path],
    usb_roots: Sequence[Path],
    stop: threading.Event,
    live: Path,
    *,
    pace: Pace | None = None,
    takers: Takers | None = None,
    clock: Clock | None = None,
) -> None:
    """Be the doors until `stop` is set. Raises OSError or CatalogueError if the library is unusable."""
    house = House(Places(library), stop, pace or Pace(), takers or _ingest, clock or Clock())
    house.places.make()
    with Catalogue(house.places.catalogue):
        pass  # an unusable catalogue is told now, to whoever started us
    threads = [_start("inbox", house, lambda: InboxDoor(house).run())]
    while not stop.wait(house.pace.tell):
        say(live, "doors", house.tally.facts())
    for thread in threads:
        thread.join(STOP_SECONDS)


class House:
    """What all doors share."""

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


class InboxDoor:
    """The thread of the inbox."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._tidings: queue.Queue[Tidings] = queue.Queue(MOST_AT_ONCE)
        self._watch: Watch | None = None
        self._walk_at = house.clock.now()

    def run(self) -> None:
        """Until it is told to stop."""
        house = self._house
        with Catalogue(house.places.catalogue) as catalogue:
            taker = house.takers(house.places, catalogue)
            inbox = Inbox(
                house.places.inbox, catalogue, taker, house.turn, house.tally, house.clock
            )
            try:
                while not house.stop.is_set():
                    self._round(inbox, catalogue)
            finally:
                if self._watch is not None:
                    self._watch.stop()

    def _round(self, inbox: Inbox, catalogue: Catalogue) -> None:
        now = self._house.clock.now()
        self._house.tally.beat(now)
        if now >= self._walk_at:
            self._attend(catalogue)
            inbox.walk()
            pace = self._house.pace
            self._walk_at = now + (pace.walk if self._watch is not None else pace.blind_walk)
        is_busy = inbox.step()
        wait = 0.0 if is_busy else min(inbox.wait_seconds(), self._house.pace.tell)
        self._hear(inbox, wait)

    def _hear(self, inbox: Inbox, wait: float) -> None:
        """Listen for at most `wait` seconds, and then to everything that has been said."""
        try:
            tidings = self._tidings.get(timeout=wait) if wait > 0 else self._tidings.get_nowait()
            while True:
                if tidings.what is What.FOLDER:  # what was in it before we watched it: by a walk
                    self._walk_at = min(self._walk_at, self._house.clock.now() + 1.0)
                else:
                    inbox.tell(tidings)
                tidings = self._tidings.get_nowait()
        except queue.Empty:
            pass

    def _attend(self, catalogue: Catalogue) -> None:
        """Watch the folder, again if it was exchanged."""
        if self._watch is not None and self._watch.is_good():
            return
        if self._watch is not None:
            self._watch.stop()
            self._watch = None
        root = self._house.places.inbox
        try:
            root.mkdir(parents=True, exist_ok=True)
            self._watch = Watch(root, self._told)
            catalogue.notices.clear("doors", "no_watches", "inbox")
        except OutOfWatches:
            LOG.warning("The system has no more watches: the inbox is looked at every few seconds")
            message = (
                "New photos are found by looking every few seconds; the system has no watches left."
            )
            date = int(self._house.clock.date())
            catalogue.notices.add("doors", "no_watches", "inbox", message, date)
        except OSError as error:
            LOG.warning("The inbox cannot be watched: why=%s", error)

    def _told(self, tidings: Tidings) -> None:
        try:
            self._tidings.put_nowait(tidings)
        except queue.Full:  # the walk sees it
            self._walk_at = self._house.clock.now()


def _start(name: str, house: House, run_once: Callable[[], None]) -> threading.Thread:
    """A thread that keeps a door running."""

    def keep() -> None:
        while not house.stop.is_set():
            try:
                run_once()
            except Exception:  # the edge of one door: it starts over, the others go on
                LOG.exception("A door stumbled and starts over: door=%s", name)
                house.stop.wait(house.pace.restart)

    # A daemon, because one that hangs on a dead server could never be joined.
    thread = threading.Thread(target=keep, name=f"door {name}", daemon=True)
    thread.start()
    return thread


def _ingest(places: Places, catalogue: Catalogue) -> Taker:
    from frame.library.ingest import Ingest

    return Ingest(places, catalogue)
