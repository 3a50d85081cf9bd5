"""The process of the doors: a thread for each door, and one that tells what they are doing.

Nothing may end it but being told to stop. A door whose thread stumbles says so in one line and starts
over; a door that hangs on a dead server keeps only itself waiting.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from frame.errors import WakeframeError
from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.live import say
from sync.door import FolderDoor, House, Pace, Takers
from sync.inbox import Inbox
from sync.mirror import Mirror
from sync.names import written
from sync.phone import PhoneDoor
from sync.taking import Clock, Taker
from sync.upload_files import UploadFiles
from sync.usb import Sticks

LOG = logging.getLogger(__name__)

STOP_SECONDS = 10.0
"""How long stopping waits for a door: a photo in the middle of being taken in may finish."""


SILENT_LOOKS = 5


class Stuck(WakeframeError):  # noqa: N818
    """The inbox hangs; only a new process helps. Nothing is lost."""


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
    """Be the doors until `stop` is set.

    Raises OSError or CatalogueError if the library is unusable, and `Stuck`.
    """
    places = Places(library)
    house = House(places, stop, pace or Pace(), takers or _ingest, clock or Clock())
    places.make()
    with Catalogue(places.catalogue) as catalogue:  # an unusable one is told to whoever started us
        mirrored = _mirrored(folders, places, catalogue, house.clock)
    threads = [_start("inbox", house, _inbox(house))]
    threads.append(_start("phone", house, lambda: _phone(house)))
    threads += [_start(written(str(root)), house, _mirror(house, root)) for root in mirrored]
    if usb_roots:
        excluded = (library, *mirrored)
        threads.append(_start("usb", house, lambda: Sticks(house, usb_roots, excluded).run()))
    house.tally.beat(house.clock.now())
    silent = 0
    while not stop.wait(house.pace.tell):
        say(live, "doors", house.tally.facts())
        # Counted in looks as well: a process that was stopped and goes on is not stuck.
        is_late = house.clock.now() - house.tally.last_beat > house.pace.stuck
        silent = silent + 1 if is_late else 0
        if silent >= SILENT_LOOKS:
            raise Stuck("The inbox does not answer any more; the process must be started again.")
    for thread in threads:
        thread.join(STOP_SECONDS)


def _inbox(house: House) -> Callable[[], None]:
    root = house.places.inbox

    def opens(catalogue: Catalogue, taker: Taker) -> Inbox:
        return Inbox(root, catalogue, taker, house.turn, house.tally, house.clock)

    pace, beat = house.pace, house.tally.beat
    return lambda: FolderDoor(house, root, opens, pace.walk, pace.blind_walk).run(beat)


def _phone(house: House) -> None:
    places = house.places
    with Catalogue(places.catalogue) as catalogue:
        files, taker = UploadFiles(places.uploads), house.takers(places, catalogue)
        door = PhoneDoor(catalogue, files, taker, house.turn, house.tally, house.clock)
        door.run(house.stop)


def _mirror(house: House, root: Path) -> Callable[[], None]:
    def opens(catalogue: Catalogue, taker: Taker) -> Mirror:
        return Mirror(root, catalogue, taker, house.turn, house.tally, house.clock)

    seconds = house.pace.mirror_walk
    return lambda: FolderDoor(house, root, opens, seconds, seconds).run()


def _mirrored(
    folders: Sequence[Path], places: Places, catalogue: Catalogue, clock: Clock
) -> list[Path]:
    """The folders to mirror. Not the library itself: it would show its own pictures to itself."""
    library = places.root.resolve()
    good = []
    for folder in dict.fromkeys(path.absolute() for path in folders):
        real = folder.resolve()
        subject = written(str(folder))
        if library.is_relative_to(real) or real.is_relative_to(library):
            LOG.warning("Not watched, because the library is there: place=%s", subject)
            message = "This folder is not watched, because the frame's own library is in it."
            catalogue.notices.add("doors", "folder_is_ours", subject, message, int(clock.date()))
        else:
            catalogue.notices.clear("doors", "folder_is_ours", subject)
            good.append(folder)
    return good


def _start(name: str, house: House, live_once: Callable[[], None]) -> threading.Thread:
    """A thread that keeps a door running."""

    def keep() -> None:
        while not house.stop.is_set():
            try:
                live_once()
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
