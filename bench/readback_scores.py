"""How well a curve that was read back follows the one that was commanded. Arrays in, numbers out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]

LEAST_PEAK_OVER_NOISE = 5.0
"""A channel is scored where its commanded peak is at least this many times the read-back noise: below
it, correlation says more about the judge than about the picture."""

BLINK_WINDOW = 6
"""Frames before and after a commanded blink in which lids are scored: a smile narrows eyes too, and
would count as a blink that nobody commanded."""

EYES_OPEN = 0.25
"""The iris is read where no more of the blink than this was commanded; behind a lid it is a guess."""

APERTURE_LAG = 2
"""Frames after a blink's end from which the eyes must be open again."""

CALM_LIDS = 0.05
"""Smile, squint and downward gaze under this leave the lids where they are."""


@dataclass(frozen=True)
class Score:
    """`peak` and `noise` in the channel's unit; `gain` is the slope of read over commanded, 1: as
    commanded. `correlation` and `gain` are NaN where the peak drowns in the noise."""

    peak: float
    noise: float
    correlation: float
    gain: float

    @property
    def is_scored(self) -> bool:
        return bool(np.isfinite(self.correlation))


def score(read: Curve, commanded: Curve, noise: float) -> Score:
    """Hold `read` ``(N,)`` against `commanded` ``(N,)``; `noise` is the standard deviation of a
    reading of the still."""
    peak = float(np.abs(commanded).max(initial=0.0))
    nothing = float("nan")
    if len(read) < 3 or peak < LEAST_PEAK_OVER_NOISE * noise or float(np.ptp(commanded)) == 0.0:
        return Score(peak, noise, nothing, nothing)
    c, r = commanded - commanded.mean(), read - read.mean()
    varies = float(np.sqrt((c @ c) * (r @ r)))
    correlation = float(c @ r) / varies if varies > 0 else 0.0
    return Score(peak, noise, correlation, float(c @ r) / float(c @ c))


def around_blinks(blink: Curve, window: int = BLINK_WINDOW) -> NDArray[np.bool_]:
    """``(N,)``: frames within `window` of a commanded blink. `blink` ``(N,)`` 0..1, every frame."""
    reach = np.convolve((blink > 0).astype(float), np.ones(2 * window + 1), mode="same")
    return np.asarray(reach > 0)


def apexes(blink: Curve) -> list[int]:
    """The most closed frame of every blink of which at least half was commanded."""
    shut = np.r_[0, (blink > 0.5).astype(int), 0]
    edges = np.flatnonzero(np.diff(shut))
    return [
        int(first + np.argmax(blink[first:end]))
        for first, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def after_blinks(blink: Curve, narrowing: Curve) -> NDArray[np.bool_]:
    """``(N,)``: frames after the last blink in which nothing else was told to narrow the eyes.

    `narrowing` ``(N,)`` is the largest of smile, squint and downward gaze. Without a blink: none.
    """
    closing = np.flatnonzero(blink > 0)
    frames = np.arange(len(blink))
    if not len(closing):
        return np.zeros(len(blink), np.bool_)
    return np.asarray((frames >= closing[-1] + APERTURE_LAG) & (narrowing < CALM_LIDS))
