"""Small files that want much: pixels, frames, pages, text, scans, or time."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO

from PIL import Image

from bench.hostile_mutants import whole

PNG = b"\x89PNG\r\n\x1a\n"
GIGABYTE = 1 << 30


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def zeros(count: int) -> bytes:
    """`count` zeros, packed."""
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    parts = [packer.compress(block) for _ in range(count >> 20)]
    parts += [packer.compress(bytes(count & ((1 << 20) - 1))), packer.flush()]
    return b"".join(parts)


def png(
    width: int,
    height: int,
    *,
    depth: int = 8,
    colour: int = 0,
    interlaced: bool = False,
    before: bytes = b"",
    rows: int | None = None,
) -> bytes:
    """Black pixels; `before` are chunks before them, `rows` how many of the rows there are."""
    bits = depth * {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    line = 1 + (width * bits + 7) // 8
    body = zeros(line * (height if rows is None else rows))
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    return PNG + chunk(b"IHDR", head) + before + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def png_text(kind: bytes) -> bytes:
    """A gigabyte of text beside one pixel."""
    words = b"Comment\0" + (b"\1\0\0\0" if kind == b"iTXt" else b"\0") + zeros(GIGABYTE)
    return png(1, 1, before=chunk(kind, words))


def png_profile() -> bytes:
    return png(1, 1, before=chunk(b"iCCP", b"p\0\0" + zeros(GIGABYTE)))


def png_many_chunks() -> bytes:
    """A million chunks of nothing."""
    return png(1, 1, before=chunk(b"tEXt", b"a\0b") * 1_000_000)


def apng(frames: int) -> bytes:
    small = [Image.new("L", (64, 64), k % 256) for k in range(frames)]
    return _saved(small[0], "PNG", save_all=True, append_images=small[1:])


def jpeg_claims(width: int, height: int) -> bytes:
    """A small JPEG whose header promises another size."""
    data = bytearray(whole("JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def jpeg_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: time, not memory."""
    data = _saved(Image.new("L", (side, side), 90), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + b"\xff\xd9"


def jpeg_segments(count: int) -> bytes:
    """Segments of 64 kB that say nothing, before the picture."""
    data = whole("JPEG")
    segment = b"\xff\xed" + struct.pack(">H", 65535) + bytes(65533)
    return data[:2] + segment * count + data[2:]


def jpeg_profile() -> bytes:
    """255 parts of a colour profile of 16 MB, all of it zeros."""
    data = whole("JPEG")
    parts = b""
    for k in range(1, 256):
        body = b"ICC_PROFILE\0" + bytes([k, 255]) + bytes(65519)
        parts += b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body
    return data[:2] + parts + data[2:]


def gif_frames(count: int) -> bytes:
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x4c\x01\x00"
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + frame * count + b";"


def gif_screen(width: int, height: int) -> bytes:
    """One pixel on a screen as large as can be said."""
    data = bytearray(gif_frames(1))
    data[6:10] = struct.pack("<HH", width, height)
    return bytes(data)


def gif_frame(width: int, height: int) -> bytes:
    data = bytearray(gif_screen(width, height))
    at = data.index(b"\x2c") + 5
    data[at : at + 4] = struct.pack("<HH", width, height)
    return bytes(data)


def tiff(entries: Mapping[int, tuple[int, int, int]], body: bytes = b"", after: int = 0) -> bytes:
    """A TIFF of one page: tag -> (type, count, value or offset); `body` lies at offset 8; `after` is
    where the next page is said to be."""
    table = struct.pack("<H", len(entries))
    for tag, (kind, count, value) in sorted(entries.items()):
        table += struct.pack("<HHII", tag, kind, count, value)
    return b"II*\0" + struct.pack("<I", 8 + len(body)) + body + table + struct.pack("<I", after)


def tiff_page(
    width: int, height: int, packed: bytes, packing: int
) -> dict[int, tuple[int, int, int]]:
    return {
        256: (4, 1, width),
        257: (4, 1, height),
        258: (3, 1, 8),
        259: (3, 1, packing),
        262: (3, 1, 1),
        273: (4, 1, 8),
        277: (3, 1, 1),
        278: (4, 1, height),
        279: (4, 1, len(packed)),
    }


def tiff_deflate(width: int, height: int) -> bytes:
    body = zeros(width * height)
    return tiff(tiff_page(width, height, body, 8), body)


def tiff_ring() -> bytes:
    """The next page is this page."""
    body = bytes(16)
    return tiff(tiff_page(4, 4, body, 1), body, after=8 + len(body))


def tiff_nested() -> bytes:
    """A page whose own pages, EXIF and place are that page again."""
    body = bytes(16)
    entries = tiff_page(4, 4, body, 1)
    here = 8 + len(body)
    entries |= {330: (4, 1, here), 34665: (4, 1, here), 34853: (4, 1, here), 40965: (4, 1, here)}
    return tiff(entries, body)


def tiff_counts() -> bytes:
    """A tag that claims four thousand million numbers."""
    body = bytes(16)
    entries = tiff_page(4, 4, body, 1)
    entries[273] = (4, 0xFFFFFFFF, 8)
    entries[279] = (4, 0xFFFFFFFF, 8)
    return tiff(entries, body)


def tiff_tiles(side: int) -> bytes:
    """Tiles of 16 by 16 pixels, each of which is the same one."""
    count = (side // 16) ** 2
    offsets = struct.pack("<I", 8) * count
    sizes = struct.pack("<I", 256) * count
    body = bytes(256) + offsets + sizes
    entries = {
        256: (4, 1, side),
        257: (4, 1, side),
        258: (3, 1, 8),
        259: (3, 1, 1),
        262: (3, 1, 1),
        277: (3, 1, 1),
        322: (3, 1, 16),
        323: (3, 1, 16),
        324: (4, count, 8 + 256),
        325: (4, count, 8 + 256 + len(offsets)),
    }
    return tiff(entries, body)


def tiff_pages(count: int) -> bytes:
    """So many pages of four by four pixels, each with its own table."""
    body = bytes(16)
    entries = tiff_page(4, 4, body, 1)
    size = 2 + 12 * len(entries) + 4
    tables = b""
    for number in range(count):
        here = 8 + len(body) + number * size
        table = tiff(entries, after=here + size if number < count - 1 else 0)[8:]
        tables += table
    return b"II*\0" + struct.pack("<I", 8 + len(body)) + body + tables


def webp_large(width: int, height: int) -> bytes:
    return _saved(Image.new("RGB", (width, height), (9, 9, 9)), "WEBP", lossless=True, method=0)


def webp_frames(count: int) -> bytes:
    frames = [Image.new("RGB", (32, 32), (k % 256, 0, 0)) for k in range(count)]
    return _saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=10)


def claims(kind: str, width: int, height: int) -> bytes:
    """A small HEIC or AVIF that says it is as large as that."""
    data = bytearray(whole(kind))
    at = data.index(b"ispe") + 8
    data[at : at + 8] = struct.pack(">II", width, height)
    return bytes(data)


def boxes(kind: str, size: int) -> bytes:
    """Its first box is said to be `size` bytes long."""
    data = bytearray(whole(kind))
    at = data.index(b"meta") - 4
    data[at : at + 4] = struct.pack(">I", size)
    return bytes(data)


def deep_boxes() -> bytes:
    """Boxes in boxes in boxes, twenty thousand deep."""
    data = b""
    for _ in range(20_000):
        data = struct.pack(">I", len(data) + 8) + b"dinf" + data
    head = struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic"
    return head + struct.pack(">I", len(data) + 12) + b"meta" + bytes(4) + data


def bmp(width: int, height: int, *, packed: bool = False) -> bytes:
    """A header, and as good as nothing behind it; `packed` by run lengths."""
    body = (b"\xff\x00" * 8 + b"\0\1") if packed else bytes(64)
    offset = 14 + 40 + 1024
    head = b"BM" + struct.pack("<IHHI", offset + len(body), 0, 0, offset)
    kind = (1, 8, 1) if packed else (1, 24, 0)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, *kind, len(body), 2835, 2835, 256, 0)
    return head + info + bytes(1024) + body


