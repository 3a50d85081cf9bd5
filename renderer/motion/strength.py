"""Is a performance as gentle as its driver and its face's caps promise? Numbers only.

Geometry alone lets some strong motions through: a face that was allowed little may be moved twice as
far as that without a fold. This looks at what was commanded instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from renderer.motion.caps import Caps, Range
from renderer.motion.casting import Part
from renderer.motion.channels import FPS, FaceCurves

SLACK = 1.1
"""Over the largest peak of 2000 seeds: rarer seeds go a little farther, twice the strength far more."""

NO_BOUND: Range = (-90.0, 90.0)


@dataclass(frozen=True)
class Peaks:
    """The farthest a driver goes at full intensity on a face without caps: smile in units of 10 mm,
    angles in degrees to either side. `python -m bench.physiology` prints them."""

    smile: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float


PEAKS: Mapping[str, Peaks] = MappingProxyType(
    {
        "nostalgia": Peaks(0.47, 4.6, 2.3, 5.4),
        "joy": Peaks(0.73, 4.5, 5.9, 3.2),
        "reunion": Peaks(0.58, 10.0, 2.7, 2.5),
        "blink-and-nod": Peaks(0.0, 3.6, 6.0, 1.6),
        "echo": Peaks(0.35, 4.0, 1.6, 3.5),
        "listen": Peaks(0.0, 4.3, 1.6, 2.8),
        "look-up-left": Peaks(0.40, 9.8, 3.5, 2.4),
        "look-up": Peaks(0.40, 2.4, 3.5, 1.7),
        "look-up-right": Peaks(0.40, 9.8, 3.5, 2.4),
    }
)


def too_strong(curves: FaceCurves, part: Part, caps: Caps) -> tuple[int, ...]:
    """The frames, one a channel, in which a channel goes farthest beyond what may be; usually none.

    What may be is the least of three: the driver's peaks, the face's bounds, and what this very part,
    whose seed may be a quiet one, asks of this face without bounds.
    """
    peaks = PEAKS[part.driver]
    unbound = replace(caps, yaw_deg=NO_BOUND, pitch_deg=NO_BOUND, roll_deg=NO_BOUND)
    own = part.curves(unbound, curves.frames / FPS)
    share = min(1.0, part.intensity) * SLACK
    turn = share * max(caps.head, caps.sway)
    smile = min(peaks.smile * share, caps.smile * SLACK, float(own.smile.max()) * SLACK)
    beyond = [curves.smile.max(axis=1) - smile]
    for signed, asked, peak, (low, high) in (
        (curves.yaw_deg, own.yaw_deg, peaks.yaw_deg, caps.yaw_deg),
        (curves.pitch_deg, own.pitch_deg, peaks.pitch_deg, caps.pitch_deg),
        (curves.roll_deg, own.roll_deg, peaks.roll_deg, caps.roll_deg),
    ):
        most = min(peak * turn, float(np.abs(asked).max()) * SLACK)
        beyond.append(signed - min(most, high * SLACK))
        beyond.append(-signed - min(most, -low * SLACK))
    return tuple(sorted({int(np.argmax(over)) for over in beyond if over.max() > 1e-3}))
