"""The inbox: our own folder, consumed. What is whole is taken in, and only then removed.

What is refused stays where it is, with one line saying why. Nothing here decides when a file is whole
(`sync.settling`) or how it is stored (ingest).
"""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from frame.core.photos import Door
from frame.library.catalogue import Catalogue
from sync import files
from sync.arrivals import Arrivals, Place, is_passed_by
from sync.names import Sort, sort_of, stem_of, written
from sync.settling import Stamp
from sync.taking import Clock, Hand, Outcome, Taker
from sync.tally import Tally
from sync.turn import Turn
from sync.watching import Tidings

LOG = logging.getLogger(__name__)

FOLDER_QUIET_SECONDS = 600.0
"""How long a sub-folder that we emptied is left: whoever made it may be about to write the next one."""

RANK = 0


class Inbox:
    """One thread's inbox. `tell` and `walk` say what there is, `step` does one thing about it."""

    def __init__(
        self, root: Path, catalogue: Catalogue, taker: Taker, turn: Turn, tally: Tally, clock: Clock
    ) -> None:
        self._root = root
        self._catalogue = catalogue
        self._clock = clock
        hand = Hand(catalogue, taker, Door.INBOX, clock)
        place = Place(root, "inbox", RANK)
        self._arrivals = Arrivals(place, hand, catalogue, turn, tally, clock)
        self._emptied: dict[str, float] = {}
        self._films: dict[str, str] = {}

    def tell(self, tidings: Tidings) -> None:
        """Something happened in the folder."""
        if not is_passed_by(tidings.path):
            self._arrivals.tell(tidings)

    def walk(self) -> None:
        """Look at everything: what we were not told of, and what is gone."""
        # Not its parents: a library that is gone is not to be begun anew on a bare mount point.
        with contextlib.suppress(FileNotFoundError):
            self._root.mkdir(exist_ok=True)
        found = files.walk(self._root)
        self._arrivals.found(found.files, is_complete=not found.problem)
        self._tidy(self._clock.now())

    def step(self) -> bool:
        """Take at most one file; whether there may be more to do at once."""
        done = self._arrivals.step()
        if done is None:
            return False
        path, stamp, result = done
        if result.outcome is Outcome.TAKEN:
            self._remove(path, stamp)
            self._explain_film(path)
        elif result.outcome is Outcome.REFUSED and _is_film(path):
            self._films[stem_of(path)] = path
        return True

    def wait_seconds(self) -> float:
        """How long nothing will be due."""
        return self._arrivals.wait_seconds()

    def wants_walk(self) -> bool:
        """Whether to walk before it is due."""
        return False

    def is_gone(self) -> bool:
        """Whether there is nothing to walk through; our own folder is always there."""
        return False

    def _remove(self, path: str, stamp: Stamp) -> None:
        """The photo is safe with us: the file may go, if it is still the one that was taken."""
        try:
            is_gone = files.remove(self._root, path, stamp)
        except OSError as error:
            message = "A photo was taken in, but its file cannot be removed from the inbox."
            LOG.warning("Cannot remove: place=%s why=%s", written(path), error)
            date = int(self._clock.date())
            self._catalogue.notices.add("doors", "inbox_read_only", "", message, date)
            return
        self._arrivals.forget(path)
        if not is_gone:  # another file has taken its place: it is the next one
            now_there = files.stamp_at(self._root, path)
            if now_there is not None:
                self._arrivals.found({path: now_there}, is_complete=False)
            return
        self._catalogue.notices.clear("doors", "inbox_read_only")
        folder = path.rpartition("/")[0]
        if folder:
            self._emptied[folder] = self._clock.now()

    def _tidy(self, now: float) -> None:
        """Remove sub-folders that we emptied, once they have been quiet."""
        quiet = [each for each, at in self._emptied.items() if now - at >= FOLDER_QUIET_SECONDS]
        for folder in sorted(quiet, key=len, reverse=True):
            while folder:
                self._emptied.pop(folder, None)
                if not files.remove_empty(self._root, folder):
                    break
                folder = folder.rpartition("/")[0]

    def _explain_film(self, path: str) -> None:
        """A film that came before its photo was called a mere video: it is half a Live Photo."""
        film = self._films.pop(stem_of(path), None)
        if film is not None:
            self._arrivals.explain_again(film)


def _is_film(path: str) -> bool:
    return sort_of(path.rpartition("/")[2]) is Sort.VIDEO
