"""The one way from a file to pixels: a caged child process looks at the bytes, we look at the pixels.

Used by `wakeframe animate` and by the frame's library alike. The parent never parses a photo: it
checks one small header from the child against hard bounds and takes an exact number of bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import select
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frame.errors import PhotoNotFound, Refused

MAX_PIXELS = 12_000_000
"""What animating can use: a 1080p clip of any crop, with room. 36 MB in the parent."""

DEADLINE_SECONDS = 30.0
"""The child has 20 s of CPU; this is for one that waits instead of computing."""

_TO_DIE_SECONDS = 2.0
"""From the end of what a child says to its own end."""

LARGEST_FILE = 512 * 1024 * 1024
MOST_DPI = 100_000.0
"""More than any scanner; what a file may claim is text from a stranger."""

_HEADER_BYTES = 4096
_PAST_FOR_CERTAIN = datetime(2026, 11, 1)  # noqa: DTZ001 - compared with cameras, which have no zone
_HASH_CHUNK = 1 << 20
_CHILD = Path(__file__).with_name("decode_child.py")

_SENTENCES = {
    "empty": "This file is empty; send the photo again.",
    "not_a_photo": "This is not a photo that we can open. Save it as JPEG or PNG and try again.",
    "camera_raw": (
        "This is a camera raw file; export it as JPEG from the camera or the photo program and"
        " send that."
    ),
    "damaged": "This photo is damaged or only half of it arrived; copy it again from where it came.",
    "too_large": (
        "This picture is too large for the frame; save it with at most 64 megapixels"
        " (JPEG: 250) and try again."
    ),
    "too_slow": "This picture takes too long to open; save it as JPEG and try again.",
    "too_hard": (
        "Opening this picture takes more work than any photo needs; save it anew as JPEG and try again."
    ),
    "unsupported_pixels": "This picture stores its colours in an unusual way; save it as JPEG.",
    "decoder_unsafe": (
        "The installed HEIC decoder has a known security hole: install pillow-heif 1.8.1 or"
        " newer, or save the photo as JPEG."
    ),
    "decoder_died": "This photo made the decoder stop; it may be damaged. Copy it again.",
}


@dataclass(frozen=True)
class DecodedPhoto:
    """A photo as pixels.

    `pixels` is ``(H, W, 3) uint8`` RGB, upright, in sRGB, at most about the pixels asked for;
    `original_size` is (width, height) of the whole photo, upright; `scale` is how much smaller
    `pixels` is, 0..1. `year` is when the camera says it was taken, `taken` the same to the second where
    it says so: local time, ISO 8601, never in the future. `sha256` is of the file. `cage` names the
    protections that held while decoding. `dpi` is what the file claims of its scan. `place` is
    (latitude, longitude) in degrees: private, for the catalogue alone.
    """

    pixels: NDArray[np.uint8]
    original_size: tuple[int, int]
    scale: float
    format: str
    year: int | None
    sha256: str
    cage: tuple[str, ...]
    taken: str | None = None
    dpi: float | None = None
    place: tuple[float, float] | None = field(default=None, repr=False)


def decode_file(path: Path, max_pixels: int = MAX_PIXELS) -> DecodedPhoto:
    """Decode the photo at `path`. Raises `PhotoNotFound` or `Refused`."""
    with _opened(path) as descriptor:
        return decode(descriptor, max_pixels)


def decode(descriptor: int, max_pixels: int = MAX_PIXELS) -> DecodedPhoto:
    """Decode the photo behind a readable descriptor of a regular file. Raises `Refused`."""
    size = os.fstat(descriptor).st_size
    if size == 0:
        raise refusal("empty")
    if size > LARGEST_FILE:
        raise refusal("too_large")
    os.lseek(descriptor, 0, os.SEEK_SET)
    deadline = time.monotonic() + DEADLINE_SECONDS
    with _child(descriptor, max_pixels) as child, _ended_by_its_limit(child):
        assert child.stdout is not None
        output = child.stdout.fileno()
        digest = _sha256(descriptor)  # meanwhile the child is starting
        header = _header(output, deadline)
        width, height, original = _sizes(header, max_pixels)
        pixels = np.empty((height, width, 3), np.uint8)
        _fill(output, pixels.data.cast("B"), deadline)
    year = header.get("year")
    return DecodedPhoto(
        pixels=pixels,
        original_size=original,
        scale=width / original[0],
        format=str(header.get("kind", ""))[:16],
        year=year if isinstance(year, int) else None,
        sha256=digest,
        cage=tuple(str(layer) for layer in header.get("cage", ())),
        taken=_taken(header.get("taken")),
        dpi=_dpi(header.get("dpi")),
        place=_place(header.get("place")),
    )


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A descriptor of the regular file at `path`; devices and pipes are never waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise PhotoNotFound(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:
        raise PhotoNotFound(f"{path} cannot be read: {_why(error)}.") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            what = "a folder" if path.is_dir() else "no ordinary file"
            raise PhotoNotFound(f"{path} is {what}; give one photo.")
        yield descriptor
    finally:
        os.close(descriptor)


def _why(error: OSError | ValueError) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


@contextlib.contextmanager
def _child(descriptor: int, max_pixels: int) -> Iterator[subprocess.Popen[bytes]]:
    """A running decode child; leaves no process behind."""
    command = [sys.executable, "-I", str(_CHILD), str(max_pixels)]
    with subprocess.Popen(
        command,
        stdin=descriptor,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"MALLOC_ARENA_MAX": "2"},
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def _ended_by_its_limit(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """A child that used up its time died of the file: that is certain, and no reason to try again."""
    try:
        yield
    except Refused as refused:
        if refused.code != "decoder_died":
            raise
        with contextlib.suppress(subprocess.TimeoutExpired):
            if child.wait(_TO_DIE_SECONDS) == -signal.SIGXCPU:
                raise refusal("too_hard") from None
        raise


def _header(output: int, deadline: float) -> dict[str, Any]:
    """The child's one line, or the refusal that it stands for."""
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < _HEADER_BYTES:
        _await(output, deadline)
        byte = os.read(output, 1)
        if not byte:
            raise refusal("decoder_died")
        line += byte
    try:
        header: dict[str, Any] = json.loads(line)
    except ValueError:
        raise refusal("decoder_died") from None
    if "refused" in header:
        raise refusal(str(header["refused"]), header.get("kind"))
    return header


