"""What moving costs a photo, with the truth beside it: pairs that the refiner learns from.

A photo is a large picture averaged down. Moved as the renderer moves it, from the doubled source, it
is what a clip shows; the large picture moved by the same field and averaged down is what a camera would
have seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats, Picture
from renderer.picture.resample import double

SCALE = 2
"""Side of a pixel of the photo in pixels of the large picture."""

PLANES = 7
"""Colours of the moved picture, and how the field stretches there: its gradient less the identity."""

FULL_SHIFT = 1.0
"""Pixels of movement from which on the refiner may change as much as it likes."""

MOST_TURN_DEGREES, MOST_SHIFT, MOST_SWELL = 6.0, 8.0, 5.0
"""Of the rigid part, in degrees and pixels, and of the soft part that an expression adds, in pixels."""

SOFT_CELLS = 5


@dataclass(frozen=True)
class Moved:
    """A part of a moved picture. `planes` ``(h, w, PLANES) float32`` is what the refiner sees (colours
    0..1), `gate` ``(h, w) float32`` 0..1 how much it may add; `true` ``(h, w, 3) float32`` 0..1."""

    planes: Floats
    gate: Floats
    true: Floats


@dataclass(frozen=True)
class Field:
    """Where each pixel of the moved picture comes from: ``(h, w) float32`` in pixels of the photo."""

    x: Floats
    y: Floats


def field(rng: np.random.Generator, size: int, strength: float = 1.0) -> Field:
    """A turn and a shift of the head, and a soft movement on top, as an expression is."""
    turn = np.deg2rad(rng.uniform(-1, 1) * MOST_TURN_DEGREES) * strength
    swell = 1 + rng.uniform(-0.05, 0.05) * strength
    shift = rng.uniform(-1, 1, 2) * MOST_SHIFT * strength
    cells = rng.uniform(-1, 1, (SOFT_CELLS, SOFT_CELLS, 2)).astype(np.float32)
    cells *= MOST_SWELL * strength * rng.random()
    soft = cv2.resize(cells, (size, size), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[:size, :size].astype(np.float32)
    middle = (size - 1) / 2
    u, v = (x - middle) * swell, (y - middle) * swell
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    return Field(
        _floats(middle + cos * u - sin * v + shift[0] + soft[..., 0]),
        _floats(middle + sin * u + cos * v + shift[1] + soft[..., 1]),
    )


def photo_of(large: Floats) -> Floats:
    """``(h, w, 3)``: the photo, `SCALE` times smaller."""
    height, width = large.shape[0] // SCALE, large.shape[1] // SCALE
    return _floats(cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA))


def move(large: Floats, where: Field) -> Moved:
    """The whole photo of `large` ``(H, W, 3) float32`` 0..1 moved by `where`, and the truth."""
    photo = photo_of(large)
    shown = cv2.remap(
        double(photo), 2 * where.x, 2 * where.y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )
    half = (SCALE - 1) / 2
    size = (large.shape[1], large.shape[0])
    fine_x, fine_y = (_floats(SCALE * _finer(plane, size) + half) for plane in (where.x, where.y))
    seen = cv2.remap(large, fine_x, fine_y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)
    return Moved(planes(_floats(shown), where), gate(where), np.clip(photo_of(_floats(seen)), 0, 1))


def _finer(plane: Floats, size: tuple[int, int]) -> Floats:
    return _floats(cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC))


def planes(shown: Floats, where: Field) -> Floats:
    """What the refiner sees of a moved picture ``(h, w, 3)`` 0..1."""
    stretch = [
        np.gradient(plane, axis=axis) - (plane_axis == axis)
        for plane_axis, plane in ((1, where.x), (0, where.y))
        for axis in (0, 1)
    ]
    return _floats(np.dstack([shown, *stretch]))


def gate(where: Field) -> Floats:
    """0 where nothing moves, 1 from `FULL_SHIFT` pixels on."""
    y, x = np.mgrid[: where.x.shape[0], : where.x.shape[1]].astype(np.float32)
    return _floats(np.clip(np.hypot(where.x - x, where.y - y) / FULL_SHIFT, 0, 1))


def aged(rng: np.random.Generator, large: Floats) -> Floats:
    """`large` as an old or a poor photo has it: soft, grainy, faded, brown or grey; half stay."""
    if rng.random() < 0.5:
        return large
    picture = large
    if rng.random() < 0.5:
        picture = _floats(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 2.5)))
    if rng.random() < 0.6:
        grey = picture.mean(2, keepdims=True)
        tint = rng.uniform(0.85, 1.15, 3) if rng.random() < 0.5 else np.ones(3)
        picture = _floats(grey * tint)
    if rng.random() < 0.7:
        grain = rng.normal(0, rng.uniform(0.01, 0.06), (*picture.shape[:2], 1)).astype(np.float32)
        picture = _floats(
            picture + cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.6, 1.4))[..., None]
        )
    low, high = rng.uniform(0, 0.25), rng.uniform(0.75, 1.0)
    return _floats(np.clip(low + (high - low) * picture, 0, 1))


def as_large(picture: Picture) -> Floats:
    """``(H, W, 3) float32`` 0..1, of even size."""
    height, width = (side - side % (2 * SCALE) for side in picture.shape[:2])
    return _floats(picture[:height, :width].astype(np.float32) / 255)


def _floats(values: NDArray[Any]) -> Floats:
    return np.asarray(values, np.float32)
