"""Camera raw files that are TIFF files inside (DNG, NEF, ARW, PEF, SRW, ...), told by their tags.

Runs in the decode child only. Their first picture is often a thumbnail: decoding it would put a
postage stamp on the wall and call it the photo.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from PIL import TiffImagePlugin

_SUBFILE, _COMPRESSION, _PHOTOMETRIC, _SUB_IFDS, _DNG_VERSION = 254, 259, 262, 330, 50706
_MAKE = 271

_SENSOR_COLOURS = (32803, 34892)
"""Colour filter array and linear raw, of TIFF/EP and DNG."""

_SENSOR_PACKINGS = (32767, 32769, 32770, 34713, 65000, 65535)
"""Sony, packed, Samsung, Nikon, Kodak, Pentax."""


def is_raw(stream: IO[bytes]) -> bool:
    """Whether this TIFF holds what a sensor saw instead of a picture; the stream is rewound.

    Raises whatever a damaged header makes the parser raise.
    """
    stream.seek(0)
    head = stream.read(8)
    if head[2:3] == b"\x2b":  # BigTIFF: no camera writes it
        stream.seek(0)
        return False
    tags = TiffImagePlugin.ImageFileDirectory_v2(head)
    stream.seek(tags.next)
    tags.load(stream)
    stream.seek(0)
    return _DNG_VERSION in tags or _tells_of_a_sensor(tags)


def _tells_of_a_sensor(tags: Mapping[int, object]) -> bool:
    if tags.get(_PHOTOMETRIC) in _SENSOR_COLOURS or tags.get(_COMPRESSION) in _SENSOR_PACKINGS:
        return True
    # A camera's file whose first picture is a reduced one, with others below it.
    return _MAKE in tags and _SUB_IFDS in tags and tags.get(_SUBFILE) == 1
