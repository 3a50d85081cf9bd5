"""An archive (`frame.library.archive`) back into a library: every photo by the one way in, with what was
decided about it.

Nothing that is there is changed or lost: a photo that the library knows stays as it is now, deleted ones
too. So the same archive may be restored again and again, and one that was cut off just once more.
"""

from __future__ import annotations

import contextlib
import json
import os
import tarfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Protocol

from frame.core.photos import Door
from frame.errors import DiskFull, Refused
from frame.library.archive import (
    ABOUT,
    FORMAT,
    PHOTOS,
    SETTINGS,
    BadArchive,
    Line,
    from_json,
    original_in,
)
from frame.library.catalogue import Catalogue
from frame.library.decided import Decided
from frame.library.disk import Disk, RealDisk, remove_if_there, temporary_name
from frame.library.ingest import LARGEST_FILE
from frame.library.places import Places

LARGEST_LIST = 256 << 20
"""Bytes of the list of photos: a million of them."""

LARGEST_TEXT = 1 << 20
_CHUNK = 1 << 18


@dataclass(frozen=True)
class Progress:
    """How far it is. `new` photos came back, `there` were in the library already, `refused` are damaged
    in the archive, `unknown` are in it without a line about them; `of` is how many it tells of."""

    done: int = 0
    of: int = 0
    new: int = 0
    there: int = 0
    refused: int = 0
    unknown: int = 0
    settings: Mapping[str, object] | None = None


class Taker(Protocol):
    """`frame.library.ingest.Ingest`, as much of it as is needed here."""

    def take(
        self,
        source: Path,
        door: Door,
        *,
        name: str,
        sender: str = "",
        expected_sha256: str | None = None,
        expected_size: int | None = None,
        parents: tuple[int, ...] = (),
        decided: Decided | None = None,
    ) -> object: ...


Heard = Callable[[Progress], None]


def _silent(_: Progress) -> None:
    """Nobody listens."""


def restore(
    places: Places,
    catalogue: Catalogue,
    taker: Taker,
    archive: IO[bytes],
    *,
    heard: Heard = _silent,
    is_ending: Callable[[], bool] = lambda: False,
    disk: Disk | None = None,
) -> Progress:
    """Take in what the archive holds; `heard` is told after each photo.

    Raises `BadArchive`, `StorageError` (`DiskFull` among them) and OSError; what was taken in by then
    stays, and doing it again goes on from there.
    """
    work = _Restoring(places, catalogue, taker, disk or RealDisk(), heard)
    try:
        with tarfile.open(fileobj=archive, mode="r|") as tar:
            for member in _files(tar):
                if is_ending():
                    return work.progress
                work.take(tar, member)
    except (tarfile.TarError, EOFError) as error:
        raise BadArchive("This is no archive of a Wakeframe, or it is not whole.") from error
    if work.lines is None:
        raise BadArchive("This is no archive of a Wakeframe.")
    if work.progress.done < work.progress.of:
        raise BadArchive("This archive ends too early. Restore it again when it is whole.")
    return work.progress


