"""Times of the week as the owner writes them: ``mo-fr 22:30-07:00``."""

from __future__ import annotations

import re
from dataclasses import dataclass

DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
_GERMAN = {"di": "tu", "mi": "we", "do": "th", "so": "su"}

_TEXT = re.compile(
    r"(?:(?P<days>[a-zA-Z, -]+?)\s+)?(?P<begin>\d{1,2}:\d\d)\s*-\s*(?P<end>\d{1,2}:\d\d)"
)
_DIMMED = re.compile(r"(?P<hours>.+?)\s+(?P<percent>\d{1,3})\s*%")


@dataclass(frozen=True)
class Hours:
    """From `begin` to `end`, minutes since midnight, on `days` (Monday is 0).

    An end at or before the beginning is on the next day; the day is that of the beginning.
    """

    days: tuple[int, ...]
    begin: int
    end: int

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Of ``22:30-07:00`` (every day), ``mo-fr 22:30-07:00`` or ``sa, su 23:30-09:00``.

        Raises ValueError with a sentence.
        """
        found = _TEXT.fullmatch(text.strip())
        if found is None:
            raise ValueError('is not written like "22:30-07:00" or "mo-fr 22:30-07:00"')
        begin, end = _minutes(found["begin"]), _minutes(found["end"])
        if begin == end:
            raise ValueError("begins and ends at the same minute")
        return cls(_days(found["days"]), begin, end)

    def __str__(self) -> str:
        days = ", ".join(DAYS[day] for day in self.days)
        return f"{'' if len(self.days) == len(DAYS) else days + ' '}{self.clock}"

    @property
    def clock(self) -> str:
        return "-".join(
            f"{minute // 60:02d}:{minute % 60:02d}" for minute in (self.begin, self.end)
        )


@dataclass(frozen=True)
class Dimming:
    """How bright the panel is during `hours`: a share, 0..1, of its usual light."""

    hours: Hours
    share: float

    @classmethod
    def parse(cls, text: str) -> Dimming:
        """Of ``20:00-22:30 40%``, with days as for `Hours`. Raises ValueError with a sentence."""
        found = _DIMMED.fullmatch(text.strip())
        if found is None:
            raise ValueError('is not written like "20:00-22:30 40%"')
        percent = int(found["percent"])
        if not 1 <= percent <= 100:
            raise ValueError("must be 1 % to 100 %")
        return cls(Hours.parse(found["hours"]), percent / 100)

    def __str__(self) -> str:
        return f"{self.hours} {round(self.share * 100)}%"


def _minutes(text: str) -> int:
    hour, minute = map(int, text.split(":"))
    if minute > 59 or hour * 60 + minute > 24 * 60:
        raise ValueError(f"{text} is not a time of day")
    return (hour * 60 + minute) % (24 * 60)


def _days(text: str | None) -> tuple[int, ...]:
    if text is None:
        return tuple(range(len(DAYS)))
    found: set[int] = set()
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        begin, end = _day(first), _day(last if dash else first)
        # Over the weekend as well: fr-mo.
        found.update((begin + step) % len(DAYS) for step in range((end - begin) % len(DAYS) + 1))
    return tuple(sorted(found))


def _day(text: str) -> int:
    short = text.lower()[:2]
    try:
        return DAYS.index(_GERMAN.get(short, short))
    except ValueError:
        raise ValueError(f"{text!r} is no day: use mo, tu, we, th, fr, sa, su") from None
