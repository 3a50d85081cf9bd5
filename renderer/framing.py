"""How large a clip is, and what part of the photo it shows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces.types import Face, Picture

MAX_UPSCALE = 2.0
"""More than this only enlarges the grain: the clip may not promise what the photo does not hold."""

WIDEST = 16 / 9
"""A clip is at most this much wider than the asked height: what every panel and decoder of the field
plays (1920 x 1080)."""

FACE_SHARE_IN_CROP = 0.5
"""Height of the face in a crop for sharing: 50-60 % is what portrait animators crop to."""

FACE_CENTRE_IN_CROP = 0.47
SMALLEST_SIDE = 64


@dataclass(frozen=True)
class Framing:
    """A crop of the photo in photo pixels and the size of the clip it becomes (even numbers)."""

    crop: tuple[int, int, int, int]
    width: int
    height: int

    @property
    def scale(self) -> float:
        """Clip pixels per photo pixel, along the height."""
        return self.height / (self.crop[3] - self.crop[1])


def frame_photo(width: int, height: int, asked_height: int) -> Framing:
    """The whole photo, in its own aspect ratio."""
    return _fit((0, 0, width, height), asked_height)


def frame_crop(
    width: int, height: int, faces: tuple[Face, ...], aspect: float, asked_height: int
) -> Framing:
    """A crop of `aspect` (width / height) around the faces, as close as the photo allows.

    Raises ValueError when there is no face to crop around.
    """
    if not faces:
        raise ValueError("no face to frame")
    tops = [f.mesh.points[:468, :2].min(axis=0) for f in faces]
    ends = [f.mesh.points[:468, :2].max(axis=0) for f in faces]
    low, high = np.min(tops, axis=0), np.max(ends, axis=0)
    tallest = max(f.height_px for f in faces)
    need_h = max(tallest / FACE_SHARE_IN_CROP, (high[1] - low[1]) * 1.6)
    need_h = max(need_h, (high[0] - low[0]) * 1.6 / aspect)
    crop_h = min(need_h, height, width / aspect)
    crop_w = crop_h * aspect
    cx, cy = (low + high) / 2
    x0 = int(np.clip(round(cx - crop_w / 2), 0, width - math.floor(crop_w)))
    y0 = int(np.clip(round(cy - crop_h * FACE_CENTRE_IN_CROP), 0, height - math.floor(crop_h)))
    return _fit((x0, y0, x0 + math.floor(crop_w), y0 + math.floor(crop_h)), asked_height)


def frame_view(
    width: int, height: int, crop: tuple[int, int, int, int], size: tuple[int, int]
) -> Framing:
    """Exactly `crop` of a picture of `width` x `height`, at exactly `size`.

    Raises ValueError for a crop that is not within the picture, and for a size that is odd or under
    `SMALLEST_SIDE`.
    """
    x0, y0, x1, y1 = crop
    if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
        raise ValueError(f"the crop {crop} is not within {width}x{height}")
    if min(size) < SMALLEST_SIDE or size[0] % 2 or size[1] % 2:
        raise ValueError(f"a clip cannot have the size {size[0]}x{size[1]}")
    return Framing(crop, *size)


def is_seen(face: Face, framing: Framing) -> bool:
    """Whether the middle of the face is within the crop: enough of a head to be in somebody's way."""
    x0, y0, x1, y1 = framing.crop
    x, y = (float(v) for v in face.mesh.points[:468, :2].mean(axis=0))
    return x0 <= x < x1 and y0 <= y < y1


def is_whole(face: Face, framing: Framing, size: tuple[int, int]) -> bool:
    """Whether the crop cuts nothing off the face that a picture of `size` (width, height) has of it."""
    x0, y0, x1, y1 = framing.crop
    ends = (np.zeros(2), np.array(size) - 1.0)
    low, high = (np.clip(of(face.mesh.points[:468, :2], axis=0), *ends) for of in (np.min, np.max))
    # The mesh ends half a pixel or so beyond the skin; a pixel more or less is not a cut.
    return bool((low >= (x0 - 1, y0 - 1)).all() and (high <= (x1, y1)).all())


def working_picture(photo: Picture, framing: Framing) -> Picture:
    """The cropped and resized photo: the still that the clip begins and ends on."""
    x0, y0, x1, y1 = framing.crop
    part = photo[y0:y1, x0:x1]
    if part.shape[:2] == (framing.height, framing.width):
        return np.ascontiguousarray(part)
    shrinks = framing.height < y1 - y0
    kernel = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    resized = cv2.resize(part, (framing.width, framing.height), interpolation=kernel)
    return np.asarray(resized, np.uint8)


def face_in_clip(face: Face, framing: Framing) -> Face:
    """The face in the working picture's pixels."""
    x0, y0 = framing.crop[:2]
    return face.shifted(-x0, -y0).scaled(framing.scale)


def _fit(crop: tuple[int, int, int, int], asked_height: int) -> Framing:
    w, h = crop[2] - crop[0], crop[3] - crop[1]
    scale = min(asked_height / h, MAX_UPSCALE, asked_height * WIDEST / w)
    width = max(SMALLEST_SIDE, 2 * round(w * scale / 2))
    height = max(SMALLEST_SIDE, 2 * round(h * scale / 2))
    return Framing(crop, width, height)
