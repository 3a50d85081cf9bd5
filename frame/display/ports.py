"""What the loop on the wall needs from the outside, as Protocols; fakes stand in for all of them.

A frame is ``(H, W, 3) uint8``, RGB, sRGB-encoded, C-contiguous, of the panel's size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from frame.core.layout import Layout
from frame.core.photos import Clip, Photo, View
from frame.core.placard import Placard

if TYPE_CHECKING:
    from frame.display.lettering import Overlay

Frame = NDArray[np.uint8]


class Input(StrEnum):
    """What somebody at the frame wants, however they said it (key, touch, remote)."""

    NEXT = "next"
    PREVIOUS = "previous"
    WAKE = "wake"
    HIDE = "hide"
    UNDO = "undo"
    INFO = "info"
    HOLD = "hold"
    STAY = "stay"
    INVITE = "invite"
    YES = "yes"
    NO = "no"
    QUIT = "quit"


class ScreenLost(Exception):  # noqa: N818 - reads as what it says
    """The screen is gone (unplugged, compositor ended); open it again."""


class Screen(Protocol):
    """A surface that covers the panel."""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        ...

    @property
    def refresh_hz(self) -> float:
        """How many frames a second it takes at most."""
        ...

    def present(self, frame: Frame) -> None:
        """Show this frame; returns when it was handed over. Raises `ScreenLost`."""
        ...

    def inputs(self) -> Sequence[Input]:
        """What was asked since the last call; never waits."""
        ...

    def close(self) -> None: ...


class Panel(Protocol):
    """The light behind the picture. Every call has a deadline of its own and never raises."""

    name: str

    def set_power(self, *, is_on: bool) -> bool:
        """Whether it worked; where nothing can switch the panel, the loop shows black instead."""
        ...

    def set_brightness(self, share: float) -> bool:
        """0..1. Whether it worked; where nothing can dim it, the loop darkens its frames."""
        ...


class Clock(Protocol):
    """The one adapter that reads clocks."""

    def monotonic(self) -> float:
        """Seconds that only grow."""
        ...

    def unix(self) -> int:
        """Whole seconds since 1970, right or wrong."""
        ...

    def local(self) -> tuple[int, float] | None:
        """(weekday with Monday as 0, seconds since local midnight); None until the clock is synced."""
        ...

    def sleep(self, seconds: float) -> None: ...


class Film(Protocol):
    """One clip being played: decoded ahead in a process of its own, colours exact."""

    @property
    def frames(self) -> int: ...

    @property
    def fps(self) -> float: ...

    def is_ready(self) -> bool:
        """Whether the first frames are decoded. Raises `FilmError`."""
        ...

    def frame(self, index: int) -> Frame | None:
        """Frame `index` as ``(h, w, 3)`` RGB at the clip's own size; None if not decoded yet.

        Indices only grow; what lies behind is dropped. Valid until the next call. Raises `FilmError`.
        """
        ...

    def close(self) -> None: ...


class FilmError(Exception):
    """The clip cannot be played; the still goes on hanging."""


class Projector(Protocol):
    """Opens films."""

    def open(self, clip: Path) -> Film:
        """Begin to decode; returns at once."""
        ...


class Stills(Protocol):
    """Hanging stills at the size they hang, from the cache or freshly decoded. May take a second."""

    def still(self, photo: Photo, view: View) -> Frame:
        """``(view.height, view.width, 3)``. Raises `frame.errors.WakeframeError`."""
        ...


@dataclass(frozen=True)
class Said:
    """What lies over the picture: a short note, facts about the photos, a choice, or a question.

    `kind` is ``note``, ``info``, ``which``, ``question`` or ``placard``; `code` names the sentence of a
    note, the kind of a question or the purpose of a placard, `facts` go into it. `photos` are those that
    hang, `wakes` whether each can.
    """

    kind: str
    code: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    photos: tuple[Photo, ...] = ()
    wakes: tuple[bool, ...] = ()


class Board(Protocol):
    """What the web process has put up for the screen, and how it is asked for more."""

    def placard(self) -> Placard | None:
        """What is to be held up now."""
        ...

    def home(self) -> Mapping[str, str | int]:
        """Where the frame's pages are: `scan`, `fallback`, `spoken`, `is_owned`, `invites`; empty while
        there are none."""
        ...

    def invite(self) -> None:
        """Somebody at the frame wants to send photos."""
        ...


class Painter(Protocol):
    """Makes whole frames of the panel's size. Any thread may ask."""

    def compose(self, layout: Layout, stills: Sequence[Frame]) -> Frame:
        """The stills in their places, with a surround."""
        ...

    def caption(
        self, panel: tuple[int, int], photos: Sequence[Photo], place: float
    ) -> Overlay | None:
        """The line under these photos; None where there is nothing to say. `place` is where along the
        bottom, 0 left to 1 right."""
        ...

    def message(self, panel: tuple[int, int], code: str, facts: Mapping[str, str | int]) -> Frame:
        """Words instead of a picture: nothing can hang, for the reason `code`."""
        ...

    def over(self, frame: Frame, said: Said) -> Frame:
        """A copy of the frame with this over it."""
        ...

    def dimmed(self, frame: Frame, brightness: float) -> Frame:
        """The frame with a share of its light; the very same frame at 1."""
        ...


@dataclass(frozen=True)
class Hanging:
    """A finished slide: what hangs, its whole frame, and the clip that may wake it."""

    layout: Layout
    frame: Frame
    clips: tuple[Clip | None, ...]
