"""From an opened file to upright sRGB pixels, with Pillow. Runs in the decode child only.

Never import this where hostile files could hurt: `frame.library.decode` is the way in. Everything
that Pillow would import on demand is imported by `prepare`, because a caged process cannot.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from PIL import ExifTags, Image, ImageFile, JpegImagePlugin, TiffImagePlugin

from frame.library import camera, formats, raw
from frame.library.camera import Camera
from frame.library.formats import Kind

MOST_PIXELS = 64_000_000
"""Decoding more than this at full size would take more memory than the frame has to spare."""

MOST_PIXELS_JPEG = 250_000_000
"""JPEG can be decoded at 1/2, 1/4 or 1/8 of its size without ever holding the whole."""

OLDEST_LIBHEIF = (1, 23, 4)
"""Up to 1.23.3 it can be made to write out of bounds (CVE-2026-84383, GHSA-x8r2-mggj-j6wr)."""

MOST_SCANS = 100
"""Of a JPEG. Programs write 10 to 16, so that pictures sharpen while they load; each is one more pass
over the whole picture, and a small file can ask for thousands."""

_NEAR, _PIECE = 64, 1 << 20
"""Bytes in which a marker is looked for at first, since most follow at once, and at most at a time."""

_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]", re.DOTALL)
_SCAN, _END = 0xDA, 0xD9
_ALONE = (0xD8, _END)
"""Markers without a length; those that restart are skipped with the data."""
_PAPER = (255, 255, 255)
_ORIENTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = (5, 6, 7, 8)


class Unfit(Exception):  # noqa: N818
    """The file is whole, perhaps, but not for us; the argument is a code of `decode`."""


@dataclass(frozen=True)
class Loaded:
    """An upright sRGB picture (mode RGB). `original_size` is upright too, `dpi` what the file claims."""

    image: Image.Image
    original_size: tuple[int, int]
    camera: Camera
    dpi: float | None = None


Opener = Callable[[IO[bytes]], ImageFile.ImageFile]


def prepare(kind: Kind) -> Opener:
    """Import what decoding this kind takes, and say how to open it."""
    from PIL import ImageCms

    del ImageCms
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS_JPEG  # ours are stricter; this one is for what is inside
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    if kind is formats.JPEG:
        return JpegImagePlugin.JpegImageFile
    if kind is formats.PNG:
        from PIL.PngImagePlugin import PngImageFile

        return PngImageFile
    if kind is formats.WEBP:
        from PIL.WebPImagePlugin import WebPImageFile

        return WebPImageFile
    if kind is formats.GIF:
        from PIL.GifImagePlugin import GifImageFile

        return GifImageFile
    if kind is formats.BMP:
        from PIL.BmpImagePlugin import BmpImageFile

        return BmpImageFile
    if kind is formats.AVIF:
        from PIL.AvifImagePlugin import AvifImageFile

        return AvifImageFile
    if kind is formats.HEIC:
        return _prepare_heic()
    return TiffImagePlugin.TiffImageFile


def _prepare_heic() -> Opener:
    import pillow_heif

    found = tuple(int(part) for part in pillow_heif.libheif_version().split(".")[:3])
    if found < OLDEST_LIBHEIF:
        raise Unfit("decoder_unsafe")
    pillow_heif.options.THUMBNAILS = False
    pillow_heif.options.AUX_IMAGES = False
    pillow_heif.options.DEPTH_IMAGES = False
    opener: Opener = pillow_heif.HeifImageFile
    return opener


def load(stream: IO[bytes], open_image: Opener, most_pixels: int) -> Loaded:
    """Decode the first picture in `stream` to at most about `most_pixels`, upright, in sRGB.

    Raises `Unfit`, or anything at all that a decoder raises: to the caller it is all the same.
    """
    if open_image is TiffImagePlugin.TiffImageFile and raw.is_raw(stream):
        raise Unfit("camera_raw")
    if open_image is JpegImagePlugin.JpegImageFile:
        _check_scans(stream)
    image: Image.Image = open_image(stream)
    width, height = image.size
    _check_size(image, width * height)
    size = _shrunk_size(width, height, most_pixels)
    if size != image.size:
        image.draft(None, size)  # JPEG shrinks while decoding; to the others this is nothing
    image.load()
    exif = image.getexif()  # only now: some formats come upright out of their decoder and say so
    orientation = exif.get(ExifTags.Base.Orientation, 1)
    profile = image.info.get("icc_profile")
    story = camera.read(exif, image.info)
    dpi = _dpi(image.info.get("dpi"))
    if image.size != size:
        # Palettes and 16-bit greys have no average: bring them to 8-bit channels first.
        image = _eight_bits(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    image = _upright(_in_srgb(_eight_bits(image), profile), orientation)
    if orientation in _SIDEWAYS:
        width, height = height, width
    return Loaded(image, (width, height), story, dpi)


def _dpi(claimed: object) -> float | None:
    """Dots per inch, where a file claims the same of both sides, as every scanner's does."""
    if not isinstance(claimed, tuple) or len(claimed) != 2:
        return None
    try:
        across, down = (float(side) for side in claimed)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not (math.isfinite(across) and math.isfinite(down)) or across <= 0:
        return None
    return across if abs(across - down) <= 0.02 * across else None


