"""The decision before the soft edge: is this pixel the person's or not.

The person mask alone misses hats, takes cracks in old prints for outlines and knows no individuals.
Here it is one witness of three, beside the picture's own colours and the shape of a head; a random
walk (Grady, "Random walks for image segmentation", 2006, with priors) along the picture's edges
reconciles them, at a scale where a face is `OUTLINE_FACE_PX` tall.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.planes import IntBox, Mask, Size, floats, resized, resized_bytes
from renderer.faces.territory import body_distance, face_grid, face_oval, head_distance
from renderer.faces.types import Face, Floats, Picture

Counts = NDArray[np.float64]

OUTLINE_FACE_PX = 44
"""Face height at which the outline is decided: one pixel is a fortieth of a face, and the whole
decision takes under 30 ms."""
TONES, HUES = 24, 8
"""Bins of lightness and of each chroma axis."""
UNSEEN = 2e-4
"""Share of pixels that a colour seen nowhere is credited with."""
COLOUR_SAYS = 2.5
"""Most that colour may say, as a logarithm of odds: the mask's 0.92."""
MASK_SAYS = 1.2
"""Weight of the mask's log odds against the colours' own."""
MASK_LIMIT = 0.03
"""The mask is never surer than this and one minus this."""
SPREAD_DAMPS = 0.6
"""How much of the mask's word is lost where its crops disagree entirely."""
COLOUR_SHARE = 0.6
"""Weight of the colours' log odds."""
TESTIFY = 2.6
"""Colours are counted up to this head distance, and not on the chest: clothes outnumber hair."""
USUAL_REACH = 1.9
"""Body distance within which nothing speaks against a pixel's being the person's."""
FAR_DOUBT, FAR_LIMIT = 1.5, 3.0
"""Log odds lost per unit beyond it, and at most: a feather headdress must still be able to win."""
RIVAL_PULL = 6.0
"""Log odds for each unit by which another person is nearer or farther than this one."""
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
    inside = _smooth(np.asarray(np.bincount(chosen, belief, cells), np.float64))
    outside = _smooth(np.asarray(np.bincount(chosen, 1 - belief, cells), np.float64))
    ratio = np.log((inside + UNSEEN) / (outside + UNSEEN))
    odds: Floats = np.clip(ratio, -COLOUR_SAYS, COLOUR_SAYS).astype(np.float32).ravel()[bins]
    return odds


def _smooth(counts: Counts) -> Counts:
    """Shares of the flat colour bins, blurred by 1-2-1 along each axis."""
    shares: Counts = counts.reshape(TONES, HUES, HUES) / max(counts.sum(), 1)
    for axis, number in enumerate(shares.shape):
        padded = np.pad(shares, [(int(i == axis),) * 2 for i in range(3)], mode="edge")
        before, after = padded.take(range(number), axis), padded.take(range(2, number + 2), axis)
        shares = (before + 2 * shares + after) / 4
    return shares


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


def filled_oval(face: Face, box: IntBox, size: Size) -> Mask:
    """The face itself in `box` resized to `size`."""
    oval = np.zeros(size[::-1], np.uint8)
    scale = size[1] / (box[3] - box[1])
    cv2.fillPoly(oval, [face_oval(face, scale, (float(box[0]), float(box[1])))], 1)
    return oval > 0


def head_outline(
    picture: Picture,
    faces: Sequence[Face],
    index: int,
    box: IntBox,
    covered: Floats | None,
    mean: Floats,
    spread: Floats,
) -> Floats:
    """How much of each coarse pixel of `box` belongs to person `index`, 0..1.

    `covered` is how much of the box people in front hide, `mean` and `spread` what
    `renderer.faces.person.ask_mask` said of it; all at any scale.
    """
    face = faces[index]
    x0, y0, x1, y1 = box
    scale = min(1.0, OUTLINE_FACE_PX / face.height_px)
    size = (max(8, round((x1 - x0) * scale)), max(8, round((y1 - y0) * scale)))
    small = floats(resized_bytes(picture[y0:y1, x0:x1], size)) / np.float32(255)
    mean, spread = resized(mean, size), resized(spread, size)
    across, along = face_grid(face, box, size)
    nearness = body_distance(across, along)
    testify = (along < 1.0) & (head_distance(across, along) < TESTIFY)
    silent = np.zeros(size[::-1], bool) if covered is None else resized(covered, size) > 0.5
    clamped = np.clip(mean, MASK_LIMIT, 1 - MASK_LIMIT)
    odds = MASK_SAYS * np.log(clamped / (1 - clamped)) * (1 - SPREAD_DAMPS * spread)
    odds += COLOUR_SHARE * colour_odds(small, mean, testify & ~silent)
    odds += np.clip(FAR_DOUBT * (USUAL_REACH - nearness), -FAR_LIMIT, 0)
    sure = np.full(size[::-1], np.nan, np.float32)
    for other, rival in enumerate(faces):
        if other != index:
            theirs = body_distance(*face_grid(rival, box, size))
            mine = RIVAL_PULL * (theirs - nearness)
            # Both must hold, a person's and this person's: the product of two probabilities.
            odds = -np.logaddexp(np.logaddexp(-odds, -mine), -odds - mine)
            sure[filled_oval(rival, box, size)] = 0
    sure[silent] = np.nan
    sure[filled_oval(face, box, size)] = 1
    return decide(small, floats(odds), floats(sure), silent)
