"""Finds faces of any size: two detectors over the whole picture and over overlapping tiles of it.

Both are BlazeFace networks (Bazarevsky et al. 2019): one answer per anchor, anchors on grids. The
short-range one knows faces that fill much of its 128 px, the full-range one faces down to a
twentieth of its 192 px, so small faces in a large group are found in tiles cut from the picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.crop import averaged
from renderer.faces.types import Box, Detection, Floats, Picture
from renderer.models import ModelStore

SMALLEST_FACE = 24
"""Smaller faces have no features to move. Measured on 19 portraits shrunk step by step: the
full-range network answers to all of them down to 12 px of its 192, and to most at 9."""

SMALLEST_SHARE = 0.013
"""... nor faces under this share of the longest side: in a clip they would be a dozen pixels. This
bounds the number of tiles (about 50) and so the time that a huge scan takes."""

SMALLEST_BESIDE = 0.2
"""... nor faces under this share of the largest sure one: people who were photographed together are
about as large, and passers-by behind a portrait stay still. Most portraits need no tiles by this."""

SURE_SCORE = 0.6

LEAST_SEEN = 14.0
"""A face of the smallest size is shown to the full-range network this many pixels wide. On a sheet of
60 faces of 29 px, 14 finds 52 of them, 10 finds 39; 18 would find 57 for twice the time."""

TILE_STEP = 0.7
"""Neighbouring tiles lie at most this share of their side apart, so that a face of up to 0.3 of a
tile is whole in one of them; larger ones are found in the whole picture."""

FRAME = 1.5
"""The short-range detector also looks at the picture inside a frame this much wider: a face cut by
the picture's edges is then of a size that it knows."""

CUT_MARGIN = 0.01
"""A box reaching to within this share of a tile's inner edge may be half a face; the neighbouring tile
sees the whole."""

MIN_SCORE = 0.2
"""Far below the usual 0.5, because everything found here still has to convince two other networks; it
adds a tenth to the faces found in groups, and four false answers to a photo."""

MOST_ANSWERS = 100
"""No photo may cost more than so many second looks."""

SAME_FACE_OVERLAP = 0.3
"""Intersection over union at which two answers are one face (MediaPipe's value)."""

INSIDE_OVERLAP = 0.6
"""A box with this share of its area inside a better one is a part of that face."""

LOGIT_LIMIT = 80.0
"""Scores are clipped here before the exponential, as the original does (at 100)."""


@dataclass(frozen=True)
class Detector:
    """One network: its input side, and (stride, anchors per cell) of its grids."""

    network: str
    size: int
    grids: tuple[tuple[int, int], ...]


SHORT_RANGE = Detector("face_short", 128, ((8, 2), (16, 6)))
FULL_RANGE = Detector("face_full", 192, ((4, 1),))


@dataclass(frozen=True)
class _Candidates:
    """Answers of a detector in picture pixels: `values` (N, 16) are box corners (4) and six
    keypoints (12); `scores` (N,)."""

    values: Floats
    scores: Floats


@dataclass(frozen=True)
class _Tile:
    """A part of the picture as a network sees it: `image` (H, W, 3), where its corner lies in a
    reduced copy of the picture, and picture pixels per pixel of that copy (x, y)."""

    image: Floats
    corner: NDArray[np.float32]
    scale: NDArray[np.float32]


def detect(picture: Picture, store: ModelStore) -> tuple[Detection, ...]:
    """Every likely face, best first. Some may be false: `find_faces` asks two more networks."""
    longest = float(max(picture.shape[:2]))
    near = [*tiles(picture, longest, SHORT_RANGE), *tiles(picture, FRAME * longest, SHORT_RANGE)]
    answers = [_answers(picture, tile, SHORT_RANGE, store) for tile in near]
    far = tiles(picture, longest, FULL_RANGE)
    answers += [_answers(picture, tile, FULL_RANGE, store) for tile in far]
    side = _tile_side(_merged(answers), longest)
    if side < longest:
        far = tiles(picture, side, FULL_RANGE)
        answers += [_answers(picture, tile, FULL_RANGE, store) for tile in far]
    found = _merged(answers)
    return tuple(
        Detection(Box(*map(float, points[:2].ravel())), float(score), points[2:])
        for points, score in zip(found.values.reshape(-1, 8, 2), found.scores, strict=True)
    )[:MOST_ANSWERS]


def _merged(answers: list[_Candidates]) -> _Candidates:
    return without_duplicates(
        np.concatenate([answer.values for answer in answers]),
        np.concatenate([answer.scores for answer in answers]),
    )


def _tile_side(found: _Candidates, longest: float) -> float:
    """How many picture pixels a tile may cover and still show the smallest face worth finding."""
    sure = found.values[found.scores >= SURE_SCORE]
    largest = float((sure[:, 2] - sure[:, 0]).max(initial=0.0))
    smallest = max(SMALLEST_FACE, SMALLEST_SHARE * longest, SMALLEST_BESIDE * largest)
    return smallest * FULL_RANGE.size / LEAST_SEEN


