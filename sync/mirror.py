"""Somebody else's folder (a share, a synced folder): mirrored, and never written to.

New files are taken in; what vanishes is taken off the wall, which can be undone, but only as far as
`sync.belief` believes it.
"""

from __future__ import annotations

import logging
import math
import os
from collections import deque
from pathlib import Path

from frame.core.photos import Door
from frame.library.catalogue import Catalogue
from frame.library.folders import Folder, Sighting
from sync import files
from sync.arrivals import Arrivals, Place, is_passed_by
from sync.belief import Asked, Identity, Known, Pass, Plan, State, judge, plan
from sync.mounts import volume_of
from sync.names import written
from sync.settling import Stamp
from sync.taking import Clock, Hand, Outcome, Taker
from sync.tally import Tally
from sync.turn import Turn
from sync.watching import Tidings

LOG = logging.getLogger(__name__)

RANK = 1
LATELY_SECONDS = 3600.0
"""Drops within this time count together: a folder that dies bit by bit is not housekeeping either."""

_SENTENCES = {
    State.ABSENT: "The folder is not there; its photos stay on the wall.",
    State.UNREADABLE: "The folder cannot be opened; its photos stay on the wall.",
    State.PARTIAL: "The folder can only partly be read; all its photos stay on the wall.",
    State.EMPTY: "The folder is suddenly empty; its photos stay on the wall until you decide.",
    State.UNMOUNTED: "The folder is not connected; its photos stay on the wall.",
    State.READ_ONLY: "The folder's disk has a fault; its photos stay on the wall.",
    State.SWAPPED: "Another folder has taken its place; its photos stay on the wall until you decide.",
}


