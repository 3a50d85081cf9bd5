"""Grain and weave for what was filled: taken from beside the hole, where the picture is most alike.

A fill of low frequencies alone is a smear in a grainy print. For every pixel of a hole one of a few
shifts is chosen, the one under which the surroundings look most like the surroundings here (shift maps,
after Pritch, Kav-Venaki and Peleg, "Shift-map image editing", 2009, without their optimisation); what
is finer than the fill is copied from there.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.planes import Mask, floats
from renderer.faces.types import Picture

DISTANCES = (7.0, 13.0, 22.0)
"""How far shifts go, in pixels of the scale at which holes are filled."""
DIRECTIONS = 8
WINDOW = 15
"""Side of the surroundings that are compared, in pixels."""
FAR_COST = 0.6
"""Squared grey levels by which each pixel of distance makes a shift less welcome."""
NOWHERE = np.float32(1e12)


def shifts() -> NDArray[np.int32]:
    """The candidates ``(n, 2)``: x, y."""
    angles = (np.arange(DIRECTIONS) + 0.25) * (2 * np.pi / DIRECTIONS)
    rings = [np.column_stack([np.cos(angles), np.sin(angles)]) * distance for distance in DISTANCES]
    return np.rint(np.vstack(rings)).astype(np.int32)


def best_shifts(picture: Picture, hole: Mask) -> NDArray[np.int32]:
    """For every pixel ``(h, w, 2)`` where its texture is to come from: x, y, in pixels.

    Only pixels of `hole` mean anything. A shift of 0 says that nothing sound is near.
    """
    grey = floats(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
    sound = floats(~hole)
    height, width = hole.shape
    reach = int(max(DISTANCES)) + 1
    rim = cv2.copyMakeBorder(grey, reach, reach, reach, reach, cv2.BORDER_REFLECT_101)
    rim_sound = cv2.copyMakeBorder(sound, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
    cheapest = np.full((height, width), NOWHERE)
    chosen = np.zeros((height, width, 2), np.int32)
    for dx, dy in shifts().tolist():
        rows, columns = (
            slice(reach + dy, reach + dy + height),
            slice(reach + dx, reach + dx + width),
        )
        there, there_sound = rim[rows, columns], rim_sound[rows, columns]
        both = sound * there_sound
        cost = cv2.blur((grey - there) ** 2 * both, (WINDOW, WINDOW))
        cost = cost / (cv2.blur(both, (WINDOW, WINDOW)) + np.float32(1e-3))
        cost += np.float32(FAR_COST * np.hypot(dx, dy)) + NOWHERE * (there_sound == 0)
        better = cost < cheapest
        cheapest[better] = cost[better]
        chosen[better] = (dx, dy)
    return chosen
