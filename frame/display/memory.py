"""Where the shuffle stands, across restarts and power cuts: one small file, rewritten in place.

Two slots take turns, each with a number and a checksum, so that a write that was cut off leaves the
other. Nothing is synced: a lost slide is nothing, and a card that is synced 2,880 times a day wears out.
"""

from __future__ import annotations

import contextlib
import logging
import os
import struct
import zlib
from pathlib import Path
from typing import Self

from frame.core.place import Place, unpacked

_log = logging.getLogger(__name__)

SLOT_BYTES = 4096
"""A page: no write touches the other slot."""

_HEAD = struct.Struct("<4sQII")
_MAGIC = b"WFw1"


class PlaceFile:
    """The file, open. A file that cannot be read or written costs the place, nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = 0
        self._file = -1
        self._is_well = True
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            self._file = os.open(path, flags, 0o600)
        except OSError as error:
            self._failed(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def load(self) -> Place | None:
        """The place that was saved last and is whole."""
        found: tuple[int, Place] | None = None
        for slot in range(2):
            each = self._read(slot)
            if each is not None and (found is None or each[0] > found[0]):
                found = each
        if found is None:
            return None
        self._number = found[0]
        return found[1]

    def save(self, place: Place) -> None:
        """Write it into the older slot."""
        data = place.packed()
        self._number += 1
        head = _HEAD.pack(_MAGIC, self._number, len(data), _check(self._number, data))
        if self._file < 0 or len(head) + len(data) > SLOT_BYTES:
            return
        try:
            os.pwrite(self._file, head + data, SLOT_BYTES * (self._number % 2))
            self._is_well = True
        except OSError as error:
            self._failed(error)

    def close(self) -> None:
        if self._file >= 0:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = -1

    def _read(self, slot: int) -> tuple[int, Place] | None:
        try:
            data = os.pread(self._file, SLOT_BYTES, SLOT_BYTES * slot) if self._file >= 0 else b""
        except OSError as error:
            self._failed(error)
            return None
        if len(data) < _HEAD.size:
            return None
        magic, number, length, check = _HEAD.unpack_from(data)
        body = data[_HEAD.size : _HEAD.size + length]
        if magic != _MAGIC or len(body) != length or check != _check(number, body):
            return None
        place = unpacked(body)
        return None if place is None else (number, place)

    def _failed(self, error: OSError) -> None:
        if self._is_well:
            _log.warning("place not kept", extra={"file": str(self._path), "why": str(error)})
        self._is_well = False


def _check(number: int, data: bytes) -> int:
    return zlib.crc32(data, zlib.crc32(number.to_bytes(8, "little")))
