"""Pictures of a photo for pages: the thumbnail and a large one, made when they are missing.

What a browser gets is always encoded by us, from pixels that the caged decoder gave: never a stranger's
file, and nothing of what the camera wrote into it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from frame.core.photos import Photo
from frame.library import thumbnails
from frame.library.places import Places
from frame.library.stills import hanging_pixels

if TYPE_CHECKING:
    from frame.library.decode import DecodedPhoto

LARGE_SIDE = 1600
"""Fills a laptop's page and a phone's at triple density; some 300 KB."""

LARGE_QUALITY = 86

DecodeFile = Callable[[Path], "DecodedPhoto"]


def decode_in_cage(path: Path) -> DecodedPhoto:
    """As `frame.library.decode.decode_file`, imported when the first picture is missing."""
    from frame.library.decode import decode_file

    return decode_file(path)


class Pictures:
    """Files with pictures. Any thread may ask; one photo is decoded at a time, for each takes a decoder
    of its own and the wall comes first. Every call raises OSError, and `frame.errors.WakeframeError`
    where the original cannot be decoded."""

    def __init__(self, places: Places, decode: DecodeFile = decode_in_cage) -> None:
        self._places = places
        self._decode = decode
        self._making = threading.Lock()

    def thumbnail(self, photo: Photo) -> Path:
        """Small, and always as the photo came."""
        path = self._places.thumbnail(photo)
        return path if path.is_file() else self._make(replace(photo, prepared=""), path)

    def large(self, photo: Photo) -> Path:
        """As it hangs: restored, if it hangs so. `photo` with another `prepared` asks for that one."""
        path = self._places.large(photo)
        return path if path.is_file() else self._make(photo, path)

    def _make(self, photo: Photo, wanted: Path) -> Path:
        with self._making:
            if wanted.is_file():
                return wanted  # somebody else has made it meanwhile
            pixels = hanging_pixels(self._places, photo, self._decode)
            thumbnail = self._places.thumbnail(photo)
            if not photo.prepared and not thumbnail.is_file():
                thumbnails.draw(self._places, photo, pixels)
            if wanted != thumbnail:
                wanted.parent.mkdir(parents=True, exist_ok=True)
                data = thumbnails.jpeg(pixels, LARGE_SIDE, LARGE_QUALITY)
                thumbnails.replace_file(wanted, data)
        return wanted
