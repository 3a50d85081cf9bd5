"""How far a face may be moved: the numbers that curves are held to, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

Range = tuple[float, float]
"""Lowest (at most 0) and highest (at least 0) value a signed channel may take."""


@dataclass(frozen=True)
class Caps:
    """How far one face may be moved. The defaults are those of a flawless frontal portrait.

    blink: whether the lids may close. gaze: largest shift of the irises, in iris radii (0: the eyes
    are left alone). smile: largest corner travel in units of 10 mm. squint, brow: 0..1, factors on
    those channels. yaw_deg, pitch_deg, roll_deg: bounds on the head's movement, in degrees, signs
    as in `renderer.faces.types`. head: 0..1, factor on deliberate head movement. sway: 0..1, factor
    on the idle drift.
    """

    blink: bool = True
    gaze: float = 0.62
    smile: float = 0.75
    squint: float = 1.0
    brow: float = 1.0
    yaw_deg: Range = (-10.0, 10.0)
    pitch_deg: Range = (-7.0, 7.0)
    roll_deg: Range = (-6.0, 6.0)
    head: float = 1.0
    sway: float = 1.0


STILL = Caps(
    blink=False,
    gaze=0.0,
    smile=0.0,
    squint=0.0,
    brow=0.0,
    yaw_deg=(0.0, 0.0),
    pitch_deg=(0.0, 0.0),
    roll_deg=(0.0, 0.0),
    head=0.0,
    sway=0.0,
)
"""A face that stays exactly as it is in the photo."""
