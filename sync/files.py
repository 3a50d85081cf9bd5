"""Files in folders that others write to: found, opened and removed without ever following a link.

Paths are relative to a root that the owner named; below it nothing is trusted. Every step of a path is
opened on its own, so that a folder exchanged for a link at the wrong moment leads nowhere.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sync.names import Sort, is_junk_folder, sort_of
from sync.settling import Stamp

DEEPEST = 32
"""Folders within folders; a share that is deeper is a loop of mounts."""

MOST_FILES = 400_000
"""Files that one walk remembers: about 150 MB. More than any household has photos."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Found:
    """What a walk saw: regular files that may be photos, by relative path, and the folders it entered.

    `problem` is empty if the walk saw everything; otherwise what is not in `files` may still be there.
    """

    files: dict[str, Stamp]
    folders: tuple[str, ...] = ()
    problem: str = ""


def stamp_of(status: os.stat_result) -> Stamp:
    return Stamp(
        status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev
    )


def walk(root: Path) -> Found:
    """Everything below `root`; never raises for what it finds there."""
    try:
        top = os.open(root, _FOLDER & ~os.O_NOFOLLOW)  # the owner may name a link
    except OSError as error:
        return Found({}, problem=error.strerror or str(error))
    files: dict[str, Stamp] = {}
    folders: list[str] = []
    problems: list[str] = []
    try:
        _walk(top, "", 0, files, folders, problems)
    finally:
        os.close(top)
    return Found(files, tuple(folders), problems[0] if problems else "")


def _walk(
    descriptor: int,
    prefix: str,
    depth: int,
    files: dict[str, Stamp],
    folders: list[str],
    problems: list[str],
) -> None:
    try:
        with os.scandir(descriptor) as entries:
            listed = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError as error:
        problems.append(error.strerror or str(error))
        return
    for name, is_folder in listed:
        if len(files) >= MOST_FILES:
            problems.append("too many files")
            return
        try:
            if not is_folder:
                _see(descriptor, prefix + name, files)
            elif not is_junk_folder(name) and depth < DEEPEST:
                folders.append(prefix + name)
                below = os.open(name, _FOLDER, dir_fd=descriptor)
                try:
                    _walk(below, f"{prefix}{name}/", depth + 1, files, folders, problems)
                finally:
                    os.close(below)
        except FileNotFoundError:  # gone since it was listed: nothing odd
            continue
        except OSError as error:
            problems.append(error.strerror or str(error))


def _see(descriptor: int, path: str, files: dict[str, Stamp]) -> None:
    name = path.rpartition("/")[2]
    if sort_of(name) in (Sort.JUNK, Sort.SIDECAR):
        return
    status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    if stat.S_ISREG(status.st_mode):
        files[path] = stamp_of(status)


@contextlib.contextmanager
def parent_of(root: Path, path: str) -> Iterator[tuple[int, str]]:
    """The folder of a file, open, and the file's name in it. Raises OSError, also for a link."""
    *steps, name = path.split("/")
    descriptor = os.open(root, _FOLDER & ~os.O_NOFOLLOW)
    try:
        for step in steps:
            below = os.open(step, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        yield descriptor, name
    finally:
        os.close(descriptor)


def stamp_at(root: Path, path: str) -> Stamp | None:
    """The file's stamp, or None if there is no regular file of that name (any more)."""
    try:
        with parent_of(root, path) as (folder, name):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except (OSError, ValueError):
        return None
    return stamp_of(status) if stat.S_ISREG(status.st_mode) else None


@contextlib.contextmanager
def opened(root: Path, path: str) -> Iterator[int]:
    """A descriptor of a regular file; pipes and devices are never waited for. Raises OSError."""
    with parent_of(root, path) as (folder, name):
        # A pipe or a device is told by its status before it is opened: opening alone can do things.
        if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise FileNotFoundError(f"{name!r} is no ordinary file")
        descriptor = os.open(name, _FILE, dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileNotFoundError(f"{name!r} is no ordinary file")
        yield descriptor
    finally:
        os.close(descriptor)


def has_writer(descriptor: int) -> bool | None:
    """Whether some program has this file open for writing; None where the system will not tell.

    A read lease is granted only if there is no writer. It is given back at once; should one come in
    between, the kernel holds it up for that moment and sends a signal that nobody minds.
    """
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except (OSError, AttributeError):  # not ours, or a file system without leases
        return None
    with contextlib.suppress(OSError):
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def remove(root: Path, path: str, expected: Stamp) -> bool:
    """Unlink the file if it is still the very one that was taken. Whether it is gone. Raises OSError."""
    try:
        with parent_of(root, path) as (folder, name):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode) or stamp_of(status) != expected:
                return False
            os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        pass
    return True


def remove_empty(root: Path, folder: str) -> bool:
    """Remove a sub-folder if it is empty; whether it is gone."""
    try:
        with parent_of(root, folder) as (parent, name):
            os.rmdir(name, dir_fd=parent)
    except OSError:
        return False
    return True
