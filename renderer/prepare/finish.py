"""Tones, blocks and noise of the whole picture, part by part, so that memory stays small.

Each step is planned from a measurement of its own, on what the steps before it will have made; what
needs nothing is not touched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Face, Floats, Picture
from renderer.models import THREADS
from renderer.prepare.grid import Blocks, deblock, plan_deblocking, read_blocks
from renderer.prepare.noise import (
    REACH,
    Denoising,
    Noise,
    denoise,
    plan_denoising,
    read_noise,
    sample_tiles,
)
from renderer.prepare.tone import Tone, ToneChange, apply_tone, plan_tone, read_tone

SIDE = 512
"""Of a part: with its surroundings 4 MB a plane of colour, which stays in the processor's cache, where
strips across 4000 pixels took 13 MB each and half as long again."""
ROWS = 192
"""Of what is compared at a time."""

SEEN = 2.0
"""Levels by which a pixel must differ to count as changed: less is not seen."""

TONE, BLOCKS, NOISE = "tone", "blocks", "noise"


@dataclass(frozen=True)
class Finish:
    """What was measured, and what is to be done; None for what needs nothing."""

    tone: Tone
    blocks: Blocks
    noise: Noise
    change: ToneChange | None
    deblocking: Blocks | None
    denoising: Denoising | None
    strength: float

    @property
    def does_anything(self) -> bool:
        return not (self.change is None and self.deblocking is None and self.denoising is None)


def plan_finish(
    picture: Picture,
    faces: Sequence[Face],
    damage: NDArray[np.bool_] | None = None,
    strength: float = 1.0,
) -> Finish:
    """Measure a picture; pixels of the mask `damage` do not count for its tones."""
    tone = read_tone(picture, faces, damage)
    change = plan_tone(tone, strength)
    places = sample_tiles(*picture.shape[:2])
    blocks = read_blocks(picture, places)
    tiles = [_toned(np.ascontiguousarray(picture[place]), change) for place in places]
    noise = read_noise(tiles)
    return Finish(
        tone=tone,
        blocks=blocks,
        noise=noise,
        change=change,
        deblocking=plan_deblocking(blocks, strength),
        denoising=plan_denoising(noise, strength),
        strength=strength,
    )


def finish(
    picture: Picture, plan: Finish, told: Callable[[float], None]
) -> tuple[Picture, dict[str, float]]:
    """The picture with `plan` carried out, a new one, and for each step the share of pixels it changed.

    `told` hears the share done, 0..1.
    """
    result = np.empty_like(picture)
    height, width = picture.shape[:2]
    every = [
        (slice(top, min(top + SIDE, height)), slice(left, min(left + SIDE, width)))
        for top in range(0, height, SIDE)
        for left in range(0, width, SIDE)
    ]
    counts = dict.fromkeys((TONE, BLOCKS, NOISE), 0)

    def make(part: tuple[slice, slice]) -> dict[str, int]:
        result[part], changed = _part(picture, plan, *part)
        return changed

    with ThreadPoolExecutor(THREADS) as pool:
        for number, changed in enumerate(pool.map(make, every), 1):
            for step, count in changed.items():
                counts[step] += count
            told(number / len(every))
    size = picture.shape[0] * picture.shape[1]
    return result, {step: count / size for step, count in counts.items()}


def changed_share(before: Picture, after: Picture) -> float:
    """Share of the pixels that differ by more than `SEEN` levels in any channel."""
    count, size = 0, int(before.shape[0] * before.shape[1])
    for top in range(0, before.shape[0], ROWS):
        rows = slice(top, top + ROWS)
        count += _differing(before[rows].astype(np.float32), after[rows])
    return count / size


def _part(
    picture: Picture, plan: Finish, rows: slice, columns: slice
) -> tuple[Picture, dict[str, int]]:
    """That part of the picture, and how many of its pixels each step changed."""
    top, left = max(0, rows.start - REACH), max(0, columns.start - REACH)
    source = np.ascontiguousarray(picture[top : rows.stop + REACH, left : columns.stop + REACH])
    inner = (
        slice(rows.start - top, rows.stop - top),
        slice(columns.start - left, columns.stop - left),
    )
    counts = {}
    current = _toned(source, plan.change)
    if plan.change is not None:
        counts[TONE] = _differing(current[inner], source[inner])
    if plan.deblocking is not None:
        before, current = current, deblock(current, plan.deblocking, (left, top), plan.strength)
        counts[BLOCKS] = _differing(current[inner], before[inner])
    if plan.denoising is not None:
        before, current = current, denoise(current, plan.denoising)
        counts[NOISE] = _differing(current[inner], before[inner])
    return np.rint(np.clip(current[inner], 0, 255)).astype(np.uint8), counts


def _toned(strip: Picture, change: ToneChange | None) -> Floats:
    return strip.astype(np.float32) if change is None else apply_tone(strip, change)


def _differing(one: Floats, other: Floats | Picture) -> int:
    return int((np.abs(one - other) > SEEN).any(axis=2).sum())
