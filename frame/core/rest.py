"""The owner's word about the light, against the schedule: dark now, or lit now. Decisions only.

Whoever sends the wall to sleep means tonight, not for ever: it ends when the schedule's next day begins,
in the morning where there is no schedule, or when somebody lights the panel. Whoever lights it at night
means for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from frame.core.schedule import DAY, MINUTE, Dimming, Hours, Light, light_at

MORNING = 7 * 3600
"""Seconds after midnight at which a wall without a schedule is lit again."""

UNKNOWN_SECONDS = 12 * 3600.0
"""How long it sleeps where nobody knows the time."""

LIT_SECONDS = 3600.0
"""How long a wall that was lit at night stays so."""


@dataclass(frozen=True)
class Rest:
    """`is_on` is what was asked, `until` when it ends at the latest (monotonic seconds), `was_on` what
    the schedule said at the last look."""

    is_on: bool
    until: float
    was_on: bool = True


def asleep(local: tuple[int, float] | None, off: Sequence[Hours], now: float) -> Rest:
    """Dark, as from now. `local` as in `frame.core.schedule`; `off`: when it is dark anyway."""
    seconds = UNKNOWN_SECONDS if local is None else _seconds_to_day(local, off)
    return Rest(is_on=False, until=now + seconds)


def lit(now: float) -> Rest:
    """Lit, as from now."""
    return Rest(is_on=True, until=now + LIT_SECONDS, was_on=False)


def light_with(
    rest: Rest | None,
    scheduled: Light,
    local: tuple[int, float] | None,
    dims: Sequence[Dimming],
    now: float,
) -> tuple[Light, Rest | None]:
    """The light there is, and what is left of the wish; `scheduled` is what the schedule says now."""
    if rest is None or now >= rest.until:
        return scheduled, None
    if rest.is_on:
        if scheduled.is_on:
            return scheduled, None
        return (light_at(local, (), dims) if local is not None else Light()), rest
    if scheduled.is_on and not rest.was_on:
        return scheduled, None  # a new day
    return Light(is_on=False), replace(rest, was_on=scheduled.is_on)


def _seconds_to_day(local: tuple[int, float], off: Sequence[Hours]) -> float:
    """To the next minute at which the schedule lights the wall, or to the morning."""
    weekday, second = local
    begin = int(second // MINUTE) * MINUTE
    was_on = light_at(local, off, ()).is_on
    for minutes in range(1, 7 * DAY // MINUTE + 1):
        later = begin + minutes * MINUTE
        is_on = light_at(((weekday + later // DAY) % 7, later % DAY), off, ()).is_on
        if is_on and not was_on:
            return later - second
        was_on = is_on
    return (MORNING - second) % DAY or float(DAY)
