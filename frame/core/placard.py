"""What the frame holds up for whoever stands before it: an address to scan, a code to type.

The web process decides what is held up, the display shows it; it goes from one to the other through
the folder of live files, in memory only, because it may hold a pass or a code. Whoever sees the
screen stands in the room: that is what a placard proves, and all that it proves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

PLACARD, HOME, INVITE = "placard", "home", "invite"
"""Names of the live files: what is held up, where the pages are, and when somebody at the frame asked to
send photos."""

LONGEST_TEXT = 300
"""Characters of an address; a QR code of that length is still read from two metres on a small panel."""

LONGEST_SECONDS = 900.0
"""Nothing is held up for longer; what gave it may have died."""


class Purpose(StrEnum):
    """What a placard is for."""

    SEND = "send"
    """Scan this to send photos: `address` holds a pass."""
    PAIR = "pair"
    """Type this code on the phone to get a pass."""
    OWNER = "owner"
    """Type this code to prove that you stand at the frame and may own it."""
    VISIT = "visit"
    """Where the frame's pages are; `address` holds nothing secret."""


@dataclass(frozen=True)
class Placard:
    """`address` is scanned, and where phones do not find its name, `fallback`, which says the same by IP
    address; `spoken` is typed by hand, `code` typed on a page, `name` the person it is for: hostile
    text. `until` is monotonic."""

    purpose: Purpose
    until: float
    address: str = ""
    fallback: str = ""
    spoken: str = ""
    code: str = ""
    name: str = ""

    def as_facts(self) -> dict[str, object]:
        """For a live file."""
        return asdict(self)


def placard_from(facts: Mapping[str, object], now: float) -> Placard | None:
    """The placard of a live file; None for none, one whose time is over, or what is no placard."""
    until = facts.get("until")
    texts = [facts.get(name, "") for name in ("address", "fallback", "spoken", "code", "name")]
    if not isinstance(until, float | int) or not math.isfinite(until):
        return None
    if not now < until <= now + LONGEST_SECONDS:
        return None
    if not all(isinstance(text, str) and len(text) <= LONGEST_TEXT for text in texts):
        return None
    purpose = next((each for each in Purpose if each == facts.get("purpose")), None)
    if purpose is None:
        return None
    return Placard(purpose, float(until), *(str(text) for text in texts))
