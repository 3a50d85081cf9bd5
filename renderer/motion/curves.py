"""How living faces move, as plain functions of time: no pixels, no choices, no state.

Every function takes instants in seconds (any shape, float64) and returns an array of that shape.
Durations and shapes come from published measurements, named beside the constants; what a driver
makes of them is decided in `renderer.motion.drivers`. `bench/physiology.py` compares the blink with
recorded ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]

IRIS_RADII_PER_SINE = 2.05
"""Shift of the iris in iris radii per sine of the gaze angle: the pupil turns on a radius of about
12.0 mm, an iris has a radius of 5.85 mm in everyone."""

SACCADE_BASE_S = 0.021
SACCADE_S_PER_DEG = 0.0022
"""Main sequence of saccades: 2.2 ms per degree + 21 ms (Carpenter 1988)."""

OPENING_SKEW = 0.64
"""Exponent on the opening's time. Below 1 the lid starts up fast and arrives slowly; 0.64 is the
best fit to the 807 full blinks of the Kroumpas recordings (`bench/physiology.py`)."""

SWAY_LOW_HZ = 0.1
SWAY_HIGH_HZ = 0.7
SWAY_PARTIALS = 9
"""Sines per axis, spread evenly in log frequency: equal amplitudes then make a 1/f spectrum."""

SWAY_EDGE_SHARE = 0.26
"""Part of the clip over which the sway grows at the start and dies at the end: 1.3 s of 5 s keeps
the window's own spectrum far under 2 Hz."""


def minimum_jerk(x: Times) -> Times:
    """Position 0..1 of the smoothest reach over ``x`` 0..1 (Flash and Hogan 1985); flat outside."""
    x = np.clip(x, 0.0, 1.0)
    # Rounding may lift the top of the polynomial above 1 by a few 1e-16.
    return np.minimum(x**3 * (10.0 - 15.0 * x + 6.0 * x**2), 1.0)


def reach(t: Times, start: float, seconds: float) -> Times:
    """0 before `start`, 1 from ``start + seconds`` on, minimum jerk between."""
    return minimum_jerk((t - start) / seconds)


def envelope(t: Times, start: float, rise: float, hold: float, fall: float) -> Times:
    """0..1..0: up over `rise`, still for `hold`, back over `fall` seconds, minimum jerk."""
    return reach(t, start, rise) - reach(t, start + rise + hold, fall)


def smile(
    t: Times,
    start: float,
    rise: float,
    hold: float,
    fall: float,
    swell: float = 0.08,
    swell_phase: float = 0.0,
) -> Times:
    """A smile's `envelope`, 0..1, breathing slowly by `swell` (0.05-0.10 in filmed smiles).

    The swell only takes away, so the peak stays a peak; one slow wave spans the smile, which is
    0.2-0.3 Hz for any natural length.
    """
    length = rise + hold + fall
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * ((t - start) / length + swell_phase))
    return envelope(t, start, rise, hold, fall) * (1.0 - swell * wave)


def blink(t: Times, start: float, closing: float, closed: float, opening: float) -> Times:
    """Lid closure 0 open .. 1 shut.

    The upper lid falls at minimum jerk in `closing` seconds (0.066-0.100), rests `closed`
    (0.015-0.040) and rises in `opening` (0.130-0.220) with a slow tail (Sforza 2008: closing is
    40-47 % faster than opening).
    """
    down = reach(t, start, closing)
    x = np.clip((t - start - closing - closed) / opening, 0.0, 1.0)
    return down - minimum_jerk(x**OPENING_SKEW)


def nod(t: Times, start: float, seconds: float) -> Times:
    """One dip of the head and back, 0..1..0, sin^2 (0.7-0.8 s)."""
    x = np.clip((t - start) / seconds, 0.0, 1.0)
    return np.sin(np.pi * x) ** 2


def saccade_seconds(degrees: float) -> float:
    """How long the eyes take to jump over an angle, in seconds."""
    return SACCADE_BASE_S + SACCADE_S_PER_DEG * abs(degrees)


def gaze_path(t: Times, onsets: Times, targets_deg: Times) -> Times:
    """World direction of the gaze along one axis in degrees: jumps and fixations.

    `onsets` ``(K,)`` seconds, rising; `targets_deg` ``(K,)``. Zero (the camera, or wherever the
    photo looks) before the first jump; each jump follows the main sequence.
    """
    angle = np.zeros_like(t)
    last = 0.0
    for onset, target in zip(onsets, targets_deg, strict=True):
        step = float(target) - last
        angle = angle + step * reach(t, float(onset), saccade_seconds(step))
        last = float(target)
    return angle


def iris_shift(eye_in_head_deg: Times) -> Times:
    """Shift of the iris in iris radii for an eye turned by an angle in degrees."""
    return IRIS_RADII_PER_SINE * np.sin(np.radians(eye_in_head_deg))


def counter_rotation(gaze_world_deg: Times, head_deg: Times, gain: float = 1.0) -> Times:
    """Eye-in-head angle in degrees: the vestibulo-ocular reflex keeps the gaze on its target while
    the head turns under it. `gain` 1 holds it perfectly."""
    return gaze_world_deg - gain * head_deg


def rest_window(t: Times, span: float) -> Times:
    """1 in the middle, 0 with zero velocity and acceleration at 0 and at `span` seconds."""
    edge = SWAY_EDGE_SHARE * span
    return reach(t, 0.0, edge) * reach(span - t, 0.0, edge)


def idle_sway(t: Times, span: float, rms: float, seed: int) -> Times:
    """The drift of a head that holds still: 1/f between 0.1 and 0.7 Hz, at rest at both ends.

    `rms` is the root mean square over ``0..span``, in the caller's unit (0.35-0.8 degrees). The
    same seed drifts the same way at any sampling.
    """
    rng = np.random.default_rng(seed)
    spread = (np.arange(SWAY_PARTIALS) + rng.uniform(0.0, 1.0, SWAY_PARTIALS)) / SWAY_PARTIALS
    hertz = SWAY_LOW_HZ * (SWAY_HIGH_HZ / SWAY_LOW_HZ) ** spread
    phases = rng.uniform(0.0, 2 * np.pi, SWAY_PARTIALS)

    def drift(at: Times) -> Times:
        waves = np.sin(2 * np.pi * hertz * at[..., None] + phases)
        return np.asarray(waves.sum(axis=-1) * rest_window(at, span))

    # The level is measured on a fixed grid, so that it does not depend on the caller's instants.
    level = float(np.sqrt(np.mean(drift(np.linspace(0.0, span, 257)) ** 2)))
    return drift(t) * (rms / level)
