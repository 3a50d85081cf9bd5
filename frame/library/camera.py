"""What the camera wrote beside the picture: when, and where. Runs in the decode child only.

The place is for the family's own machine: it goes into the catalogue, and from there nowhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from PIL import ExifTags, Image

PLAUSIBLE_YEARS = range(1826, 2101)
"""From the oldest photograph there is; cameras without a clock write 0000 or worse."""

_DATE = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?")
_XMP_DATES = (b"exif:DateTimeOriginal", b"photoshop:DateCreated", b"xmp:CreateDate")
_XMP_BYTES = 1 << 20
"""A packet larger than this is not one that a camera or a photo program writes."""


@dataclass(frozen=True)
class Camera:
    """`taken` is the camera's local time as ISO 8601 to the second; `place` (latitude, longitude) in
    degrees. `year` may be known where the day is not."""

    year: int | None = None
    taken: str | None = None
    place: tuple[float, float] | None = None


def read(exif: Image.Exif, info: Mapping[str | tuple[int, int], object]) -> Camera:
    """What can be believed of EXIF and XMP. Never raises: a photo is worth more than its story."""
    facts = _ifd(exif, ExifTags.IFD.Exif)
    written = [
        facts.get(ExifTags.Base.DateTimeOriginal),
        facts.get(ExifTags.Base.DateTimeDigitized),
    ]
    written += _xmp_dates(info.get("xmp"))
    taken = next((found for each in written if (found := _moment(each))), None)
    year = int(taken[:4]) if taken else _year(written[0])
    return Camera(year, taken, _place(_ifd(exif, ExifTags.IFD.GPSInfo)))


def _ifd(exif: Image.Exif, tag: int) -> Mapping[int, object]:
    try:
        return exif.get_ifd(tag)
    except Exception:  # noqa: BLE001 - hostile bytes end in whatever a parser raises
        return {}


def _moment(written: object) -> str | None:
    """``2019:07:05 12:00:00`` and ``2019-07-05T12:00:00+02:00`` as ``2019-07-05T12:00:00``."""
    match = _DATE.match(written) if isinstance(written, str) else None
    if match is None:
        return None
    numbers = [int(part or 0) for part in match.groups()]
    try:
        moment = datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001 - a camera has no zone
    except ValueError:
        return None
    return moment.isoformat() if moment.year in PLAUSIBLE_YEARS else None


def _year(written: object) -> int | None:
    """Scanned photos are often dated with a year alone: ``1952:00:00 00:00:00``."""
    match = re.match(r"(\d{4}):\d\d:\d\d", written) if isinstance(written, str) else None
    year = int(match.group(1)) if match else 0
    return year if year in PLAUSIBLE_YEARS else None


def _xmp_dates(packet: object) -> list[object]:
    """Dates from an XMP packet, read as text: no XML parser sees a stranger's XML."""
    if not isinstance(packet, bytes) or len(packet) > _XMP_BYTES:
        return []
    found: list[object] = []
    for name in _XMP_DATES:
        match = re.search(re.escape(name) + rb"""(?:=["']|>)([0-9T:+-]{4,40})""", packet)
        if match:
            found.append(match.group(1).decode("ascii"))
    return found


def _place(gps: Mapping[int, object]) -> tuple[float, float] | None:
    latitude = _degrees(gps.get(2), gps.get(1), "NS", 90.0)
    longitude = _degrees(gps.get(4), gps.get(3), "EW", 180.0)
    if latitude is None or longitude is None:
        return None
    # Phones without a fix write zeros; nobody photographs on that spot in the Gulf of Guinea.
    return (latitude, longitude) if (latitude, longitude) != (0.0, 0.0) else None


def _degrees(parts: object, half: object, halves: str, most: float) -> float | None:
    """Degrees, minutes and seconds as degrees to about 10 cm; the second of `halves` is negative."""
    if not isinstance(parts, tuple) or len(parts) != 3 or half not in tuple(halves):
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value) or not 0 <= value <= most:
        return None
    return round(-value if half == halves[1] else value, 6)
