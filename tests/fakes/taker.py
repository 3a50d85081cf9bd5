"""An ingest without a decoder: a photo is what begins and ends like a JPEG."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from frame.core.photos import Door, Photo
from frame.errors import Refused, Unready
from frame.library.catalogue import Catalogue
from frame.library.photos import NewPhoto


def jpeg(number: int, size: int = 200) -> bytes:
    """Bytes that look like a whole JPEG from outside; another number, another photo."""
    head = b"\xff\xd8\xff\xda\x00\x08" + number.to_bytes(8, "big")
    return head + b"\x11" * max(0, size - len(head) - 2) + b"\xff\xd9"


@dataclass(frozen=True)
class FakeTaken:
    photo: Photo
    is_new: bool
    was_deleted: bool = False


class FakeTaker:
    """Writes rows, keeps the bytes in memory. `fails` is raised as long as it is set."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.kept: dict[str, bytes] = {}
        self.asked: list[Path] = []
        self.fails: Exception | None = None

    def take(
        self,
        source: Path,
        door: Door,
        *,
        name: str,
        sender: str = "",
        expected_sha256: str | None = None,
        expected_size: int | None = None,
    ) -> FakeTaken:
        self.asked.append(source)
        if self.fails is not None:
            raise self.fails
        try:
            data = source.read_bytes()
        except FileNotFoundError:
            raise Unready("The file is not there any more.") from None
        if not data:
            raise Refused("empty", "This file is empty; send the photo again.")
        if not (data.startswith(b"\xff\xd8\xff") and data.endswith(b"\xff\xd9")):
            raise Refused("damaged", "This photo is damaged.")
        digest = hashlib.sha256(data).hexdigest()
        if expected_size not in (None, len(data)) or expected_sha256 not in (None, digest):
            raise Refused("incomplete", "Only part of this photo arrived; send it again.")
        photos = self._catalogue.photos
        found = photos.find(digest)
        if found is not None:
            if found.is_deleted and door is not Door.FOLDER:
                photos.restore(found.id)
            now = photos.get(found.id)
            assert now is not None
            return FakeTaken(now, False, found.is_deleted)
        self.kept[digest] = data
        new = NewPhoto(digest, ".jpg", len(data), door, name, 1, (4, 3), (4, 3), sender)
        photo = photos.get(photos.add(new))
        assert photo is not None
        return FakeTaken(photo, True)
