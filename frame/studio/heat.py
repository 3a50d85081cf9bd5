"""Whether this machine is too hot, or too weakly powered, to render now."""

from __future__ import annotations

from frame.thermometer import Warmth

HOT_C, COOL_C = 80.0, 70.0
"""A Pi slows down from 80 degrees on, and a picture that stutters costs more than a clip that waits; ten
degrees lower it has air again. A Jetson's limits lie higher; rendering there stays below them."""


def is_hot(warmth: Warmth, *, was_hot: bool) -> bool:
    """Whether to pause; once paused, until it is clearly cooler."""
    if warmth.is_throttled:
        return True
    if warmth.celsius is None:
        return False
    return warmth.celsius >= (COOL_C if was_hot else HOT_C)
