"""The fringe of lashes that lies on the cheek when an eye is shut, hair by hair.

A photograph of an open eye shows its upper lashes against the lid, foreshortened and matted into a rim.
Turned down they are seen at nearly their full length, apart from each other, over light skin. They are
drawn as tapering strokes, deterministically, and softened as the print is; how dark they are is for
`renderer.picture.lashes` to say, which has measured this person's.
"""

from __future__ import annotations

import cv2
import numpy as np

from renderer.faces.types import Floats
from renderer.picture.eye_geometry import CURVE_U, EyeGeometry, Numbers, smoothstep
from renderer.picture.inpaint import blurred

HAIRS = 46
"""Lashes drawn. People have 90 to 160 in several rows; in a portrait so many are told apart."""
ROOTS = (0.06, 1.02)
"""From where to where, nose to temple, they grow, in eye widths."""
LENGTH = (0.06, 0.175)
"""Eye widths near the nose and at the temple (8 to 12 mm seen from slightly above, of 30 mm)."""
ROOT_WIDTH = 0.014
"""Eye widths across a lash and its neighbours behind it, at the root."""
LEAN = (-0.35, 0.95)
"""Sideways travel per length, toward the nose at its end and toward the temple at the other."""
LEAN_VARIES = 0.7
"""How much neighbours differ in it: lashes cross, and stick together in twos and threes."""
PALEST = 0.35
"""Cover of the thinnest lash beside the thickest."""
CURL = 0.30
"""Share of its length by which a lash's tip is bent aside, the way it leans."""
FINE = 4
"""Subpixels per pixel and axis in which strokes are drawn."""
_GOLDEN = 0.6180339887


def fringe(eye: EyeGeometry, margin: Numbers, softness: float, grown: float) -> Floats:
    """Cover 0..1 of lashes that hang from `margin` (`v` over `CURVE_U`): ``(h, w) float32``.

    `softness` is the width in pixels of an edge in this print; `grown` scales the length.
    """
    count = np.arange(HAIRS)
    # The golden ratio's multiples are as even as a ruler and as irregular as nature.
    chance = np.outer([1, 7, 17, 29], count * _GOLDEN) % 1
    outward = ROOTS[0] + (ROOTS[1] - ROOTS[0]) * (count + 1.2 * chance[0]) / (HAIRS + 1)
    u = 1 - outward if eye.outer_is_left else outward
    side = -1.0 if eye.outer_is_left else 1.0
    longer = smoothstep(outward, 0.0, 0.75).astype(np.float64)
    fade = smoothstep(outward, ROOTS[0], ROOTS[0] + 0.12) * (
        1 - 0.5 * smoothstep(outward, 0.9, 1.0)
    )
    length = (LENGTH[0] + (LENGTH[1] - LENGTH[0]) * longer) * (0.50 + 0.60 * chance[1]) * fade
    length = length * grown
    lean = side * (LEAN[0] + (LEAN[1] - LEAN[0]) * outward + LEAN_VARIES * (chance[2] - 0.5))
    size = (eye.shape[1] * FINE, eye.shape[0] * FINE)
    drawn = np.zeros((size[1], size[0]), np.uint8)
    along = np.linspace(0, 1, 6)
    # The palest first, so that where lashes cross the darker one is seen.
    for i in np.argsort(chance[3]):
        ink = 255 * (PALEST + (1 - PALEST) * float(chance[3, i]))
        straight = 1 / np.hypot(1, lean[i])
        across = length[i] * (lean[i] * straight * along + side * CURL * along**2 * outward[i])
        down = length[i] * straight * (along - 0.25 * along**2)
        thick = 0.5 * ROOT_WIDTH * (1 - along) ** 0.7
        edges_u = np.concatenate([u[i] + across - thick, (u[i] + across + thick)[::-1]])
        root = np.interp(np.clip(edges_u, -0.1, 1.1), CURVE_U, margin)
        edges_v = root + eye.width * np.concatenate([down, down[::-1]])
        at = eye.origin() + (edges_u * eye.width)[:, None] * eye.along
        at = at + edges_v[:, None] * eye.across
        cv2.fillPoly(drawn, [np.round((at + 0.5) * FINE).astype(np.int32)], (ink,))
    cover = cv2.resize(drawn, eye.shape[::-1], interpolation=cv2.INTER_AREA)
    return blurred(cover.astype(np.float32) / 255, max(0.4, 0.40 * softness))
