"""The folder of prepared pictures: a file gets a row when it is whole, and a row goes before its file.

Whatever is in the folder without a row is a leftover of a moment that the power did not survive. A
prepared picture can be made again from its original; until it is, the original hangs.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from pathlib import Path

from frame.core.photos import Photo
from frame.core.preparation import Preparation, Rule
from frame.library.catalogue import Catalogue
from frame.library.disk import Disk, RealDisk, remove_if_there, temporary_name
from frame.library.places import Places
from frame.library.sealed import Pixels, seal
from frame.library.space import Reserve, Space, usual_reserve

_log = logging.getLogger(__name__)

QUOTA_SHARE = 0.1
"""Of the whole disk: some 400 scans of 12 megapixels on a card of 64 GB. What needs no restoring, which
is nearly everything that cameras make, takes nothing."""

SMALLEST_QUOTA = 256 << 20

ROOM_AGAIN = 0.75
"""One that had to go comes back only while all take less than this share of their quota, or the next
one would go for it."""

BYTES_A_PIXEL = 1.5
"""Of a restored scan, lossless: old prints have grain, and grain does not compress."""

_OURS = re.compile(r"[0-9a-f]{64}-[0-9a-z]+\.png|\.[0-9a-f]{16}\.part")


class PreparedShelf:
    """Everything that writes to that folder."""

    def __init__(
        self,
        places: Places,
        catalogue: Catalogue,
        disk: Disk | None = None,
        reserve: Reserve = usual_reserve,
    ) -> None:
        self._places = places
        self._catalogue = catalogue
        self._disk = disk or RealDisk()
        self._space = Space(places, self._disk, reserve)

    def publish(
        self, photo: Photo, picture: Pixels, made: Preparation, report: str, rule: Rule
    ) -> None:
        """Put the picture on the disk, then its row: from then on it hangs, if `rule` and choice say so.

        `made` says what became of it, but for its size. The one before, if any, goes after that. Raises
        OSError, and `sqlite3.Error`: a photo that has gone meanwhile cannot be prepared.
        """
        path = self._places.prepared_of(photo.sha256, made.name)
        data = seal(picture)
        self._write(path, data)
        before = self._catalogue.preparations.get(photo.id)
        try:
            self._record(replace(made, size_bytes=len(data)), report, rule)
        except BaseException:
            if before is None or before.name != made.name:
                self._remove(path)
            raise
        self._remove_before(photo, before, made.name)

    def record_needless(self, photo: Photo, found: Preparation, report: str, rule: Rule) -> None:
        """Write down that there is nothing to restore. Raises `sqlite3.Error`."""
        before = self._catalogue.preparations.get(photo.id)
        self._record(found, report, rule)
        self._remove_before(photo, before, "")

    def has_room(self, photo: Photo, *, again: bool = False) -> bool:
        """Whether a prepared picture of `photo` may be made now; `again` for one that had to go.

        Raises OSError.
        """
        size = round(photo.decoded[0] * photo.decoded[1] * BYTES_A_PIXEL)
        total = self._disk.room(self._places.originals).total
        quota = max(SMALLEST_QUOTA, int(total * QUOTA_SHARE)) * (ROOM_AGAIN if again else 1.0)
        fits = self._catalogue.preparations.bytes() + size <= quota
        return fits and self._space.has(2 * size if again else size)

    def sweep(self) -> int:
        """Make files and rows agree, as at start; how many files went. Raises OSError."""
        rows = {
            self._places.prepared_of(sha256, name): (photo_id, name)
            for photo_id, sha256, name in self._catalogue.preparations.files()
        }
        found = set(_files(self._places, self._disk))
        stray = [path for path in found - rows.keys() if _OURS.fullmatch(path.name)]
        for path in stray:
            self._remove(path)
        for path in rows.keys() - found:
            photo_id, name = rows[path]
            _log.warning("a prepared picture is missing", extra={"photo": photo_id})
            self._catalogue.preparations.lost(photo_id, name)
        return len(stray)

    def remove_unfinished(self) -> None:
        """Remove what is being written, which nobody will finish. Touches no row."""
        for path in _files(self._places, self._disk):
            if _OURS.fullmatch(path.name) and path.name.startswith("."):
                self._remove(path)

    def _record(self, made: Preparation, report: str, rule: Rule) -> None:
        with self._catalogue.transaction():
            self._catalogue.preparations.add(made, report, rule)
            self._catalogue.work.done(made.photo_id, "prepare", made.name)

    def _write(self, path: Path, data: bytes) -> None:
        if self._disk.make_folder(self._places.prepared):
            self._disk.sync_folder(self._places.root)
        if self._disk.make_folder(path.parent):
            self._disk.sync_folder(self._places.prepared)
        part = path.with_name(temporary_name())
        try:
            with self._disk.create(part) as file:
                file.write(data)
                file.sync(0o644)
            self._disk.rename(part, path)
        except BaseException:
            self._remove(part)
            raise
        self._disk.sync_folder(path.parent)

    def _remove_before(self, photo: Photo, before: Preparation | None, name: str) -> None:
        if before is not None and before.name != name:
            self._remove(self._places.prepared_of(photo.sha256, before.name))

    def _remove(self, path: Path) -> None:
        try:
            remove_if_there(self._disk, path)
        except OSError as error:  # it has no row: the next start finds it
            _log.warning("prepared picture not removed", extra={"why": str(error)})


def _files(places: Places, disk: Disk) -> list[Path]:
    folders = [places.prepared / name for name in disk.names(places.prepared) if len(name) == 2]
    return [folder / name for folder in folders for name in disk.names(folder)]
