"""What happens at every start, before anything else opens the library: it is put in order.

What was cut off is cleaned up, and a catalogue that is damaged or gone is made again from its last
copy and from the originals. The damaged one is never thrown away: it is renamed and kept.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from frame.core.photos import Approval
from frame.library.backup import JOURNALS
from frame.library.catalogue import Catalogue, CatalogueError, CatalogueTooNew
from frame.library.decided import Decided
from frame.library.disk import Disk, RealDisk, remove_if_there
from frame.library.ingest import Decode, decode_in_cage
from frame.library.places import Places
from frame.library.prepared import PreparedShelf
from frame.library.reconcile import ROOM, Reconciled, reconcile, tell
from frame.library.salvage import Keys, damaged, decisions, keys

_log = logging.getLogger(__name__)

DAMAGED_KEPT = 3
"""More than this many damaged catalogues tell nobody anything, and each may be 50 MB."""

LOOKED_THROUGH = 32 << 20
"""A catalogue up to this size (some 10,000 photos) is looked through at every start, in a quarter of a
second; a larger one would keep the wall waiting, and is looked through while the frame runs."""

ADOPT_SECONDS = 8.0
"""How long a start may take to look at originals that no catalogue knows, about five a second; the
rest is looked at while the frame runs."""


@dataclass(frozen=True)
class Recovery:
    """`is_rebuilt` tells that the catalogue had to be made again. `left` originals are still to be
    looked at: call `frame.library.reconcile.reconcile` while the frame runs."""

    is_rebuilt: bool = False
    photos: int = 0
    reconciled: Reconciled = field(default_factory=Reconciled)


def recover(
    places: Places,
    now: int,
    *,
    disk: Disk | None = None,
    decode: Decode = decode_in_cage,
    seconds: float = ADOPT_SECONDS,
    is_suspect: bool = False,
) -> Recovery:
    """Put the library in order; nobody else may have it open.

    `is_suspect` asks for the thorough look at a large catalogue too (see `is_whole`). Raises
    `CatalogueTooNew` (a newer Wakeframe has been here) and OSError (the disk cannot be used).
    """
    disk = disk or RealDisk()
    places.make()
    _sweep(places, disk)
    is_rebuilt = False
    decided: dict[str, Decided] = {}
    good = Keys()
    if not _is_usable(places, disk, is_suspect=is_suspect):
        decided = decisions(places.catalogue)
        good = keys(places.catalogue)
        _set_aside(places.catalogue, now, disk)
        _put_last_copy(places, now, disk)
        remove_if_there(disk, _suspicion(places))
        is_rebuilt = True
    with Catalogue(places.catalogue) as catalogue:
        result = Reconciled()
        if is_rebuilt:
            _log.warning("the catalogue was damaged and is being made again")
            _apply(catalogue, decided)
            _shut_doors(catalogue, good, now)
            result = reconcile(
                places, catalogue, now, decided=decided, seconds=seconds, disk=disk, decode=decode
            )
            tell(catalogue, result, now)
            message = (
                "The catalogue was damaged and has been made again from its last copy and from the"
                " photos. What was decided since that copy may be lost; no photo is."
            )
            catalogue.notices.add(ROOM, "catalogue_rebuilt", "", message, now)
        _match_clips(places, catalogue, disk)
        PreparedShelf(places, catalogue, disk).sweep()
        return Recovery(is_rebuilt, catalogue.photos.counts()["photos"], result)


def _sweep(places: Places, disk: Disk) -> None:
    """Files that were being written when the power went."""
    for name in disk.names(places.incoming):
        with contextlib.suppress(IsADirectoryError):
            remove_if_there(disk, places.incoming / name)
    folders = [places.clips, places.stills, places.prepared, places.thumbnails]
    folders += [
        above / name
        for above in (places.stills, places.prepared, places.thumbnails)
        for name in disk.names(above)
        if len(name) == 2
    ]
    for folder in folders:
        for name in disk.names(folder):
            if name.endswith(".part"):
                remove_if_there(disk, folder / name)


def is_whole(places: Places) -> bool:
    """The thorough look, for while the frame runs; a second of work where there are 50,000 photos.

    Where it is not, `recover` repairs it at the next start; nobody needs to remember.
    """
    with Catalogue(places.catalogue) as catalogue:
        if catalogue.is_sound():
            return True
    _suspicion(places).touch()
    return False


def _suspicion(places: Places) -> Path:
    return places.catalogue.with_name(f"{places.catalogue.name}.suspect")


def _is_usable(places: Places, disk: Disk, *, is_suspect: bool) -> bool:
    """Whether the catalogue can be opened, is sound, and is the one that belongs to these photos."""
    size = disk.size(places.catalogue)
    if not size:
        # None, or an empty file: fine for a new library, damage for one that has photos.
        return not _has_history(places, disk)
    is_suspect |= disk.size(_suspicion(places)) is not None
    try:
        with Catalogue(places.catalogue) as catalogue:
            is_usable = catalogue.is_sound(thorough=is_suspect or size <= LOOKED_THROUGH)
    except CatalogueTooNew:
        raise
    except CatalogueError:
        return False
    if is_usable:
        remove_if_there(disk, _suspicion(places))
    return is_usable


def _has_history(places: Places, disk: Disk) -> bool:
    folders = (places.originals / name for name in disk.names(places.originals) if len(name) == 2)
    return disk.size(places.backup) is not None or any(disk.names(folder) for folder in folders)


def _apply(catalogue: Catalogue, decided: Mapping[str, Decided]) -> None:
    """What was hidden or deleted since the last copy stays so: better too little on the wall than
    something that somebody took off it."""
    with catalogue.transaction():
        for sha256, decision in decided.items():
            photo = catalogue.photos.find(sha256)
            if photo is None:
                continue
            if decision.approval is Approval.HIDDEN:
                catalogue.photos.approve(photo.id, Approval.HIDDEN)
            if decision.deleted is not None:
                catalogue.photos.delete(photo.id, decision.deleted)


def _shut_doors(catalogue: Catalogue, good: Keys, now: int) -> None:
    """A pass that was taken back, a session that was ended and a password that was changed since the
    last copy must not come back with it. What cannot be known to be good any more is not."""
    with catalogue.transaction():
        catalogue.passes.revoke_all_but(good.passes, now)
        catalogue.ownership.end_all()
        if catalogue.ownership.password != good.password:
            catalogue.ownership.disown()
            if good.password is not None:
                catalogue.ownership.set_password(good.password, now)


def _set_aside(catalogue: Path, now: int, disk: Disk) -> None:
    """Rename it, with its journals; only the newest few are kept."""
    kept = catalogue.with_name(f"{catalogue.stem}.damaged-{now}{catalogue.suffix}")
    for suffix in ("", *JOURNALS):
        path = Path(f"{catalogue}{suffix}")
        if disk.size(path) is not None:
            disk.rename(path, Path(f"{kept}{suffix}"))
    disk.sync_folder(catalogue.parent)
    old = sorted(damaged(catalogue, disk), key=lambda path: path.name)[:-DAMAGED_KEPT]
    for path in old:
        for suffix in ("", *JOURNALS):
            remove_if_there(disk, Path(f"{path}{suffix}"))


def _put_last_copy(places: Places, now: int, disk: Disk) -> None:
    """The last copy in the catalogue's place, if there is a sound one."""
    if disk.size(places.backup) is None:
        return
    part = places.catalogue.with_name(f".{places.catalogue.name}.part")
    for suffix in ("", *JOURNALS):
        remove_if_there(disk, Path(f"{part}{suffix}"))
    _copy(places.backup, part, disk)
    try:
        with Catalogue(part) as copy:
            is_sound = copy.is_sound()
    except CatalogueTooNew:
        raise
    except CatalogueError:
        is_sound = False
    if not is_sound:
        _set_aside(places.backup, now, disk)
        for suffix in ("", *JOURNALS):
            remove_if_there(disk, Path(f"{part}{suffix}"))
        return
    disk.rename(part, places.catalogue)
    disk.sync_folder(places.root)


def _copy(source: Path, target: Path, disk: Disk) -> None:
    descriptor = disk.open(source)
    try:
        with disk.create(target) as file:
            while chunk := os.read(descriptor, 1 << 20):
                file.write(chunk)
            file.sync(0o644)
    finally:
        os.close(descriptor)


def _match_clips(places: Places, catalogue: Catalogue, disk: Disk) -> None:
    """No row without its clip, no clip without its row: each is made again in a minute."""
    there, known = set(disk.names(places.clips)), catalogue.clips.files()
    for clip_id in {*catalogue.clips.ids_of(known - there), *catalogue.clips.unreadable()}:
        catalogue.clips.forget(clip_id)
    for name in there - catalogue.clips.files():
        if name.endswith(".mp4"):
            remove_if_there(disk, places.clips / name)
