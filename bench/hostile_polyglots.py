"""Files that are two things at once: a picture to one program, a page, script or archive to another."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

from bench.hostile_bombs import chunk
from bench.hostile_mutants import whole

SCRIPT = b"<script>document.title='it ran'</script>"
HTML = b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>" + SCRIPT + b"</svg>"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n"
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(%pipe%id) (w) file\n"
PHP = b"<?php system($_GET['c']); ?>"
SHELL = b"#!/bin/sh\ntouch /tmp/it-ran\n"

TELLTALES = (b"<script", b"<svg", b"%PDF", b"%!PS", b"<?php", b"#!/bin", b"PK\x03\x04", b"MZ\x90")
"""What no picture that we serve may have in it."""


def archive() -> bytes:
    """A ZIP with a page in it, and a second file that wants out of its folder."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("index.html", HTML)
        packed.writestr("../../etc/cron.d/x", SHELL)
    return stream.getvalue()


def comment(data: bytes, text: bytes) -> bytes:
    """A JPEG with that comment right behind its first marker."""
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + data[2:]


def segment(data: bytes, text: bytes) -> bytes:
    """The same in a segment that belongs to no one."""
    return data[:2] + b"\xff\xef" + struct.pack(">H", len(text) + 2) + text + data[2:]


def png_with(name: bytes, data: bytes) -> bytes:
    picture = whole("PNG")
    return picture[:33] + chunk(name, data) + picture[33:]


def gif_script() -> bytes:
    """A GIF whose first ten bytes are a variable's name, and its screen's width a comment's begin."""
    data = bytearray(whole("GIF"))
    data[6:8] = b"/*"
    return bytes(data) + b"*/=1;alert(document.domain)//"


def bmp_script() -> bytes:
    """BM, then a size that reads as the begin of a comment."""
    data = bytearray(whole("BMP"))
    data[2:6] = b"/*\0\0"
    return bytes(data) + b"*/=1;alert(1)//"


def webp_script() -> bytes:
    """RIFF as a variable's name: the length of the file begins a comment."""
    data = bytearray(whole("WEBP"))
    data[4:6] = b"/*"
    return bytes(data) + b"*/=1;alert(1)//"


def tiff_pdf() -> bytes:
    """PDF readers look for their mark in the first kilobyte."""
    data = whole("TIFF")
    return data[:8] + PDF + data[8 + len(PDF) :]


def heic_video() -> bytes:
    """A brand of films among those of photos."""
    data = whole("HEIC")
    return data.replace(b"mif1", b"mp42", 1)


def polyglots() -> dict[str, bytes]:
    """By what they are."""
    jpeg, png, gif, webp = whole("JPEG"), whole("PNG"), whole("GIF"), whole("WEBP")
    dos = b"\xc5\xd0\xd3\xc6" + struct.pack("<IIIIIIH", 32, 100, 0, 0, 132, len(jpeg), 0xFFFF)
    return {
        "JPEG, a page behind it": jpeg + HTML,
        "JPEG, a page in its comment": comment(jpeg, HTML),
        "JPEG, a script in its comment": comment(jpeg, b"*/alert(1)/*"),
        "JPEG, an SVG in a segment": segment(jpeg, SVG),
        "JPEG, a PDF in its comment": comment(jpeg, PDF),
        "JPEG, PHP in its comment": comment(jpeg, PHP),
        "JPEG, a ZIP behind it": jpeg + archive(),
        "JPEG, a shell script behind it": jpeg + SHELL,
        "JPEG, PostScript in its comment": comment(jpeg, EPS),
        "JPEG, a program of Windows behind it": jpeg + b"MZ\x90\0" + bytes(60),
        "PNG, a page as text": png_with(b"tEXt", b"Comment\0" + HTML),
        "PNG, an SVG as text": png_with(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SVG),
        "PNG, a ZIP behind it": png + archive(),
        "PNG, a page behind it": png + HTML,
        "PNG, PHP in a chunk of its own": png_with(b"pHPx", PHP),
        "GIF that is JavaScript": gif_script(),
        "GIF, a ZIP behind it": gif + archive(),
        "GIF, a page in its comment": gif[:-1] + b"!\xfe" + bytes([len(SCRIPT)]) + SCRIPT + b"\0;",
        "BMP that is JavaScript": bmp_script(),
        "WebP that is JavaScript": webp_script(),
        "WebP, a page behind it": webp + HTML,
        "TIFF that is a PDF": tiff_pdf(),
        "TIFF, a page behind it": whole("TIFF") + HTML,
        "HEIC that says it is a film": heic_video(),
        "HEIC, a page behind it": whole("HEIC") + HTML,
        "PDF, a JPEG behind it": PDF + jpeg,
        "SVG, a PNG behind it": SVG + png,
        "a page, a JPEG behind it": HTML + jpeg,
        "EPS with a picture to look at": dos + EPS.ljust(100) + jpeg,
        "ZIP, a JPEG before its end": archive() + jpeg,
    }
