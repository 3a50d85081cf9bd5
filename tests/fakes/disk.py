"""Disks that do as they are told: one whose power is cut, one that fails."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from types import TracebackType
from typing import Self

from frame.library.disk import Disk, NewFile, RealDisk, Room


@dataclass(eq=False)
class Inode:
    """A file's content, piece by piece as it was written."""

    pieces: list[bytes] = field(default_factory=list)


@dataclass(frozen=True)
class Step:
    """One operation. `kind` is create, write, sync, rename, folder, sync_folder, unlink, or note:
    something that happened elsewhere and lasts (a row in the catalogue, a thank-you)."""

    kind: str
    path: Path
    inode: Inode | None = None
    other: Path | None = None
    data: bytes = b""


@dataclass(frozen=True)
class Aftermath:
    """What is there when the power is back: files with their content (None where it is torn), and the
    notes so far."""

    files: dict[Path, bytes | None]
    notes: list[str]


class PowerCutDisk:
    """A disk in memory that remembers every step, and knows what each power cut may leave of them.

    A write lasts from the file's next sync on, a name from its folder's next sync on; before that each
    of them may be there or not, whatever the others do. A rename is there as a whole or not at all.
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = set(folders)
        self._names: dict[Path, Inode] = {}
        self._begin: dict[Path, Inode] = {}
        self.steps: list[Step] = []

    def put(self, path: Path, data: bytes) -> None:
        """A file that lies there from the beginning."""
        self._names[path] = self._begin[path] = Inode([data])

    def note(self, text: str) -> None:
        """Something lasting happened elsewhere."""
        self.steps.append(Step("note", Path(text)))

    # The disk, as everybody uses it.

    def create(self, path: Path) -> NewFile:
        if path in self._names:
            raise FileExistsError(errno.EEXIST, "there", str(path))
        inode = self._names[path] = Inode()
        self.steps.append(Step("create", path, inode))
        return _CutFile(self, path, inode)

    def open(self, path: Path) -> int:
        descriptor = os.memfd_create("cut")
        os.write(descriptor, b"".join(self._at(path).pieces))
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor

    def rename(self, old: Path, new: Path) -> None:
        inode = self._names[new] = self._at(old)
        del self._names[old]
        self.steps.append(Step("rename", new, inode, old))

    def make_folder(self, path: Path) -> bool:
        if path in self._folders:
            return False
        self._folders.add(path)
        self.steps.append(Step("folder", path))
        return True

    def sync_folder(self, path: Path) -> None:
        self.steps.append(Step("sync_folder", path))

    def unlink(self, path: Path) -> None:
        inode = self._at(path)
        del self._names[path]
        self.steps.append(Step("unlink", path, inode))

    def names(self, path: Path) -> list[str]:
        return sorted(each.name for each in {*self._names, *self._folders} if each.parent == path)

    def size(self, path: Path) -> int | None:
        return sum(map(len, self._names[path].pieces)) if path in self._names else None

    def room(self, path: Path) -> Room:  # noqa: ARG002 - the port's
        return Room(1 << 40, 1 << 40)

    def _at(self, path: Path) -> Inode:
        if path not in self._names:
            raise FileNotFoundError(errno.ENOENT, "no such file", str(path))
        return self._names[path]

    # The power cut.

    def aftermaths(self) -> Iterator[Aftermath]:
        """Everything that may be left, for every prefix of the steps and every subset of what was not
        synced by then."""
        for count in range(len(self.steps) + 1):
            steps = self.steps[:count]
            doubtful = [index for index, _ in enumerate(steps) if self._is_doubtful(steps, index)]
            for choice in product((True, False), repeat=len(doubtful)):
                lost = {index for index, stays in zip(doubtful, choice, strict=True) if not stays}
                yield self._after(steps, lost)

    def _is_doubtful(self, steps: list[Step], index: int) -> bool:
        step, later = steps[index], steps[index + 1 :]
        if step.kind == "write":
            return not any(each.kind == "sync" and each.inode is step.inode for each in later)
        if step.kind not in ("create", "rename", "folder", "unlink"):
            return False
        if step.kind == "create" and self._has_lasting_name(steps, step):
            return False  # nothing hangs on its first name any more
        parent = step.path.parent
        return not any(each.kind == "sync_folder" and each.path == parent for each in later)

    def _has_lasting_name(self, steps: list[Step], created: Step) -> bool:
        return any(
            step.kind == "rename"
            and step.inode is created.inode
            and not self._is_doubtful(steps, index)
            for index, step in enumerate(steps)
        )

    def _after(self, steps: list[Step], lost: set[int]) -> Aftermath:
        names, notes = dict(self._begin), []
        content = {id(inode): b"".join(inode.pieces) for inode in names.values()}
        torn: set[int] = set()
        folders = self._folders - {step.path for step in self.steps if step.kind == "folder"}
        for index, step in enumerate(steps):
            if step.kind == "note":
                notes.append(str(step.path))
            elif step.kind == "write":
                content[id(step.inode)] = content.get(id(step.inode), b"") + step.data
                if index in lost:
                    torn.add(id(step.inode))
            elif index in lost:
                continue
            elif step.kind == "folder":
                folders.add(step.path)
            elif step.kind in ("create", "rename"):
                assert step.inode is not None
                names[step.path] = step.inode
                if step.other is not None:
                    names.pop(step.other, None)
            elif step.kind == "unlink":
                names.pop(step.path, None)
        files = {
            path: None if id(inode) in torn else content.get(id(inode), b"")
            for path, inode in names.items()
            if path.parent in folders
        }
        return Aftermath(files, notes)


class _CutFile:
    def __init__(self, disk: PowerCutDisk, path: Path, inode: Inode) -> None:
        self.path = path
        self._disk, self._inode = disk, inode

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def write(self, data: bytes) -> None:
        self._inode.pieces.append(data)
        self._disk.steps.append(Step("write", self.path, self._inode, data=data))

    def sync(self, mode: int) -> None:  # noqa: ARG002 - the port's
        self._disk.steps.append(Step("sync", self.path, self._inode))


class FailingDisk:
    """The real disk, until its call number `at` (from 1): that one fails, or all from then on."""

    def __init__(self, at: int, code: int, *, is_sticky: bool) -> None:
        self._real: Disk = RealDisk()
        self._at, self._code, self._is_sticky = at, code, is_sticky
        self.calls = 0

    def repair(self) -> None:
        """Whatever it was, it is over."""
        self._at = 1 << 60
        self.calls = 0

    @property
    def has_failed(self) -> bool:
        return self.calls >= self._at

    def count(self) -> None:
        self.calls += 1
        if self.calls == self._at or (self._is_sticky and self.calls > self._at):
            raise OSError(self._code, os.strerror(self._code))

    def create(self, path: Path) -> NewFile:
        self.count()
        return _FailingFile(self, self._real.create(path))

    def open(self, path: Path) -> int:
        self.count()
        return self._real.open(path)

    def rename(self, old: Path, new: Path) -> None:
        self.count()
        self._real.rename(old, new)

    def make_folder(self, path: Path) -> bool:
        self.count()
        return self._real.make_folder(path)

    def sync_folder(self, path: Path) -> None:
        self.count()
        self._real.sync_folder(path)

    def unlink(self, path: Path) -> None:
        self.count()
        self._real.unlink(path)

    def names(self, path: Path) -> list[str]:
        self.count()
        return self._real.names(path)

    def size(self, path: Path) -> int | None:
        self.count()
        return self._real.size(path)

    def room(self, path: Path) -> Room:
        self.count()
        return self._real.room(path)


class _FailingFile:
    """Half of a failing write arrives, as on a real disk."""

    def __init__(self, disk: FailingDisk, file: NewFile) -> None:
        self.path = file.path
        self._disk, self._file = disk, file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.__exit__(kind, error, trace)

    def write(self, data: bytes) -> None:
        try:
            self._disk.count()
        except OSError:
            self._file.write(data[: len(data) // 2])
            raise
        self._file.write(data)

    def sync(self, mode: int) -> None:
        self._disk.count()
        self._file.sync(mode)