def tiles(picture: Picture, side: float, detector: Detector) -> Iterator[_Tile]:
    """Squares of `side` picture pixels that cover the picture, each at the detector's size.

    The picture is reduced once and cut at whole pixels; beyond its edges tiles are black, as the
    detectors were taught.
    """
    size = detector.size
    reduction = side / size
    whole = max(1, int(reduction))
    blocks = averaged(picture, whole)
    height, width = blocks.shape[0] * whole, blocks.shape[1] * whole
    columns, rows = max(1, round(width / reduction)), max(1, round(height / reduction))
    small = cv2.resize(blocks, (columns, rows), interpolation=cv2.INTER_LINEAR)
    scale = np.array([width / columns, height / rows], np.float32)
    for y in _starts(rows, size):
        for x in _starts(columns, size):
            image = np.zeros((size, size, 3), np.float32)
            part = small[max(y, 0) : y + size, max(x, 0) : x + size]
            top, left = max(-y, 0), max(-x, 0)
            image[top : top + part.shape[0], left : left + part.shape[1]] = part
            yield _Tile(image, np.array([x, y], np.float32), scale)


def _starts(length: int, size: int) -> list[int]:
    """Where tiles start on a line of `length`; centred (so negative) if one is enough."""
    if length <= size:
        return [-((size - length) // 2)]
    count = int(np.ceil((length - size) / (size * TILE_STEP))) + 1
    return [int(start) for start in np.linspace(0, length - size, count).round()]


def _answers(picture: Picture, tile: _Tile, detector: Detector, store: ModelStore) -> _Candidates:
    answer = store.session(detector.network).run(image=tile.image[None])
    logits = np.clip(answer["scores"][0], -LOGIT_LIMIT, LOGIT_LIMIT)
    scores = 1 / (1 + np.exp(-logits))
    likely = np.flatnonzero(scores >= MIN_SCORE)
    points = decode(answer["boxes"][0][likely], anchors(detector)[likely])
    whole = ~_cut(points, tile, picture)
    # Network coordinates count from the outer edge of the first pixel, ours from its centre.
    placed = (points[whole] + tile.corner) * tile.scale - 0.5
    return _Candidates(
        placed.reshape(-1, 16).astype(np.float32), scores[likely][whole].astype(np.float32)
    )


@lru_cache
def anchors(detector: Detector) -> Floats:
    """``(A, 2)`` centres of the anchors in network pixels, in the order of the answers."""
    rows = []
    for stride, count in detector.grids:
        cells = detector.size // stride
        y, x = np.mgrid[0:cells, 0:cells]
        centres = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) * stride
        rows.append(np.repeat(centres, count, axis=0))
    return np.concatenate(rows).astype(np.float32)


def decode(raw: Floats, centres: Floats) -> Floats:
    """``(N, 16)`` answers (centre, size, six keypoints; all but the size relative to the anchor) as
    ``(N, 8, 2)``: two corners and the keypoints, in network pixels. Anchors have unit size."""
    points = raw.reshape(-1, 8, 2).copy()
    points[:, 0] += centres
    points[:, 2:] += centres[:, None]
    half = points[:, 1] / 2
    points[:, 1] = points[:, 0] + half
    points[:, 0] -= half
    return points


def _cut(points: Floats, tile: _Tile, picture: Picture) -> NDArray[np.bool_]:
    """Which boxes touch an edge of the view beyond which the picture goes on."""
    size = tile.image.shape[0]
    margin = CUT_MARGIN * size
    height, width = picture.shape[:2]
    ends = (tile.corner + size) * tile.scale
    low, high = points[:, 0], points[:, 1]
    goes_on_before = tile.corner > 0
    goes_on_after = ends < np.array([width, height]) - tile.scale
    touches = ((low < margin) & goes_on_before) | ((high > size - margin) & goes_on_after)
    return np.asarray(touches.any(axis=1))


def without_duplicates(values: Floats, scores: Floats) -> _Candidates:
    """One answer per face: the score-weighted mean of all that overlap the best one."""
    order = np.argsort(-scores, kind="stable")
    values, scores = values[order], scores[order]
    kept_values: list[Floats] = []
    kept_scores: list[float] = []
    while len(values):
        union, inside = overlaps(values[0], values)
        same = union >= SAME_FACE_OVERLAP
        weights = scores[same] / scores[same].sum()
        kept_values.append(weights @ values[same])
        kept_scores.append(float(scores[0]))
        rest = ~(same | (inside >= INSIDE_OVERLAP))
        values, scores = values[rest], scores[rest]
    stacked = np.array(kept_values, np.float32).reshape(-1, 16)
    return _Candidates(stacked, np.array(kept_scores, np.float32))


def overlaps(box: Floats, boxes: Floats) -> tuple[Floats, Floats]:
    """Of one box with many: intersection over union, and over the smaller of the two."""
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[2:4], boxes[:, 2:4])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    area = float(np.prod(box[2:4] - box[:2]))
    areas = np.prod(boxes[:, 2:4] - boxes[:, :2], axis=1)
    smaller = np.maximum(np.minimum(area, areas), 1e-6)
    return common / np.maximum(area + areas - common, 1e-6), common / smaller
