"""Why a film is not taken in: the frame shows photos.

A Live Photo is a photo and a short film of the same name. The photo is the picture somebody chose; the
frame gives it a movement of its own, so the film is not needed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from frame.errors import Refused

STILL_SUFFIXES = (".heic", ".jpg", ".jpeg", ".heif", ".png", ".avif", ".webp")


def stills_beside(name: str) -> Iterator[str]:
    """The names that the photo of a Live Photo may have, if `name` is its film.

    ``IMG_1.MOV`` belongs to ``IMG_1.HEIC``; some exports write ``IMG_1.HEIC.MOV``.
    """
    stem = Path(name).stem
    if Path(stem).suffix.lower() in STILL_SUFFIXES:
        yield stem
    for suffix in STILL_SUFFIXES:
        yield stem + suffix
        yield stem + suffix.upper()


def ignored_video(name: str, beside: Collection[str]) -> Refused:
    """Why the film `name` is ignored, given the names of the files beside it."""
    stills = {still.lower() for still in stills_beside(name)}
    if any(other.lower() in stills for other in beside):
        return Refused(
            "live_photo",
            "This is the moving part of a Live Photo; its photo is kept, and the frame moves it itself.",
        )
    return Refused("video", "This is a video; the frame shows photos only.")
