"""What fingers, mouse and keys mean to the frame.

Knows no toolkit: the screen hands in what happened as plain facts. A touch speaks when it ends: a
short one by where it was, a long one asks which photo this is (and once more, how to send photos), one
of seconds ends the frame then; a swipe to the side turns the page, one down puts the photo away, and one
up brings it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from frame.display.ports import Input

LONG_PRESS_SECONDS = 0.6
"""Where phones begin to take a touch for a long one."""

STAY_SECONDS = 3.0
"""Longer than anybody looks for something with a finger: this is meant."""

SWIPE_SHARE = 0.12
"""Of the panel's width. Shorter is a trembling tap."""

SWIPE_SHARE_DOWN = 0.2
"""Of the panel's height, which is the shorter way on most walls."""


class Kind(Enum):
    KEY = "key"
    DOWN = "down"
    UP = "up"
    CLOSED = "closed"


@dataclass(frozen=True)
class Touch:
    """One thing that happened. `x` and `y` (down) as shares of width and height, `key` as the key's
    plain name."""

    kind: Kind
    seconds: float = 0.0
    x: float = 0.0
    y: float = 0.0
    key: str = ""


KEYS = {
    "right": Input.NEXT,
    "space": Input.NEXT,
    "page down": Input.NEXT,
    "left": Input.PREVIOUS,
    "page up": Input.PREVIOUS,
    "w": Input.WAKE,
    "return": Input.WAKE,
    "enter": Input.WAKE,
    "h": Input.HIDE,
    "delete": Input.HIDE,
    "u": Input.UNDO,
    "backspace": Input.UNDO,
    "i": Input.INFO,
    "a": Input.INVITE,
    "y": Input.YES,
    "j": Input.YES,  # "ja"
    "n": Input.NO,
    "q": Input.QUIT,
    "escape": Input.QUIT,
}


class Hands:
    """Remembers where a touch began."""

    def __init__(self) -> None:
        self._began: Touch | None = None

    def understand(self, touch: Touch | None) -> Input | None:
        """What is wanted, if that is clear by now."""
        if touch is None:
            return None
        if touch.kind is Kind.CLOSED:
            return Input.QUIT
        if touch.kind is Kind.KEY:
            return KEYS.get(touch.key)
        if touch.kind is Kind.DOWN:
            self._began = touch
            return None
        began, self._began = self._began, None
        return None if began is None else _gesture(began, touch)


def _gesture(began: Touch, ended: Touch) -> Input:
    right, down = (ended.x - began.x) / SWIPE_SHARE, (ended.y - began.y) / SWIPE_SHARE_DOWN
    if max(abs(right), abs(down)) >= 1:
        if abs(down) > abs(right):
            return Input.HIDE if down > 0 else Input.UNDO
        return Input.NEXT if right < 0 else Input.PREVIOUS
    seconds = ended.seconds - began.seconds
    if seconds >= LONG_PRESS_SECONDS:
        return Input.STAY if seconds >= STAY_SECONDS else Input.HOLD
    if ended.x < 1 / 3:
        return Input.PREVIOUS
    return Input.NEXT if ended.x > 2 / 3 else Input.WAKE
