"""What lies around a photo that does not fill the panel: its own colours, calm and without bands.

Everything is worked out in linear light at a fraction of the size and then enlarged; a little noise of
a fixed seed goes in before rounding, because smooth dark colours show their 8-bit steps on a wall.
"""

from __future__ import annotations

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from frame.core.layout import Layout, Placed
from frame.display.fade import linear_to_srgb, srgb_to_linear
from frame.display.ports import Frame

Light = NDArray[np.float32]


class Surround(StrEnum):
    """The owner's choice."""

    BLURRED = "blur"
    MATTE = "matte"
    LIGHT_MATTE = "light-matte"
    BLACK = "black"


SHRINK = 16
"""The blur is made at a sixteenth of the size: a blurred surround holds nothing finer."""

BLUR_SHARE = 0.085
"""Of the panel's height: wide enough that no face of the surround looks back."""

BLURRED_LIGHT = 0.20
"""Of the photo's light: about half as bright to the eye, so that the photo leads."""

COLOUR_KEPT = 0.75
MATTE_LIGHT = 0.022
"""A dark matte's luminance: coded about 40 of 255."""

LIGHT_MATTE_LIGHT = 0.60
"""A light matte's luminance: coded about 203, paper in a room, less than the whites of a photo."""

MATTE_COLOUR = {Surround.MATTE: 0.55, Surround.LIGHT_MATTE: 0.10}
"""How much of the photo's mean colour a matte takes on: a hint, not a match."""

_PAPER = np.array([1.03, 1.0, 0.93], np.float32)
"""A warm white, relative to its luminance."""

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_TABLE_STEPS = 4096
_NOISE_SEED = 7


def surround(layout: Layout, stills: tuple[Frame, ...], style: Surround) -> Frame:
    """A whole panel of surround, before any photo lies on it."""
    width, height = layout.panel
    if style is Surround.BLACK or not stills:
        return np.zeros((height, width, 3), np.uint8)
    if style is Surround.BLURRED:
        light = _enlarged(_blurred(layout, stills), layout.panel)
    else:
        light = np.empty((height, width, 3), np.float32)
        light[:] = _matte_colour(stills, style)
    light *= _shadow(layout)[..., None]
    return _coded(light)


def _small(layout: Layout) -> tuple[int, int]:
    width, height = layout.panel
    return max(8, round(width / SHRINK)), max(8, round(height / SHRINK))


def _light(still: Frame, size: tuple[int, int]) -> Light:
    """The middle of the still in the shape of `size`, small, in linear light."""
    width, height = size
    rows, columns = still.shape[:2]
    scale = min(columns / width, rows / height)
    cut_w, cut_h = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (columns - cut_w) // 2, (rows - cut_h) // 3  # faces are above the middle
    part = still[top : top + cut_h, left : left + cut_w]
    small = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)
    return srgb_to_linear(small.astype(np.float64) / 255).astype(np.float32)


def _blurred(layout: Layout, stills: tuple[Frame, ...]) -> Light:
    """Each photo, blurred, behind itself; two melt into each other in the middle."""
    width, height = _small(layout)
    canvas = _light(stills[0], (width, height))
    if len(stills) > 1:
        ramp = np.clip((np.arange(width, dtype=np.float32) / width - 0.35) / 0.3, 0, 1)
        share = (ramp * ramp * (3 - 2 * ramp))[None, :, None]
        other = _light(stills[-1], (width, height))
        canvas = np.asarray(canvas + (other - canvas) * share, np.float32)
    sigma = BLUR_SHARE * height
    soft = cv2.GaussianBlur(canvas, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    grey = (soft @ _LUMA)[..., None]
    calm = grey + (soft - grey) * COLOUR_KEPT
    # Bright photos are held back more than dark ones, or a snow scene would outshine the next photo.
    most = 0.12
    dark: Light = calm * (BLURRED_LIGHT / (1 + grey * BLURRED_LIGHT / most))
    return np.maximum(dark, 0)


def _enlarged(light: Light, size: tuple[int, int]) -> Light:
    large = cv2.resize(light, size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.maximum(large, 0), np.float32)


def _matte_colour(stills: tuple[Frame, ...], style: Surround) -> Light:
    means = [_light(still, (8, 8)).reshape(-1, 3).mean(axis=0) for still in stills]
    mean = np.mean(means, axis=0)
    tint = mean / max(float(mean @ _LUMA), 1e-4)
    is_light = style is Surround.LIGHT_MATTE
    paper = _PAPER if is_light else np.ones(3, np.float32)
    colour = paper + (tint - paper) * MATTE_COLOUR[style]
    colour = np.clip(colour, 0.2, 3.0)
    colour *= (LIGHT_MATTE_LIGHT if is_light else MATTE_LIGHT) / float(colour @ _LUMA)
    return np.asarray(np.minimum(colour, 1.0), np.float32)


SHADOW_DEPTH = 0.55
SHADOW_SHARE = 0.016
"""Of the panel's height: how far the shadow of a photo reaches."""


def _shadow(layout: Layout) -> Light:
    """``(H, W) float32``: how much light is left beside the photos; 1 far from them."""
    width, height = layout.panel
    quarter = 4
    mask = np.zeros((-(-height // quarter), -(-width // quarter)), np.float32)
    drop = round(SHADOW_SHARE * height / 3)
    for placed in layout.placed:
        x0, y0, x1, y1 = _box(placed)
        mask[
            max(0, (y0 + drop) // quarter) : (y1 + drop) // quarter, x0 // quarter : x1 // quarter
        ] = 1
    sigma = SHADOW_SHARE * height / quarter
    soft = cv2.GaussianBlur(mask, (0, 0), sigma)
    full = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(1 - SHADOW_DEPTH * full, np.float32)


def _box(placed: Placed) -> tuple[int, int, int, int]:
    return placed.x, placed.y, placed.x + placed.view.width, placed.y + placed.view.height


def _coded(light: Light) -> Frame:
    """Linear light as sRGB, with noise of about one level instead of bands."""
    height, width = light.shape[:2]
    steps = np.linspace(0, 1, _TABLE_STEPS)
    # Even steps of the root: fine where eyes are, in the dark.
    table = (255 * linear_to_srgb(steps**2)).astype(np.float32)
    roots = np.sqrt(light) * (_TABLE_STEPS - 1)
    coded = table[np.minimum(roots, _TABLE_STEPS - 1).astype(np.int32)]
    noise = np.random.default_rng(_NOISE_SEED).random((2, height, width), np.float32)
    # Triangular, so that its strength does not depend on the colour under it.
    coded += (noise[0] - noise[1])[..., None]
    drawn: Frame = np.clip(np.rint(coded), 0, 255).astype(np.uint8)
    return drawn