def _sizes(header: dict[str, Any], max_pixels: int) -> tuple[int, int, tuple[int, int]]:
    """The sizes the child claims, if they are possible at all."""
    try:
        width, height = int(header["width"]), int(header["height"])
        original_width, original_height = (int(side) for side in header["original"])
    except (KeyError, TypeError, ValueError):
        raise refusal("decoder_died") from None
    # Rounding each side up can exceed the request by a row and a column.
    bound = max_pixels + width + height
    if not (0 < width <= original_width and 0 < height <= original_height):
        raise refusal("decoder_died")
    if width * height > bound:
        raise refusal("decoder_died")
    return width, height, (original_width, original_height)


def _taken(claimed: object) -> str | None:
    """The capture time, if it is one and not in the future."""
    if not isinstance(claimed, str) or len(claimed) != len("2000-01-01T00:00:00"):
        return None
    try:
        moment = datetime.fromisoformat(claimed)
    except ValueError:
        return None
    # Noon here is tomorrow elsewhere, and cameras know no zone. Our own clock may be wrong as well:
    # before it is set it says 1970, and then only the years that are past for certain count.
    today = max(datetime.now(UTC).replace(tzinfo=None), _PAST_FOR_CERTAIN)
    is_past = moment.tzinfo is None and moment <= today + timedelta(days=1)
    return moment.isoformat() if is_past else None


def _dpi(claimed: object) -> float | None:
    """Dots per inch, if any scanner could have as many."""
    return claimed if isinstance(claimed, float) and 1 <= claimed <= MOST_DPI else None


def _place(claimed: object) -> tuple[float, float] | None:
    """The place, if there is such a place."""
    if not isinstance(claimed, list) or len(claimed) != 2:
        return None
    if not all(isinstance(each, float) for each in claimed):
        return None
    latitude, longitude = claimed
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _fill(output: int, buffer: memoryview, deadline: float) -> None:
    filled = 0
    while filled < len(buffer):
        _await(output, deadline)
        count = os.readv(output, [buffer[filled:]])
        if count == 0:
            raise refusal("decoder_died")
        filled += count


def _await(output: int, deadline: float) -> None:
    ready, _, _ = select.select([output], [], [], max(0.0, deadline - time.monotonic()))
    if not ready:
        raise refusal("too_slow")


def _sha256(descriptor: int) -> str:
    """Of the whole file, by positioned reads: the child shares our file position."""
    digest = hashlib.sha256()
    position = 0
    while chunk := os.pread(descriptor, _HASH_CHUNK, position):
        digest.update(chunk)
        position += len(chunk)
    return digest.hexdigest()


def refusal(code: str, kind: object = None) -> Refused:
    """The refusal of that code, with its sentence."""
    if code == "not_a_photo" and isinstance(kind, str):
        return Refused(code, f"This is a {kind[:40]}, not a photo; save it as JPEG or PNG.")
    return Refused(code, _SENTENCES.get(code, _SENTENCES["damaged"]))
