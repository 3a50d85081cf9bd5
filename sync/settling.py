"""When a file is whole: it has been closed, nobody writes to it, and it has been quiet for a while.

Decisions only: what was seen and told comes in with its moment (monotonic seconds), and what to do
comes out. A file that is taken too early is half a photo on the wall; one taken too late is only late.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

BRISK_SECONDS = 1.0
"""After a close or a rename that was told to us: long enough for a program that sets the time or the
name right after closing, short enough to feel immediate."""

SLOW_SECONDS = 10.0
"""Without such tidings (a walk, a network share): SMB and NFS show a growing file with steps of up to
some seconds, and their attribute caches add a few more."""

UNFINISHED_SECONDS = 25.0
"""For a file whose end is missing by its own account: a sender that pauses. Then it is tried all the
same, within the 30 s that were promised, because there are whole files that look like this."""

RECHECK_SECONDS = 2.0
"""How often a file is looked at that is still open, or whose end is missing."""


@dataclass(frozen=True)
class Stamp:
    """A file as `stat` sees it: if one of these differs, it has changed."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int


class Wholeness(Enum):
    """What a file's own first and last bytes say about it."""

    WHOLE = "whole"
    UNFINISHED = "unfinished"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Evidence:
    """What a close look at a file showed. `has_writer`: whether some program has it open for writing;
    None where that cannot be known."""

    has_writer: bool | None
    wholeness: Wholeness


class Phase(Enum):
    """Where a file stands: still watched, or settled with until it changes."""

    WAITING = "waiting"
    DONE = "done"


@dataclass(frozen=True)
class Watched:
    """One file. `quiet_since` is when it last changed as far as we know; `is_closed` tells that a close
    or a rename came after that; `check_at` when to look again; `told_at` orders arrivals."""

    stamp: Stamp
    phase: Phase
    quiet_since: float
    is_closed: bool
    check_at: float
    told_at: float


def seen(before: Watched | None, stamp: Stamp, now: float) -> Watched:
    """A walk or a look saw the file."""
    if before is not None and before.stamp == stamp:
        return before
    told_at = now if before is None or before.phase is Phase.DONE else before.told_at
    return Watched(stamp, Phase.WAITING, now, False, now + SLOW_SECONDS, told_at)


def told_closed(before: Watched | None, stamp: Stamp, now: float) -> Watched:
    """We were told that the file was closed after writing, or renamed to where it is."""
    if before is not None and before.stamp == stamp and before.phase is Phase.DONE:
        return before
    return Watched(stamp, Phase.WAITING, now, True, now + BRISK_SECONDS, now)


def looked(before: Watched, stamp: Stamp, evidence: Evidence, now: float) -> tuple[Watched, bool]:
    """A close look at a file whose time had come: what is known of it now, and whether it is ready."""
    if before.stamp != stamp:
        return seen(before, stamp, now), False
    if evidence.has_writer:
        return replace(before, quiet_since=now, check_at=now + RECHECK_SECONDS), False
    ready_at = before.quiet_since + _quiet_seconds(before, evidence)
    if now >= ready_at:
        return before, True
    return replace(before, check_at=min(ready_at, now + RECHECK_SECONDS)), False


def done(before: Watched) -> Watched:
    """Settled with, one way or another, until it changes."""
    return replace(before, phase=Phase.DONE)


def postponed(before: Watched, now: float, seconds: float) -> Watched:
    """Looked at again later; it must be quiet then as before."""
    return replace(before, phase=Phase.WAITING, check_at=now + seconds)


def _quiet_seconds(file: Watched, evidence: Evidence) -> float:
    if evidence.wholeness is Wholeness.UNFINISHED:
        return UNFINISHED_SECONDS
    # A close alone is not enough where writers cannot be seen: some senders close after each piece.
    if file.is_closed and (evidence.has_writer is False or evidence.wholeness is Wholeness.WHOLE):
        return BRISK_SECONDS
    return SLOW_SECONDS


class Settling:
    """The files of one place that we wait for. Without clock and disk: every method is handed both."""

    def __init__(self) -> None:
        self._files: dict[str, Watched] = {}

    def __len__(self) -> int:
        """How many are still waited for."""
        return sum(file.phase is Phase.WAITING for file in self._files.values())

    def __contains__(self, path: str) -> bool:
        return path in self._files

    @property
    def paths(self) -> list[str]:
        return list(self._files)

    def seen(self, path: str, stamp: Stamp, now: float) -> None:
        self._files[path] = seen(self._files.get(path), stamp, now)

    def told_closed(self, path: str, stamp: Stamp, now: float) -> None:
        self._files[path] = told_closed(self._files.get(path), stamp, now)

    def due(self, now: float) -> list[str]:
        """Those to look at closely now; the newest arrivals first."""
        due = [
            (file.told_at, file.stamp.mtime_ns, path)
            for path, file in self._files.items()
            if file.phase is Phase.WAITING and file.check_at <= now
        ]
        return [path for _, _, path in sorted(due, reverse=True)]

    def next_check(self) -> float | None:
        """When the next one is due."""
        return min(
            (file.check_at for file in self._files.values() if file.phase is Phase.WAITING),
            default=None,
        )

    def looked(self, path: str, stamp: Stamp, evidence: Evidence, now: float) -> bool:
        """Whether the file is ready to be taken."""
        before = self._files.get(path) or seen(None, stamp, now)
        self._files[path], is_ready = looked(before, stamp, evidence, now)
        return is_ready

    def done(self, path: str) -> None:
        if path in self._files:
            self._files[path] = done(self._files[path])

    def postpone(self, path: str, now: float, seconds: float) -> None:
        if path in self._files:
            self._files[path] = postponed(self._files[path], now, seconds)

    def forget(self, path: str) -> None:
        self._files.pop(path, None)
