"""How sharp and how noisy a scan is where it matters: on the face."""

from __future__ import annotations

import cv2
import numpy as np

from renderer.faces import topology
from renderer.faces.types import Face, Floats, Picture


def sharpness(picture: Picture, face: Face) -> float:
    """How much of the eyes' edges a small blur takes away: crisp edges lose most, soft ones little."""
    patch = _patch(picture, face, 128.0)
    if min(patch.shape) < 8:
        return 0.0
    noise = _noise(patch)
    soft = np.asarray(cv2.GaussianBlur(patch, (0, 0), 1.5), np.float32)
    before, after = _edge_energy(patch), _edge_energy(soft)
    # Sobel/8 sums the squares of white noise to 12/64 of its variance per axis; a blur of 1.5 px
    # leaves about a fortieth of it.
    before -= 2 * 12 / 64 * noise**2
    after -= 2 * 12 / 64 * noise**2 / 40
    return float(np.clip(1 - after / max(before, 1e-3), 0.0, 1.0))


def _patch(picture: Picture, face: Face, most: float) -> Floats:
    """Luma around both eyes, reduced to at most `most` pixels between the eyes, never enlarged."""
    eyes = face.mesh.points[list(topology.IRIS_CENTRES), :2].astype(np.float64)
    middle, reach = eyes.mean(axis=0), face.interocular_px
    height, width = picture.shape[:2]
    x0, x1 = np.clip([middle[0] - reach, middle[0] + reach], 0, width).astype(int)
    y0, y1 = np.clip([middle[1] - 0.4 * reach, middle[1] + 0.45 * reach], 0, height).astype(int)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return np.zeros((0, 0), np.float32)
    luma = cv2.cvtColor(np.ascontiguousarray(picture[y0:y1, x0:x1]), cv2.COLOR_RGB2GRAY)
    scale = most / max(reach, 1.0)
    if scale < 1:
        luma = cv2.resize(luma, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(luma, np.float32)


def _edge_energy(luma: Floats) -> float:
    dx = cv2.Sobel(luma, cv2.CV_32F, 1, 0, ksize=3) / 8
    dy = cv2.Sobel(luma, cv2.CV_32F, 0, 1, ksize=3) / 8
    return float((dx**2 + dy**2).mean())


def grain(picture: Picture, face: Face) -> float:
    """Noise of the scan in grey levels, measured on the face at the scan's own resolution."""
    points = face.mesh.points[list(topology.OVAL), :2]
    low = np.clip(points.min(axis=0), 0, None).astype(int)
    high = np.ceil(points.max(axis=0)).astype(int)
    luma = picture[low[1] : high[1], low[0] : high[0]]
    if min(luma.shape[:2]) < 8:
        return 0.0
    return _noise(
        np.asarray(cv2.cvtColor(np.ascontiguousarray(luma), cv2.COLOR_RGB2GRAY), np.float32)
    )


def _noise(luma: Floats) -> float:
    """Standard deviation of the noise: Immerkaer's mask (1996), by the median so that edges, which
    it does not cancel wholly, do not count."""
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    residue = np.abs(cv2.filter2D(luma, cv2.CV_32F, mask)[1:-1, 1:-1])
    return float(np.median(residue)) / 0.6745 / 6


def flatness(pixels: Picture) -> float:
    """Share of a face that is one flat colour: 3x3 neighbourhoods that differ by at most a level.

    ``(h, w, 3) uint8``, a face brought to one size (`renderer.faces.chip`). Skin is never flat, film
    and sensors least of all; areas filled by a pen or a program are, even after JPEG.
    """
    cell = np.ones((3, 3), np.uint8)
    spread = cv2.subtract(cv2.dilate(pixels, cell), cv2.erode(pixels, cell))
    return float((np.asarray(spread).max(axis=2) <= 1).mean())
