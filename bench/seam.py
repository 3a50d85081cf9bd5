"""Does a clip begin and end on the still? First and last frame, drawn and decoded, against it.

Three decoders look at the finished file, because players differ: our own exact conversion, OpenCV's,
and ffmpeg's where it is installed.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from renderer.clip import read_frames
from renderer.faces.types import Picture

LEAST_PSNR_DB = 40.0
MOST_SHIFT = 0.5
"""Grey levels."""

SAME_DB = 99.0
"""Given for identical pictures, whose PSNR has no end."""


@dataclass(frozen=True)
class Likeness:
    """Of two pictures: the largest difference of any value (0..255), PSNR in dB over all channels,
    and by how many grey levels the second is lighter on the mean (BT.709 luma)."""

    largest: int
    psnr_db: float
    shift: float


def likeness(still: Picture, other: Picture) -> Likeness:
    """Hold `other` against `still`, both ``(H, W, 3) uint8`` RGB."""
    difference = other.astype(np.int16) - still.astype(np.int16)
    error = float(np.mean(np.square(difference, dtype=np.float64)))
    psnr = SAME_DB if error == 0 else min(SAME_DB, 10 * np.log10(255**2 / error))
    shift = difference.reshape(-1, 3).mean(axis=0) @ (0.2126, 0.7152, 0.0722)
    return Likeness(int(np.abs(difference).max(initial=0)), float(psnr), float(shift))


def both_ends(frames: Iterator[Picture]) -> tuple[Picture, Picture] | None:
    """The first and the last of `frames`; None when there are none."""
    first = last = None
    for frame in frames:
        first = frame if first is None else first
        last = frame
    return None if first is None or last is None else (first, last)


def by_opencv(clip: Path) -> Iterator[Picture]:
    """Every frame as OpenCV's own reader converts it."""
    reader = cv2.VideoCapture(str(clip))
    try:
        while True:
            found, frame = reader.read()
            if not found:
                return
            yield np.ascontiguousarray(frame[..., ::-1])
    finally:
        reader.release()


def by_ffmpeg(clip: Path) -> Iterator[Picture]:
    """Every frame as the installed ffmpeg converts it with its defaults; none where it is missing."""
    if shutil.which("ffmpeg") is None:
        return
    size = _size(clip)
    command = ["ffmpeg", "-v", "error", "-i", str(clip), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        length = size[0] * size[1] * 3
        while len(data := process.stdout.read(length)) == length:
            yield np.frombuffer(data, np.uint8).reshape(size[1], size[0], 3)


DECODERS: Mapping[str, Callable[[Path], Iterator[Picture]]] = {
    "exact": read_frames,
    "OpenCV": by_opencv,
    "ffmpeg": by_ffmpeg,
}


def _size(clip: Path) -> tuple[int, int]:
    """Width and height, from the first frame."""
    height, width = next(by_opencv(clip)).shape[:2]
    return width, height