BOMBS: Mapping[str, Callable[[], bytes]] = {
    "PNG, 169 megapixels in 160 kB": partial(png, 13_000, 13_000),
    "PNG, 900 megapixels": partial(png, 30_000, 30_000, depth=1),
    "PNG, 2 thousand million columns": partial(png, 0x7FFFFFFF, 1, rows=0),
    "PNG, 2 thousand million rows": partial(png, 1, 0x7FFFFFFF, rows=0),
    "PNG, 10 gigapixels, no rows": partial(png, 100_000, 100_000, rows=0),
    "PNG, 64 megapixels of 8 bytes": partial(png, 8000, 8000, depth=16, colour=6),
    "PNG, 63 megapixels, interlaced": partial(png, 7900, 7900, interlaced=True),
    "PNG, a gigabyte of packed text": partial(png_text, b"zTXt"),
    "PNG, the same, international": partial(png_text, b"iTXt"),
    "PNG, a gigabyte of colour profile": png_profile,
    "PNG, a million chunks": png_many_chunks,
    "PNG, 2,000 frames": partial(apng, 2000),
    "PNG, one row of 60 million pixels": partial(png, 60_000_000, 1),
    "JPEG, says 4 gigapixels": partial(jpeg_claims, 65_500, 65_500),
    "JPEG, says 249 megapixels": partial(jpeg_claims, 15_780, 15_780),
    "JPEG, says 65,500 x 1": partial(jpeg_claims, 65_500, 1),
    "JPEG, 2,000 scans": partial(jpeg_scans, 2048, 2000),
    "JPEG, 1,000 segments of 64 kB": partial(jpeg_segments, 1000),
    "JPEG, a colour profile of 16 MB": jpeg_profile,
    "GIF, 10,000 frames": partial(gif_frames, 10_000),
    "GIF, a million frames": partial(gif_frames, 1_000_000),
    "GIF, a screen of 4 gigapixels": partial(gif_screen, 65_535, 65_535),
    "GIF, a frame of 4 gigapixels": partial(gif_frame, 65_535, 65_535),
    "GIF, a frame of 63 megapixels": partial(gif_frame, 7900, 7900),
    "TIFF, 900 megapixels": partial(tiff_deflate, 30_000, 30_000),
    "TIFF, the next page is this one": tiff_ring,
    "TIFF, pages inside pages": tiff_nested,
    "TIFF, 4 thousand million strips": tiff_counts,
    "TIFF, 250,000 tiles": partial(tiff_tiles, 8000),
    "TIFF, 10,000 pages": partial(tiff_pages, 10_000),
    "WebP, 268 megapixels": partial(webp_large, 16_383, 16_383),
    "WebP, 63 megapixels": partial(webp_large, 7900, 7900),
    "WebP, 1,000 frames": partial(webp_frames, 1000),
    "HEIC, says 4 gigapixels": partial(claims, "HEIC", 65_535, 65_535),
    "HEIC, says 200 megapixels": partial(claims, "HEIC", 14_142, 14_142),
    "HEIC, a box of 4 GB": partial(boxes, "HEIC", 0xFFFFFFF0),
    "HEIC, boxes 20,000 deep": deep_boxes,
    "AVIF, says 4 gigapixels": partial(claims, "AVIF", 65_535, 65_535),
    "BMP, 2.5 gigapixels": partial(bmp, 50_000, 50_000),
    "BMP, 63 megapixels by run lengths": partial(bmp, 7900, 7900, packed=True),
}


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    stream = BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()
