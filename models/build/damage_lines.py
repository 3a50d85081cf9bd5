"""Scratches, cracks, crazing, hairs, folds and tears, drawn at random.

Every function takes the random generator, the picture's size (width, height) and `unit`, the pixels
that one pixel of an ordinary 256-pixel crop measures here, and gives coats of damage.
"""

from __future__ import annotations

import cv2
import numpy as np

from models.build.damage_layers import (
    Canvas,
    Coat,
    Floats,
    Points,
    Random,
    any_tone,
    blurred,
    cloud,
    dark_tone,
    paper_tone,
    wander,
)

Size = tuple[int, int]


def _somewhere(rng: Random, size: Size) -> Points:
    return np.asarray(rng.uniform(-0.05, 1.05, 2) * np.array(size))


def _on_rim(rng: Random, size: Size) -> tuple[Points, float]:
    """A point on the rim and a heading into the picture."""
    width, height = size
    side = int(rng.integers(4))
    along = rng.random()
    starts = (
        (0, along * height),
        (width, along * height),
        (along * width, 0),
        (along * width, height),
    )
    return np.array(starts[side]), (0.0, np.pi, np.pi / 2, -np.pi / 2)[side] + rng.normal(0, 0.5)


def _patchy(rng: Random, size: Size, scale: float, share: float) -> Floats:
    """Where a stroke took: 1 over about `share` of the picture, 0 elsewhere, soft between."""
    level = np.quantile(noise := cloud(rng, size, scale), 1 - share)
    return np.asarray(np.clip((noise - level) * 3 + 0.5, 0, 1), np.float32)


def scratches(rng: Random, size: Size, unit: float) -> list[Coat]:
    """Single scratches or a bundle of parallel ones; light or dark, worn away in places."""
    canvas = Canvas(size)
    number = int(rng.integers(1, 7))
    is_bundle = rng.random() < 0.35
    heading = rng.uniform(0, np.pi) if rng.random() < 0.6 else np.pi / 2 + rng.normal(0, 0.03)
    bend = rng.choice([0.0, 0.02, 0.25]) * rng.random()
    for _ in range(number):
        if not is_bundle:
            heading = rng.uniform(0, 2 * np.pi)
            bend = rng.choice([0.0, 0.02, 0.25]) * rng.random()
        length = rng.uniform(0.08, 1.3) * max(size) * (1.0 if rng.random() < 0.6 else 0.3)
        path = wander(rng, _somewhere(rng, size), heading, length, 6 * unit, 0.02, bend)
        middle = rng.uniform(0.5, 1.3) if rng.random() < 0.6 else rng.uniform(1.2, 3.2)
        widths = middle * unit * np.exp(np.cumsum(rng.normal(0, 0.12, len(path))).clip(-0.5, 0.5))
        canvas.stroke(path, widths.tolist(), rng.uniform(0.55, 1.0))
    alpha = canvas.alpha(rng.uniform(0.0, 0.7) * unit)
    if rng.random() < 0.5:
        alpha = alpha * _patchy(rng, size, 12 * unit, rng.uniform(0.5, 0.95))
    coats = [Coat("scratch", alpha, any_tone(rng), is_veil=False)]
    if rng.random() < 0.25:
        coats.insert(0, _shadow(rng, alpha, unit))
    return coats


def _shadow(rng: Random, alpha: Floats, unit: float) -> Coat:
    """The thin dark flank that a scanner's lamp gives whatever has depth."""
    dx, dy = rng.uniform(-1.5, 1.5, 2) * unit
    shift = np.array([[1, 0, dx], [0, 1, dy]], np.float64)
    moved = cv2.warpAffine(alpha, shift, (alpha.shape[1], alpha.shape[0]))
    return Coat(
        "shadow", np.asarray(moved * rng.uniform(0.3, 0.8), np.float32), dark_tone(rng), False
    )


def cracks(rng: Random, size: Size, unit: float) -> list[Coat]:
    """A branching crack of the emulsion, paper-white, ragged, often with a dark flank."""
    canvas = Canvas(size)
    step = rng.uniform(2.0, 6.0) * unit
    for _ in range(int(rng.integers(1, 4))):
        start, heading = _on_rim(rng, size) if rng.random() < 0.7 else (_somewhere(rng, size), 0.0)
        width = rng.uniform(0.7, 3.0) * unit
        _branch(rng, canvas, start, heading, rng.uniform(0.2, 1.2) * max(size), width, step, 3)
    alpha = canvas.alpha(rng.uniform(0.0, 0.5) * unit)
    if rng.random() < 0.6:
        alpha = alpha * np.clip(0.75 + 0.5 * cloud(rng, size, 5 * unit, 1), 0.1, 1).astype(
            np.float32
        )
    coats = [Coat("crack", alpha, any_tone(rng, 0.15), is_veil=False)]
    if rng.random() < 0.5:
        coats.insert(0, _shadow(rng, alpha, unit))
    return coats


def _branch(
    rng: Random,
    canvas: Canvas,
    start: Points,
    heading: float,
    length: float,
    width: float,
    step: float,
    depth: int,
) -> None:
    path = wander(rng, start, heading, length, step, rng.uniform(0.2, 0.7), 0.25)
    taper = np.linspace(1.0, 0.4, len(path))
    widths = width * taper * rng.uniform(0.5, 1.5, len(path))
    canvas.stroke(path, np.maximum(widths, 0.4).tolist(), rng.uniform(0.7, 1.0))
    if depth == 0:
        return
    for _ in range(int(rng.integers(0, 4))):
        at = int(rng.integers(len(path)))
        aside = rng.choice([-1, 1]) * rng.uniform(0.4, 1.5)
        remaining = length * rng.uniform(0.15, 0.6)
        _branch(rng, canvas, path[at], heading + aside, remaining, width * 0.7, step, depth - 1)


