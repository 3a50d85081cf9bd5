"""Which kinds of file may reach a decoder, told from their first bytes and never from their name."""

from __future__ import annotations

from dataclasses import dataclass

HEAD_BYTES = 64
"""How much of a file `recognise` wants to see."""


@dataclass(frozen=True)
class Kind:
    """A kind of file: its name as people say it, and the suffix of its originals.

    What has no suffix is no photo, and no decoder sees it.
    """

    name: str
    suffix: str = ""

    @property
    def is_photo(self) -> bool:
        return bool(self.suffix)


JPEG, PNG, WEBP = Kind("JPEG", ".jpg"), Kind("PNG", ".png"), Kind("WebP", ".webp")
TIFF, GIF, BMP = Kind("TIFF", ".tif"), Kind("GIF", ".gif"), Kind("BMP", ".bmp")
HEIC, AVIF = Kind("HEIC", ".heic"), Kind("AVIF", ".avif")
VIDEO, RAW = Kind("video"), Kind("camera raw file")

PHOTOS = (JPEG, PNG, WEBP, TIFF, GIF, BMP, HEIC, AVIF)
_BY_NAME = {kind.name: kind for kind in PHOTOS}

_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"BM", BMP),
    # Canon, Olympus and Panasonic changed a TIFF's first bytes; the others are told by their tags
    # (`frame.library.pixels`), which only the caged child reads.
    (b"II*\x00\x10\x00\x00\x00CR", RAW),
    (b"IIRO", RAW),
    (b"IIRS", RAW),
    (b"MMOR", RAW),
    (b"IIU\x00", RAW),
    (b"FUJIFILMCCD-RAW", RAW),
    (b"FOVb", RAW),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
    (b"%PDF", Kind("PDF document")),
    (b"%!PS", Kind("PostScript document")),
    (b"\xc5\xd0\xd3\xc6", Kind("PostScript document")),
    (b"8BPS", Kind("Photoshop document")),
    (b"<svg", Kind("SVG drawing")),
    (b"<?xml", Kind("SVG or XML document")),
    (b"<!DOCTYPE", Kind("web page")),
    (b"<html", Kind("web page")),
    (b"PK\x03\x04", Kind("ZIP archive")),
    (b"\x1aE\xdf\xa3", VIDEO),
)

# ISO 14496-12 brands, at offset 8 behind "ftyp". Sequences show their first picture.
_BRANDS: dict[bytes, Kind] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), HEIC),
    **dict.fromkeys((b"avif", b"avis"), AVIF),
    b"crx ": RAW,
}
_OLD_QUICKTIME = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""The first box of films from before there was a box that names the format."""


def recognise(head: bytes) -> Kind | None:
    """The kind of file that begins with `head`, or None if it is nothing we know."""
    if head[4:8] == b"ftyp":
        return _recognise_brand(head)
    if head[:4] == b"RIFF":
        return WEBP if head[8:12] == b"WEBP" else VIDEO
    if head[4:8] in _OLD_QUICKTIME:
        return VIDEO
    trimmed = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for signature, kind in _SIGNATURES:
        if (head if kind.is_photo else trimmed).startswith(signature):
            return kind
    return None


def _recognise_brand(head: bytes) -> Kind:
    major, compatible = head[8:12], [head[i : i + 4] for i in range(16, len(head) - 3, 4)]
    if b"avif" in (major, *compatible):  # AVIF files may call themselves "mif1" first
        return AVIF
    return _BRANDS.get(major, VIDEO)


def kind_named(name: str) -> Kind | None:
    """The kind of photo of that name."""
    return _BY_NAME.get(name)
