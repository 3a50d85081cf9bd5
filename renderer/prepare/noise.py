"""Noise and film grain: measured, and lessened where nothing else is.

Each picture is split into bands of fineness, brightness apart from colour. In every band a pixel is
held against how lively its surroundings are: where they are no livelier than the noise, it is drawn
towards the middle; where there is an edge, an eyelash or a pore, it stays. Some grain always stays,
because skin without any looks like plastic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats, Picture

BANDS = 3
"""Of about 1.5, 3 and 6 pixels: grain of a 600 DPI scan reaches the third."""

REACH = 40
"""Pixels around a strip that its result depends on."""

NOISY = 2.4
"""Levels in the finest band from which the noise of brightness counts: white noise of 2.7 levels, or of
4 in each channel. Modern portraits have 0.0-1.4; `python -m bench.restore_portraits` prints it."""

COLOUR_NOISY = 1.6
"""The same for colour, which no print is meant to have any of: modern portraits 0.0-0.5."""

COARSER = (1.0, 0.75, 0.5)
"""The bands' noise is at most so many times the finest one's: what is coarser alone is cloth, or lace,
or a painted background."""

CALM = 0.85
"""Grain is brought down to this share of `NOISY`, where there is nothing but grain."""

LEAST_KEPT = 0.45
"""But never to less than this share of itself: at 0.4 in every band the cheeks of portraits 08 and 16
looked made of wax."""

COARSE_KEPT = (0.0, 0.3, 0.6)
"""Of what the finest band loses, the coarser ones keep so much more: pores and freckles lie there."""

COLOUR_KEPT = 0.15

CERTAINTY = 1.2
"""Surroundings livelier than this many times the noise's variance count as more than noise: a window
of 7 x 7 tells the variance of noise alone to about a fifth."""

_TILE = 256
_MOST_TILES = 12
_BLOCK = 16
_QUIET_PERCENT = 25.0
"""The quietest quarter of the blocks tells the noise; the others have things in them."""

_WINDOW = 7
_KERNEL = np.array([1, 4, 6, 4, 1], np.float32) / 16


@dataclass(frozen=True)
class Noise:
    """Standard deviation of the noise in each band, finest first, in levels: of brightness, and of the
    two colour differences (Cr, Cb)."""

    light: tuple[float, ...]
    colour: tuple[tuple[float, ...], tuple[float, ...]]

    @property
    def light_level(self) -> float:
        return self.light[0]

    @property
    def colour_level(self) -> float:
        return max(bands[0] for bands in self.colour)


@dataclass(frozen=True)
class Denoising:
    """What is to be lessened, and to what share of itself. None leaves brightness or colour alone."""

    noise: Noise
    light_kept: float | None
    colour_kept: float | None

    @property
    def strength(self) -> float:
        return 1 - min(
            1.0 if kept is None else kept for kept in (self.light_kept, self.colour_kept)
        )


def read_noise(tiles: Sequence[Floats]) -> Noise:
    """The noise of a picture from some of its tiles ``(h, w, 3) float32`` RGB (see `sample_tiles`)."""
    spaces = [_space(tile) for tile in tiles]
    light, red, blue = (_levels([planes[k] for planes in spaces]) for k in range(3))
    return Noise(light, (red, blue))


def sample_tiles(height: int, width: int) -> list[tuple[slice, slice]]:
    """Rows and columns of up to a dozen tiles spread over a picture of this size."""
    rows, columns = (_starts(side) for side in (height, width))
    every = [(y, x) for y in rows for x in columns]
    some = np.linspace(0, len(every) - 1, min(len(every), _MOST_TILES)).round().astype(int)
    return [
        (slice(every[k][0], every[k][0] + _TILE), slice(every[k][1], every[k][1] + _TILE))
        for k in dict.fromkeys(some.tolist())
    ]


def plan_denoising(noise: Noise, strength: float = 1.0) -> Denoising | None:
    """What is to be done about it; None where nothing is seen. `strength` 0..1 scales it."""
    is_light, is_colour = noise.light_level >= NOISY, noise.colour_level >= COLOUR_NOISY
    if not (is_light or is_colour) or strength <= 0:
        return None
    kept = max(LEAST_KEPT, CALM * NOISY / noise.light_level) if is_light else 1.0
    return Denoising(
        noise,
        1 - strength * (1 - kept) if is_light else None,
        1 - strength * (1 - COLOUR_KEPT) if is_colour else None,
    )


def denoise(strip: Floats, plan: Denoising) -> Floats:
    """``(h, w, 3) float32`` RGB levels with less noise. What lies within `REACH` of the strip's edge
    must be cut away, unless the picture ends there."""
    planes = _space(strip)
    if plan.light_kept is not None:
        planes[0] = _quieter(planes[0], plan.noise.light, plan.light_kept)
    if plan.colour_kept is not None:
        for k in (1, 2):
            planes[k] = _quieter(planes[k], plan.noise.colour[k - 1], plan.colour_kept)
    merged = cv2.merge([plane / 255 for plane in planes])
    return np.asarray(cv2.cvtColor(merged, cv2.COLOR_YCrCb2RGB) * 255, np.float32)


def _space(pixels: Floats) -> list[Floats]:
    """Luma, Cr and Cb in levels."""
    space = cv2.split(cv2.cvtColor(pixels / np.float32(255), cv2.COLOR_RGB2YCrCb))
    return [np.asarray(plane * np.float32(255), np.float32) for plane in space]


def _quieter(plane: Floats, levels: Sequence[float], kept: float) -> Floats:
    """Each band drawn towards nothing where its surroundings hold nothing but noise (a Wiener filter in
    an undecimated pyramid: Starck and Murtagh, Astronomical Image and Data Analysis, 2.3)."""
    result = plane.copy()
    for band, level, coarse in zip(_bands(plane), levels, COARSE_KEPT, strict=True):
        if level <= 0:
            continue
        taken = (1 - kept) * (1 - coarse)
        power = cv2.boxFilter(band * band, cv2.CV_32F, (_WINDOW, _WINDOW))
        share = np.maximum(power - np.float32(CERTAINTY * level**2), 0) / np.maximum(power, 1e-6)
        result -= np.float32(taken) * (1 - share) * band
    return np.asarray(result, np.float32)


def _bands(plane: Floats) -> Iterator[Floats]:
    """What each smoothing takes away, finest first."""
    current = plane
    for step in range(BANDS):
        kernel = np.zeros(4 * 2**step + 1, np.float32)
        kernel[:: 2**step] = _KERNEL
        soft = np.asarray(
            cv2.sepFilter2D(current, cv2.CV_32F, kernel, kernel, borderType=cv2.BORDER_REFLECT_101),
            np.float32,
        )
        yield current - soft
        current = soft


def _levels(planes: Sequence[Floats]) -> tuple[float, ...]:
    found: list[list[NDArray[np.float32]]] = [[] for _ in range(BANDS)]
    for plane in planes:
        if min(plane.shape) < _BLOCK:
            continue
        middle = _blocks(plane).mean(axis=1)
        # At either end of the scale noise is cut off.
        fair = (middle > 12) & (middle < 243)
        for k, band in enumerate(_bands(plane)):
            found[k].append(np.median(np.abs(_blocks(band)[fair]), axis=1) / 0.6745)
    every = [np.concatenate(each) if each else np.zeros(0, np.float32) for each in found]
    quiet = [float(np.percentile(each, _QUIET_PERCENT)) if each.size else 0.0 for each in every]
    return tuple(min(own, most * quiet[0]) for own, most in zip(quiet, COARSER, strict=True))


def _blocks(plane: Floats) -> Floats:
    height, width = (side // _BLOCK for side in plane.shape)
    cut = plane[: height * _BLOCK, : width * _BLOCK].reshape(height, _BLOCK, width, _BLOCK)
    return np.asarray(cut.transpose(0, 2, 1, 3).reshape(-1, _BLOCK * _BLOCK), np.float32)


def _starts(side: int) -> list[int]:
    count = max(1, min(4, side // _TILE))
    return [round(start) for start in np.linspace(0, max(0, side - _TILE), count)]


def tiles_of(picture: Picture) -> list[Picture]:
    """The sample tiles of a picture, uncopied."""
    return [picture[rows, columns] for rows, columns in sample_tiles(*picture.shape[:2])]
