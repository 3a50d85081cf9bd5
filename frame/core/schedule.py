"""When the panel is lit, and how brightly: from the owner's hours and the local time alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

MINUTE = 60
DAY = 24 * 60 * MINUTE
WEEK = 7 * DAY

REPEATED_HOUR = 3600
"""What a zone sets its clocks back by in autumn. Lord Howe Island's half hour is less."""

UNBROKEN = 600
"""Seconds between two looks at the clock that still count as watching it."""


class Hours(Protocol):
    """From `begin` to `end`, minutes since midnight, on `days` (Monday is 0) on which they begin.

    An end at or before the beginning is on the next day.
    """

    @property
    def days(self) -> tuple[int, ...]: ...
    @property
    def begin(self) -> int: ...
    @property
    def end(self) -> int: ...


class Dimming(Protocol):
    """During `hours` the panel has `share` (0..1) of its light."""

    @property
    def hours(self) -> Hours: ...
    @property
    def share(self) -> float: ...


@dataclass(frozen=True)
class Light:
    """What the panel should do. `brightness` is a share, 0..1, and 1 where nobody said otherwise."""

    is_on: bool = True
    brightness: float = 1.0


DAYLIGHT = Light()


@dataclass(frozen=True)
class Watched:
    """The last look at the clock, and the light it gave."""

    second: int
    unix: int
    light: Light


def light_at(local: tuple[int, float], off: Sequence[Hours], dims: Sequence[Dimming]) -> Light:
    """The light at (weekday, seconds since local midnight). Of several dimmings the darkest counts."""
    second = _second_of_week(local)
    if any(_holds(hours, second) for hours in off):
        return Light(is_on=False)
    return Light(brightness=min([1.0, *(dim.share for dim in dims if _holds(dim.hours, second))]))


def watch(
    before: Watched | None,
    local: tuple[int, float] | None,
    unix: int,
    off: Sequence[Hours],
    dims: Sequence[Dimming],
) -> tuple[Light, Watched | None]:
    """The light now, and what to hand in at the next look.

    A time that nobody knows is day. The hour that autumn repeats changes nothing twice: the light that
    was there when the clocks went back stays until the time is past where it was. A clock that is
    corrected moves `unix` as well, and is believed at once.
    """
    if local is None:
        return DAYLIGHT, None
    second = _second_of_week(local)
    if before is not None and 0 <= unix - before.unix <= REPEATED_HOUR + UNBROKEN:
        behind = (before.second - second) % WEEK
        if 0 < behind <= REPEATED_HOUR:
            return before.light, before
    light = light_at(local, off, dims)
    return light, Watched(second, unix, light)


def _second_of_week(local: tuple[int, float]) -> int:
    return (local[0] * DAY + int(local[1])) % WEEK


def _holds(hours: Hours, second: int) -> bool:
    begin, end = hours.begin * MINUTE, hours.end * MINUTE
    length = end - begin if end > begin else end - begin + DAY
    return any((second - day * DAY - begin) % WEEK < length for day in hours.days)
