"""How lively a photo moves, in steps that a person can ask for: a little less, a little more.

The steps down are those that the renderer itself takes when a movement was too strong for a face
(`tests/contracts/test_liveliness.py` holds the two together).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

NATURAL = 1.0

STEPS = (0.55, 0.75, NATURAL)
"""Intensities, quiet to lively; under half, a smile no longer reads as one."""

DRIVERS = ("nostalgia", "joy", "reunion", "blink-and-nod")
"""What people may ask for by name."""

_QUIETER: Mapping[str, str] = MappingProxyType(
    {"joy": "nostalgia", "reunion": "nostalgia", "nostalgia": "blink-and-nod"}
)
_LIVELIER: Mapping[str, str] = MappingProxyType({"blink-and-nod": "nostalgia", "nostalgia": "joy"})
"""Nobody is made to look around for having asked for a little more."""


@dataclass(frozen=True)
class Wish:
    """How a photo is to move. `driver` is ``auto`` or a driver's name, `intensity` 0..1 scales every
    motion."""

    driver: str = "auto"
    intensity: float = NATURAL


def subtler(played: Wish) -> Wish | None:
    """A step quieter than the clip that was played; None: there is none."""
    for step in reversed(STEPS):
        if step < played.intensity - 1e-6:
            return Wish(played.driver, step)
    below = _QUIETER.get(played.driver)
    return None if below is None else Wish(below, STEPS[1])


def livelier(played: Wish) -> Wish | None:
    """A step livelier than the clip that was played; None: there is none."""
    for step in STEPS:
        if step > played.intensity + 1e-6:
            return Wish(played.driver, step)
    above = _LIVELIER.get(played.driver)
    return None if above is None else Wish(above)
