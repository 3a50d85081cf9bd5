"""The bytes of photos that are still on their way, a file for each, in the library's hidden folder.

How long a file is tells how far it has come: nothing is written elsewhere while bytes arrive, and a
process that ends in the middle of it leaves what it had. Two connections may write to one file (a phone
that lost its Wi-Fi comes back before we have noticed); each byte is written once all the same, because
whoever finds the file longer than they left it has been overtaken.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from frame.library.disk import Disk, RealDisk, remove_if_there

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
MODE = 0o600


class Overtaken(Exception):  # noqa: N818 - reads as what it says
    """The file is not as long as it was left: `size` bytes now."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the file has {size} bytes now")
        self.size = size


class UploadFiles:
    """The folder. Names are ids of uploads: hex digits that we made ourselves."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self._folder = folder
        self._disk = disk or RealDisk()

    def path(self, upload_id: str) -> Path:
        return self._folder / upload_id

    def size(self, upload_id: str) -> int:
        """How many bytes are here; 0 where there is no file yet. Raises OSError."""
        return self._disk.size(self.path(upload_id)) or 0

    def touched(self, upload_id: str) -> float | None:
        """When the last byte came, unix seconds; None where there is no file. Raises OSError."""
        try:
            return self.path(upload_id).lstat().st_mtime
        except FileNotFoundError:
            return None

    def open(self, upload_id: str) -> OpenUpload:
        """The file, made if missing. Raises OSError."""
        return OpenUpload(os.open(self.path(upload_id), _FLAGS, MODE))

    def rename(self, old: str, new: str) -> None:
        """Give the bytes to another upload. Raises OSError."""
        self._disk.rename(self.path(old), self.path(new))
        self._disk.sync_folder(self._folder)

    def sync(self, upload_id: str) -> None:
        """Returns when the bytes and the name are on the disk. Raises OSError."""
        with self.open(upload_id) as file:
            file.sync()
        self.sync_names()

    def sync_names(self) -> None:
        """Returns when the names in the folder are on the disk. Raises OSError."""
        self._disk.sync_folder(self._folder)

    def remove(self, upload_id: str) -> None:
        """The bytes are not needed any more; none is fine. Raises OSError."""
        remove_if_there(self._disk, self.path(upload_id))

    def names(self) -> list[str]:
        """Every file that is there. Raises OSError."""
        return self._disk.names(self._folder)


class OpenUpload:
    """One upload's file, open for one connection. A context manager. All calls raise OSError."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)

    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def add(self, position: int, data: bytes) -> None:
        """Write all of `data` at the end, which is at `position`. Raises `Overtaken` if it is not."""
        with self._alone(position):
            rest, at = memoryview(data), position
            while rest:
                count = os.pwrite(self._descriptor, rest, at)
                rest, at = rest[count:], at + count

    def cut(self, position: int, size: int) -> None:
        """Shorten it to `size` bytes. Raises `Overtaken` if its end is not at `position`."""
        with self._alone(position):
            os.ftruncate(self._descriptor, size)

    def sync(self) -> None:
        """Returns when the bytes are on the disk."""
        os.fsync(self._descriptor)

    @contextmanager
    def _alone(self, position: int) -> Iterator[None]:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            size = self.size()
            if size != position:
                raise Overtaken(size)
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
