"""The one way into the library. The order is law, because each step relies on the one before it:

hidden temp file -> length and hash verified -> decoded whole, in the cage -> fsync -> rename ->
fsync of the folder -> row -> return. Only then may the caller thank the sender and remove the source.
Cut off anywhere, the photo is either in the library or still where it came from.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from frame.core.photos import Approval, Door, Photo
from frame.errors import DiskFull, Refused, StorageError, WakeframeError
from frame.library.catalogue import Catalogue
from frame.library.decided import Decided, write
from frame.library.disk import Disk, NewFile, RealDisk, remove_if_there, temporary_name
from frame.library.formats import HEAD_BYTES, VIDEO, kind_named, recognise
from frame.library.photos import NewPhoto
from frame.library.places import Places
from frame.library.source import Promise, check_unchanged, exists, opened, read, refusal
from frame.library.space import Reserve, Space, usual_reserve
from frame.library.text import storable
from frame.library.videos import ignored_video, stills_beside

if TYPE_CHECKING:
    from frame.library.decode import DecodedPhoto

_log = logging.getLogger(__name__)

LARGEST_FILE = 512 << 20
"""No photo is larger; the decoder refuses such files as well."""

ORIGINAL_MODE = 0o444
"""Nobody writes to an original again, us included."""

DELIBERATE = (Door.INBOX, Door.PHONE, Door.USB)
"""Through these somebody hands a photo over. By the others it comes again all by itself, and what was
deleted stays deleted."""

CIRCUMSTANCES = ("too_slow", "decoder_died")
"""Refusals that a busy machine can cause as well as a bad file: the file is looked at once more."""

_CHUNK = 1 << 20
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Decode = Callable[[int], "DecodedPhoto"]
DrawThumbnail = Callable[[Places, Photo, "DecodedPhoto"], None]


@dataclass(frozen=True)
class Taken:
    """A photo that is safely in the library.

    `is_new` is false if it was there before. `was_deleted` tells that it had been deleted: brought back
    (`photo.is_deleted` is false again) if somebody put it in on purpose, left alone if it merely lies
    in a mirrored folder. `decoded` are its pixels, if they had to be looked at.
    """

    photo: Photo
    is_new: bool
    was_deleted: bool = False
    decoded: DecodedPhoto | None = None


@dataclass(frozen=True)
class _Copy:
    """The temporary file, written and closed for nobody yet."""

    file: NewFile
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class _Arrival:
    """What is known about a file beside its bytes."""

    door: Door
    name: str
    sender: str
    parents: tuple[int, ...]
    decided: Decided | None


def decode_in_cage(descriptor: int) -> DecodedPhoto:
    """As `frame.library.decode.decode`, imported when the first photo comes."""
    from frame.library.decode import decode

    return decode(descriptor)


def draw_thumbnail(places: Places, photo: Photo, decoded: DecodedPhoto) -> None:
    """As `frame.library.thumbnails.draw`, imported when the first photo comes."""
    from frame.library.thumbnails import draw

    draw(places, photo, decoded.pixels)


class Ingest:
    """Takes photos in. One `Ingest` belongs to one thread, as its catalogue does.

    `now` gives whole seconds since 1970; `reserve` how much of the disk stays free.
    """

    def __init__(
        self,
        places: Places,
        catalogue: Catalogue,
        disk: Disk | None = None,
        now: Callable[[], int] = lambda: int(time()),
        *,
        reserve: Reserve = usual_reserve,
        decode: Decode = decode_in_cage,
        draw_thumbnail: DrawThumbnail = draw_thumbnail,
    ) -> None:
        self._places = places
        self._catalogue = catalogue
        self._disk = disk or RealDisk()
        self._now = now
        self._space = Space(places, self._disk, reserve)
        self._decode = decode
        self._draw_thumbnail = draw_thumbnail
        self._durable: set[Path] = set()

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
    ) -> Taken:
        """Take in the file at `source`, which is only read. When this returns, the photo is safe.

        A new photo begins as was `decided`, else as its door's photos do; one that is there already
        stays as it is where something was decided elsewhere.

        Raises `Refused` (this file will never be a photo), `Unready` (not now: it is changing, gone or
        cannot be read), `DiskFull` and `StorageError` (our side; try again later).
        """
        promise = Promise(expected_sha256, expected_size)
        try:
            with opened(source) as (descriptor, before), self._temporary() as temporary:
                self._check(descriptor, before.st_size, source, name)
                with self._disk.create(temporary) as file:
                    copy = _Copy(file, *self._copy(descriptor, file, before.st_size))
                    promise.check(copy.sha256, copy.size_bytes)
                    check_unchanged(source, descriptor, before, copy.size_bytes)
                    arrival = _Arrival(door, name, sender, parents, decided)
                    taken = self._known(copy, arrival)
                    if taken is None:
                        taken = self._take_new(copy, arrival)
        except OSError as error:
            raise storage_error(error) from error
        except sqlite3.Error as error:
            raise _catalogue_error(error) from error
        if taken.decoded is not None:
            self._illustrate(taken.photo, taken.decoded)
        return taken

    @contextlib.contextmanager
    def _temporary(self) -> Iterator[Path]:
        """A name in the hidden folder; whatever is there in the end is removed."""
        path = self._places.incoming / temporary_name()
        try:
            yield path
        finally:
            # A leftover hurts nobody: the folder is emptied at the next start.
            with contextlib.suppress(OSError):
                remove_if_there(self._disk, path)

    def _check(self, descriptor: int, size: int, source: Path, name: str) -> None:
        """Refuse what can be refused before it is copied."""
        kind = recognise(read(descriptor, HEAD_BYTES))
        os.lseek(descriptor, 0, os.SEEK_SET)
        if kind is VIDEO:
            raise ignored_video(name, self._stills_beside(source, name))
        if size > LARGEST_FILE:
            raise refusal("too_large")
        if not self._space.has(size) and not self._space.make(size, self._catalogue):
            raise DiskFull("The frame's storage is full; delete photos or use a larger card.")

    def _stills_beside(self, source: Path, name: str) -> set[str]:
        """Photos that share the film's name: in its folder, or taken in from there already."""
        names = list(stills_beside(name))
        there = {still for still in stills_beside(source.name) if exists(source.parent / still)}
        return there | self._catalogue.photos.named(names)

    def _copy(self, descriptor: int, file: NewFile, size: int) -> tuple[str, int]:
        """Copy while hashing, not further than the file was long."""
        digest, count = hashlib.sha256(), 0
        while count <= size and (chunk := read(descriptor, _CHUNK)):
            digest.update(chunk)
            file.write(chunk)
            count += len(chunk)
        return digest.hexdigest(), count

    def _known(self, copy: _Copy, arrival: _Arrival) -> Taken | None:
        """The photo with these bytes, if row and original are both there."""
        photo = self._catalogue.photos.find(copy.sha256)
        if photo is None or self._disk.size(self._places.original_of(photo)) != copy.size_bytes:
            return None
        return self._welcome_back(photo, arrival)

    def _welcome_back(self, photo: Photo, arrival: _Arrival) -> Taken:
        """The same photo twice is one photo. What somebody does on purpose counts: a deleted photo
        comes back, as its door's photos begin; one that waits is approved by a door that approves."""
        door = arrival.door
        if arrival.decided is not None or (photo.is_deleted and door not in DELIBERATE):
            return Taken(photo, is_new=False, was_deleted=photo.is_deleted)
        begins = self._catalogue.photos.beginning(door)
        approves = begins is Approval.APPROVED and photo.approval is Approval.WAITING
        with self._catalogue.transaction():
            if photo.is_deleted:
                self._catalogue.photos.restore(photo.id)
            if photo.is_deleted or approves:
                self._catalogue.photos.approve(photo.id, begins)
        found = self._catalogue.photos.get(photo.id) or photo
        return Taken(found, is_new=False, was_deleted=photo.is_deleted)

    def _take_new(self, copy: _Copy, arrival: _Arrival) -> Taken:
        decoded = self._look(copy)
        kind = kind_named(decoded.format)
        if kind is None:
            raise refusal("decoder_died")
        self._store(copy, self._places.original(copy.sha256, kind.suffix))
        new = NewPhoto(
            sha256=copy.sha256,
            suffix=kind.suffix,
            size_bytes=copy.size_bytes,
            door=arrival.door,
            name=storable(arrival.name),
            sender=storable(arrival.sender),
            arrived=self._arrived(arrival.decided),
            size=decoded.original_size,
            decoded=(decoded.pixels.shape[1], decoded.pixels.shape[0]),
            taken=decoded.taken,
            place=decoded.place,
            parents=arrival.parents,
        )
        photo, is_new = self._write_row(new, arrival.decided)
        if is_new:
            return Taken(photo, is_new=True, decoded=decoded)
        back = self._welcome_back(photo, arrival)
        return Taken(back.photo, is_new=False, was_deleted=back.was_deleted, decoded=decoded)

    def _look(self, copy: _Copy) -> DecodedPhoto:
        """Its pixels, from the copy: what the sender has may change while we look at it."""
        try:
            decoded = self._decoded(copy)
        except Refused as error:
            if error.code not in CIRCUMSTANCES:
                raise
            decoded = self._decoded(copy)
        if decoded.sha256 != copy.sha256:
            raise StorageError("The frame's storage gave back other bytes than were written.")
        return decoded

    def _decoded(self, copy: _Copy) -> DecodedPhoto:
        descriptor = self._disk.open(copy.file.path)
        try:
            return self._decode(descriptor)
        finally:
            os.close(descriptor)

    def _store(self, copy: _Copy, original: Path) -> None:
        """Under its name for ever, on the disk when this returns."""
        folder = original.parent
        self._disk.make_folder(folder)
        if folder not in self._durable:
            # Made by us or by one who was killed before this: only now is it sure to stay.
            for above in (self._places.originals, self._places.root):
                self._disk.sync_folder(above)
            self._durable.add(folder)
        copy.file.sync(ORIGINAL_MODE)
        self._disk.rename(copy.file.path, original)
        self._disk.sync_folder(folder)

    def _arrived(self, decided: Decided | None) -> int:
        """Now, unless it is known better; nothing has arrived in the future."""
        now = self._now()
        return now if decided is None or decided.arrived is None else min(decided.arrived, now)

    def _write_row(self, new: NewPhoto, decided: Decided | None) -> tuple[Photo, bool]:
        """The photo and whether it is new; another door may have taken the same one meanwhile."""
        try:
            with self._catalogue.transaction():
                photo_id = self._catalogue.photos.add(new)
                if decided is not None:
                    write(self._catalogue, photo_id, decided)
            is_new = True
        except sqlite3.IntegrityError:
            is_new = False
        photo = self._catalogue.photos.find(new.sha256)
        if photo is None:
            raise StorageError("The catalogue does not take this photo.")
        if not is_new:
            self._catalogue.photos.found_again(photo.id, new.suffix)
            photo = self._catalogue.photos.get(photo.id) or photo
        return photo, is_new

    def _illustrate(self, photo: Photo, decoded: DecodedPhoto) -> None:
        """A thumbnail is a nicety: the photo is safe without it."""
        try:
            self._draw_thumbnail(self._places, photo, decoded)
        except (OSError, WakeframeError) as error:
            _log.warning("no thumbnail", extra={"photo": photo.id, "why": str(error)})


def storage_error(error: OSError) -> StorageError:
    """What a failure of our own disk is called."""
    if error.errno in _NO_ROOM:
        return DiskFull("The frame's storage is full; delete photos or use a larger card.")
    return StorageError(f"The frame's storage failed: {(error.strerror or str(error)).lower()}.")


def _catalogue_error(error: sqlite3.Error) -> StorageError:
    if "full" in str(error):
        return DiskFull("The frame's storage is full; delete photos or use a larger card.")
    return StorageError(f"The catalogue could not be written: {error}.")
