"""What hangs on the panel: one photo or two, each with its view and its place."""

from __future__ import annotations

from dataclasses import dataclass

from frame.core.photos import Photo, View


@dataclass(frozen=True)
class Placed:
    """One photo on the panel; (`x`, `y`) is the panel pixel of its view's top left corner."""

    photo: Photo
    view: View
    x: int
    y: int


@dataclass(frozen=True)
class Layout:
    """What the wall shows between two crossfades. `panel` is (width, height) in pixels."""

    panel: tuple[int, int]
    placed: tuple[Placed, ...]
