"""Whether a file ends where its own kind says it ends: cheap, from a few bytes, before any decoder.

Not a proof that a photo is sound (the caged decoder gives that), only a reason to wait a little longer
for what has plainly not arrived yet. Reads at most some kilobytes and follows nothing far.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from frame.library.formats import HEAD_BYTES, recognise
from sync.settling import Wholeness

TAIL_BYTES = 64 * 1024
"""Where a JPEG's end is looked for: cameras and phones append their own notes behind it."""

ZEROS = bytes(4096)
"""A file that was made at its full size and is being filled ends in at least one empty page."""

MOST_BOXES = 64
"""Top-level boxes of a HEIC or AVIF; real ones have five."""

MOST_SEGMENTS = 1000
"""Segments in front of a JPEG's picture; profiles and notes of 64 KiB each take some hundred at most."""

Read = Callable[[int, int], bytes]
"""Bytes from an offset: ``read(offset, count)``."""


def wholeness(descriptor: int) -> Wholeness:
    """What the regular file behind `descriptor` says of itself. Raises OSError."""
    size = os.fstat(descriptor).st_size
    return judge(size, lambda offset, count: os.pread(descriptor, count, offset))


def judge(size: int, read: Read) -> Wholeness:
    """The same for anything that can be read at an offset."""
    head = read(0, HEAD_BYTES)
    if not head:
        return Wholeness.UNFINISHED
    kind = recognise(head)
    name = kind.name if kind is not None else ""
    tail = read(max(0, size - TAIL_BYTES), TAIL_BYTES)
    if head.strip(b"\0") == b"" or (name != "TIFF" and tail.endswith(ZEROS)):
        return Wholeness.UNFINISHED
    if name == "JPEG":
        return _jpeg(size, read)
    if name == "PNG":
        return _end(b"IEND\xaeB`\x82" in tail)
    if name == "GIF":
        return _end(tail.rstrip(b"\0")[-1:] == b";")
    if name == "WebP":
        return _end(size >= 8 + int.from_bytes(head[4:8], "little"))
    if name == "BMP":
        return _end(size >= int.from_bytes(head[2:6], "little"))
    if head[4:8] == b"ftyp":
        return _boxes(size, read)
    return Wholeness.UNKNOWN


def _end(is_there: object) -> Wholeness:
    return Wholeness.WHOLE if is_there else Wholeness.UNFINISHED


def _jpeg(size: int, read: Read) -> Wholeness:
    """ITU T.81, annex B: segments up to the first scan, and an end behind it. The preview in the header
    has an end of its own, which says nothing."""
    offset = 2
    for _ in range(MOST_SEGMENTS):
        header = read(offset, 4)
        if len(header) < 4:
            return Wholeness.UNFINISHED
        if header[0] != 0xFF:
            return Wholeness.UNKNOWN
        if header[1] == 0xDA:
            behind = max(offset, size - TAIL_BYTES)
            return _end(b"\xff\xd9" in read(behind, size - behind))
        # Fill bytes may stand before a marker.
        offset += 1 if header[1] == 0xFF else 2 + int.from_bytes(header[2:4], "big")
    return Wholeness.UNKNOWN


def _boxes(size: int, read: Read) -> Wholeness:
    """ISO 14496-12: the sizes of the outermost boxes must add up to the file's."""
    offset = 0
    for _ in range(MOST_BOXES):
        if offset == size:
            return Wholeness.WHOLE
        header = read(offset, 16)
        if offset > size or len(header) < 8:
            return Wholeness.UNFINISHED
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if length == 0:  # to the end of the file, wherever that is
            return Wholeness.UNKNOWN
        if length < 8:
            return Wholeness.UNKNOWN
        offset += length
    return Wholeness.UNKNOWN
