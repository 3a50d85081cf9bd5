"""Photos broken by chance: cut off, flipped, filled with nothing, wearing another file's head.

Every function takes a random generator and gives bytes; the same seed breaks the same things.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO

import numpy as np
from PIL import Image

Random = np.random.Generator
Mutation = Callable[[Random, bytes, bytes], bytes]

WIDTH, HEIGHT = 320, 240
KINDS = ("JPEG", "PNG", "WEBP", "HEIC", "AVIF", "TIFF", "GIF", "BMP")
HEAD = 64
"""Bytes that tell what a file is, and a decoder how large it will get."""

WORST = (0x00000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
"""What a length should never be."""


def scene() -> Image.Image:
    """A picture with smooth parts, edges and grain, so that every part of a decoder has work."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    planes = [60 + 0.5 * x, 200 - 0.4 * y, 90 + 40 * np.sin(x / 9) * np.cos(y / 7)]
    picture = np.stack(planes, axis=2)
    picture[60:120, 80:160] = (210, 170, 150)
    picture += np.random.default_rng(0).normal(0, 6, picture.shape)
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


@cache
def whole(kind: str) -> bytes:
    """A sound file of that kind, with EXIF where the kind has a place for it."""
    import pillow_heif

    stream = BytesIO()
    picture = scene()
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "a garden", 6
    exif.get_ifd(0x8769)[0x9003] = "1961:02:03 04:05:06"
    if kind == "HEIC":
        heif = pillow_heif.from_pillow(picture)
        heif.info["exif"] = exif.tobytes()
        heif.save(stream, quality=80)
    elif kind in ("GIF", "BMP"):
        picture.save(stream, kind)
    elif kind == "TIFF":
        picture.save(stream, kind, exif=exif, compression="tiff_adobe_deflate")
    else:
        picture.save(stream, kind, exif=exif)
    return stream.getvalue()


def cut(rng: Random, data: bytes, _: bytes) -> bytes:
    return data[: int(rng.integers(1, len(data)))]


def bits(rng: Random, data: bytes, _: bytes) -> bytes:
    """One to fifty flipped bits anywhere."""
    return _flipped(rng, data, len(data), int(rng.integers(1, 51)))


def head_bits(rng: Random, data: bytes, _: bytes) -> bytes:
    """One to eight flipped bits among the first kilobyte, where sizes and tables are."""
    return _flipped(rng, data, min(len(data), 1024), int(rng.integers(1, 9)))


def nothing(rng: Random, data: bytes, _: bytes) -> bytes:
    """A stretch of zeros, as a file that did not arrive in order has."""
    start, end = sorted(rng.integers(0, len(data) + 1, 2).tolist())
    return data[:start] + bytes(end - start) + data[end:]


def splice(rng: Random, data: bytes, other: bytes) -> bytes:
    """A stretch from elsewhere in the file, or from another kind of file."""
    source = data if rng.random() < 0.5 else other
    length = int(rng.integers(1, max(2, len(source) // 3)))
    start = int(rng.integers(0, len(source) - length + 1))
    at = int(rng.integers(0, len(data)))
    return data[:at] + source[start : start + length] + data[at + length :]


def other_head(rng: Random, data: bytes, other: bytes) -> bytes:
    """Another kind's first bytes before this one's rest."""
    length = int(rng.integers(4, HEAD + 1))
    return other[:length] + data[length:]


def lengths(rng: Random, data: bytes, _: bytes) -> bytes:
    """One to three numbers of four bytes made as wrong as can be."""
    broken = bytearray(data)
    for _again in range(int(rng.integers(1, 4))):
        at = int(rng.integers(0, max(1, min(len(broken) - 4, 2048))))
        order = ">I" if rng.random() < 0.5 else "<I"
        broken[at : at + 4] = struct.pack(order, WORST[int(rng.integers(len(WORST)))])
    return bytes(broken)


def more(rng: Random, data: bytes, other: bytes) -> bytes:
    """Rubbish pushed in, or a second file behind."""
    if rng.random() < 0.5:
        return data + other
    at = int(rng.integers(0, len(data)))
    rubbish = rng.integers(0, 256, int(rng.integers(1, 4096)), dtype=np.uint8).tobytes()
    return data[:at] + rubbish + data[at:]


MUTATIONS: Mapping[str, Mutation] = {
    "cut": cut,
    "bits": bits,
    "head bits": head_bits,
    "nothing": nothing,
    "splice": splice,
    "other head": other_head,
    "lengths": lengths,
    "more": more,
}


def mutants(kind: str, number: int, seed: int) -> list[bytes]:
    """`number` broken files of that kind, every mutation in turn."""
    data = whole(kind)
    others = [whole(each) for each in KINDS if each != kind]
    names = list(MUTATIONS)
    made = []
    for k in range(number):
        rng = np.random.default_rng((seed, KINDS.index(kind), k))
        other = others[int(rng.integers(len(others)))]
        made.append(MUTATIONS[names[k % len(names)]](rng, data, other))
    return made


def _flipped(rng: Random, data: bytes, reach: int, number: int) -> bytes:
    broken = bytearray(data)
    for at in rng.integers(0, reach, number).tolist():
        broken[at] ^= 1 << int(rng.integers(8))
    return bytes(broken)
