"""Hours that nobody can keep are told of, once."""

from __future__ import annotations

import pytest

from frame.core.schedule import DAYLIGHT, Hours, Light
from frame.display.lamp import PATIENCE_SECONDS, Lamp, RestMemory
from frame.settings.hours import Hours as OwnersHours
from tests.fakes.clock import FakeClock

ALL_DAY: tuple[Hours, ...] = (OwnersHours.parse("00:00-23:59"),)


def told(lamp: Lamp, clock: FakeClock, off: tuple[Hours, ...], seconds: float) -> Light | None:
    light = None
    for _ in range(int(seconds)):
        clock.move(1.0)
        light = lamp.light(off, ())
    return light


@pytest.mark.parametrize(("is_set", "lines"), [(True, 1), (False, 0)])
def test_night_hours_without_a_clock_are_one_calm_line(
    caplog: pytest.LogCaptureFixture, *, is_set: bool, lines: int
):
    clock = FakeClock()
    clock.synced = False
    lamp = Lamp(clock, RestMemory())
    assert told(lamp, clock, ALL_DAY if is_set else (), 3 * PATIENCE_SECONDS) == DAYLIGHT
    assert sum("the time is not known" in each.message for each in caplog.records) == lines


def test_a_clock_that_is_set_soon_is_not_worth_a_word(caplog: pytest.LogCaptureFixture):
    clock = FakeClock()
    clock.synced = False
    lamp = Lamp(clock, RestMemory())
    told(lamp, clock, ALL_DAY, PATIENCE_SECONDS / 2)
    clock.synced = True
    assert told(lamp, clock, ALL_DAY, 2 * PATIENCE_SECONDS) == Light(is_on=False)
    assert not caplog.records
