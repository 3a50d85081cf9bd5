"""Photos made on the spot, so that every test says itself what is in the file."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import Image

P3_COLUMNS = np.array(
    [[0.5151, 0.2920, 0.1571], [0.2412, 0.6922, 0.0666], [-0.0011, 0.0419, 0.7841]]
)
"""Display P3 primaries in XYZ under D50, as in every P3 profile."""

SRGB_COLUMNS = np.array(
    [[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]]
)
D50 = (0.9642, 1.0, 0.8249)


def scene(width: int = 96, height: int = 64) -> np.ndarray:
    """``(H, W, 3) uint8``: smooth colours, with a red top left corner that shows which way is up."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    picture = np.stack([60 + 120 * x / width, 200 - 120 * y / height, 90 + 60 * x / width], -1)
    picture[: height // 4, : width // 4] = (230, 20, 20)
    return picture.astype(np.uint8)


def encoded(picture: np.ndarray | Image.Image, kind: str, **options: object) -> bytes:
    image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def exif_bytes(orientation: int = 1, taken: str | None = None, *, place: bool = False) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    if taken is not None:
        exif.get_ifd(0x8769)[0x9003] = taken
    if place:
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2] = "N", (52.0, 22.0, 12.5)
        gps[3], gps[4] = "E", (4.0, 53.0, 42.25)
    return exif.tobytes()


def icc_profile(space: bytes, gamma: float, columns: np.ndarray | None = None) -> bytes:
    """A small ICC v2 profile: ``RGB `` with three primaries (columns, XYZ) or ``GRAY``; a pure gamma."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    name = b"test"
    words = b"desc" + bytes(4) + struct.pack(">I", len(name) + 1) + name + bytes(1 + 8 + 3 + 67)
    tags = {b"desc": words, b"wtpt": _xyz(D50), b"cprt": b"text" + bytes(4) + b"none\0"}
    if columns is None:
        tags[b"kTRC"] = curve
    else:
        for index, colour in enumerate(b"rgb"):
            tags[bytes([colour]) + b"XYZ"] = _xyz(columns[:, index])
            tags[bytes([colour]) + b"TRC"] = curve
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for tag, data in tags.items():
        table += tag + struct.pack(">II", offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = offset + len(body)
    head = struct.pack(">I", size) + bytes(4) + b"\x02\x40\0\0" + b"mntr" + space + b"XYZ "
    head += bytes(12) + b"acsp" + bytes(28) + _s15(*D50)
    return head.ljust(128, b"\0") + table + body


def png(width: int, height: int, rows: bytes, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG around raw scan lines, each with its filter byte: for what Pillow will not write."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    out = b"\x89PNG\r\n\x1a\n"
    for name, data in chunks:
        out += struct.pack(">I", len(data)) + name + data
        out += struct.pack(">I", zlib.crc32(name + data))
    return out


def tiff(tags: dict[int, int | str | bytes], order: str = "<", depth: int = 8) -> bytes:
    """A TIFF of 4 x 2 orange pixels with these tags: for what Pillow will not write."""
    pixel = [255, 128, 0] if depth == 8 else [65535, 32896, 0]
    rows = struct.pack(f"{order}24{'B' if depth == 8 else 'H'}", *pixel * 8)
    body = struct.pack(order + "3H", depth, depth, depth) + rows
    entries: dict[int, int | str | bytes] = {256: 4, 257: 2, 259: 1, 262: 2, 277: 3, 278: 2}
    entries |= {258: -8, 273: 8 + 6, 279: len(rows), **tags}
    table = b""
    ifd = 8 + len(body)
    extra = ifd + 2 + 12 * len(entries) + 4
    tail = b""
    for tag, value in sorted(entries.items()):
        if value == -8:  # bits of a sample: three numbers, right behind the header
            table += struct.pack(order + "HHII", tag, 3, 3, 8)
        elif isinstance(value, int):
            table += struct.pack(order + "HHII", tag, 4, 1, value)
        elif isinstance(value, bytes):
            table += struct.pack(order + "HHI4s", tag, 1, len(value), value)
        else:
            text = value.encode() + b"\0"
            table += struct.pack(order + "HHII", tag, 2, len(text), extra + len(tail))
            tail += text
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, ifd)
    return head + body + struct.pack(order + "H", len(entries)) + table + bytes(4) + tail


def bomb(side: int = 13_000) -> bytes:
    """A PNG of some 160 KiB that wants 169 megapixels."""
    rows = zlib.compressobj(9)
    line = bytes(1 + side)
    body = b"".join(rows.compress(line) for _ in range(side)) + rows.flush()
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    out = b"\x89PNG\r\n\x1a\n"
    for name, data in ((b"IHDR", head), (b"IDAT", body), (b"IEND", b"")):
        out += struct.pack(">I", len(data)) + name + data
        out += struct.pack(">I", zlib.crc32(name + data))
    return out


def _xyz(values: object) -> bytes:
    return b"XYZ " + bytes(4) + _s15(*values)  # type: ignore[misc]


def _s15(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(float(v) * 65536)) for v in values)
