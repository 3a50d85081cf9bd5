"""Which kinds of file may reach a decoder, told from their first bytes and never from their name."""

from __future__ import annotations

from dataclasses import dataclass

HEAD_BYTES = 64
"""How much of a file `recognise` wants to see."""


@dataclass(frozen=True)
class Kind:
    """A kind of file: its name as people say it, and whether we decode it."""

    name: str
    is_photo: bool = True


JPEG, PNG, WEBP, TIFF = Kind("JPEG"), Kind("PNG"), Kind("WebP"), Kind("TIFF")
GIF, BMP, HEIC, AVIF = Kind("GIF"), Kind("BMP"), Kind("HEIC"), Kind("AVIF")

PHOTOS = (JPEG, PNG, WEBP, TIFF, GIF, BMP, HEIC, AVIF)

_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"BM", BMP),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
    (b"%PDF", Kind("PDF document", is_photo=False)),
    (b"%!PS", Kind("PostScript document", is_photo=False)),
    (b"\xc5\xd0\xd3\xc6", Kind("PostScript document", is_photo=False)),
    (b"8BPS", Kind("Photoshop document", is_photo=False)),
    (b"<svg", Kind("SVG drawing", is_photo=False)),
    (b"<?xml", Kind("SVG or XML document", is_photo=False)),
    (b"<!DOCTYPE", Kind("web page", is_photo=False)),
    (b"<html", Kind("web page", is_photo=False)),
    (b"PK\x03\x04", Kind("ZIP archive", is_photo=False)),
    (b"\x1aE\xdf\xa3", Kind("video", is_photo=False)),
    (b"FUJIFILMCCD-RAW", Kind("camera raw file", is_photo=False)),
)

# ISO 14496-12 brands, at offset 8 behind "ftyp". Sequences show their first picture.
_BRANDS: dict[bytes, Kind] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), HEIC),
    **dict.fromkeys((b"avif", b"avis"), AVIF),
}
_VIDEO = Kind("video", is_photo=False)


def recognise(head: bytes) -> Kind | None:
    """The kind of file that begins with `head`, or None if it is nothing we know."""
    if head[4:8] == b"ftyp":
        return _recognise_brand(head)
    if head[:4] == b"RIFF":
        return WEBP if head[8:12] == b"WEBP" else _VIDEO
    trimmed = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for signature, kind in _SIGNATURES:
        if (head if kind.is_photo else trimmed).startswith(signature):
            return kind
    return None


def _recognise_brand(head: bytes) -> Kind:
    major, compatible = head[8:12], [head[i : i + 4] for i in range(16, len(head) - 3, 4)]
    if b"avif" in (major, *compatible):  # AVIF files may call themselves "mif1" first
        return AVIF
    return _BRANDS.get(major, _VIDEO)
