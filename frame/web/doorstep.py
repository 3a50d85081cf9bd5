"""The codes that the frame's screen shows, and what they open: the owner's pages, or a guest's pass.

In memory alone: a frame that starts again has forgotten them, and whoever stands there asks for another.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from frame.core import codes
from frame.core.codes import Code, Guess
from frame.core.passes import Terms
from frame.core.placard import PLACARD, Placard, Purpose
from frame.live import say

HELD_SECONDS = 150.0
"""How long the owner's code is on the screen for one request; it is good for longer, and asked for again
it is shown again. A pairing code is shown as long as pairing is open."""


@dataclass(frozen=True)
class Pairing:
    """What the owner opened pairing for: whose pass it will be, and what that allows."""

    code: Code
    name: str
    terms: Terms


class Doorstep:
    """See the module. Any thread may call; `clock` is monotonic."""

    def __init__(self, live: Path, clock: Callable[[], float]) -> None:
        self._live = live
        self._clock = clock
        self._lock = threading.Lock()
        self._owners: Code | None = None
        self._pairing: Pairing | None = None

    def show_owners_code(self) -> None:
        """Show whoever stands there a code that lets them own the frame."""
        with self._lock:
            now = self._clock()
            if self._owners is None or now >= self._owners.until:
                self._owners = codes.make(codes.OWNERS, now, secrets.choice)
            until = min(now + HELD_SECONDS, self._owners.until)
            self._hold_up(Placard(Purpose.OWNER, until, code=self._owners.shown))

    def has_owners_code(self) -> bool:
        """Whether there is one that can still be typed."""
        with self._lock:
            return self._owners is not None and self._clock() < self._owners.until

    def try_owners_code(self, typed: str) -> Guess:
        with self._lock:
            before = self._owners
            self._owners, outcome = codes.guess(before, typed, self._clock())
            if before is not None and self._owners is None:
                self._take_down()
            return outcome

    def open_pairing(self, name: str, terms: Terms) -> Pairing:
        """Let one guest in who types what the screen shows. An earlier pairing is closed by it."""
        with self._lock:
            code = codes.make(codes.GUESTS, self._clock(), secrets.choice)
            self._pairing = Pairing(code, name, terms)
            self._hold_up(Placard(Purpose.PAIR, code.until, code=code.shown, name=name))
            return self._pairing

    def pairing(self) -> Pairing | None:
        """The pairing that is open."""
        with self._lock:
            found = self._pairing
            return found if found is not None and self._clock() < found.code.until else None

    def close_pairing(self) -> None:
        with self._lock:
            if self._pairing is not None:
                self._pairing = None
                self._take_down()

    def try_pairing_code(self, typed: str) -> Pairing | None:
        """The pairing that this code belongs to; it is over then, and after ten tries by anybody."""
        with self._lock:
            found = self._pairing
            left, outcome = codes.guess(found.code if found else None, typed, self._clock())
            if found is None:
                return None
            self._pairing = None if left is None else Pairing(left, found.name, found.terms)
            if left is None:
                self._take_down()
            return found if outcome is Guess.RIGHT else None

    def _hold_up(self, placard: Placard) -> None:
        say(self._live, PLACARD, placard.as_facts())

    def _take_down(self) -> None:
        say(self._live, PLACARD, {})


def doorstep() -> Doorstep:
    """Of the application that is answering."""
    found: Doorstep = current_app.extensions["wakeframe.doorstep"]
    return found
