"""Names, captions and cameras that want something: 200 photos with hostile text in and about them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, PngImagePlugin

from bench.hostile_mutants import scene

MARK = "zqj"
"""In every text, so that it is found wherever it has come to."""

TEXTS = (
    f"{MARK}<script>alert(1)</script>",
    f"{MARK}<img src=x onerror=alert(1)>",
    f'{MARK}"><svg onload=alert(1)>',
    f"{MARK}' autofocus onfocus='alert(1)",
    f"{MARK}</title><h1>the frame is yours",
    f"{MARK}<!-- <b>",
    f"{MARK}{{{{ 7*7 }}}}{{% for x in y %}}",
    f"{MARK}javascript:alert(1)",
    f"{MARK}&lt;b&gt;&#60;i&#62;&amp;",
    f"{MARK}'; DROP TABLE photos; --",
    f"{MARK}\" OR 1=1; ATTACH '/tmp/x' AS y; --",
    f"{MARK}%s%n%x%d{{0}}{{name}}$HOME`id`$(id)",
    f"{MARK}\r\nSet-Cookie: owner=1\r\n\r\n<h1>",
    f"{MARK}\nlevel=INFO all is well",
    f"{MARK}\x1b[2J\x1b[Hwiped",
    f"{MARK}\x1b]0;a title\x07",
    f"{MARK}\x1b]8;;http://example.invalid\x1b\\click\x1b]8;;\x1b\\",
    f"{MARK}\x9b31mred\x07\x08\x08",
    f"{MARK}\u202egpj.exe",
    f"{MARK}\u2066\u2067\u2068\u2069\u200f\u061c",
    f"{MARK}\u200b\u200d\ufeff\u2060",
    f"{MARK}" + "\u0301" * 500,
    f"{MARK}\ufdfd\U0001f468\u200d\U0001f469\u200d\U0001f467 \u0e33\u0e49",
    f"{MARK}\u2028\u2029\x85\x0b\x0c",
    f"{MARK}\x00after nothing",
    f"{MARK}\ud800\udfff".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    f"{MARK}\udcff\udcfe",
    f"{MARK}../../../etc/passwd",
    f"{MARK}..\\..\\windows\\system32",
    f"/{MARK}/absolute",
    f"-rf --{MARK}",
    f"{MARK}" + "A" * 300,
    f"{MARK}" + "A" * 65_400,
    f"{MARK} " * 16_000,
    f"{MARK}=cmd|' /C calc'!A0",
    f"{MARK}CON.jpg:stream",
    f"   {MARK}   .jpg.html",
    f"{MARK}\t\t\x7f",
    f"{MARK}\U000e0001\U000e0041",
    "",
)
"""Forty of them."""

WHERE = ("name", "caption", "camera", "xmp", "png text")
"""Where they are put: five places, 200 photos."""


@dataclass(frozen=True)
class Told:
    """A photo with hostile text. `name` is its file's, `sender` whose it is said to be."""

    where: str
    name: str
    sender: str
    data: bytes


def told(number: int | None = None) -> list[Told]:
    """Every text in every place; `number` takes so many of them, spread over all."""
    every = [_one(where, text, k) for k, text in enumerate(TEXTS) for where in WHERE]
    if number is None:
        return every
    step = max(1, len(every) // number)
    return every[::step][:number]


def _one(where: str, text: str, number: int) -> Told:
    picture = scene().crop((0, 0, 160 + number, 120 + WHERE.index(where)))
    plain = f"photo-{number}-{WHERE.index(where)}.jpg"
    if where == "name":
        return Told(where, f"{text}.jpg", text, _jpeg(picture, Image.Exif()))
    if where == "png text":
        return Told(where, plain, "", _png(picture, text))
    if where == "xmp":
        packet = f"<x:xmpmeta><dc:title>{text}</dc:title><photoshop:DateCreated>{text}</x:xmpmeta>"
        return Told(where, plain, "", _with_xmp(_jpeg(picture, Image.Exif()), _bytes(packet)))
    exif = Image.Exif()
    if where == "caption":
        for tag in (0x010E, 0x9C9B, 0x9C9D):
            exif[tag] = _bytes(text)
    else:
        for tag in (0x010F, 0x0110, 0x0131, 0x013B, 0x8298):
            exif[tag] = _bytes(text)
        written = exif.get_ifd(0x8769)
        written[0x9003] = written[0x9004] = _bytes(text)
        written[0x9286] = b"ASCII\0\0\0" + _bytes(text)
    return Told(where, plain, "", _jpeg(picture, exif))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _jpeg(picture: Image.Image, exif: Image.Exif) -> bytes:
    stream = BytesIO()
    picture.save(stream, "JPEG")
    data = stream.getvalue()
    body = exif.tobytes()[:65_533] if len(exif) else b""
    if not body:
        return data
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def _with_xmp(data: bytes, packet: bytes) -> bytes:
    body = (b"http://ns.adobe.com/xap/1.0/\0" + packet)[:65_533]
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def _png(picture: Image.Image, text: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    plain = text.replace("\0", "").encode("utf-8", "replace").decode()
    info.add_itxt("Description", plain)
    info.add_text("Author", plain.encode("latin-1", "replace").decode("latin-1"))
    stream = BytesIO()
    picture.save(stream, "PNG", pnginfo=info)
    return stream.getvalue()
