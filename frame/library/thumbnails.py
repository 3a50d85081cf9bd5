"""Small pictures for pages and lists, made from pixels that were decoded already. Disposable."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from frame.core.photos import Photo
from frame.library.disk import temporary_name
from frame.library.places import Places

LONGEST_SIDE = 400
"""Sharp in a phone's grid of three at any density; some 25 KB."""

QUALITY = 82


def draw(places: Places, photo: Photo, pixels: NDArray[np.uint8]) -> None:
    """Write the thumbnail of `photo`; `pixels` is ``(H, W, 3)`` RGB. Raises OSError."""
    path = places.thumbnail(photo)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, jpeg(pixels, LONGEST_SIDE, QUALITY))


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` there in one step. Not synced: whoever reads it must see when it is torn."""
    part = path.with_name(temporary_name())
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def jpeg(pixels: NDArray[np.uint8], longest_side: int, quality: int) -> bytes:
    """``(H, W, 3)`` RGB as a JPEG, no larger than that. Raises OSError."""
    import cv2

    height, width = pixels.shape[:2]
    share = min(1.0, longest_side / max(height, width))
    size = (max(1, round(width * share)), max(1, round(height * share)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if share < 1 else pixels
    bgr = np.ascontiguousarray(small[..., ::-1])
    done, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise OSError("the thumbnail could not be encoded")
    return encoded.tobytes()
