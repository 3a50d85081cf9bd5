"""The drivers by name: from a seed to curves, and which one is subtler than another.

Nothing here knows a photo. The seed is the photo's own, so that no two photos move alike and the same
photo always moves the same way.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from renderer.motion import repertoire
from renderer.motion.caps import Caps
from renderer.motion.channels import FPS, FaceCurves
from renderer.motion.score import Score, play

SHORTEST_S, LONGEST_S = 4.0, 7.0
"""A clip outside these is either a twitch or a film."""

LADDER = (1.0, 0.75, 0.55)
"""Intensities tried in turn before a subtler driver; under half, a smile no longer reads as one."""


@dataclass(frozen=True)
class Driver:
    """A named way of waking. `subtler` is the driver tried when this one is too strong (None: the
    still hangs); `seconds` its natural length."""

    name: str
    seconds: float
    subtler: str | None
    compose: Callable[[np.random.Generator, float], Score]


def perform(
    driver: str,
    seed: int,
    intensity: float = 1.0,
    caps: Caps | None = None,
    seconds: float | None = None,
    fps: float = FPS,
) -> FaceCurves:
    """One face's curves. `driver` is a key of `DRIVERS`, `intensity` 0..1; `seconds` (4-7, clamped)
    defaults to the driver's own length."""
    return play(score_of(driver, seed, seconds), caps or Caps(), intensity, fps)


def score_of(driver: str, seed: int, seconds: float | None = None) -> Score:
    """What `driver` would do for this seed before any cap."""
    chosen = DRIVERS[driver]
    length = float(np.clip(seconds or chosen.seconds, SHORTEST_S, LONGEST_S))
    # Python's own hash changes from run to run; a photo must not.
    salt = zlib.crc32(driver.encode())
    rng = np.random.default_rng([seed & (2**64 - 1), salt])
    return chosen.compose(rng, length)


def subtler(driver: str, intensity: float) -> tuple[str, float] | None:
    """The next rung down after `driver` at `intensity` was too strong; None: show the still."""
    for rung in LADDER:
        if rung < intensity - 1e-6:
            return driver, rung
    below = DRIVERS[driver].subtler
    if below is None:
        return None
    return below, (LADDER[1] if intensity >= LADDER[-1] - 1e-6 else intensity)


DRIVERS: Mapping[str, Driver] = MappingProxyType(
    {
        driver.name: driver
        for driver in (
            Driver("nostalgia", 5.0, "blink-and-nod", repertoire.nostalgia),
            Driver("joy", 5.0, "nostalgia", repertoire.joy),
            Driver("reunion", repertoire.REUNION_S, "nostalgia", repertoire.reunion),
            Driver("blink-and-nod", 5.0, None, repertoire.blink_and_nod),
            Driver("echo", 5.0, "listen", repertoire.echo),
            Driver("listen", 5.0, None, repertoire.listen),
            Driver("look-up-left", 5.0, "blink-and-nod", repertoire.looking_up(-1.0)),
            Driver("look-up", 5.0, "blink-and-nod", repertoire.looking_up(0.0)),
            Driver("look-up-right", 5.0, "blink-and-nod", repertoire.looking_up(1.0)),
        )
    }
)
"""Every driver by name. The first four are for people to choose; "echo" and "listen" are parts in a
group, the others answer someone coming into the room."""
