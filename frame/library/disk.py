"""The disk as ingest and deletion see it: few calls, each of which can fail or be cut off.

A Protocol, because the promises about power cuts and failing cards can only be tested on a disk that
does as it is told (see tests/faults). Paths are absolute; every call raises OSError.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@dataclass(frozen=True)
class Room:
    """Bytes of a file system: free for us, and in all."""

    free: int
    total: int


class NewFile(Protocol):
    """A file being written. Leaving the context closes it; it never removes it."""

    path: Path

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def write(self, data: bytes) -> None:
        """All of it, or OSError."""
        ...

    def sync(self, mode: int) -> None:
        """Set the permissions; returns when content and permissions are on the disk."""
        ...


class Disk(Protocol):
    """See the module."""

    def create(self, path: Path) -> NewFile:
        """A new, empty file; fails if there is one."""
        ...

    def open(self, path: Path) -> int:
        """A descriptor for reading only; the caller closes it."""
        ...

    def rename(self, old: Path, new: Path) -> None:
        """In one step; replaces what is there."""
        ...

    def make_folder(self, path: Path) -> bool:
        """Whether it was missing. The parent must exist."""
        ...

    def sync_folder(self, path: Path) -> None:
        """Returns when the names in this folder are on the disk."""
        ...

    def unlink(self, path: Path) -> None:
        """Fails if it is missing."""
        ...

    def names(self, path: Path) -> list[str]:
        """What is in a folder; nothing if the folder is missing."""
        ...

    def size(self, path: Path) -> int | None:
        """Of a regular file, links not followed; None if there is none."""
        ...

    def room(self, path: Path) -> Room:
        """Of the file system that holds `path`."""
        ...


class RealDisk:
    """The disk there is."""

    def create(self, path: Path) -> NewFile:
        return _RealFile(path)

    def open(self, path: Path) -> int:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)

    def rename(self, old: Path, new: Path) -> None:
        old.rename(new)

    def make_folder(self, path: Path) -> bool:
        try:
            path.mkdir()
        except FileExistsError:
            return False
        return True

    def sync_folder(self, path: Path) -> None:
        descriptor = os.open(path, _DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def unlink(self, path: Path) -> None:
        path.unlink()

    def names(self, path: Path) -> list[str]:
        try:
            return sorted(os.listdir(path))
        except FileNotFoundError:
            return []

    def size(self, path: Path) -> int | None:
        try:
            found = path.lstat()
        except FileNotFoundError:
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def room(self, path: Path) -> Room:
        found = os.statvfs(path)
        return Room(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)


class _RealFile:
    """Unbuffered: each write is one call, and its failure is seen where it happens."""

    def __init__(self, path: Path) -> None:
        self.path = path
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def sync(self, mode: int) -> None:
        os.fchmod(self._descriptor, mode)
        os.fsync(self._descriptor)


def temporary_name() -> str:
    """A hidden name that nobody else has, for a file that is not what it will be yet."""
    return f".{os.urandom(8).hex()}.part"


def remove_if_there(disk: Disk, path: Path) -> None:
    """Unlink `path`; a missing one is fine. Raises OSError otherwise."""
    try:
        disk.unlink(path)
    except FileNotFoundError:
        return
