"""Archives that are being sent here to be brought back: kept in pieces until they are whole.

A piece says where it begins, so one that comes twice does no harm, and after a break the browser asks
how much is here. What is here survives a restart.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from frame.errors import DiskFull
from frame.library.archive import ABOUT
from frame.library.space import Space
from frame.web.context import Context

LARGEST_PIECE = 8 << 20
"""Bytes of one request: a second of Wi-Fi."""

LARGEST = 1 << 42
MOST_ON_STICKS = 20
STICKS = (Path("/media"), Path("/run/media"))
"""Where sticks are mounted; an archive lies in one's topmost folder, or in one of that."""

_ID = re.compile(r"[0-9a-f]{16}")
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Sent:
    """One archive: `here` of `size` bytes have come."""

    id: str
    name: str
    size: int
    here: int

    @property
    def is_whole(self) -> bool:
        return self.here == self.size


class Archives:
    """The folder of archives that were sent. Every call may raise OSError."""

    def __init__(self, here: Context) -> None:
        self._folder = here.places.archives
        self._space = Space(here.places, here.disk, here.reserve)

    def begin(self, name: str, size: int, stamp: str) -> Sent:
        """Where an archive of that name, size and age may go on. Raises `DiskFull`."""
        text = f"{name[:_LONGEST_NAME]}\0{size}\0{stamp[:64]}"
        archive_id = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
        found = self.find(archive_id)
        if found is not None:
            return found
        if not self._space.has(size):
            raise DiskFull("The frame's storage has no room for this archive.")
        self._folder.mkdir(parents=True, exist_ok=True)
        about = json.dumps({"name": name[:_LONGEST_NAME], "size": size})
        self.path(archive_id).touch()
        self._about(archive_id).write_text(about, "utf-8")
        return Sent(archive_id, name[:_LONGEST_NAME], size, 0)

    def append(self, archive_id: str, offset: int, pieces: Iterable[bytes]) -> Sent | None:
        """Add what comes at `offset`; None for no such archive, or where it does not go on there."""
        found = self.find(archive_id)
        if found is None or offset != found.here:
            return None
        with self.path(archive_id).open("r+b") as stream:
            stream.seek(offset)
            for piece in pieces:
                if stream.tell() + len(piece) > found.size:
                    break
                stream.write(piece)
        return self.find(archive_id)

    def find(self, archive_id: str) -> Sent | None:
        if not _ID.fullmatch(archive_id):
            return None
        try:
            about = json.loads(self._about(archive_id).read_text("utf-8"))
            size = self.path(archive_id).stat().st_size
            return Sent(archive_id, str(about["name"]), int(about["size"]), size)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def all(self) -> list[Sent]:
        """Those that have begun to come."""
        names = sorted(os.listdir(self._folder)) if self._folder.is_dir() else []
        found = (self.find(name.removesuffix(".json")) for name in names if name.endswith(".json"))
        return [each for each in found if each is not None]

    def remove(self, archive_id: str) -> None:
        if _ID.fullmatch(archive_id):
            for path in (self.path(archive_id), self._about(archive_id)):
                path.unlink(missing_ok=True)

    def path(self, archive_id: str) -> Path:
        return self._folder / f"{archive_id}.tar"

    def _about(self, archive_id: str) -> Path:
        return self._folder / f"{archive_id}.json"


def on_sticks(roots: Iterable[Path] = STICKS) -> list[Path]:
    """Archives on sticks that are in: files that begin as ours do."""
    found: list[Path] = []
    for root in roots:
        for pattern in ("*/*.tar", "*/*/*.tar", "*/*/*/*.tar"):
            with contextlib.suppress(OSError):
                found += sorted(path for path in root.glob(pattern) if _begins_as_ours(path))
    return found[:MOST_ON_STICKS]


def _begins_as_ours(path: Path) -> bool:
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
            return stream.read(len(ABOUT) + 1) == ABOUT.encode() + b"\0"
    except OSError:
        return False
