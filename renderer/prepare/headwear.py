"""Is a hat, a scarf or a headdress worn? And does something lie over the face that is not part of it?

Two small linear models on `renderer.prepare.edges`, learned from face crops labelled by eye
(`models/build/train_headwear.py`, which prints how often they are right; docs/coach.md has the figures).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.topology import IRIS_CENTRES, MOUTH_CORNERS
from renderer.faces.types import Floats
from renderer.prepare.edges import edge_cells
from renderer.prepare.surroundings import SIDE_PX, UNIT_PX, HeadView

NETWORK = "headwear"

HAT_SIDE = 96
HAT_REACH = 2.3
"""Side of what is looked at for a hat, in pixels and in face heights."""

HAT_DOWN = 0.62
"""How far down in it the middle of the face lies; hats are above."""

HAT_ROWS = 8
"""Rows of cells from the top that count: down to the mouth."""

COVER_SIZE = (96, 112)
COVER_PLACES = np.array([[32, 40], [64, 40], [48, 76]], np.float32)
"""Width and height of a face laid out by its eyes and mouth, and where these come to lie."""

COVER_CELLS = np.s_[3:13, 1:11]
"""From the brows to the chin, cheek to cheek."""


def hat_measures(view: HeadView) -> Floats:
    """``(768,)``: edges, fine texture and light of the upper head."""
    reach = HAT_REACH * UNIT_PX
    left, top = SIDE_PX / 2 - reach / 2, SIDE_PX / 2 - HAT_DOWN * reach
    scale = HAT_SIDE / reach
    matrix = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]])
    luma = cv2.cvtColor(view.pixels, cv2.COLOR_RGB2GRAY)
    shown = cv2.warpAffine(
        luma, matrix, (HAT_SIDE, HAT_SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float32)
    flat = shown / (shown.mean() + 10) * 100
    edges = edge_cells(flat)[:HAT_ROWS]
    edges = 10 * edges / (float(np.linalg.norm(edges)) + 1e-3)
    cells = (edges.shape[1], edges.shape[1])
    fine = np.abs(flat - cv2.GaussianBlur(flat, (0, 0), 1.5))
    texture = np.log(cv2.resize(fine, cells, interpolation=cv2.INTER_AREA)[:HAT_ROWS] + 0.1)
    light = cv2.resize(flat, cells, interpolation=cv2.INTER_AREA)[:HAT_ROWS] / 100
    return np.concatenate([edges.ravel(), texture.ravel(), light.ravel()]).astype(np.float32)


def hat_score(view: HeadView, learned: Mapping[str, NDArray[Any]]) -> float:
    """Over 0: something is worn on this head."""
    at_rest = (hat_measures(view) - learned["hat_mean"]) / learned["hat_spread"]
    return float(at_rest @ learned["hat_weights"] + learned["hat_bias"])


def cover_measures(view: HeadView) -> Floats:
    """``(600,)``: edges of a face laid out by its eyes and mouth."""
    mouth = view.points[list(MOUTH_CORNERS)].mean(axis=0)
    source = np.stack([*view.points[list(IRIS_CENTRES)], mouth]).astype(np.float32)
    luma = cv2.cvtColor(view.pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    laid = cv2.warpAffine(
        luma,
        cv2.getAffineTransform(source, COVER_PLACES),
        COVER_SIZE,
        borderMode=cv2.BORDER_REPLICATE,
    )
    lit = laid / (cv2.GaussianBlur(laid, (0, 0), 10) + 12)
    return edge_cells(np.asarray(lit, np.float32))[COVER_CELLS].ravel()


def cover_score(view: HeadView, learned: Mapping[str, NDArray[Any]]) -> float:
    """How far a face's edges are from what faces have, in the spread of faces: 1 is usual."""
    return strangeness(
        cover_measures(view) - learned["face_mean"], learned["face_shapes"], learned["face_spread"]
    )


def strangeness(apart: Floats, shapes: NDArray[Any], spread: NDArray[Any]) -> float:
    """Mean square of what `shapes` ``(n, 600)`` do not explain of a difference from the mean face, in
    units of `spread`; the strangest spot counts a fifth more."""
    rest = (apart - (apart @ shapes.T) @ shapes) / spread
    cells = (rest**2).reshape(10, 10, -1).mean(axis=-1).astype(np.float32)
    return float(cells.mean() + 0.2 * cv2.blur(cells, (3, 3)).max())
