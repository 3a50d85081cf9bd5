"""The channels that a face can be moved by, sampled per frame: numbers only, no pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float32]

FPS = 25
SHUTTER_SAMPLES = 3
"""Eye channels are averaged over this many instants of a 180-degree shutter: a blink closes in two
frames, and one instant a frame would alias it."""


@dataclass(frozen=True)
class FaceCurves:
    """How one face moves over ``N`` frames. Every curve is zero in the first and the last frame.

    blink: ``(N, S, 2)`` 0 open as in the photo .. 1 closed; ``S`` shutter samples; left, right eye of
        the picture.
    gaze: ``(N, S, 2)`` shift of the irises inside the eye opening, in iris radii; x to the picture's
        right, y down. Counter-rotation against the head (vestibulo-ocular reflex) is included.
    smile: ``(N, 2)`` travel of the left and right mouth corner in units of 10 mm.
    brow: ``(N,)`` -1 lowered .. 1 raised, 1 = 5 mm.
    squint: ``(N,)`` 0..1, rise of the lower lids beyond what the smile brings.
    yaw_deg, pitch_deg, roll_deg: ``(N,)`` degrees away from the pose of the photo; signs as in
        `renderer.faces.types`.
    """

    blink: Curve
    gaze: Curve
    smile: Curve
    brow: Curve
    squint: Curve
    yaw_deg: Curve
    pitch_deg: Curve
    roll_deg: Curve

    @property
    def frames(self) -> int:
        return int(self.blink.shape[0])