class _Restoring:
    def __init__(
        self, places: Places, catalogue: Catalogue, taker: Taker, disk: Disk, heard: Heard
    ) -> None:
        self._places = places
        self._catalogue = catalogue
        self._taker = taker
        self._disk = disk
        self._heard = heard
        self._is_ours = False
        self.lines: dict[str, bytes] | None = None
        self.progress = Progress()

    def take(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        """One file of the archive; those that are none of ours are passed over."""
        if member.name == ABOUT:
            self._check(_text(tar, member))
        elif not self._is_ours:
            raise BadArchive("This is no archive of a Wakeframe.")
        elif member.name == PHOTOS:
            self.lines = _lines(tar, member)
            self.progress = replace(self.progress, of=len(self.lines))
        elif member.name == SETTINGS:
            self.progress = replace(self.progress, settings=_settings(_text(tar, member)))
        elif (sha256 := original_in(member.name)) is not None:
            self._take_original(tar, member, sha256)

    def _check(self, about: bytes) -> None:
        try:
            facts = json.loads(about)
        except (ValueError, RecursionError):
            facts = None
        if not isinstance(facts, dict) or not isinstance(facts.get("format"), int):
            raise BadArchive("This is no archive of a Wakeframe.")
        if facts["format"] > FORMAT:
            raise BadArchive("This archive was made by a newer Wakeframe; update this one first.")
        self._is_ours = True

    def _take_original(self, tar: tarfile.TarFile, member: tarfile.TarInfo, sha256: str) -> None:
        text = (self.lines or {}).get(sha256)
        if text is None:
            self.progress = replace(self.progress, unknown=self.progress.unknown + 1)
            return
        line = from_json(text)
        outcome = "there" if self._is_there(line) else self._outcome(tar, member, line)
        count = getattr(self.progress, outcome) + 1
        done = self.progress.done + 1
        self.progress = replace(self.progress, **{outcome: count, "done": done})
        self._heard(self.progress)

    def _is_there(self, line: Line) -> bool:
        photo = self._catalogue.photos.find(line.sha256)
        if photo is None:
            return False
        return self._disk.size(self._places.original_of(photo)) == line.size_bytes

    def _outcome(self, tar: tarfile.TarFile, member: tarfile.TarInfo, line: Line) -> str:
        if member.size != line.size_bytes or member.size > LARGEST_FILE:
            return "refused"
        decided = line.decided
        with self._unpacked(tar, member) as path:
            try:
                self._taker.take(
                    path,
                    decided.door,
                    name=decided.name,
                    sender=decided.sender,
                    expected_sha256=line.sha256,
                    expected_size=line.size_bytes,
                    parents=self._ids_of(line.parents),
                    decided=decided,
                )
            except Refused:
                return "refused"
        return "new"

    def _ids_of(self, parents: tuple[str, ...]) -> tuple[int, ...]:
        found = (self._catalogue.photos.find(each) for each in parents)
        return tuple(photo.id for photo in found if photo is not None)

    @contextlib.contextmanager
    def _unpacked(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[Path]:
        """The original in a file of its own, for as long as it is needed."""
        path = self._places.incoming / temporary_name()
        if self._disk.room(self._places.incoming).free < 2 * member.size:
            raise DiskFull("The frame's storage is full; delete photos or use a larger card.")
        try:
            with self._disk.create(path) as file:
                for chunk in _chunks(tar, member):
                    file.write(chunk)
            yield path
        finally:
            with contextlib.suppress(OSError):
                remove_if_there(self._disk, path)


def _files(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Plain files only: links, devices and folders of an archive are nobody's photos."""
    for member in tar:
        if member.isreg() and not member.issparse():
            yield member
        tar.members = []  # type: ignore[attr-defined] # it would remember every one of them


def _chunks(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    stream = tar.extractfile(member)
    assert stream is not None
    while chunk := stream.read(_CHUNK):
        yield chunk


def _text(tar: tarfile.TarFile, member: tarfile.TarInfo, most: int = LARGEST_TEXT) -> bytes:
    if member.size > most:
        raise BadArchive("This archive is damaged: a list in it is far too long.")
    return b"".join(_chunks(tar, member))


def _lines(tar: tarfile.TarFile, member: tarfile.TarInfo) -> dict[str, bytes]:
    """The line of each photo by its hash; lines that make no sense are left out."""
    found: dict[str, bytes] = {}
    for text in _text(tar, member, LARGEST_LIST).splitlines():
        with contextlib.suppress(ValueError, RecursionError):
            found[from_json(text).sha256] = text
    return found


def _settings(text: bytes) -> dict[str, object]:
    """As they stand there; whoever saves them checks them."""
    try:
        return tomllib.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}


def opened(path: Path) -> IO[bytes]:
    """An archive for reading. Raises `BadArchive` where there is none."""
    try:
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise BadArchive(f"The archive {path.name} cannot be read: {why}.") from error
