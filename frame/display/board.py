"""The board between the web process and the screen: small files in memory, read and written here.

Only processes of this frame may write into the folder; what they wrote is checked all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from frame.core.placard import HOME, INVITE, LONGEST_TEXT, PLACARD, Placard, placard_from
from frame.live import heard, say


class LiveBoard:
    """The `Board` of a running frame. `now` is monotonic."""

    def __init__(self, live: Path, now: Callable[[], float]) -> None:
        self._live = live
        self._now = now

    def placard(self) -> Placard | None:
        return placard_from(heard(self._live, PLACARD), self._now())

    def home(self) -> Mapping[str, str | int]:
        facts = heard(self._live, HOME)
        return {
            name: value
            for name, value in facts.items()
            if name in _HOME_FACTS
            and isinstance(value, str | int)
            and len(str(value)) < LONGEST_TEXT
        }

    def invite(self) -> None:
        say(self._live, INVITE, {"asked": self._now()})


class BareBoard:
    """Where no web process runs: nothing is ever held up."""

    def placard(self) -> Placard | None:
        return None

    def home(self) -> Mapping[str, str | int]:
        return {}

    def invite(self) -> None:
        return None


_HOME_FACTS = frozenset({"scan", "fallback", "spoken", "is_owned", "invites"})
