"""What the lids network is told about an eye, and what its answer means.

It corrects the painted lid: its answer is the logarithm of a gain on the painted skin of the closed lid,
luma alone and no finer than a crease. Chroma, grain and lashes stay those of the photo, and an answer of
zero is the painted lid.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.build.lids_frame import COLUMNS, EYE_WIDTH, ROWS, Framed, U, V, geometry
from renderer.faces.types import Floats
from renderer.picture.eye_geometry import CURVE_U, smoothstep
from renderer.picture.inpaint import blurred
from renderer.picture.lids import build_lid

PLANES = 9
DARKEST = 8.0
"""Grey levels added before a logarithm: the deepest shadows of a print say nothing."""
MOST = 0.7
"""The largest answer: a lid half as light, or twice as light, as painted."""
FINEST = 1.0
"""Pixels by which the answer is blurred: a fiftieth of an eye's width."""


@dataclass(frozen=True)
class Prepared:
    """`planes` ``(ROWS, COLUMNS, PLANES)``, the painted lid's luma and `window`, 0..1, where the
    answer counts ``(ROWS, COLUMNS)``, all ``float32``; `closed`: row of the closed margin per column."""

    planes: Floats
    painted: Floats
    window: Floats
    closed: Floats


def prepare(eye: Framed) -> Prepared:
    """The planes of one eye in its frame."""
    shape = geometry(eye.upper, eye.lower, eye.brow)
    lid = build_lid(np.repeat(eye.light[..., None], 3, 2), shape)
    skin, painted = lid.skin_open[..., 0], blurred(lid.skin_closed[..., 0], FINEST)
    closed = np.interp(U, CURVE_U, lid.margin_closed).astype(np.float32)
    window = _window(eye, closed)
    level = float(np.median(skin[window > 0.5])) if (window > 0.5).any() else float(skin.mean())
    v = np.broadcast_to(V[:, None], (ROWS, COLUMNS))
    planes = [
        relative(eye.light, level),
        relative(skin, level),
        relative(painted, level),
        relative(_drawn_down(eye, closed), level),
        lid.lashed,
        np.tanh((v - closed) / 8),
        np.tanh((v - eye.upper) / 8),
        np.broadcast_to(U - 0.5, (ROWS, COLUMNS)),
        v / EYE_WIDTH,
    ]
    return Prepared(np.stack(planes, -1).astype(np.float32), painted, window, closed)


def relative(light: Floats, level: float) -> Floats:
    """Luma as a logarithm beside that of the skin."""
    return np.log((np.maximum(light, 0) + DARKEST) / (level + DARKEST)).astype(np.float32)


def _drawn_down(eye: Framed, closed: Floats) -> Floats:
    """The photo with what lies between brow and upper margin stretched down to the closed line."""
    v = np.broadcast_to(V[:, None], (ROWS, COLUMNS))
    top = np.minimum(eye.brow, eye.upper - 4)
    share = np.clip((v - top) / np.maximum(closed - top, 4), 0, 1)
    # Stretched more the nearer the margin: that is the skin which was folded away.
    source = np.where(v <= closed, top + share * (eye.upper - 2 - top), v)
    source = np.where(v < top, v, source)
    x = np.broadcast_to(np.arange(COLUMNS, dtype=np.float32), (ROWS, COLUMNS))
    found = cv2.remap(
        eye.light,
        np.ascontiguousarray(x),
        np.asarray(source - V[0], np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(found, np.float32)


def _window(eye: Framed, closed: Floats) -> Floats:
    """1 on the lid, from the crease's surroundings to the closed line; nothing at brow and cheek."""
    v: NDArray[np.float32] = np.broadcast_to(V[:, None], (ROWS, COLUMNS))
    top = np.maximum(eye.brow + 1, np.minimum(eye.upper, closed) - 0.36 * EYE_WIDTH)
    from_top = smoothstep(v - top, 0.0, 0.12 * EYE_WIDTH)
    to_bottom = 1 - smoothstep(v - closed, 0.0, 0.08 * EYE_WIDTH)
    inward = smoothstep(np.minimum(U, 1 - U), -0.12, 0.08)
    return np.asarray(from_top * to_bottom * inward, np.float32)


def gain(answer: Floats, window: Floats) -> Floats:
    """What the painted lid's skin is multiplied with, ``(ROWS, COLUMNS)``."""
    calm = blurred(np.clip(answer, -MOST, MOST), FINEST)
    return np.asarray(np.exp(calm * window), np.float32)
