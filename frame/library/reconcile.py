"""Rows and originals, held against each other: nothing that is on the disk is forgotten.

An original without a row is a photo; it comes back waiting for somebody's yes, unless it is known what
had been decided. A row without its original is not shown until the original is back. Neither is ever
removed for being alone: an absent file is not a deleted file.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from frame.core.photos import Approval
from frame.errors import Refused
from frame.library.catalogue import Catalogue
from frame.library.decided import Decided, write
from frame.library.deletion import PURGED, put_back
from frame.library.disk import Disk, RealDisk, remove_if_there
from frame.library.formats import kind_named
from frame.library.ingest import Decode, decode_in_cage
from frame.library.photos import NewPhoto
from frame.library.places import Places
from frame.library.salvage import decisions, last_damaged

_ORIGINAL = re.compile(r"([0-9a-f]{64})(\.[a-z]{2,5})")

MOST_LOST = 0.2
"""If more than this share of the originals seems gone, a card or a mount is at fault, not the files."""

ROOM = "library"
"""Who speaks in the notices."""


@dataclass(frozen=True)
class Reconciled:
    """`adopted` photos came back, of which `waiting` need a yes; `left` are still to be looked at;
    `missing` rows have no original now; `unreadable` originals are damaged and stay where they are."""

    adopted: int = 0
    waiting: int = 0
    left: int = 0
    missing: int = 0
    unreadable: int = 0


def reconcile(
    places: Places,
    catalogue: Catalogue,
    now: int,
    *,
    decided: Mapping[str, Decided] | None = None,
    seconds: float = 600.0,
    disk: Disk | None = None,
    decode: Decode = decode_in_cage,
    clock: Callable[[], float] = time.monotonic,
) -> Reconciled:
    """Bring rows and originals together; adopting stops after `seconds`, and goes on at the next call.

    What had been `decided` about photos without a row is read from the last damaged catalogue that was
    set aside, unless it is given. Safe beside everything else that runs.

    Raises OSError and `sqlite3.Error`.
    """
    disk = disk or RealDisk()
    until = clock() + seconds
    found = _originals(places, catalogue, disk)
    missing = _mark_missing(catalogue, found, now)
    orphans = sorted(found.keys() - catalogue.photos.originals().keys())
    if decided is None:
        decided = decisions(last_damaged(places.catalogue, disk)) if orphans else {}
    adopted = waiting = unreadable = 0
    for number, sha256 in enumerate(orphans):
        if clock() > until:
            return Reconciled(adopted, waiting, len(orphans) - number, missing, unreadable)
        known = decided.get(sha256, Decided())
        done = _adopt(catalogue, found[sha256], sha256, known, now, disk, decode)
        adopted += done
        unreadable += not done
        waiting += done and known.approval is Approval.WAITING
    return Reconciled(adopted, waiting, 0, missing, unreadable)


def tell(catalogue: Catalogue, result: Reconciled, now: int) -> None:
    """Say it in calm lines, and take back what is over."""
    if result.adopted:
        message = (
            f"The catalogue did not know {_photos(result.adopted)}; waiting for your yes:"
            f" {result.waiting}. A photo put into the inbox once more is approved by that."
        )
        catalogue.notices.add(ROOM, "photos_found", "", message, now)
    elif not catalogue.photos.counts()["waiting"]:
        catalogue.notices.clear(ROOM, "photos_found")
    for code, count, message in (
        (
            "originals_missing",
            result.missing,
            "are not shown: their originals are not to be found.",
        ),
        ("originals_damaged", result.unreadable, "cannot be read any more; their files are kept."),
    ):
        if count:
            catalogue.notices.add(ROOM, code, "", f"{message}: {_photos(count)}.", now)
        else:
            catalogue.notices.clear(ROOM, code)


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count} photos"


def _originals(places: Places, catalogue: Catalogue, disk: Disk) -> dict[str, Path]:
    """Every original by its hash; purges that were cut off are brought to their end on the way."""
    found: dict[str, Path] = {}
    for folder in (places.originals / name for name in disk.names(places.originals)):
        if len(folder.name) != 2 or not folder.is_dir():
            continue
        for name in disk.names(folder):
            match = _ORIGINAL.fullmatch(name.removesuffix(PURGED))
            if match is None or match[1][:2] != folder.name:
                continue
            if not name.endswith(PURGED):
                found[match[1]] = folder / name
            elif (kept := _end_purge(catalogue, match[1], folder / name, disk)) is not None:
                found[match[1]] = kept
    return found


def _end_purge(catalogue: Catalogue, sha256: str, tombstone: Path, disk: Disk) -> Path | None:
    """The original, if somebody undid the deletion before the purge had come to its end."""
    photo = catalogue.photos.find(sha256)
    if photo is not None:
        catalogue.photos.forget(photo.id)  # if it is deleted
    if catalogue.photos.find(sha256) is None:
        remove_if_there(disk, tombstone)
        return None
    put_back(tombstone, disk)
    remove_if_there(disk, tombstone)
    return tombstone.with_name(tombstone.name.removesuffix(PURGED))


def _mark_missing(catalogue: Catalogue, found: Mapping[str, Path], now: int) -> int:
    """Write down which rows have no original, and which have one again; how many have none."""
    rows = catalogue.photos.originals()
    gone = rows.keys() - found.keys()
    is_believable = len(gone) <= MOST_LOST * len(rows)
    was_missing = {photo.sha256 for photo in catalogue.photos.missing()}
    missing = 0
    with catalogue.transaction():
        for sha256 in rows.keys() & found.keys():
            number, suffix = rows[sha256]
            if sha256 in was_missing or found[sha256].suffix != suffix:
                catalogue.photos.found_again(number, found[sha256].suffix)
        for sha256 in gone:
            photo = catalogue.photos.get(rows[sha256][0])
            if photo is None:
                continue
            if photo.is_deleted:
                if is_believable:
                    catalogue.photos.forget(photo.id)
                continue
            catalogue.photos.miss(photo.id, now)
            missing += 1
    return missing


def _adopt(
    catalogue: Catalogue,
    original: Path,
    sha256: str,
    known: Decided,
    now: int,
    disk: Disk,
    decode: Decode,
) -> bool:
    """Give an original its row back; whether it is a whole photo still."""
    descriptor = disk.open(original)
    try:
        status = os.fstat(descriptor)
        decoded = decode(descriptor)
    except Refused:
        return False
    finally:
        os.close(descriptor)
    kind = kind_named(decoded.format)
    if decoded.sha256 != sha256 or kind is None:
        return False
    arrived = known.arrived if known.arrived is not None else int(status.st_mtime)
    new = NewPhoto(
        sha256=sha256,
        suffix=original.suffix,
        size_bytes=status.st_size,
        door=known.door,
        name=known.name,
        sender=known.sender,
        arrived=min(arrived, now),
        size=decoded.original_size,
        decoded=(decoded.pixels.shape[1], decoded.pixels.shape[0]),
        taken=decoded.taken,
        place=decoded.place,
    )
    try:
        with catalogue.transaction():
            number = catalogue.photos.add(new)
            write(catalogue, number, known)
    except sqlite3.IntegrityError:
        return True  # a door has just taken it in
    return True
