"""Pictures damaged on purpose, with the damage known to the pixel.

`specimen` makes one: an undamaged picture in some print's look, the same picture scratched, cracked,
dusty, folded, torn or stained, and two masks. Everything follows from the random generator given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.build import damage_lines as lines
from models.build import damage_spots as spots
from models.build.damage_layers import Coat, Floats, Random
from models.build.damage_scene import Picture, aged, framed, with_real_lines

Mask = NDArray[np.bool_]
Maker = Callable[[Random, tuple[int, int], float], list[Coat]]

MAKERS: tuple[tuple[Maker, float], ...] = (
    (lines.scratches, 0.50),
    (lines.cracks, 0.40),
    (lines.crazing, 0.12),
    (lines.hairs, 0.18),
    (lines.folds, 0.22),
    (lines.tears, 0.10),
    (spots.dust, 0.40),
    (spots.spots, 0.25),
    (spots.stains, 0.15),
    (spots.flakes, 0.15),
)
"""Kinds of damage and how often a damaged picture has them."""
UNTOUCHED = 0.18
"""Share of pictures without damage: most pictures of a family have none."""
VISIBLE = 9.0
"""Grey levels by which damage must differ from the picture to be asked of the detector."""
LOST_FROM = 0.30
"""Alpha from which damage counts; below `FAINT` it does not, and between nobody is asked."""
VEIL_FROM = 0.10
FAINT = 0.05
MOST = 0.30
"""Largest damaged share of a picture: beyond it there is no picture to learn from."""


@dataclass(frozen=True)
class Specimen:
    """`clean` and `damaged` ``(H, W, 3) uint8``; masks ``(H, W) bool``.

    `lost` is where nothing of the picture is left, `veiled` where it shows through, `unsure` the rims
    and the invisible parts of damage, where a detector may say what it likes.
    """

    clean: Picture
    damaged: Picture
    lost: Mask
    veiled: Mask
    unsure: Mask


def specimen(rng: Random, pictures: list[Picture]) -> Specimen:
    """One training picture from four source pictures of 256 pixels (three are there for collages)."""
    base, unit = framed(rng, pictures)
    if rng.random() < 0.45:
        base = with_real_lines(rng, base)
    return damage(rng, aged(rng, base), unit)


def damage(rng: Random, clean: Picture, unit: float, *, always: bool = False) -> Specimen:
    """`clean` with damage laid over it, or left as it is in `UNTOUCHED` of the cases."""
    height, width = clean.shape[:2]
    coats: list[Coat] = []
    if always or rng.random() >= UNTOUCHED:
        while not coats:
            for maker, often in MAKERS:
                if rng.random() < often:
                    coats += maker(rng, (width, height), unit)
    return _worn(rng, clean, coats)


def _worn(rng: Random, clean: Picture, coats: list[Coat]) -> Specimen:
    tones = clean.astype(np.float32)
    lost = np.zeros(clean.shape[:2], np.float32)
    veil = np.zeros_like(lost)
    for coat in coats:
        alpha = np.clip(coat.alpha, 0, 1)
        covered = np.maximum(lost, alpha) if not coat.is_veil else lost
        if float((covered > LOST_FROM).mean()) > MOST:
            continue
        tones = tones * (1 - alpha[..., None]) + coat.colour * alpha[..., None]
        if coat.is_veil:
            veil = np.maximum(veil, alpha)
        else:
            lost = covered
    if coats and rng.random() < 0.4:
        # The scanner saw picture and damage through the same lens.
        tones = _within(tones, np.maximum(lost, veil), rng.uniform(0.3, 0.7))
    damaged = np.clip(np.rint(tones), 0, 255).astype(np.uint8)
    seen = _difference(damaged, clean)
    is_lost = (lost >= LOST_FROM) & (seen >= VISIBLE)
    is_veiled = (veil >= VEIL_FROM) & (seen >= VISIBLE) & ~is_lost
    touched = np.maximum(lost, veil) > FAINT
    unsure = touched & ~is_lost & ~is_veiled
    if rng.random() < 0.4:
        quality = int(rng.integers(45, 96))
        clean, damaged = _jpeg(clean, quality), _jpeg(damaged, quality)
    return Specimen(clean, damaged, is_lost, is_veiled, unsure)


def _within(tones: Floats, alpha: Floats, sigma: float) -> Floats:
    """`tones` blurred where there is damage and untouched away from it."""
    near = np.clip(cv2.GaussianBlur(alpha, (0, 0), 1.0) * 4, 0, 1)[..., None]
    soft = cv2.GaussianBlur(tones, (0, 0), sigma)
    return np.asarray(soft * near + tones * (1 - near), np.float32)


def _difference(one: Picture, other: Picture) -> Floats:
    """Largest difference of a channel, averaged over three pixels so that grain does not count."""
    apart = cv2.split(cv2.absdiff(one, other))
    far = cv2.max(cv2.max(apart[0], apart[1]), apart[2])
    return np.asarray(cv2.blur(far.astype(np.float32), (3, 3)), np.float32)


def _jpeg(picture: Picture, quality: int) -> Picture:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
