"""Before and after on one sheet: the whole picture as it hangs, and each face pixel by pixel."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from renderer.faces.types import Face, Picture

SIDE = 900
"""Longest side of each whole picture on the sheet: a fair size on any screen."""

CROP = 450
"""Side of a face at its own pixels; small ones are shown in whole multiples, so that nothing is made
up between them."""

MOST_FACES = 4
GAP = 12
PAPER = 235


def before_after(original: Picture, restored: Picture, faces: Sequence[Face]) -> Picture:
    """``(h, w, 3)`` RGB: the original on the left, the restored picture on the right, and below them
    the largest faces in the same order."""
    rows = [_pair(_fitted(original), _fitted(restored))]
    largest = sorted(faces, key=lambda face: -face.height_px)[:MOST_FACES]
    rows += [_pair(_around(original, face), _around(restored, face)) for face in largest]
    width = max(row.shape[1] for row in rows)
    sheet = np.full(
        (sum(row.shape[0] + GAP for row in rows) + GAP, width + 2 * GAP, 3), PAPER, np.uint8
    )
    top = GAP
    for row in rows:
        left = (sheet.shape[1] - row.shape[1]) // 2
        sheet[top : top + row.shape[0], left : left + row.shape[1]] = row
        top += row.shape[0] + GAP
    return sheet


def _pair(before: Picture, after: Picture) -> Picture:
    gap = np.full((before.shape[0], GAP, 3), PAPER, np.uint8)
    return np.hstack([before, gap, after])


def _fitted(picture: Picture) -> Picture:
    scale = SIDE / max(picture.shape[:2])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    kernel = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=kernel), np.uint8)


def _around(picture: Picture, face: Face) -> Picture:
    """The face and a little around it, at the picture's own pixels or a whole multiple of them."""
    points = face.mesh.points[:468, :2]
    x, y = ((points.min(axis=0) + points.max(axis=0)) / 2).astype(int)
    half = int(min(CROP // 2, max(16, 0.75 * face.height_px)))
    part = picture[max(0, y - half) : y + half, max(0, x - half) : x + half]
    if part.size == 0:
        return np.full((CROP, CROP, 3), PAPER, np.uint8)
    times = max(1, CROP // max(part.shape[:2]))
    return np.repeat(np.repeat(part, times, axis=0), times, axis=1)
