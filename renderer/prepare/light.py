"""How a photo is lit, how much of the tones it still uses, and whether its colours lean to one side.

Measured on a small, slightly softened copy: light is a matter of areas, and neither grain nor a single
white pixel may decide. `python -m bench.coach` prints how each measure answers to known damage.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces.types import Face, Picture

SMALL_SIDE = 400
"""Longest side of the copy that is looked at."""

DEEPEST, BRIGHTEST = 1.0, 99.0
"""Percentiles that stand for black and white: a border, a crack or a lamp is less than a hundredth."""

BURNT = 250
"""Luma from which nothing is left of the skin: scanners and cameras clip a little under 255."""

FACE_LIGHT = 95.0
"""Percentile of a face's luma that tells how much light it got. The brightest skin of a dark-skinned
sitter is as bright as the middle tones of a light-skinned one; its median is not."""


@dataclass(frozen=True)
class Light:
    """Of a whole photo. `deepest` and `brightest` are luma 0..255; `span` 0..1 is the share of the
    tones between them; `cast` is how far the channels' middles, half way between their own deepest and
    brightest, lie apart, in levels."""

    deepest: float
    brightest: float
    cast: float

    @property
    def span(self) -> float:
        return (self.brightest - self.deepest) / 255


@dataclass(frozen=True)
class FaceLight:
    """`bright` is the luma 0..255 of the better lit part of the face, `burnt` 0..1 its white share."""

    bright: float
    burnt: float


def read_light(picture: Picture) -> Light:
    """Of a picture of any size."""
    small = reduced(picture, SMALL_SIDE)
    if min(small.shape[:2]) > 2:
        small = np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0), np.uint8)
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    deepest, brightest = (float(v) for v in np.percentile(luma, (DEEPEST, BRIGHTEST)))
    ends = np.percentile(small.reshape(-1, 3), (DEEPEST, BRIGHTEST), axis=0)
    return Light(deepest, brightest, float(np.ptp(ends.mean(axis=0))))


def read_face_light(picture: Picture, face: Face) -> FaceLight:
    """Of a face that was meshed; one that lies outside the picture counts as well lit."""
    outline = cv2.convexHull(np.round(face.mesh.points[:468, :2]).astype(np.int32))[:, 0]
    height, width = picture.shape[:2]
    low = np.clip(outline.min(axis=0), 0, (width, height))
    high = np.clip(outline.max(axis=0) + 1, 0, (width, height))
    if (high - low).min() < 2:
        return FaceLight(255.0, 0.0)
    luma = cv2.cvtColor(
        np.ascontiguousarray(picture[low[1] : high[1], low[0] : high[0]]), cv2.COLOR_RGB2GRAY
    )
    inside = np.zeros(luma.shape, np.uint8)
    cv2.fillConvexPoly(inside, (outline - low).astype(np.int32), 1)
    skin = luma[inside > 0]
    if skin.size == 0:
        return FaceLight(255.0, 0.0)
    return FaceLight(float(np.percentile(skin, FACE_LIGHT)), float((skin >= BURNT).mean()))


def reduced(picture: Picture, most: int) -> Picture:
    """The picture with a longest side of at most `most` pixels, averaged down."""
    scale = most / max(picture.shape[:2])
    if scale >= 1:
        return picture
    size = [max(1, round(side * scale)) for side in (picture.shape[1], picture.shape[0])]
    # A cheap factor of whole pixels first: averaging 12 megapixels costs more than all the rest.
    skip = max(1, int(0.5 / scale))
    return np.asarray(
        cv2.resize(picture[::skip, ::skip], size, interpolation=cv2.INTER_AREA), np.uint8
    )
