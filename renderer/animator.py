"""The one door into the renderer: a picture goes in, a clip and a report come out.

`Animator` is a Protocol so that another engine (one with learned motion, say) can take the place of
the geometric one without anything outside noticing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from renderer.faces.types import Picture
from renderer.prepare.scan import Scan
from renderer.report import Report

Framing = Literal["photo", "square", "portrait"]
DriverName = Literal["auto", "nostalgia", "joy", "reunion", "blink-and-nod"]

Progress = Callable[[str, float], None]
"""Called with a stage's name ("faces", "matte", "key poses", "frames", ...) and the share of the
whole work that is done, 0..1. May raise to stop the work; nothing is left behind then."""


@dataclass(frozen=True)
class Request:
    """What is asked of one photo.

    `height` is the clip's height in pixels (never more than twice the photo's); `intensity` 0..1
    scales every motion; `seed` is the photo's own (from its content hash): the same photo always
    moves the same way; `year` is when it was taken and `damage` 0..1 what share of it is scratched,
    where these are known; `badge` draws a small visible mark; `title` goes into the clip's metadata.

    `crop` (x0, y0, x1, y1), in pixels of the picture handed in, and `size` (width, height), both even,
    come together and take the place of `height` and `framing`: the clip shows exactly that part of
    the picture at exactly that size. Faces that the crop cuts rest; those outside it are ignored.
    """

    driver: DriverName = "auto"
    height: int = 1080
    framing: Framing = "photo"
    intensity: float = 1.0
    seed: int = 0
    year: int | None = None
    damage: float | None = None
    badge: bool = False
    title: str = ""
    crop: tuple[int, int, int, int] | None = None
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if (self.crop is None) != (self.size is None):
            raise ValueError("a crop needs a size, and a size a crop")


def seed_of(sha256: str) -> int:
    """The photo's own seed, from its content hash (hexadecimal): the same photo always moves the same
    way, no two move alike."""
    return int(sha256[:12], 16)


class Animator(Protocol):
    """Anything that can wake a photo."""

    def animate(self, photo: Picture, output: Path, request: Request, progress: Progress) -> Report:
        """Write a clip that passed every gate to `output`, atomically, or leave nothing there.

        The report's verdict is ``animated`` exactly if the file exists afterwards. Raises ValueError
        for a crop that is not within the picture or a size that no clip can have.
        """
        ...

    def check(self, photo: Picture, scan: Scan | None = None) -> Report:
        """What gates and coach find in this photo, without rendering anything.

        `scan` is what is known about it besides its pixels; without it, the most usual is assumed.
        """
        ...
