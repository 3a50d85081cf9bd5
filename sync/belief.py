"""What a look at somebody else's folder allows us to believe: decisions only, no disk and no clock.

An absent file is not a deleted file. Shares are unmounted, servers start without their disks, sticks are
exchanged; each of these looks like a folder whose photos were all deleted.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Set
from dataclasses import asdict, dataclass, field
from enum import StrEnum

MISSING_SECONDS = 180.0
"""A file must be gone in two looks this far apart: a server that restarts, or a program that saves by
removing and writing anew, takes less."""

LARGEST_SHARE = 0.2
"""More than this of a folder at once is not housekeeping, and waits for the owner."""

FEW = 2
"""So few photos tell nothing about the folder: not that it was exchanged, nor that a disk below it is
gone."""

SAME_SHARE = 0.5
"""So much of what we know must be there for a folder under another number to be the same folder."""


class State(StrEnum):
    """How a mirrored folder is. Only in the first is anything believed to be gone without asking."""

    PRESENT = "present"
    ABSENT = "absent"
    UNREADABLE = "unreadable"
    PARTIAL = "partial"
    EMPTY = "empty"
    UNMOUNTED = "unmounted"
    READ_ONLY = "read_only"
    SWAPPED = "swapped"


@dataclass(frozen=True)
class Identity:
    """How a folder is recognised: we may not leave a marker in it. `file_system` is the number that the
    file system gives itself, 0 where it has none; it survives restarts where `device` does not. `volume`
    is the number written on a local disk or stick, if it is known; `capacity` is in bytes."""

    device: int
    inode: int
    file_system: int
    is_read_only: bool
    volume: str = ""
    capacity: int = 0

    def text(self) -> str:
        """For the catalogue."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Identity | None:
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return None

    def is_place_of(self, other: Identity) -> bool:
        """Whether both are one place, as far as numbers tell."""
        if self.inode != other.inode or self.capacity != other.capacity:
            return False
        if self.volume != other.volume and self.volume and other.volume:
            return False
        is_one = self.file_system != 0 and self.file_system == other.file_system
        return is_one or self.device == other.device


@dataclass(frozen=True)
class Known:
    """A file as it was when it was taken in."""

    size: int
    mtime_ns: int
    photo_id: int


@dataclass(frozen=True)
class Pass:
    """One look at a folder. `files` are sizes and times by path; `problem` says what could not be
    listed. Without an identity the folder was not there, or (`problem`) could not be opened. `bare` are
    sub-folders with no file below them."""

    identity: Identity | None
    files: Mapping[str, tuple[int, int]]
    problem: str = ""
    bare: frozenset[str] = frozenset()


def judge(seen: Pass, known: Mapping[str, Known], remembered: Identity | None) -> State:
    """How the folder is."""
    if seen.identity is None:
        return State.UNREADABLE if seen.problem else State.ABSENT
    if seen.problem:
        return State.PARTIAL if seen.files else State.UNREADABLE
    if not known:
        return State.PRESENT
    found = sum(seen.files.get(path) == (each.size, each.mtime_ns) for path, each in known.items())
    is_same = remembered is not None and seen.identity.is_place_of(remembered)
    if not is_same and found < SAME_SHARE * len(known):
        return State.SWAPPED if seen.files else State.UNMOUNTED
    if not seen.files:
        return State.EMPTY
    if not found and len(known) > FEW:
        return State.SWAPPED  # two sticks of one make, one after the other, have the same numbers
    is_missing = any(path not in seen.files for path in known)
    was_writable = remembered is not None and not remembered.is_read_only
    if is_missing and was_writable and seen.identity.is_read_only:
        return State.READ_ONLY  # a file system that met an error and shows what it still can
    return State.PRESENT


@dataclass(frozen=True)
class Asked:
    """The last question about this folder that has not been acted on: how many photos it was about, and
    the answer (``yes``, ``no``, or None)."""

    id: int
    photos: int
    answer: str | None


@dataclass(frozen=True)
class Plan:
    """What follows from a look.

    `missing` is since when each known file has been missing. `gone` are files believed to be gone,
    `kept` those whose photos the owner wants to keep nevertheless. `ask_about` is how many photos the
    owner must decide about, 0 if none. `settled` is the question that this plan acts on. `is_known_anew`
    tells to remember the folder as it is now.
    """

    missing: Mapping[str, float] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    ask_about: int = 0
    settled: int | None = None
    is_known_anew: bool = False


def plan(
    state: State,
    seen: Pass,
    known: Mapping[str, Known],
    *,
    missing_before: Mapping[str, float],
    droppable: Set[int],
    has_waiting: bool,
    dropped_lately: int,
    asked: Asked | None,
    now: float,
) -> Plan:
    """What to do after a look.

    `droppable` are the photos that nothing but files of this folder keep on the wall; `has_waiting`
    tells that files of it are not taken in yet (a renamed one may be among them); `dropped_lately` is
    how many of its photos went within the last hour.
    """
    if state not in (State.PRESENT, State.EMPTY, State.SWAPPED):
        return Plan()
    there: Collection[str] = seen.files if state is State.PRESENT else ()
    missing = {path: missing_before.get(path, now) for path in known if path not in there}
    if not missing:
        return Plan(is_known_anew=True)
    ripe = tuple(path for path, since in missing.items() if now - since >= MISSING_SECONDS)
    if not ripe or (has_waiting and state is State.PRESENT):
        return Plan(missing)
    going = frozenset(ripe)
    staying = {each.photo_id for path, each in known.items() if path not in going}
    losing = ({known[path].photo_id for path in ripe} - staying) & droppable
    if asked is not None and asked.answer == "no":
        return Plan(missing, kept=ripe, settled=asked.id, is_known_anew=True)
    if asked is not None and asked.answer == "yes" and len(losing) <= asked.photos:
        return Plan(missing, gone=ripe, settled=asked.id, is_known_anew=True)
    is_whole = len(missing) == len(known)
    is_much = _is_much(len(losing) + dropped_lately, len(known), dropped_lately)
    if losing and (is_whole or is_much or _are_bared(ripe, seen.bare)):
        return Plan(missing, ask_about=len(losing))
    return Plan(missing, gone=ripe, is_known_anew=state is State.SWAPPED)


def _is_much(losing: int, known: int, lately: int) -> bool:
    return losing > LARGEST_SHARE * (known + lately)


def _are_bared(paths: Collection[str], bare: Collection[str]) -> bool:
    """Whether a sub-folder is still there but has lost everything: a disk mounted below the folder goes
    like that, and people remove the folder with its photos."""
    return any(sum(path.startswith(folder + "/") for path in paths) > FEW for folder in bare)
