"""A little less, a little more: every step leads somewhere else, and both ends are ends."""

from __future__ import annotations

import pytest

from frame.core.liveliness import DRIVERS, NATURAL, STEPS, Wish, livelier, subtler


@pytest.mark.parametrize("driver", DRIVERS)
def test_down_to_the_quietest_and_no_further(driver):
    seen = [Wish(driver)]
    while (below := subtler(seen[-1])) is not None:
        assert below not in seen
        seen.append(below)
    assert seen[-1] == Wish("blink-and-nod", STEPS[0])


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("intensity", STEPS)
def test_up_to_the_liveliest_and_no_further(driver, intensity):
    seen = [Wish(driver, intensity)]
    while (above := livelier(seen[-1])) is not None:
        assert above not in seen
        seen.append(above)
    last = "reunion" if driver == "reunion" else "joy"
    assert seen[-1] == Wish(last, NATURAL)


def test_one_step_at_a_time():
    assert subtler(Wish("joy")) == Wish("joy", 0.75)
    assert subtler(Wish("joy", 0.55)) == Wish("nostalgia", 0.75)
    assert livelier(Wish("joy", 0.55)) == Wish("joy", 0.75)
    assert livelier(Wish("nostalgia")) == Wish("joy")


def test_a_driver_that_nobody_may_ask_for_is_only_scaled():
    assert subtler(Wish("listen", 0.55)) is None
    assert livelier(Wish("listen")) is None
