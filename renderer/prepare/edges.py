"""Edges by direction in small cells: what tells a hat from hair, and a hand on a face from the face.

The histogram of oriented gradients (Dalal and Triggs 2005) in its plainest form, on luma with the light
divided out, so that neither colour nor the tone of a skin or a print counts.
"""

from __future__ import annotations

import cv2
import numpy as np

from renderer.faces.types import Floats

DIRECTIONS = 6
CELL = 8


def edge_cells(luma: Floats) -> Floats:
    """``(h / 8, w / 8, 6) float32``: the root of the mean edge strength of each direction in each cell
    of a plane ``(h, w)``; the first direction is that of upright edges."""
    soft = cv2.GaussianBlur(luma, (0, 0), 1.0)
    dx = cv2.Sobel(soft, cv2.CV_32F, 1, 0) / 8
    dy = cv2.Sobel(soft, cv2.CV_32F, 0, 1) / 8
    strength = np.hypot(dx, dy)
    angle = (np.arctan2(dy, dx) % np.pi) / np.pi * DIRECTIONS
    size = (luma.shape[1] // CELL, luma.shape[0] // CELL)
    planes = []
    for direction in range(DIRECTIONS):
        apart = np.abs(angle - direction)
        share = np.clip(1 - np.minimum(apart, DIRECTIONS - apart), 0, 1) * strength
        planes.append(cv2.resize(share.astype(np.float32), size, interpolation=cv2.INTER_AREA))
    return np.asarray(np.sqrt(np.stack(planes, axis=-1)), np.float32)
