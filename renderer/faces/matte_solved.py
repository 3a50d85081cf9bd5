"""The soft edge by closed-form matting, in the band between what is certainly head and what is not."""

from __future__ import annotations

import numpy as np

from renderer.faces.edge import Surroundings
from renderer.faces.matte_solver import colour_planes, solve_band
from renderer.faces.planes import floats, resized
from renderer.faces.samples import ask_samples
from renderer.faces.types import Floats

SOLVE_FACE_PX = 128
"""Face height at which alpha is solved: a hair is about 1 px wide there, and the band about 10,000
unknowns."""
LEVELS = ((4, 60), (2, 40), (1, 40))
"""Reductions and iterations, coarse to fine: the coarse solution carries across the band what the
fine iterations are too few to carry."""
HOLD, HOLD_MASK, HOLD_SAMPLES = 0.002, 0.2, 0.05
"""Pull on alpha in the band: at least, of a mask that is certain, of samples that are sure. Chosen on
six sitters over four backgrounds (`bench.matte`): without it the error is a third larger."""
CONTRADICTED, LEFT_TO_OUTLINE = 0.6, 0.25
"""From this difference on the outline went against the mask; what it says then is this certain."""


def solved(scene: Surroundings) -> Floats:
    """Alpha ``(h, w)`` 0..1 of the whole head: solved in the band, 1 and 0 where that is certain."""
    drawn, mean, unit = scene.drawn, scene.mean, scene.unit
    agreed = np.abs(drawn - mean) < CONTRADICTED
    sure_mask = (2 * mean - 1) ** 2 * (1 - scene.spread)
    certain = floats(np.where(agreed, sure_mask, LEFT_TO_OUTLINE))
    believed = np.where(agreed, mean, drawn)
    inside, outside = scene.inside, scene.outside
    guide = colour_planes(scene.small)
    unknown = ~inside & ~outside
    band = np.flatnonzero(unknown)
    start = inside.astype(np.float32)
    if band.size == 0:
        return start
    said, sure = ask_samples(guide, inside, outside, band, unit)
    by_mask, by_samples = HOLD + HOLD_MASK * certain.ravel()[band], HOLD_SAMPLES * sure
    pull = by_mask + by_samples
    start.ravel()[band] = (by_mask * believed.ravel()[band] + by_samples * said) / pull
    weight = np.zeros_like(start)
    weight.ravel()[band] = pull
    size = (start.shape[1], start.shape[0])
    alpha = start
    for factor, iterations in LEVELS:
        level = (max(8, size[0] // factor), max(8, size[1] // factor))
        open_part = resized(unknown.astype(np.float32), level) > 0
        planes = [resized(plane, level) for plane in (guide, alpha, start, weight)]
        thin = planes[0].reshape(level[1], level[0], -1)
        solved = solve_band(thin, open_part, planes[1], planes[2], planes[3], iterations)
        alpha = np.where(unknown, resized(solved, size), start)
    return alpha
