"""The clips' folder: a file gets a row when it is whole, and a row goes before its file does.

Whatever is in the folder without a row is a leftover of a moment that the power did not survive.
"""

from __future__ import annotations

import logging
import re
import secrets
from pathlib import Path

from frame.core.photos import Clip, Photo
from frame.library.catalogue import Catalogue
from frame.library.clips import NewClip
from frame.library.disk import Disk, RealDisk, remove_if_there
from frame.library.places import Places
from frame.library.space import Reserve, Space, usual_reserve
from frame.studio.queue import CLIP_BYTES, Shelf

_log = logging.getLogger(__name__)

QUOTA_SHARE = 0.2
"""Of the whole disk: some 2,000 clips on a card of 64 GB."""

SMALLEST_QUOTA = 256 << 20

_OURS = re.compile(r"[0-9a-f]{16}-[0-9a-f]{8}\.mp4|\.wakeframe-[0-9a-f]{12}\.part")
"""The names of our clips, and of those being written (`renderer.clip`)."""


class ClipShelf:
    """Everything that writes to the clips' folder, except the renderer."""

    def __init__(
        self,
        places: Places,
        catalogue: Catalogue,
        quota_share: float = QUOTA_SHARE,
        disk: Disk | None = None,
        reserve: Reserve = usual_reserve,
    ) -> None:
        self._places = places
        self._catalogue = catalogue
        self._quota_share = quota_share
        self._disk = disk or RealDisk()
        self._space = Space(places, self._disk, reserve)

    def new_path(self, photo: Photo) -> Path:
        """Where the next clip of `photo` goes: a name that never was."""
        return self._places.clip(f"{photo.sha256[:16]}-{secrets.token_hex(4)}.mp4")

    def publish(self, new: NewClip, target: str) -> None:
        """Give the finished file its row; in the same step its predecessors lose theirs (their files go
        after it) and the try for `target` is done. Raises `sqlite3.Error`: a photo that has gone
        meanwhile cannot have a clip."""
        before = self._catalogue.clips.of(new.photo_id)
        with self._catalogue.transaction():
            self._catalogue.clips.add(new)
            self._catalogue.work.done(new.photo_id, "render", target)
            for clip in before:
                self._catalogue.clips.forget(clip.id)
        for clip in before:
            self._remove(self._places.clip(clip.file))

    def discard(self, path: Path) -> None:
        """Remove a file that got no row."""
        self._remove(path)

    def sweep(self) -> int:
        """Make files and rows agree, as at start; how many files went. Raises OSError."""
        with_row = self._catalogue.clips.files()
        found = set(self._disk.names(self._places.clips))
        stray = [name for name in found - with_row if _OURS.fullmatch(name)]
        for name in stray:
            self._remove(self._places.clip(name))
        for clip in self._lost(with_row - found):
            _log.warning("a clip's file is missing", extra={"clip": clip.file})
            self._catalogue.clips.forget(clip.id)
        return len(stray)

    def remove_unfinished(self) -> None:
        """Remove what is being written, which nobody will finish. Touches no row."""
        for name in self._disk.names(self._places.clips):
            if _OURS.fullmatch(name) and name.startswith("."):
                self._remove(self._places.clip(name))

    def state(self) -> Shelf:
        """How full it is. Raises OSError."""
        count, used = self._catalogue.clips.count(), self._catalogue.clips.bytes()
        oldest = self._catalogue.clips.oldest(1)
        return Shelf(
            spare=self._space.spare(),
            used=used,
            quota=self._quota(),
            usual=used // count if count else CLIP_BYTES,
            oldest_made=oldest[0].made if oldest else None,
        )

    def make_room(self, size: int) -> bool:
        """Throw away the oldest clips until `size` more bytes fit into the quota; and, where the disk
        itself is short, cached stills before clips. Whether there is room. Raises OSError."""
        while self._catalogue.clips.bytes() + size > self._quota():
            oldest = self._catalogue.clips.oldest(1)
            if not oldest:
                return False
            self.evict(oldest[0])
        return self._space.make(size, self._catalogue)

    def drop_all_of(self, photo_id: int) -> None:
        """This photo is to have no clip."""
        for clip in self._catalogue.clips.of(photo_id):
            self._catalogue.clips.forget(clip.id)
            self._remove(self._places.clip(clip.file))

    def evict(self, clip: Clip) -> None:
        """The row first: a row without its file would promise what is not there."""
        self._catalogue.clips.forget(clip.id)
        self._remove(self._places.clip(clip.file))
        _log.info("clip removed to make room", extra={"clip": clip.file})

    def _quota(self) -> int:
        total = self._disk.room(self._places.originals).total
        return max(SMALLEST_QUOTA, int(total * self._quota_share))

    def _lost(self, files: set[str]) -> list[Clip]:
        if not files:
            return []
        every = self._catalogue.clips.oldest(self._catalogue.clips.count())
        return [clip for clip in every if clip.file in files]

    def _remove(self, path: Path) -> None:
        try:
            remove_if_there(self._disk, path)
        except OSError as error:  # it has no row: the next start finds it
            _log.warning("clip not removed", extra={"clip": path.name, "why": str(error)})