def crazing(rng: Random, size: Size, unit: float) -> list[Coat]:
    """A net of fine polygonal cracks over part of the picture: the borders of random cells."""
    cell = rng.uniform(14, 60) * unit
    width, height = size
    count = max(4, round(width * height / cell**2))
    seeds = np.ones((height, width), np.uint8)
    seeds[rng.integers(0, height, count), rng.integers(0, width, count)] = 0
    _, labels = cv2.distanceTransformWithLabels(
        seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    grid = np.mgrid[0:height, 0:width].astype(np.float32)
    bent_x = grid[1] + cloud(rng, size, 10 * unit, 2) * 2.5 * unit
    bent_y = grid[0] + cloud(rng, size, 10 * unit, 2) * 2.5 * unit
    cells = cv2.remap(labels.astype(np.float32), bent_x, bent_y, cv2.INTER_NEAREST)
    border = np.zeros((height, width), np.float32)
    border[:, 1:] = cells[:, 1:] != cells[:, :-1]
    border[1:] = np.maximum(border[1:], cells[1:] != cells[:-1])
    if rng.random() < 0.4:
        border = np.asarray(cv2.dilate(border, np.ones((2, 2), np.uint8)), np.float32)
    alpha = blurred(border, rng.uniform(0.4, 0.8)) * rng.uniform(1.0, 1.6)
    alpha = np.clip(alpha, 0, 1) * _patchy(rng, size, 60 * unit, rng.uniform(0.15, 0.9))
    alpha = alpha * _patchy(rng, size, 8 * unit, rng.uniform(0.5, 1.0))
    coats = [Coat("crack", np.asarray(alpha, np.float32), any_tone(rng, 0.25), is_veil=False)]
    if rng.random() < 0.4:
        coats.insert(0, _shadow(rng, coats[0].alpha, unit))
    return coats


def hairs(rng: Random, size: Size, unit: float) -> list[Coat]:
    """A few curled fibres that lay on the glass."""
    canvas = Canvas(size)
    for _ in range(int(rng.integers(1, 5))):
        length = rng.uniform(10, 90) * unit
        bend = rng.uniform(0.3, 1.6)
        heading = rng.uniform(0, 2 * np.pi)
        path = wander(rng, _somewhere(rng, size), heading, length, 2.5 * unit, 0.03, bend)
        canvas.stroke(path, [rng.uniform(0.5, 1.3) * unit], rng.uniform(0.6, 1.0))
    return [Coat("hair", canvas.alpha(rng.uniform(0, 0.5)), any_tone(rng, 0.5), is_veil=False)]


def folds(rng: Random, size: Size, unit: float) -> list[Coat]:
    """A fold from rim to rim: a soft band, lighter or darker, the emulsion broken along its ridge."""
    start, heading = _on_rim(rng, size)
    if rng.random() < 0.5:
        heading = round(heading / (np.pi / 2)) * (np.pi / 2) + rng.normal(0, 0.04)
    length = 1.6 * max(size)
    path = wander(rng, start, heading, length, 6 * unit, 0.03, 0.01)
    band, ridge = Canvas(size), Canvas(size)
    band.stroke(path, [rng.uniform(3, 12) * unit])
    ragged = rng.uniform(0.4, 1.0) * unit * rng.uniform(0.7, 2.5, len(path))
    jagged = path + rng.normal(0, 0.5 * unit, path.shape)
    ridge.stroke(jagged, ragged.tolist())
    soft = band.alpha(rng.uniform(1.5, 4.0) * unit) * rng.uniform(0.15, 0.5)
    broken = ridge.alpha(rng.uniform(0, 0.5)) * _patchy(rng, size, 7 * unit, rng.uniform(0.3, 1.0))
    tone = paper_tone(rng) if rng.random() < 0.6 else dark_tone(rng)
    return [
        Coat("fold", np.asarray(soft, np.float32), tone, is_veil=True),
        Coat("fold", np.asarray(broken, np.float32), paper_tone(rng), is_veil=False),
    ]


def tears(rng: Random, size: Size, unit: float) -> list[Coat]:
    """A tear from the rim: a ragged band of bare paper with a shadow; now and then a corner is gone."""
    canvas = Canvas(size)
    width, height = size
    if rng.random() < 0.35:
        corner = np.array([rng.choice([0, width]), rng.choice([0, height])], float)
        inward = np.sign(np.array([width, height]) / 2 - corner)
        reach = rng.uniform(0.05, 0.2, 2) * np.array(size)
        edge = np.linspace(0, 1, 12)[:, None]
        cut = corner + inward * reach * np.hstack([edge, 1 - edge])
        cut += rng.normal(0, 1.2 * unit, cut.shape)
        canvas.polygon(np.vstack([corner, cut]))
    else:
        start, heading = _on_rim(rng, size)
        length = rng.uniform(0.1, 0.6) * max(size)
        path = wander(rng, start, heading, length, 3 * unit, 0.35, 0.3)
        taper = np.linspace(1, 0.2, len(path)) * rng.uniform(2, 6) * unit
        canvas.stroke(path, (taper * rng.uniform(0.6, 1.4, len(path))).tolist())
    alpha = canvas.alpha(rng.uniform(0.1, 0.6))
    tone = paper_tone(rng) if rng.random() < 0.85 else dark_tone(rng)
    return [_shadow(rng, alpha, unit), Coat("tear", alpha, tone, is_veil=False)]
