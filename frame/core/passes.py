"""What a relative may send, and whether they still may: decisions only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DAY = 86400


class Standing(StrEnum):
    """Of a pass, at one moment."""

    GOOD = "good"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Terms:
    """What a pass allows. `seconds` is how long it lives, None for ever; `per_hour` how many photos it
    may begin to send within one hour; `waits` tells that what it sends waits for the owner's yes."""

    seconds: int | None = 90 * DAY
    most_photos: int = 2000
    most_bytes: int = 20 << 30
    per_hour: int = 300
    waits: bool = True


INVITED = Terms(seconds=DAY, most_photos=200, most_bytes=4 << 30, per_hour=200, waits=True)
"""What standing in the living room is worth: a day, an album of photos, and each waits for a yes."""


@dataclass(frozen=True)
class Pass:
    """The right of one relative to send photos. `name` is theirs, as the owner wrote it: it may be
    hostile text where it came from a page. `sent_*` is what has been taken in or refused as a photo."""

    id: int
    name: str
    made: int
    expires: int | None
    revoked: int | None
    most_photos: int
    most_bytes: int
    per_hour: int
    waits: bool
    sent_photos: int
    sent_bytes: int

    def standing(self, now: float) -> Standing:
        """At `now`, unix seconds. Revoked is said before expired: it was somebody's decision."""
        if self.revoked is not None:
            return Standing.REVOKED
        if self.expires is not None and now >= self.expires:
            return Standing.EXPIRED
        return Standing.GOOD

    @property
    def photos_left(self) -> int:
        return max(self.most_photos - self.sent_photos, 0)

    @property
    def bytes_left(self) -> int:
        return max(self.most_bytes - self.sent_bytes, 0)
