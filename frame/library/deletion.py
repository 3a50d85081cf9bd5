"""Deleting a photo: deliberate, undone with one step, and final only after a month.

A row is a promise that the bytes are on disk, and bytes without a row are a photo that must be found
again. So a purge first renames the original: from then on whoever finds it knows that it was thrown
away on purpose, whatever is cut off in between.
"""

from __future__ import annotations

import logging
from pathlib import Path

from frame.core.photos import Clip, Photo
from frame.library.catalogue import Catalogue
from frame.library.disk import Disk, RealDisk, remove_if_there
from frame.library.places import Places

_log = logging.getLogger(__name__)

UNDO_SECONDS = 30 * 86_400
"""A month: long enough for whoever comes home from a journey to see that something is gone."""

PURGED = ".purged"
"""The suffix of an original that is being thrown away."""


def delete(catalogue: Catalogue, photo_id: int, now: int) -> None:
    """Off the wall at once; `undo` brings it back until it is purged."""
    catalogue.photos.delete(photo_id, now)


def undo(catalogue: Catalogue, photo_id: int) -> bool:
    """Bring a deleted photo back as it was; whether it was still there."""
    catalogue.photos.restore(photo_id)
    return catalogue.photos.get(photo_id) is not None


def purge_due(places: Places, catalogue: Catalogue, now: int, disk: Disk | None = None) -> int:
    """Purge what was deleted more than a month ago; how many photos. Raises OSError, `sqlite3.Error`."""
    return purge(places, catalogue, now - UNDO_SECONDS, disk)


def purge(places: Places, catalogue: Catalogue, before: int, disk: Disk | None = None) -> int:
    """Remove for good what was deleted before `before`: original, all that was made of it, row.

    A photo that still lies in a mirrored folder keeps its row, or the next look there would bring it
    back. Raises OSError and `sqlite3.Error`; going on later is safe.
    """
    disk = disk or RealDisk()
    purged = 0
    for photo in catalogue.photos.deleted_before(before):
        if catalogue.folders.is_seen_elsewhere(photo.id):
            continue
        purged += _purge(places, catalogue, photo, disk)
    return purged


def _purge(places: Places, catalogue: Catalogue, photo: Photo, disk: Disk) -> bool:
    original = places.original_of(photo)
    tombstone = tombstone_of(original)
    if disk.size(original) is not None:
        disk.rename(original, tombstone)
        disk.sync_folder(original.parent)
    clips = catalogue.clips.of(photo.id)
    catalogue.photos.forget(photo.id)
    if catalogue.photos.get(photo.id) is not None:  # restored in the meantime
        put_back(tombstone, disk)
        return False
    remove_if_there(disk, tombstone)
    _remove_derivatives(places, photo, clips, disk)
    return True


def tombstone_of(original: Path) -> Path:
    """Where an original lies while it is being thrown away."""
    return original.with_name(original.name + PURGED)


def put_back(tombstone: Path, disk: Disk) -> None:
    """Undo the first step of a purge. Raises OSError."""
    original = tombstone.with_name(tombstone.name.removesuffix(PURGED))
    if disk.size(tombstone) is not None and disk.size(original) is None:
        disk.rename(tombstone, original)
        disk.sync_folder(original.parent)


def _remove_derivatives(places: Places, photo: Photo, clips: list[Clip], disk: Disk) -> None:
    """All that was made from it. What cannot be removed now is removed at the next start or evicted."""
    paths = [places.clip(clip.file) for clip in clips]
    paths.append(places.thumbnail(photo))
    for folder in (places.stills / photo.sha256[:2], places.prepared / photo.sha256[:2]):
        paths += [folder / name for name in disk.names(folder) if name.startswith(photo.sha256)]
    for path in paths:
        try:
            remove_if_there(disk, path)
        except OSError as error:
            _log.warning("a leftover of a purged photo stays", extra={"why": str(error)})
