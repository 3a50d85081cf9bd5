"""A family's pictures, made of a few portraits: as phones send them, and as scanners see old prints.

Crops, sepia and black and white of the same faces: enough for a library that looks lived in, without a
photograph that somebody would have to be asked for. Pictures are ``(H, W, 3) uint8`` RGB.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

LONGEST = 1280
"""Pixels: what a page shows is never larger."""

JPEG_QUALITY = 88

_PHOTO, _TAKEN = 0x8769, 0x9003
"""Of Exif: where a camera writes about a photo, and when it was taken."""

SEPIA = np.array([1.07, 0.94, 0.72])
"""Gains of red, green and blue on the grey of an old print."""

PAPER, INK = 226.0, 52.0
"""Levels of the lightest and darkest that a faded print still has."""


@dataclass(frozen=True)
class Cut:
    """What a picture is made of: which portrait (counted, and round again), the middle of the crop in
    shares of it, the crop's width as a share and its width over its height (0: the whole portrait), how
    it was printed, and whether it is turned round, as in a mirror."""

    portrait: int
    middle: tuple[float, float] = (0.5, 0.5)
    width: float = 1.0
    aspect: float = 0.0
    print: str = "colour"
    mirrored: bool = False


def portraits(folder: Path) -> list[Pixels]:
    """Every JPEG and PNG of a folder, in the order of their names. Raises `SystemExit` without any."""
    paths = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in (".jpg", ".png")]
    found = [each for each in (cv2.imread(str(path)) for path in paths) if each is not None]
    if not found:
        raise SystemExit(f"there is no picture in {folder}")
    return [np.ascontiguousarray(each[..., ::-1], np.uint8) for each in found]


def picture(cut: Cut, portraits: Sequence[Pixels]) -> Pixels:
    """The print of `cut`."""
    whole = portraits[cut.portrait % len(portraits)]
    part = _crop(whole, cut) if cut.aspect else whole
    scale = min(1.0, LONGEST / max(part.shape[:2]))
    size = (max(2, round(part.shape[1] * scale)), max(2, round(part.shape[0] * scale)))
    part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    part = part[:, ::-1] if cut.mirrored else part
    return np.ascontiguousarray(_printed(part, cut.print), np.uint8)


def faded(picture: Pixels) -> Pixels:
    """The same as a print that hung in the sun: little contrast, and yellow."""
    level = INK + (PAPER - INK) * (picture.astype(np.float32) / 255.0)
    return np.asarray(np.clip(level * np.array([1.06, 1.0, 0.80]), 0, 255), np.uint8)


def jpeg(picture: Pixels, taken: str | None = None) -> bytes:
    """As a phone writes it; `taken` is the day, ``YYYY-MM-DD``."""
    exif = Image.Exif()
    if taken:
        exif.get_ifd(_PHOTO)[_TAKEN] = f"{taken.replace('-', ':')} 15:20:00"
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=JPEG_QUALITY, exif=exif)
    return stream.getvalue()


def on_a_wall(picture: Pixels, width: int, height: int) -> Pixels:
    """As a panel shows it: whole, on a surround of its own darkened colours."""
    small = cv2.GaussianBlur(cv2.resize(picture, (64, 36), interpolation=cv2.INTER_AREA), (0, 0), 6)
    surround = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    panel = np.asarray(surround * 0.45, np.uint8)
    scale = min(width / picture.shape[1], height / picture.shape[0]) * 0.92
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    y, x = (height - size[1]) // 2, (width - size[0]) // 2
    panel[y : y + size[1], x : x + size[0]] = cv2.resize(picture, size)
    return panel


def _crop(whole: Pixels, cut: Cut) -> Pixels:
    height, width = whole.shape[:2]
    across = min(cut.width * width, height * cut.aspect)
    down = across / cut.aspect
    left = min(max(cut.middle[0] * width - across / 2, 0), width - across)
    top = min(max(cut.middle[1] * height - down / 2, 0), height - down)
    return whole[round(top) : round(top + down), round(left) : round(left + across)]


def _printed(picture: Pixels, kind: str) -> Pixels:
    if kind == "colour":
        return picture
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if kind == "sepia":
        grey = 24 + grey * (215 / 255)
        return np.asarray(np.clip(grey[..., None] * SEPIA, 0, 255), np.uint8)
    return np.asarray(np.repeat(grey[..., None], 3, axis=2), np.uint8)
