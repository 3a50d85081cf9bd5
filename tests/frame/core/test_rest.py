"""The owner's word about the light: until when it holds."""

from __future__ import annotations

from dataclasses import dataclass

from frame.core.rest import LIT_SECONDS, UNKNOWN_SECONDS, Rest, asleep, light_with, lit
from frame.core.schedule import Light, light_at

EVERY_DAY = tuple(range(7))
HOUR = 3600.0


@dataclass(frozen=True)
class Hours:
    days: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True)
class Dim:
    hours: Hours
    share: float


NIGHT = Hours(EVERY_DAY, 22 * 60, 7 * 60)
WEEKDAYS_ONLY = Hours((0, 1, 2, 3, 4), 22 * 60, 7 * 60)


def lived(rest: Rest | None, off: tuple[Hours, ...], local: float, hours: float) -> list[float]:
    """The hours after `local` (seconds of the week, Monday first) at which the light changes."""
    changes, was = [], None
    for minute in range(int(hours * 60)):
        second = local + minute * 60
        at = (int(second // 86400) % 7, second % 86400)
        light, rest = light_with(rest, light_at(at, off, ()), at, (), 1000.0 + minute * 60)
        if was is not None and light.is_on != was:
            changes.append(minute / 60)
        was = light.is_on
    return changes


def test_in_the_evening_it_sleeps_through_the_night_until_the_day_begins():
    rest = asleep((0, 20 * HOUR), (NIGHT,), 1000.0)
    assert lived(rest, (NIGHT,), 20 * HOUR, 24) == [11.0]


def test_in_the_middle_of_the_day_it_sleeps_until_the_next_day():
    rest = asleep((0, 9 * HOUR), (NIGHT,), 1000.0)
    assert lived(rest, (NIGHT,), 9 * HOUR, 40) == [22.0, 37.0]


def test_in_the_night_itself_nothing_changes():
    rest = asleep((0, 23 * HOUR), (NIGHT,), 1000.0)
    assert lived(rest, (NIGHT,), 23 * HOUR, 12) == [8.0]


def test_on_a_day_without_a_night_it_ends_with_the_next_night_there_is():
    saturday_noon = 5 * 86400 + 12 * HOUR
    rest = asleep((5, 12 * HOUR), (WEEKDAYS_ONLY,), 1000.0)
    assert lived(rest, (WEEKDAYS_ONLY,), saturday_noon, 80) == [67.0]


def test_without_a_schedule_it_ends_in_the_morning():
    rest = asleep((0, 20 * HOUR), (), 1000.0)
    assert lived(rest, (), 20 * HOUR, 24) == [11.0]
    at_seven = asleep((0, 7 * HOUR), (), 1000.0)
    assert at_seven.until == 1000.0 + 24 * HOUR


def test_where_nobody_knows_the_time_it_ends_after_half_a_day():
    rest = asleep(None, (NIGHT,), 1000.0)
    light, rest_then = light_with(rest, Light(), None, (), 1000.0 + UNKNOWN_SECONDS - 1)
    assert not light.is_on and rest_then is not None
    assert light_with(rest, Light(), None, (), 1000.0 + UNKNOWN_SECONDS) == (Light(), None)


def test_a_schedule_that_cannot_be_waited_for_ends_it_at_its_own_edge():
    rest = Rest(is_on=False, until=1e9)
    _, rest = light_with(rest, Light(is_on=False), (0, 0.0), (), 0.0)
    assert light_with(rest, Light(), (0, 0.0), (), 1.0) == (Light(), None)


def test_lit_at_night_it_is_lit_for_a_while_as_dim_as_it_would_be():
    dims = (Dim(Hours(EVERY_DAY, 20 * 60, 8 * 60), 0.3),)
    rest = lit(1000.0)
    at = (0, 23 * HOUR)
    light, rest = light_with(rest, Light(is_on=False), at, dims, 1000.0 + LIT_SECONDS - 1)
    assert light == Light(is_on=True, brightness=0.3) and rest is not None
    assert light_with(rest, Light(is_on=False), at, dims, 1000.0 + LIT_SECONDS) == (
        Light(is_on=False),
        None,
    )


def test_lit_by_day_it_is_the_schedules_again():
    assert light_with(lit(0.0), Light(brightness=0.5), (0, 0.0), (), 1.0) == (
        Light(True, 0.5),
        None,
    )
