"""The files of one watched place on their way in: waited for until whole, taken one by one, and what
to do when that does not work at once.

Shared by every door; where the files lie and what becomes of them afterwards is the door's own business.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from frame.library.catalogue import Catalogue
from sync import files
from sync.names import Sort, is_junk_folder, sort_of
from sync.settling import RECHECK_SECONDS, Evidence, Settling, Stamp, Wholeness
from sync.taking import Clock, Hand, Outcome, Result
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


@dataclass(frozen=True)
class Place:
    """Where arrivals come from, and in what order they come to their turn."""

    root: Path
    name: str
    rank: int


class Arrivals:
    """For one thread. `tell` and `found` say what there is, `step` does one thing about it."""

    def __init__(
        self,
        place: Place,
        hand: Hand,
        catalogue: Catalogue,
        turn: Turn,
        tally: Tally,
        clock: Clock,
    ) -> None:
        self._place = place
        self._root = place.root
        self._hand = hand
        self._catalogue = catalogue
        self._turn = turn
        self._tally = tally
        self._clock = clock
        self._settling = Settling()
        self._failures: dict[str, int] = {}
        self._full_until = -math.inf
        self._is_full = False

    def __len__(self) -> int:
        """How many are on their way."""
        return len(self._settling)

    @property
    def has_hopeful(self) -> bool:
        """Whether files are on their way that have not failed again and again."""
        vain = sum(times >= PATIENT_TIMES for times in self._failures.values())
        return len(self._settling) > vain

    def tell(self, tidings: Tidings) -> None:
        """Something happened to a file."""
        path = tidings.path
        stamp = None if tidings.what is What.GONE else files.stamp_at(self._root, path)
        if stamp is None:
            self.forget(path)
        elif tidings.what is What.CLOSED:
            self._settling.told_closed(path, stamp, self._clock.now())
        else:
            self._settling.seen(path, stamp, self._clock.now())

    def found(self, there: Mapping[str, Stamp], *, is_complete: bool) -> None:
        """A walk saw these; what it did not see is gone if it was complete."""
        now = self._clock.now()
        for path, stamp in there.items():
            self._settling.seen(path, stamp, now)
        if is_complete:
            for path in self._settling.paths:
                if path not in there:
                    self.forget(path)
            self._hand.forget_refusals(self._root, set(there))

    def forget(self, path: str) -> None:
        """It is gone, or known."""
        self._settling.forget(path)
        self._failures.pop(path, None)

    def wait_seconds(self) -> float:
        """How long nothing will be due."""
        due = self._settling.next_check()
        until = max(due, self._full_until) if due is not None else math.inf
        return max(0.0, until - self._clock.now())

    def step(self) -> tuple[str, Stamp, Result] | None:
        """Take at most one file, the newest that is ready; None if there was nothing to do."""
        now = self._clock.now()
        self._tally.waiting(self._place.name, len(self))
        if now < self._full_until:
            return None
        for path in self._settling.due(now):
            stamp = self._ready(path)
            if stamp is None:
                continue
            if self._hand.was_refused(self._root, path, stamp):
                self._settling.done(path)
                continue
            with self._turn.at(self._place.rank):
                result = self._hand.take(self._root, path, stamp)
            self._conclude(path, stamp, result)
            return path, stamp, result
        return None

    def explain_again(self, path: str) -> None:
        """Refuse a file anew whose reason may be another one now."""
        stamp = files.stamp_at(self._root, path)
        if stamp is not None and self._hand.was_refused(self._root, path, stamp):
            self._hand.take(self._root, path, stamp)

    def _ready(self, path: str) -> Stamp | None:
        """The file's stamp if its time has come."""
        stamp = files.stamp_at(self._root, path)
        if stamp is None:
            self.forget(path)
            return None
        try:
            with files.opened(self._root, path) as descriptor:
                evidence = Evidence(files.has_writer(descriptor), wholeness(descriptor))
        except OSError:
            evidence = Evidence(None, Wholeness.UNKNOWN)
        is_ready = self._settling.looked(path, stamp, evidence, self._clock.now())
        return stamp if is_ready else None

    def _conclude(self, path: str, stamp: Stamp, result: Result) -> None:
        now = self._clock.now()
        if result.outcome is Outcome.FULL:
            self._full_until = now + FULL_SECONDS
            self._set_full(is_full=True)
        elif result.outcome in (Outcome.LATER, Outcome.FAILED):
            times = self._failures[path] = self._failures.get(path, 0) + 1
            if times == PATIENT_TIMES:
                self._hand.give_line(self._root, path, stamp, result.why)
            is_ours = result.outcome is Outcome.FAILED
            first, longest = (
                (FAILED_SECONDS, LONGEST_WAIT_SECONDS)
                if is_ours
                else (RECHECK_SECONDS, FAILED_SECONDS)
            )
            self._settling.postpone(path, now, min(longest, first * 2 ** min(times - 1, 16)))
        else:
            self._settling.done(path)
            self._failures.pop(path, None)
        if result.outcome is Outcome.TAKEN:
            self._tally.taken()
            self._set_full(is_full=False)
        elif result.outcome is Outcome.REFUSED:
            self._tally.refused()

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


def is_passed_by(path: str) -> bool:
    """Whether no walk would see this file."""
    *folders, name = path.split("/")
    is_junk = any(is_junk_folder(folder) for folder in folders)
    return is_junk or sort_of(name) in (Sort.JUNK, Sort.SIDECAR)
