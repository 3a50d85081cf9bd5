"""Prints of one hue: told from coloured ones, and whatever is filled in them is of that hue."""

from __future__ import annotations

import numpy as np

from renderer.prepare.hue import FEWEST, hue_of

NOTHING = np.zeros((64, 64), bool)


def print_of(tint: tuple[float, float, float]) -> np.ndarray:
    """``(64, 64, 3) uint8``: all brightnesses, in one hue."""
    light = np.linspace(20, 235, 64 * 64).reshape(64, 64, 1)
    return np.clip(light * np.array(tint), 0, 255).astype(np.uint8)


def test_sepia_has_one_hue_and_colours_have_none() -> None:
    assert hue_of(print_of((1.0, 1.0, 1.0)), NOTHING) is not None
    assert hue_of(print_of((1.0, 0.9, 0.75)), NOTHING) is not None
    coloured = print_of((1.0, 1.0, 1.0))
    coloured[:32, :, 0] //= 2
    assert hue_of(coloured, NOTHING) is None


def test_what_is_laid_on_keeps_its_brightness_and_takes_the_hue() -> None:
    sepia = print_of((1.0, 0.9, 0.75))
    hue = hue_of(sepia, NOTHING)
    assert hue is not None
    green = np.array([[60, 140, 70]], np.uint8)
    (laid,) = hue.laid_on(green).astype(int)
    weights = np.array([0.299, 0.587, 0.114])
    assert abs(float((laid - green[0]) @ weights)) < 2
    assert laid[0] > laid[1] > laid[2]
    there = sepia.reshape(-1, 3)
    assert np.abs(hue.laid_on(there).astype(int) - there.astype(int)).max() <= 4


def test_damage_does_not_count() -> None:
    stained = print_of((1.0, 1.0, 1.0))
    stained[20:40, 20:40] = (200, 40, 40)
    damage = NOTHING.copy()
    damage[20:40, 20:40] = True
    assert hue_of(stained, NOTHING) is None
    assert hue_of(stained, damage) is not None


def test_of_nothing_sound_nothing_is_said() -> None:
    assert FEWEST > 1
    assert hue_of(print_of((1.0, 1.0, 1.0)), ~NOTHING) is None
