"""The steps that people ask for are those that the renderer takes by itself."""

from __future__ import annotations

import pytest

from frame.core import liveliness
from frame.core.liveliness import Wish
from renderer.motion import drivers


def test_the_same_steps():
    assert tuple(reversed(drivers.LADDER)) == liveliness.STEPS
    assert set(liveliness.DRIVERS) <= set(drivers.DRIVERS)


@pytest.mark.parametrize("driver", liveliness.DRIVERS)
@pytest.mark.parametrize("intensity", liveliness.STEPS)
def test_down_the_same_way(driver, intensity):
    below = liveliness.subtler(Wish(driver, intensity))
    told = drivers.subtler(driver, intensity)
    assert (below and (below.driver, below.intensity)) == told