class Mirror:
    """One mirrored folder, for one thread. `walk` looks at everything, `step` takes one file."""

    def __init__(
        self, root: Path, catalogue: Catalogue, taker: Taker, turn: Turn, tally: Tally, clock: Clock
    ) -> None:
        self._root = root
        self._path = written(str(root))
        self._catalogue = catalogue
        self._clock = clock
        self._tally = tally
        self._folder: Folder = catalogue.folders.add(self._path)
        self._known = _known(catalogue.folders.sightings(self._folder.id))
        self._missing: dict[str, float] = {}
        self._dropped: deque[float] = deque()
        self._state = State.ABSENT
        hand = Hand(catalogue, taker, Door.FOLDER, clock)
        place = Place(root, f"folder {self._path}", RANK)
        self._arrivals = Arrivals(place, hand, catalogue, turn, tally, clock)

    @property
    def state(self) -> State:
        return self._state

    def tell(self, tidings: Tidings) -> None:
        """Something happened in the folder; what vanished is the next walk's business."""
        if not self._takes() or is_passed_by(tidings.path):
            return
        stamp = files.stamp_at(self._root, tidings.path)
        if stamp is None or self._is_news(tidings.path, stamp):
            self._arrivals.tell(tidings)

    def wait_seconds(self) -> float:
        """How long nothing will be due."""
        return self._arrivals.wait_seconds() if self._takes() else math.inf

    def wants_walk(self) -> bool:
        """Whether the owner has answered: no reason to let them wait."""
        asked = self._asked() if self._missing else None
        return asked is not None and asked.answer is not None and not self._arrivals.has_hopeful

    def is_gone(self) -> bool:
        """Whether there is nothing to walk through, so that looking again costs nothing."""
        return self._state in (State.ABSENT, State.UNREADABLE, State.UNMOUNTED)

    def walk(self) -> None:
        """Look at everything, believe what can be believed, and act on it."""
        found = files.walk(self._root)
        seen = _pass(self._root, found)
        remembered = Identity.from_text(self._folder.identity)
        state = judge(seen, self._known, remembered)
        self._enter(state)
        if self._takes():
            news = {
                path: stamp for path, stamp in found.files.items() if self._is_news(path, stamp)
            }
            self._arrivals.found(news, is_complete=not found.problem)
            if remembered is None and seen.identity is not None:
                self._remember(seen.identity)
        self._act(state, seen)

    def step(self) -> bool:
        """Take at most one file; whether there may be more to do at once."""
        if not self._takes():
            return False
        done = self._arrivals.step()
        if done is None:
            return False
        path, stamp, result = done
        if result.outcome is Outcome.TAKEN and result.photo is not None:
            self._saw(path, stamp, result.photo.id)
            self._arrivals.forget(path)
        return True

    def _takes(self) -> bool:
        return self._state in (State.PRESENT, State.PARTIAL, State.READ_ONLY, State.EMPTY)

    def _is_news(self, path: str, stamp: Stamp) -> bool:
        known = self._known.get(written(path))
        return known is None or (known.size, known.mtime_ns) != (stamp.size, stamp.mtime_ns)

    def _saw(self, path: str, stamp: Stamp, photo_id: int) -> None:
        """The file is this photo now. If it was another one, that one has been replaced."""
        key, folders = written(path), self._catalogue.folders
        before = self._known.get(key)
        with self._catalogue.transaction():
            folders.saw(Sighting(self._folder.id, key, stamp.size, stamp.mtime_ns, photo_id))
            if before is not None and before.photo_id != photo_id:
                self._drop(before.photo_id)
        self._known[key] = Known(stamp.size, stamp.mtime_ns, photo_id)
        self._missing.pop(key, None)

    def _act(self, state: State, seen: Pass) -> None:
        now, folders = self._clock.now(), self._catalogue.folders
        while self._dropped and now - self._dropped[0] > LATELY_SECONDS:
            self._dropped.popleft()
        asked = self._asked()
        following = plan(
            state,
            seen,
            self._known,
            missing_before=self._missing,
            droppable=folders.only_here(self._folder.id) if self._missing else frozenset(),
            has_waiting=self._arrivals.has_hopeful,
            dropped_lately=len(self._dropped),
            asked=asked,
            now=now,
        )
        self._missing = dict(following.missing)
        self._carry_out(following)
        self._ask(following, asked)
        if following.is_known_anew and seen.identity is not None:
            self._remember(seen.identity)

    def _carry_out(self, following: Plan) -> None:
        folders = self._catalogue.folders
        if not following.gone and not following.kept:
            return
        with self._catalogue.transaction():
            for path in following.kept:
                folders.hold(self._known[path].photo_id)
            for path in (*following.gone, *following.kept):
                folders.lost(self._folder.id, path)
            dropped = [self._drop(self._known[path].photo_id) for path in following.gone]
            if following.settled is not None:
                self._catalogue.facts.set(self._settled_fact, str(following.settled))
        for path in (*following.gone, *following.kept):
            del self._known[path]
            self._missing.pop(path, None)
        if following.settled is None:  # what the owner decided is not held against the folder
            self._dropped.extend([self._clock.now()] * sum(dropped))
        if any(dropped):
            LOG.info("Gone from the folder: place=%s photos=%d", self._path, sum(dropped))

    def _drop(self, photo_id: int) -> bool:
        """Take the photo off the wall, unless something else keeps it there. Within a transaction."""
        if self._is_kept(photo_id) or self._catalogue.folders.is_seen_elsewhere(photo_id):
            return False
        self._catalogue.folders.drop(photo_id, int(self._clock.date()))
        return True

    def _is_kept(self, photo_id: int) -> bool:
        photo = self._catalogue.photos.get(photo_id)
        is_ours = photo is None or photo.is_deleted or photo.door is not Door.FOLDER
        return is_ours or self._catalogue.folders.is_held(photo_id)

    def _asked(self) -> Asked | None:
        """The last question about this folder, unless it has been acted on."""
        question = self._catalogue.questions.latest("drop", self._path)
        if question is None or question.answer == "withdrawn":
            return None
        if self._catalogue.facts.get(self._settled_fact) == str(question.id):
            return None
        return Asked(question.id, int(question.facts.get("missing", 0)), question.answer)

    def _ask(self, following: Plan, asked: Asked | None) -> None:
        questions, date = self._catalogue.questions, int(self._clock.date())
        if following.ask_about:
            facts: dict[str, str | int] = {
                "folder": self._path,
                "missing": following.ask_about,
                "known": len({each.photo_id for each in self._known.values()}),
            }
            if asked is None:
                LOG.info("Waiting for the owner: place=%s missing=%d", self._path, facts["missing"])
            questions.ask("drop", self._path, facts, date, on_screen=False)
        elif asked is not None and not following.missing and self._state is State.PRESENT:
            # All is there again: neither the question nor an answer to it may outlive that.
            if asked.answer is None:
                questions.withdraw("drop", self._path, date)
            else:
                self._catalogue.facts.set(self._settled_fact, str(asked.id))

    def _enter(self, state: State) -> None:
        """Say once how the folder is now."""
        self._tally.state(self._path, state)
        notices = self._catalogue.notices
        if state != self._folder.state:
            for other in _SENTENCES:
                notices.clear("doors", f"folder_{other}", self._path)
            if state in _SENTENCES:
                LOG.warning("A watched folder: place=%s state=%s", self._path, state)
                date = int(self._clock.date())
                message = _SENTENCES[state]
                notices.add("doors", f"folder_{state}", self._path, message, date)
            elif self._folder.state != "new":
                LOG.info("A watched folder is back: place=%s", self._path)
            self._describe(self._folder.identity, state)
        self._state = state

    def _remember(self, identity: Identity) -> None:
        if identity.text() != self._folder.identity:
            self._describe(identity.text(), self._folder.state)

    def _describe(self, identity: str, state: str) -> None:
        self._catalogue.folders.describe(self._folder.id, identity, state)
        self._folder = Folder(self._folder.id, self._path, identity, state)

    @property
    def _settled_fact(self) -> str:
        return f"drop_settled/{self._folder.id}"


def identity_of(root: Path) -> Identity | None:
    """The folder's own marks, or None if there is no folder."""
    try:
        status, volume = os.stat(root), os.statvfs(root)
    except OSError:
        return None
    if not root.is_dir():
        return None
    is_read_only = bool(volume.f_flag & os.ST_RDONLY)
    return Identity(
        status.st_dev,
        status.st_ino,
        volume.f_fsid,
        is_read_only,
        volume_of(f"{os.major(status.st_dev)}:{os.minor(status.st_dev)}"),
        volume.f_blocks * volume.f_frsize,
    )


def _pass(root: Path, found: files.Found) -> Pass:
    identity = identity_of(root)
    if identity is None and not os.path.lexists(root):
        return Pass(None, {})
    holding = {path[:at] for path in found.files for at, letter in enumerate(path) if letter == "/"}
    return Pass(
        identity,
        {written(path): (stamp.size, stamp.mtime_ns) for path, stamp in found.files.items()},
        found.problem,
        frozenset(written(folder) for folder in found.folders if folder not in holding),
    )


def _known(sightings: dict[str, Sighting]) -> dict[str, Known]:
    return {
        path: Known(each.size_bytes, each.mtime_ns, each.photo_id)
        for path, each in sightings.items()
    }
