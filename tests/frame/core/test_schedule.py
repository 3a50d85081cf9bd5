"""Light by the hour: over midnight, over the week's end, over both changes of the clock."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from frame.core.schedule import DAYLIGHT, Light, light_at, watch
from tests.fakes.clock import FakeClock


@dataclass(frozen=True)
class Hours:
    days: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True)
class Dim:
    hours: Hours
    share: float


EVERY = tuple(range(7))
NIGHT = [Hours(EVERY, 22 * 60 + 30, 7 * 60)]
DIMS = [
    Dim(Hours(EVERY, 20 * 60, 21 * 60 + 30), 0.6),
    Dim(Hours(EVERY, 21 * 60, 22 * 60 + 30), 0.3),
]


def at(hours: int, minutes: int = 0, day: int = 2) -> tuple[int, float]:
    return day, hours * 3600.0 + minutes * 60


@pytest.mark.parametrize(
    ("local", "light"),
    [
        (at(12), Light()),
        (at(22, 29), Light(brightness=0.3)),
        (at(22, 30), Light(is_on=False)),
        (at(0), Light(is_on=False)),
        (at(6, 59), Light(is_on=False)),
        (at(7), Light()),
        (at(20), Light(brightness=0.6)),
        (at(21, 10), Light(brightness=0.3)),
    ],
)
def test_hours_over_midnight_and_steps_before(local, light):
    assert light_at(local, NIGHT, DIMS) == light


def test_the_day_is_that_of_the_beginning_also_over_the_weeks_end():
    sunday = [Hours((6,), 23 * 60, 9 * 60)]
    assert not light_at(at(8, day=0), sunday, []).is_on
    assert light_at(at(8, day=1), sunday, []).is_on
    assert not light_at(at(23, day=6), sunday, []).is_on
    assert light_at(at(23, day=5), sunday, []).is_on


def test_an_unknown_time_is_day():
    assert watch(None, None, 0, NIGHT, []) == (DAYLIGHT, None)


def edges(clock: FakeClock, seconds: int, shifts: dict[int, float]) -> list[tuple[int, bool]]:
    """When the light went off and on, as seconds from the start."""
    found: list[tuple[int, bool]] = []
    before, was_on = None, True
    for second in range(0, seconds, 10):
        if second in shifts:
            clock.shift_zone(shifts[second])
        light, before = watch(before, clock.local(), clock.unix(), NIGHT_AT_2, [])
        if light.is_on != was_on:
            found.append((second, light.is_on))
            was_on = light.is_on
        clock.move(10)
    return found


NIGHT_AT_2 = [Hours(EVERY, 2 * 60 + 30, 8 * 60)]


def test_the_hour_that_autumn_repeats_has_its_edge_once():
    clock = FakeClock()
    clock.second_of_week = 3600.0
    # From one o'clock on; two hours later it is three, and two again.
    assert edges(clock, 10 * 3600, {2 * 3600: -3600.0}) == [
        (5400, False),
        (8 * 3600, True),
    ]


def test_the_hour_that_spring_leaves_out_has_its_edge_when_it_is_over():
    clock = FakeClock()
    clock.second_of_week = 3600.0
    assert edges(clock, 10 * 3600, {3600: 3600.0}) == [(3600, False), (6 * 3600, True)]


def test_a_clock_that_is_corrected_is_believed_at_once():
    clock = FakeClock()
    clock.second_of_week = 23 * 3600.0
    light, before = watch(None, clock.local(), clock.unix(), NIGHT, [])
    assert not light.is_on
    clock.jump(-3600)
    light, _ = watch(before, clock.local(), clock.unix(), NIGHT, [])
    assert light.is_on


@pytest.mark.parametrize("years", [-10, 10])
def test_years_of_wrong_time_leave_nothing_behind(years):
    clock = FakeClock()
    light, before = watch(None, clock.local(), clock.unix(), NIGHT, [])
    clock.jump(years * 365 * 86400 + 10 * 3600)
    assert clock.local() is not None
    light, before = watch(before, clock.local(), clock.unix(), NIGHT, [])
    assert light == light_at(clock.local(), NIGHT, [])
    clock.jump(-years * 365 * 86400 - 10 * 3600)
    light, before = watch(before, clock.local(), clock.unix(), NIGHT, [])
    assert light == DAYLIGHT


def test_a_second_watch_of_a_whole_week_has_each_edge_once():
    clock = FakeClock()
    before, was_on, count = None, True, 0
    for _ in range(7 * 24 * 60):
        light, before = watch(before, clock.local(), clock.unix(), NIGHT, DIMS)
        count += light.is_on != was_on
        was_on = light.is_on
        clock.move(60)
    assert count == 14
