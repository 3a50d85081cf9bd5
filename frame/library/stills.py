"""Hanging stills as they hang: each photo at the size and crop of its view, kept losslessly.

The resampling is that of `renderer.framing.working_picture`, bit for bit (a contract test holds both to
it), because a clip made there begins and ends on the still made here.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from frame.core.photos import Photo, View
from frame.errors import WakeframeError
from frame.library.places import Places
from frame.library.sealed import Pixels, seal, unseal
from frame.library.space import oldest_files
from frame.library.thumbnails import replace_file

if TYPE_CHECKING:
    from frame.library.decode import DecodedPhoto

_log = logging.getLogger(__name__)

MOST_BYTES = 2 << 30
"""Some 600 stills of a 1080p panel, 3.5 MB each: what hangs in a week. More only fills the card."""

TRIM_EVERY = 32
"""New stills between two looks at the quota: looking means walking through the folder."""

TOUCH_AFTER = 86_400
"""A still used within this many seconds is young enough: marking it at every use would write to the
card twice a minute for as long as the frame hangs."""


class StillLost(WakeframeError):  # noqa: N818
    """The photo does not look as it did when it was taken in; take it in again."""


class PreparedLost(WakeframeError):  # noqa: N818
    """The prepared picture is not there or not whole; the photo hangs as it came until it is made again
    (`frame.library.preparations.Preparations.lost`)."""


class StillCache:
    """Makes stills, and keeps them as PNG files. Any thread may ask; one still is made at a time."""

    def __init__(
        self,
        places: Places,
        decode: Callable[[Path], DecodedPhoto] | None = None,
        *,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._places = places
        self._decode = decode or _decode_in_cage
        self._most_bytes = most_bytes
        self._making = threading.Lock()
        self._made = 0

    def still(self, photo: Photo, view: View) -> Pixels:
        """``(view.height, view.width, 3) uint8`` RGB, sRGB. Raises `frame.errors.WakeframeError`, of
        which `PreparedLost` asks for another try with the photo as it came."""
        path = self._places.still(photo, view)
        with self._making:
            kept = _read(path, view)
            if kept is not None:
                return kept
            return self._make(path, photo, view, hanging_pixels(self._places, photo, self._decode))

    def has(self, photo: Photo, view: View) -> bool:
        """Whether a file is there; only reading it tells whether it is whole."""
        return self._places.still(photo, view).is_file()

    def make_from(self, photo: Photo, view: View, pixels: Pixels) -> Pixels:
        """The still, made and kept from pixels of the photo that were decoded already."""
        with self._making:
            return self._make(self._places.still(photo, view), photo, view, pixels)

    def trim(self, most_bytes: int) -> int:
        """Remove the stills that were used longest ago until the rest takes `most_bytes` at most; how
        many bytes went."""
        files = [
            (path, size) for path in oldest_files(self._places.stills) if (size := _size(path))
        ]
        excess = sum(size for _, size in files) - most_bytes
        gone = 0
        for path, size in files:
            if gone >= excess:
                break
            path.unlink(missing_ok=True)
            gone += size
        return gone

    def _make(self, path: Path, photo: Photo, view: View, pixels: Pixels) -> Pixels:
        if (pixels.shape[1], pixels.shape[0]) != photo.decoded:
            raise StillLost("This photo is decoded in another size than before; take it in again.")
        still = make_still(pixels, view)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, seal(still))
            self._made += 1
            if self._made % TRIM_EVERY == 0:
                self.trim(self._most_bytes)
        except OSError as error:  # a full card costs the cache, not the picture
            _log.warning("still not kept", extra={"photo": photo.id, "why": str(error)})
        return still


def hanging_pixels(places: Places, photo: Photo, decode: Callable[[Path], DecodedPhoto]) -> Pixels:
    """What still and clip of a photo are made from: its prepared picture if one hangs, or else itself.

    Raises `PreparedLost`, and whatever `decode` raises.
    """
    return (
        read_prepared(places, photo) if photo.prepared else decode(places.original_of(photo)).pixels
    )


def read_prepared(places: Places, photo: Photo) -> Pixels:
    """The prepared picture that hangs; a torn one is removed. Raises `PreparedLost`."""
    path = places.prepared_of(photo.sha256, photo.prepared)
    try:
        picture = unseal(path.read_bytes())
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise PreparedLost(f"The prepared picture cannot be read: {why}.") from error
    if picture is None or (picture.shape[1], picture.shape[0]) != photo.decoded:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise PreparedLost("The prepared picture is not whole.")
    return picture


def make_still(pixels: Pixels, view: View) -> Pixels:
    """What of the decoded `pixels` ``(H, W, 3)`` hangs, at the size it hangs; contiguous and its own.

    Raises ValueError for a view that reaches beyond the picture.
    """
    import cv2

    x0, y0, x1, y1 = view.crop
    if not (0 <= x0 < x1 <= pixels.shape[1] and 0 <= y0 < y1 <= pixels.shape[0]):
        raise ValueError(f"the view {view.key} reaches beyond {pixels.shape[1]}x{pixels.shape[0]}")
    part = pixels[y0:y1, x0:x1]
    if part.shape[:2] == (view.height, view.width):
        return part.copy()
    shrinks = view.height < y1 - y0
    kernel = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (view.width, view.height), interpolation=kernel), np.uint8)


def _decode_in_cage(path: Path) -> DecodedPhoto:
    from frame.library.decode import decode_file

    return decode_file(path)


def _read(path: Path, view: View) -> Pixels | None:
    """The kept still if it is whole; a torn one is removed."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    picture = unseal(data)
    if picture is None or picture.shape != (view.height, view.width, 3):
        path.unlink(missing_ok=True)
        return None
    _touch(path)
    return picture


def _touch(path: Path) -> None:
    """Mark it as used, once a day."""
    try:
        if abs(time.time() - path.stat().st_mtime) > TOUCH_AFTER:
            os.utime(path)
    except OSError:
        return


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
