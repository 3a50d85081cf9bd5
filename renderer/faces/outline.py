"""The decision before the soft edge: is this pixel the person's or not.

The person mask alone misses hats, takes cracks in old prints for outlines and knows no individuals.
Here it is one witness of three, beside the picture's own colours and the shape of a head; a random
walk (Grady, "Random walks for image segmentation", 2006, with priors) along the picture's edges
reconciles them, at a scale where a face is `OUTLINE_FACE_PX` tall.
"""

from __future__ import annotations

import cv2
import numpy as np

from renderer.faces.matte_solver import Mask
from renderer.faces.types import Floats

OUTLINE_FACE_PX = 44
"""Face height at which the outline is decided: one pixel is a fortieth of a face, and the whole
decision takes under 30 ms."""
TONES, HUES = 24, 8
"""Bins of lightness and of each chroma axis."""
COLOUR_SAYS = 2.5
"""Most that colour may say, as a logarithm of odds: the mask's 0.92."""
WITNESS = 0.045
"""Weight of the witnesses against one neighbour of the same colour: outlines follow edges over some
five pixels, and a whole region follows its witnesses."""
EDGE_FLOOR = 2e-3
"""Coupling across the strongest edge."""
ITERATIONS = 90


def colour_odds(picture: Floats, believed: Floats, where: Mask) -> Floats:
    """Log odds ``(h, w)`` that a pixel's colour is the person's, clipped to +-`COLOUR_SAYS`.

    `picture` is RGB 0..1, `believed` the mask 0..1, `where` the pixels that may testify.
    """
    tones = cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)
    bins = np.zeros(believed.shape, np.int64)
    for axis, count in ((0, TONES), (1, HUES), (2, HUES)):
        plane = tones[..., axis]
        low, high = np.percentile(plane[where], (1, 99)) if where.any() else (0.0, 1.0)
        # An axis that spreads less than this is film tint, not colour.
        span = max(float(high - low), 0.1)
        step = np.clip((plane - low) / span * count, 0, count - 1).astype(np.int64)
        bins = bins * count + step
    cells = TONES * HUES * HUES
    chosen = bins[where]
    belief = believed[where]
    inside = np.bincount(chosen, belief, cells).reshape(TONES, HUES, HUES)
    outside = np.bincount(chosen, 1 - belief, cells).reshape(TONES, HUES, HUES)
    for axis in range(3):
        inside, outside = (_smooth(counts, axis) for counts in (inside, outside))
    floor = 0.002
    ratio = np.log(
        (inside / max(inside.sum(), 1) + floor / 10)
        / (outside / max(outside.sum(), 1) + floor / 10)
    )
    odds: Floats = np.clip(ratio, -COLOUR_SAYS, COLOUR_SAYS).astype(np.float32).ravel()[bins]
    return odds


def _smooth(counts: np.ndarray, axis: int) -> np.ndarray:
    """Counts blurred by 1-2-1 along one axis."""
    padded = np.pad(counts, [(1, 1) if i == axis else (0, 0) for i in range(3)], mode="edge")
    n = counts.shape[axis]
    return (padded.take(range(n), axis) + 2 * counts + padded.take(range(2, n + 2), axis)) / 4


def _couplings(picture: Floats, silent: Mask) -> tuple[Floats, Floats]:
    """How strongly each pixel holds to its right and lower neighbour, `EDGE_FLOOR`..1."""
    smooth = cv2.GaussianBlur(picture, (0, 0), 0.7)
    result = []
    for axis in (1, 0):
        step = (np.diff(smooth, axis=axis) ** 2).sum(2)
        scale = 2.5 * float(np.mean(step)) + 1e-6
        hold = np.maximum(np.exp(-step / scale), EDGE_FLOOR).astype(np.float32)
        # Behind someone else nothing is seen: the outline carries on straight.
        pair = (silent[:, 1:] | silent[:, :-1]) if axis == 1 else (silent[1:] | silent[:-1])
        hold[pair] = 0.3
        result.append(hold)
    return result[0], result[1]


def decide(picture: Floats, odds: Floats, sure: Floats, silent: Mask) -> Floats:
    """How much of each pixel is the person's, ``(h, w) float32`` 0..1; the outline is at 0.5.

    `odds` are the witnesses' log odds; `sure` is 1 or 0 for what is certain and NaN elsewhere;
    `silent` marks what someone in front covers.
    """
    right, down = _couplings(picture, silent)
    said = (1 / (1 + np.exp(-odds))).astype(np.float32)
    # The nearer to even the odds, the less they weigh.
    weight = (WITNESS * np.abs(2 * said - 1) + 1e-4).astype(np.float32)
    weight[silent] = 1e-5
    certain = ~np.isnan(sure)
    weight[certain] = 50.0
    said = np.where(certain, sure, said).astype(np.float32)
    diagonal = weight.copy()
    diagonal[:, :-1] += right
    diagonal[:, 1:] += right
    diagonal[:-1] += down
    diagonal[1:] += down

    def apply(x: Floats) -> Floats:
        y = diagonal * x
        y[:, :-1] -= right * x[:, 1:]
        y[:, 1:] -= right * x[:, :-1]
        y[:-1] -= down * x[1:]
        y[1:] -= down * x[:-1]
        return y

    solution = np.where(certain, said, cv2.GaussianBlur(said, (0, 0), 2.0)).astype(np.float32)
    residual = weight * said - apply(solution)
    scale = 1 / diagonal
    search = scale * residual
    energy = float(np.vdot(residual, search))
    stop = energy * 1e-6
    for _ in range(ITERATIONS):
        if energy <= stop or energy < 1e-12:
            break
        image = apply(search)
        step = np.float32(energy / float(np.vdot(search, image)))
        solution += step * search
        residual -= step * image
        conditioned = scale * residual
        following = float(np.vdot(residual, conditioned))
        search = conditioned + np.float32(following / energy) * search
        energy = following
    return np.clip(solution, 0, 1)
