"""Tidings of a folder as they happen (inotify through watchdog); the walk is what can be relied on.

Tells of files that were closed after writing, renamed or removed, and of new folders. Says nothing where
the kernel does not: network shares, and when its watches have run out.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

_TOLD = [
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
]

STOP_SECONDS = 5.0


class What(Enum):
    """`FOLDER` means that something appeared that only a walk can tell of."""

    CLOSED = "closed"
    CREATED = "created"
    GONE = "gone"
    FOLDER = "folder"


@dataclass(frozen=True)
class Tidings:
    """`path` is relative to the watched folder."""

    what: What
    path: str


class OutOfWatches(OSError):  # noqa: N818
    """The kernel grants no more watches; the folder is walked instead."""


class Watch:
    """A folder being watched, until `stop`. `tell` is called in a thread of its own."""

    def __init__(self, root: Path, tell: Callable[[Tidings], None]) -> None:
        """Raises `OutOfWatches`, or OSError if there is no such folder."""
        real = os.path.realpath(root)
        status = os.stat(real)
        self._identity = (status.st_dev, status.st_ino)
        self._root = root
        self._observer = _observer()
        self._observer.schedule(
            _Handler(real, tell),
            real,
            recursive=True,
            event_filter=_TOLD,
        )
        try:
            self._observer.start()
        except OSError as error:
            self.stop()
            if error.errno in (errno.ENOSPC, errno.EMFILE):
                raise OutOfWatches(*error.args) from None
            raise

    def is_good(self) -> bool:
        """Whether this still watches what is at the folder's path now."""
        try:
            status = os.stat(self._root)
        except OSError:
            return False
        is_same = (status.st_dev, status.st_ino) == self._identity
        alive = [emitter.is_alive() for emitter in self._observer.emitters]
        return is_same and bool(alive) and all(alive)

    def stop(self) -> None:
        self._observer.stop()
        if self._observer.is_alive():
            self._observer.join(STOP_SECONDS)


def _observer() -> BaseObserver:
    try:
        from watchdog.observers.inotify import InotifyObserver
    except ImportError:  # another system: its own observer
        return Observer()
    # In full, because a file renamed into the folder would else look like one just begun.
    return InotifyObserver(generate_full_events=True)


class _Handler(FileSystemEventHandler):
    def __init__(self, root: str, tell: Callable[[Tidings], None]) -> None:
        self._prefix = root.rstrip("/") + "/"
        self._tell = tell

    def on_any_event(self, event: FileSystemEvent) -> None:
        source, target = os.fsdecode(event.src_path), os.fsdecode(event.dest_path)
        if event.is_directory:
            self._say(What.FOLDER, target or source)
        elif isinstance(event, FileClosedEvent):
            self._say(What.CLOSED, source)
        elif isinstance(event, FileCreatedEvent):
            self._say(What.CREATED, source)
        elif isinstance(event, FileDeletedEvent):
            self._say(What.GONE, source)
        elif isinstance(event, FileMovedEvent):
            self._say(What.GONE, source)
            self._say(What.CLOSED, target)

    def _say(self, what: What, path: str) -> None:
        if path.startswith(self._prefix):
            self._tell(Tidings(what, path[len(self._prefix) :]))
