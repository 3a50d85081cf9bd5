"""Natural performances pass; the same ones at twice their strength do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderer.motion import strength
from renderer.motion.caps import Caps
from renderer.motion.casting import Part
from renderer.motion.channels import FaceCurves
from renderer.motion.drivers import DRIVERS, perform
from renderer.motion.strength import PEAKS, too_strong

SEEDS = range(30)
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
        assert too_strong(curves, Part(driver, intensity, seed), caps) == ()


@pytest.mark.parametrize("caps", [Caps(), HELD_BACK])
@pytest.mark.parametrize("driver", DRIVERS)
def test_twice_the_strength_is_caught_however_quiet_the_seed(driver, caps):
    for seed in SEEDS:
        assert too_strong(doubled(perform(driver, seed, 1.0, caps)), Part(driver, 1.0, seed), caps)


def test_a_driver_beyond_its_peaks_is_caught_whatever_its_score_asks(monkeypatch):
    """Should somebody write a driver livelier than it was meant to be, the peaks still hold."""
    quiet = replace(PEAKS["joy"], yaw_deg=0.5, smile=0.1)
    monkeypatch.setattr(strength, "PEAKS", {**PEAKS, "joy": quiet})
    assert too_strong(perform("joy", 3), Part("joy", 1.0, 3), Caps())


def test_the_frame_of_the_excess_is_named():
    curves = doubled(perform("joy", 3))
    frames = too_strong(curves, Part("joy", 1.0, 3), Caps())
    assert int(np.argmax(curves.smile.max(axis=1))) in frames
