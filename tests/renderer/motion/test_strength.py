"""Natural performances pass; the same ones at twice their strength do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderer.motion.caps import Caps
from renderer.motion.channels import FaceCurves
from renderer.motion.drivers import DRIVERS, perform
from renderer.motion.strength import PEAKS, too_strong

SEEDS = range(150)
HELD_BACK = Caps(
    smile=0.3, yaw_deg=(-3.0, 6.0), pitch_deg=(-2.0, 2.0), roll_deg=(-2.5, 2.5), head=0.6, sway=0.7
)


def doubled(curves: FaceCurves) -> FaceCurves:
    return replace(
        curves,
        smile=curves.smile * 2,
        yaw_deg=curves.yaw_deg * 2,
        pitch_deg=curves.pitch_deg * 2,
        roll_deg=curves.roll_deg * 2,
    )


def test_every_driver_has_its_peaks():
    assert set(PEAKS) == set(DRIVERS)


@pytest.mark.parametrize("caps", [Caps(), HELD_BACK])
@pytest.mark.parametrize("intensity", [1.0, 0.55])
@pytest.mark.parametrize("driver", DRIVERS)
def test_natural_performances_pass(driver, intensity, caps):
    for seed in SEEDS:
        curves = perform(driver, seed, intensity, caps)
        assert too_strong(curves, driver, intensity, caps) == ()


@pytest.mark.parametrize("caps", [Caps(), HELD_BACK])
@pytest.mark.parametrize("driver", ["nostalgia", "joy", "reunion", "blink-and-nod"])
def test_twice_the_strength_is_caught(driver, caps):
    caught = [
        bool(too_strong(doubled(perform(driver, s, 1.0, caps)), driver, 1.0, caps)) for s in SEEDS
    ]
    # Held back and nodding least of all seeds, twice of it is still a small nod.
    assert np.mean(caught) >= (0.95 if caps is HELD_BACK and driver == "blink-and-nod" else 1.0)


@pytest.mark.parametrize(("driver", "least"), [("echo", 0.95), ("listen", 0.85)])
def test_answers_in_a_group_too_as_a_rule(driver, least):
    """The smallest of them, doubled, are as strong as the largest are by nature."""
    caught = [bool(too_strong(doubled(perform(driver, s)), driver, 1.0, Caps())) for s in SEEDS]
    assert np.mean(caught) >= least


def test_the_frame_of_the_excess_is_named():
    curves = doubled(perform("joy", 3))
    frames = too_strong(curves, "joy", 1.0, Caps())
    assert int(np.argmax(curves.smile.max(axis=1))) in frames
