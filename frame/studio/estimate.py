"""How long the queue will take, and how to say it. No clock: seconds go in, a sentence comes out."""

from __future__ import annotations

from dataclasses import dataclass

_MINUTE, _HOUR, _DAY = 60, 3600, 86400

LEAST_SHARE = 0.3
"""Before this share of the first clip ever is done, its pace says nothing yet."""


@dataclass(frozen=True)
class Duration:
    """A length of time as people say it: `count` of `unit` (``minute``, ``hour``, ``day``), or less than
    a minute where `count` is 0."""

    count: int
    unit: str


def seconds_left(
    waiting: int, usual: float | None, share: float | None = None, elapsed: float = 0.0
) -> float | None:
    """For `waiting` photos and the rest of the one in work, `share` 0..1 of which was done in `elapsed`
    seconds (None: there is none); None while nothing tells how long one takes.

    `usual` is what one took lately.
    """
    if usual is None:
        if share is None or share < LEAST_SHARE:
            return None
        usual = elapsed / share
    rest = 0.0
    if share is not None:
        # One that takes longer than usual is not done any sooner for that.
        rest = max(usual - elapsed, (1 - share) * usual * 0.5)
    return waiting * usual + rest


def rounded(seconds: float) -> Duration:
    """As precisely as such a guess can be: minutes up to an hour, half days are days."""
    if seconds < _MINUTE * 0.75:
        return Duration(0, "minute")
    if seconds < _HOUR * 0.95:
        minutes = round(seconds / _MINUTE)
        return Duration(minutes if minutes <= 10 else 5 * round(minutes / 5), "minute")
    if seconds < 1.5 * _DAY:
        return Duration(max(1, round(seconds / _HOUR)), "hour")
    return Duration(max(2, round(seconds / _DAY)), "day")


def sentence(photos: int, seconds: float | None) -> str:
    """ "312 photos, about 2 hours". `photos` counts the one in work; `seconds` may be unknown."""
    if photos == 0:
        return "Every photo that can wake has its clip."
    counted = "1 photo" if photos == 1 else f"{photos} photos"
    if seconds is None:
        return f"{counted}; how long it takes will be known after the first"
    length = rounded(seconds)
    if length.count == 0:
        return f"{counted}, less than a minute"
    plural = "" if length.count == 1 else "s"
    return f"{counted}, about {length.count} {length.unit}{plural}"
