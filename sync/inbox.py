"""The inbox: our own folder, consumed. What is whole is taken in, and only then removed.

What is refused stays where it is, with one line saying why. Nothing here decides when a file is whole
(`sync.settling`) or how it is stored (ingest).
"""

from __future__ import annotations

import logging
import math
from pathlib import Path

from frame.core.photos import Door
from frame.library.catalogue import Catalogue
from sync import files
from sync.names import Sort, is_junk_folder, sort_of, stem_of, written
from sync.settling import RECHECK_SECONDS, Evidence, Settling, Stamp, Wholeness
from sync.taking import Clock, Hand, Outcome, Result, Taker
from sync.tally import Tally
from sync.turn import Turn
from sync.watching import Tidings, What
from sync.whole import wholeness

LOG = logging.getLogger(__name__)

FULL_SECONDS = 30.0
"""How long to wait before trying a full disk again."""

FAILED_SECONDS = 60.0
"""How long to wait after something failed that may pass; twice as long each further time."""

LONGEST_WAIT_SECONDS = 3600.0

PATIENT_TIMES = 5
"""After so many vain tries, half a minute, the owner is told of a file that cannot be read."""

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
        self._hand = Hand(catalogue, taker, Door.INBOX, clock)
        self._turn = turn
        self._tally = tally
        self._clock = clock
        self._settling = Settling()
        self._full_until = -math.inf
        self._is_full = False
        self._failures: dict[str, int] = {}
        self._emptied: dict[str, float] = {}

    def tell(self, tidings: Tidings) -> None:
        """Something happened in the folder."""
        path = tidings.path
        if _is_passed_by(path):
            return
        stamp = None if tidings.what is What.GONE else files.stamp_at(self._root, path)
        if stamp is None:
            self._forget(path)
        elif tidings.what is What.CLOSED:
            self._settling.told_closed(path, stamp, self._clock.now())
        else:
            self._settling.seen(path, stamp, self._clock.now())

    def walk(self) -> None:
        """Look at everything: what we were not told of, and what is gone."""
        self._root.mkdir(parents=True, exist_ok=True)
        found = files.walk(self._root)
        now = self._clock.now()
        for path, stamp in found.files.items():
            self._settling.seen(path, stamp, now)
        if not found.problem:
            for path in self._settling.paths:
                if path not in found.files:
                    self._forget(path)
            self._hand.forget_refusals(self._root, set(found.files))
        self._tidy(now)

    def step(self) -> bool:
        """Take at most one file; whether there may be more to do at once."""
        now = self._clock.now()
        self._tally.waiting("inbox", len(self._settling))
        if now < self._full_until:
            return False
        for path in self._settling.due(now):
            stamp = self._ready(path)
            if stamp is not None:
                self._settle(path, stamp)
                return True
        return False

    def wait_seconds(self) -> float:
        """How long nothing will be due."""
        due = self._settling.next_check()
        until = max(due, self._full_until) if due is not None else math.inf
        return max(0.0, until - self._clock.now())

    def _ready(self, path: str) -> Stamp | None:
        """The file's stamp if its time has come."""
        stamp = files.stamp_at(self._root, path)
        if stamp is None:
            self._forget(path)
            return None
        try:
            with files.opened(self._root, path) as descriptor:
                evidence = Evidence(files.has_writer(descriptor), wholeness(descriptor))
        except OSError:
            evidence = Evidence(None, Wholeness.UNKNOWN)
        is_ready = self._settling.looked(path, stamp, evidence, self._clock.now())
        return stamp if is_ready else None

    def _settle(self, path: str, stamp: Stamp) -> None:
        if self._hand.was_refused(self._root, path, stamp):
            self._settling.done(path)
            return
        with self._turn.at(RANK):
            result = self._hand.take(self._root, path, stamp)
        self._conclude(path, stamp, result)

    def _conclude(self, path: str, stamp: Stamp, result: Result) -> None:
        now = self._clock.now()
        if result.outcome is Outcome.TAKEN:
            self._remove(path, stamp)
            self._tally.taken()
            self._set_full(is_full=False)
            self._failures.pop(path, None)
            self._explain_video(path)
        elif result.outcome is Outcome.LATER:
            times = self._failures[path] = self._failures.get(path, 0) + 1
            if times == PATIENT_TIMES:
                self._hand.give_line(self._root, path, stamp, result.why)
            pause = min(FAILED_SECONDS, RECHECK_SECONDS * 2 ** (times - 1))
            self._settling.postpone(path, now, pause)
        elif result.outcome is Outcome.FULL:
            self._full_until = now + FULL_SECONDS
            self._set_full(is_full=True)
        elif result.outcome is Outcome.FAILED:
            times = self._failures[path] = self._failures.get(path, 0) + 1
            pause = min(LONGEST_WAIT_SECONDS, FAILED_SECONDS * 2 ** (times - 1))
            self._settling.postpone(path, now, pause)
        else:
            if result.outcome is Outcome.REFUSED:
                self._tally.refused()
            self._settling.done(path)

    def _remove(self, path: str, stamp: Stamp) -> None:
        """The photo is safe with us: the file may go, if it is still the one that was taken."""
        try:
            is_gone = files.remove(self._root, path, stamp)
        except OSError as error:
            message = "A photo was taken in, but its file cannot be removed from the inbox."
            LOG.warning("Cannot remove: place=%s why=%s", written(path), error)
            date = int(self._clock.date())
            self._catalogue.notices.add("doors", "inbox_read_only", "", message, date)
            self._settling.done(path)
            return
        if is_gone:
            self._forget(path)
            folder = path.rpartition("/")[0]
            if folder:
                self._emptied[folder] = self._clock.now()

    def _tidy(self, now: float) -> None:
        """Remove sub-folders that we emptied, once they have been quiet."""
        quiet = [each for each, at in self._emptied.items() if now - at >= FOLDER_QUIET_SECONDS]
        for folder in sorted(quiet, key=len, reverse=True):
            del self._emptied[folder]
            above = folder.rpartition("/")[0]
            if files.remove_empty(self._root, folder) and above:
                self._emptied[above] = now - FOLDER_QUIET_SECONDS

    def _forget(self, path: str) -> None:
        self._settling.forget(path)
        self._failures.pop(path, None)

    def _explain_video(self, path: str) -> None:
        """A film that came before its still was called a mere video: it is the half of a Live Photo."""
        for other in self._settling.paths:
            if stem_of(other) == stem_of(path) and _sort(other) is Sort.VIDEO:
                video = files.stamp_at(self._root, other)
                if video is not None and self._hand.was_refused(self._root, other, video):
                    self._hand.take(self._root, other, video)

    def _set_full(self, *, is_full: bool) -> None:
        if is_full == self._is_full:
            return
        self._is_full = is_full
        if not is_full:
            self._catalogue.notices.clear("doors", "disk_full")
            return
        message = "The disk is full: new photos wait until there is room. Nothing is lost."
        LOG.warning("The disk is full: new photos wait")
        self._catalogue.notices.add("doors", "disk_full", "", message, int(self._clock.date()))


def _is_passed_by(path: str) -> bool:
    """Whether the walk would not have seen this either."""
    *folders, name = path.split("/")
    is_junk = any(is_junk_folder(folder) for folder in folders)
    return is_junk or sort_of(name) in (Sort.JUNK, Sort.SIDECAR)


def _sort(path: str) -> Sort:
    return sort_of(path.rpartition("/")[2])