def _check_scans(stream: IO[bytes]) -> None:
    """Refuse a JPEG that is to be gone over again and again. Leaves the stream at its begin."""
    try:
        if scans(stream) > MOST_SCANS:
            raise Unfit("too_hard")
    finally:
        stream.seek(0)


def scans(stream: IO[bytes]) -> int:
    """How often the JPEG in `stream` is gone over, counted to one more than `MOST_SCANS`.

    From marker to marker (ISO/IEC 10918-1, B.1), since comments, previews and films behind the picture
    may hold any bytes; what lies between is skipped as decoders skip it.
    """
    found, at = 0, _marker_from(stream, 2)
    while at is not None and found <= MOST_SCANS:
        stream.seek(at)
        head = stream.read(4)
        if len(head) < 2 or head[1] == _END:
            break
        at += 2
        if head[1] not in _ALONE:
            at += max(2, int.from_bytes(head[2:4], "big"))
            found += head[1] == _SCAN
        at = _marker_from(stream, at)
    return found


def _marker_from(stream: IO[bytes], at: int) -> int | None:
    """Where the next marker begins, neither a stuffed byte nor one that restarts; None: nowhere."""
    stream.seek(at)
    before, most = b"", _NEAR
    while piece := stream.read(most):
        looked_at = before + piece
        if found := _MARKER.search(looked_at):
            return at - len(before) + found.start()
        at += len(piece)
        before, most = piece[-1:], min(2 * most, _PIECE)
    return None


def _check_size(image: Image.Image, pixels: int) -> None:
    if pixels < 1:
        raise Unfit("damaged")
    if pixels > (MOST_PIXELS_JPEG if image.format == "JPEG" else MOST_PIXELS):
        raise Unfit("too_large")


def _shrunk_size(width: int, height: int, most_pixels: int) -> tuple[int, int]:
    """The size itself, or one of the same shape with about `most_pixels`."""
    share = min(1.0, (most_pixels / (width * height)) ** 0.5)
    return max(1, round(width * share)), max(1, round(height * share))


def _eight_bits(image: Image.Image) -> Image.Image:
    """The picture in mode L, RGB, CMYK or LAB: 8 bits a channel, nothing transparent."""
    mode = image.mode
    if mode in ("L", "RGB", "CMYK", "LAB"):
        if "transparency" not in image.info:
            return image
        mode = "RGBA"
    if mode == "1":
        return image.convert("L")
    if mode.startswith("I;16"):
        return _from_sixteen_bits(image)
    if mode == "I":
        if image.point(lambda value: value * (1 / 65536)).getbbox() is not None:
            raise Unfit("unsupported_pixels")
        return _from_sixteen_bits(image.convert("I;16"))
    if mode in ("P", "PA", "LA", "La", "RGBA", "RGBa", "RGBX", "HSV", "YCbCr"):
        return _on_paper(image)
    raise Unfit("unsupported_pixels")


def _from_sixteen_bits(image: Image.Image) -> Image.Image:
    """White stays white: 65535 becomes 255."""
    return image.convert("I").point(lambda value: value * (255 / 65535) + 0.5).convert("L")


def _on_paper(image: Image.Image) -> Image.Image:
    """Whatever is transparent shows white paper."""
    if image.mode in ("RGBX", "HSV", "YCbCr"):
        return image.convert("RGB")
    if image.mode == "P" and "transparency" not in image.info:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGB", layer.size, _PAPER)
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper


_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK", "LAB": "Lab"}


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB. A profile that is broken or belongs to another kind of pixels is ignored."""
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile)) if profile else None
        if image.mode == "LAB" and source is None:
            source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        if source is not None and _fits(source, image.mode) and not _is_srgb(source):
            converted = ImageCms.profileToProfile(
                image,
                source,
                ImageCms.createProfile("sRGB"),
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
            if converted is not None:
                return converted
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        pass
    return image if image.mode == "RGB" else image.convert("RGB")


def _fits(profile: object, mode: str) -> bool:
    space: str = profile.profile.xcolor_space  # type: ignore[attr-defined]
    return space.strip() == _SPACES[mode]


def _is_srgb(profile: object) -> bool:
    """Most photos say sRGB in so many words; converting those would cost time and round twice."""
    name: str = profile.profile.profile_description or ""  # type: ignore[attr-defined]
    return name.startswith(("sRGB", "IEC 61966-2", "IEC 61966-2.1"))


def _upright(image: Image.Image, orientation: object) -> Image.Image:
    turn = _ORIENTATIONS.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)
