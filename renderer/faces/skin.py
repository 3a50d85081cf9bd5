"""Light and texture of the skin in a chip, and the beard that may cover it."""

from __future__ import annotations

import cv2
import numpy as np

from renderer.faces import topology
from renderer.faces.chip import Chip
from renderer.faces.types import Floats, Picture

DARK_JAW, ROUGH_DARK_JAW = 0.80, 0.020
"""A jaw this much darker than the cheeks, and at least so finely textured, is a dark beard."""

ROUGH_JAW, ROUGHER_THAN_SKIN = 0.045, 1.7
"""Fine texture of a grey or white beard: as such, and over that of the bare skin."""


def cheeks(chip: Chip) -> Floats:
    """``(n, 3)`` pixels of both cheeks below the eyes."""
    left, right = chip.pixels[112:135, 50:66], chip.pixels[112:135, 126:142]
    return np.concatenate([left.reshape(-1, 3), right.reshape(-1, 3)]).astype(np.float32)


def saturation(pixels: Picture | Floats) -> Floats:
    values = pixels.reshape(-1, 3).astype(np.float32)
    return np.asarray(1 - values.min(axis=1) / np.maximum(values.max(axis=1), 1), np.float32)


def evenly_lit(luma: Floats, blur: float) -> Floats:
    """Luma with the light divided out, softened by `blur` pixels."""
    flat = luma / (cv2.GaussianBlur(luma, (0, 0), 20) + 12)
    return np.asarray(cv2.GaussianBlur(flat, (0, 0), blur), np.float32)


def fine_texture(chip: Chip) -> Floats:
    """Texture finer than 2 mm, as a share of the light."""
    flat = evenly_lit(chip.luma, 0.8)
    return np.asarray(np.abs(flat - cv2.GaussianBlur(flat, (0, 0), 2.0)), np.float32)


def has_beard(chip: Chip) -> bool:
    """Whether the chin is darker than the cheeks and rough, or rough like white hair."""
    lip, chin = chip.points[17], chip.points[topology.CHIN]
    x, height = float(lip[0] + chin[0]) / 2, float(chin[1] - lip[1])
    top, bottom = int(lip[1] + 0.35 * height), int(chin[1] - 0.1 * height)
    if height < 8 or top < 0 or x < 20:
        return False
    jaw = (slice(top, bottom), slice(int(x - 20), int(x + 20)))
    fine = fine_texture(chip)
    if fine[jaw].size < 100:
        return False
    bare = np.median([np.median(fine[w]) for w in _BARE_SKIN])
    rough = float(np.median(fine[jaw]))
    dark = float(np.median(chip.luma[jaw])) / max(20.0, float(np.median(cheeks(chip).mean(axis=1))))
    if dark < DARK_JAW and rough > ROUGH_DARK_JAW:
        return True
    return rough > ROUGH_JAW and rough > ROUGHER_THAN_SKIN * float(bare)


_BARE_SKIN = (np.s_[112:135, 50:66], np.s_[112:135, 126:142], np.s_[45:62, 78:114])
"""Both cheeks and the forehead of a chip."""
