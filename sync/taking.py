"""One file of a door, from "ready" to an outcome: taken in, refused for a reason, or tried again later.

Ingest is behind a Protocol: the doors know when and what, it knows how.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Protocol

from frame.core.photos import Door, Photo
from frame.errors import DiskFull, Refused, StorageError, Unready
from frame.library.catalogue import Catalogue
from frame.library.formats import HEAD_BYTES, VIDEO, recognise
from frame.library.talk import Refusal
from frame.library.videos import ignored_video
from sync.files import opened, parent_of
from sync.names import Sort, sort_of, written
from sync.settling import Stamp

LOG = logging.getLogger(__name__)

OPEN_FILES = Path("/proc/self/fd")
"""Where this process can name what it has open; another system has no such place."""

NEVER_NS = -1
"""A modification time that no file has: a line about a file that is to be tried again all the same."""

MOST_LINES = 100_000

_FILMS = ("video", "live_photo")

_OURS = ("decoder_unsafe",)
"""Refused for what is installed here, which may be another thing after a start."""


class Taken(Protocol):
    """What ingest answers."""

    @property
    def photo(self) -> Photo: ...
    @property
    def is_new(self) -> bool: ...
    @property
    def was_deleted(self) -> bool: ...


class Taker(Protocol):
    """Ingest: `frame.library.ingest.Ingest`, or a fake."""

    def take(
        self,
        source: Path,
        door: Door,
        *,
        name: str,
        sender: str = "",
        expected_sha256: str | None = None,
        expected_size: int | None = None,
    ) -> Taken:
        """The photo, safely in the library. Raises `Refused`, `Unready`, `StorageError`, OSError."""
        ...


@dataclass(frozen=True)
class Clock:
    """The two times: monotonic seconds for waiting, seconds since 1970 for the catalogue."""

    now: Callable[[], float] = time.monotonic
    date: Callable[[], float] = time.time


class Outcome(Enum):
    """What became of a file."""

    TAKEN = "taken"
    REFUSED = "refused"
    IGNORED = "ignored"
    LATER = "later"
    FULL = "full"
    FAILED = "failed"


@dataclass(frozen=True)
class Result:
    """`photo` and `is_new` (whether its bytes were) for what was taken, `why` for what was not yet."""

    outcome: Outcome
    photo: Photo | None = None
    is_new: bool = False
    why: str = ""


class Hand:
    """Takes files of one door for one thread."""

    def __init__(self, catalogue: Catalogue, taker: Taker, door: Door, clock: Clock) -> None:
        self._catalogue = catalogue
        self._taker = taker
        self._door = door
        self._clock = clock
        self._is_quiet = door is not Door.INBOX
        self._pardoned = {
            each.place for each in catalogue.refusals.all(MOST_LINES) if each.code in _OURS
        }

    def was_refused(self, root: Path, path: str, stamp: Stamp) -> bool:
        """Whether this very file was refused before, for a reason that still holds."""
        place = place_of(root, path)
        if place in self._pardoned:
            self._pardoned.remove(place)
            return False
        return self._catalogue.refusals.has(self._door, place, stamp.size, stamp.mtime_ns)

    def take(self, root: Path, path: str, stamp: Stamp) -> Result:
        """Take the file in. Never raises: whatever is wrong with one file is one line, and we go on."""
        try:
            kind = sort_by_content(root, path)
            if kind is Sort.UNKNOWN:
                return Result(Outcome.IGNORED)
            return self._take(root, path)
        except Refused as refusal:
            self._write_refusal(root, path, stamp, refusal.code, str(refusal))
            return Result(Outcome.REFUSED)
        except (Unready, FileNotFoundError, PermissionError) as error:
            return Result(Outcome.LATER, why=str(error))
        except DiskFull:
            return Result(Outcome.FULL)
        except (StorageError, OSError) as error:
            LOG.warning("Not taken in yet: place=%s why=%s", place_of(root, path), error)
            return Result(Outcome.FAILED)
        except Exception:
            # The edge of one file: a mistake of ours must not keep the others out.
            LOG.exception("Not taken in, and we do not know why: place=%s", place_of(root, path))
            return Result(Outcome.FAILED)

    def _take(self, root: Path, path: str) -> Result:
        with parent_of(root, path) as (folder, name):
            # Through the folder that is open here: exchanging it for a link leads ingest nowhere.
            through = OPEN_FILES / str(folder)
            source = through / name if through.exists() else root / path
            taken = self._taker.take(source, self._door, name=written(name))
        folders = self._catalogue.folders
        if taken.was_deleted and folders.take_back(taken.photo.id):
            LOG.info("Back on the wall: place=%s", place_of(root, path))
        if taken.photo.door is Door.FOLDER and self._door is not Door.FOLDER:
            folders.hold(taken.photo.id)
        self._catalogue.refusals.remove(self._door, place_of(root, path))
        return Result(Outcome.TAKEN, taken.photo, taken.is_new)

    def give_line(self, root: Path, path: str, stamp: Stamp, why: str) -> None:
        """Say why a file is still not here, although it will be tried again."""
        self._write_refusal(root, path, replace(stamp, mtime_ns=NEVER_NS), "unreadable", why)

    def _write_refusal(self, root: Path, path: str, stamp: Stamp, code: str, message: str) -> None:
        place = place_of(root, path)
        # A share is full of films; its owner knows them.
        level = logging.DEBUG if self._is_quiet and code in _FILMS else logging.INFO
        LOG.log(level, "Left where it is: place=%s code=%s: %s", place, code, message)
        at = int(self._clock.date())
        self._catalogue.refusals.add(
            Refusal(self._door, place, stamp.size, stamp.mtime_ns, code, message, at)
        )

    def forget_refusals(self, root: Path, present: set[str]) -> None:
        """Remove the lines about files below `root` that are gone; `present` are relative paths."""
        below = place_of(root, "")
        places = {place_of(root, path) for path in present}
        for refusal in self._catalogue.refusals.all(MOST_LINES):
            is_ours = refusal.door == self._door and refusal.place.startswith(below)
            if is_ours and refusal.place not in places:
                self._catalogue.refusals.remove(refusal.door, refusal.place)


def place_of(root: Path, path: str) -> str:
    """How a file is called in the catalogue and in the log."""
    return f"{written(str(root))}/{written(path)}"


def sort_by_content(root: Path, path: str) -> Sort:
    """What a file is by its first bytes, and by its name where these say nothing.

    Raises OSError and `Refused`.
    """
    promised = sort_of(path.rpartition("/")[2])
    with opened(root, path) as descriptor:
        kind = recognise(os.pread(descriptor, HEAD_BYTES, 0))
    if kind is not None and kind.is_photo:
        return Sort.PHOTO
    if promised is Sort.PHOTO:  # it breaks its promise: ingest says how
        return Sort.PHOTO
    if kind is VIDEO:
        return Sort.VIDEO
    if promised is Sort.VIDEO:  # of a kind that ingest does not know
        raise ignored_video(path.rpartition("/")[2], ())
    return Sort.UNKNOWN
