"""Everything that is the owner's, as one archive (`frame.library.archive`), made while it is read.

What it holds follows from the library alone, byte for byte, without a clock: the same library gives the
same archive, so a download that broke off goes on where it was. Memory does not grow with the library:
lists go through nameless files, originals through one buffer.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from frame.errors import StorageError
from frame.library.archive import (
    ABOUT,
    BLOCK,
    END_BYTES,
    FORMAT,
    PHOTOS,
    SETTINGS,
    SUMS,
    Line,
    from_json,
    header,
    padded,
    to_json,
)
from frame.library.catalogue import Catalogue
from frame.library.places import Places

CHUNK = 1 << 18
"""Bytes read at once: a slow browser holds no more than this of us."""

PAGE = 500


@dataclass(frozen=True)
class _Piece:
    """A part of the archive: `length` bytes, and how to read them from `skip` on."""

    length: int
    read: Callable[[int], Iterator[bytes]]


class Export:
    """An archive, ready to be read. A context manager.

    `photos` is how many are in it, `size` how many bytes it has, `name` what it is called after its
    content: another one for every other content. Making it raises OSError and `sqlite3.Error`.
    """

    def __init__(self, places: Places, catalogue: Catalogue, settings: bytes = b"") -> None:
        self._places = places
        self._settings = settings
        self._list = _Spool(places.incoming)
        self._sums = _Spool(places.incoming)
        try:
            self.photos = self._content = self._blocks = 0
            self._write_lists(catalogue)
            about = {"format": FORMAT, "photos": self.photos, "bytes": self._content}
            self._about = (
                json.dumps({**about, "sums": self._sums.sha256()}, indent=1).encode() + b"\n"
            )
            self.name = hashlib.sha256(self._about).hexdigest()
        except BaseException:
            self.close()
            raise
        self.size = self._blocks + END_BYTES + sum(each.length for each in self._lists())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._list.close()
        self._sums.close()

    def read(self, first: int = 0) -> Iterator[bytes]:
        """The archive from byte `first` on. Raises OSError, and `StorageError` where an original is not
        what its row promises: an archive that ends early is better than one that lies."""
        for piece in self._pieces():
            if first < piece.length:
                yield from piece.read(first)
            first = max(first - piece.length, 0)

    def _write_lists(self, catalogue: Catalogue) -> None:
        after = 0
        while page := catalogue.records.page(after, PAGE):
            for _, line in page:
                self._list.write(to_json(line).encode() + b"\n")
                self._sums.write(_sum(line.sha256, line.path))
                self.photos += 1
                self._content += line.size_bytes
                self._blocks += BLOCK + padded(line.size_bytes)
            after = page[-1][0]
        self._sums.write(_sum(self._list.sha256(), PHOTOS))
        self._sums.write(_sum(hashlib.sha256(self._settings).hexdigest(), SETTINGS))

    def _lists(self) -> Iterator[_Piece]:
        yield from _file_of(ABOUT, self._about)
        yield from self._sums.pieces(SUMS)
        yield from self._list.pieces(PHOTOS)
        yield from _file_of(SETTINGS, self._settings)

    def _pieces(self) -> Iterator[_Piece]:
        """The archive, in order."""
        yield from self._lists()
        for text in self._list.lines():
            yield from self._original(from_json(text))
        yield _bytes(bytes(END_BYTES))

    def _original(self, line: Line) -> Iterator[_Piece]:
        size = line.size_bytes
        path = self._places.original(line.sha256, line.suffix)
        yield _bytes(header(line.path, size, line.decided.arrived or 0))
        yield _Piece(size, lambda skip: _content(path, size, skip))
        yield _bytes(bytes(padded(size) - size))


class _Spool:
    """A list too long for memory, in a file without a name: nothing is left of it, however we end."""

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `close`
        self._digest = hashlib.sha256()
        self._size = 0

    def close(self) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self._size += len(data)

    def sha256(self) -> str:
        return self._digest.hexdigest()

    def pieces(self, path: str) -> Iterator[_Piece]:
        """It as a file of the archive."""
        yield _bytes(header(path, self._size))
        yield _Piece(self._size, self._read)
        yield _bytes(bytes(padded(self._size) - self._size))

    def lines(self) -> Iterator[bytes]:
        """Line by line; it may be read elsewhere meanwhile."""
        at = 0
        while at < self._size:
            self._file.seek(at)
            line = self._file.readline()
            at += len(line)
            yield line

    def _read(self, first: int) -> Iterator[bytes]:
        while first < self._size:
            self._file.seek(first)
            chunk = self._file.read(CHUNK)
            first += len(chunk)
            yield chunk


def _sum(sha256: str, path: str) -> bytes:
    return f"{sha256}  {path}\n".encode()


def _file_of(path: str, data: bytes) -> Iterator[_Piece]:
    yield _bytes(header(path, len(data)))
    yield _bytes(data.ljust(padded(len(data)), b"\0"))


def _bytes(data: bytes) -> _Piece:
    return _Piece(len(data), lambda skip: iter((data[skip:],)))


def _content(path: Path, size: int, first: int) -> Iterator[bytes]:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags), "rb", buffering=0) as stream:
        if os.fstat(stream.fileno()).st_size != size:
            raise StorageError("An original is not as long as the catalogue says.")
        stream.seek(first)
        while first < size:
            chunk = stream.read(CHUNK)
            if not chunk:
                raise StorageError("An original became shorter while it was read.")
            first += len(chunk)
            yield chunk
