"""The same face in other circumstances: what an embedding must forgive in this very photo.

Made from the photo's own chip by means that have nothing to do with how clips are drawn: mirrored,
turned as a rounded head would be, with the eyes painted over, compressed, blurred, and cut a little
beside. How far the network's answer moves is the photo's own null.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from renderer.faces.crop import Crop
from renderer.faces.topology import EYE_RINGS
from renderer.faces.types import Floats, Mesh

TURN_DEG = 5.0
"""Half of what drivers turn a head at most: the field below is exact for small turns only."""

HEAD = (0.36, 0.46, 0.3)
"""Half width, half height and depth of a rounded head in a chip, in sides of it."""

HEAD_MIDDLE = 0.52
JPEG_QUALITY = 60
BLUR = 1.2
LIDS_GROWN = 5
"""The painted lids reach this many pixels wide a brush beyond the eye's ring: over the lashes."""

INPAINT_RADIUS = 4.0
CUT_BESIDE = 0.02
CUT_WIDER = 1.04


def variants(chip: Floats, crop: Crop, mesh: Mesh) -> dict[str, Floats]:
    """By name, ``(S, S, 3) float32`` each: the `chip` that `crop` cut around `mesh`, changed."""
    size = chip.shape[0]
    return {
        "mirrored": np.ascontiguousarray(chip[:, ::-1]),
        "turned left": turned(chip, -TURN_DEG, 0.0),
        "turned right": turned(chip, TURN_DEG, 0.0),
        "turned up": turned(chip, 0.0, -TURN_DEG),
        "turned down": turned(chip, 0.0, TURN_DEG),
        "eyes shut": shut(chip, crop, mesh),
        "compressed": compressed(chip),
        "blurred": np.asarray(cv2.GaussianBlur(chip, (0, 0), BLUR), np.float32),
        "half the pixels": _halved(chip),
        "cut beside": _cut(chip, CUT_BESIDE * size, 1.0),
        "cut wider": _cut(chip, 0.0, CUT_WIDER),
    }


def turned(chip: Floats, yaw_deg: float, pitch_deg: float) -> Floats:
    """The chip with every pixel moved as far as its depth on a rounded head asks for."""
    depth = _depth(chip.shape[0])
    x, y = _grid(chip.shape[0])
    right = depth * np.float32(np.sin(np.radians(yaw_deg)))
    down = depth * np.float32(np.sin(np.radians(pitch_deg)))
    moved = cv2.remap(chip, x - right, y - down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def shut(chip: Floats, crop: Crop, mesh: Mesh) -> Floats:
    """The chip with the skin around both eyes drawn over them: cruder than any lid."""
    size = chip.shape[0]
    into = np.linalg.inv(crop.axes)
    mask = np.zeros((size, size), np.uint8)
    for ring in EYE_RINGS:
        points = ((mesh.points[list(ring), :2] - (crop.x, crop.y)) @ into.T + 0.5) * size - 0.5
        cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 255)
    mask = np.asarray(cv2.dilate(mask, np.ones((LIDS_GROWN, LIDS_GROWN), np.uint8)), np.uint8)
    painted = cv2.inpaint(_bytes(chip), mask, INPAINT_RADIUS, cv2.INPAINT_TELEA)
    return np.asarray(painted, np.float32)


def compressed(chip: Floats) -> Floats:
    """The chip through JPEG at a messenger's quality."""
    _, packed = cv2.imencode(".jpg", _bytes(chip), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.float32)


def _halved(chip: Floats) -> Floats:
    size = chip.shape[0]
    small = cv2.resize(chip, (size // 2, size // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)


def _cut(chip: Floats, beside: float, wider: float) -> Floats:
    """The chip as if cut `beside` pixels to the right and below, or `wider`."""
    middle = (chip.shape[0] - 1) / 2
    offset = middle * (1 - wider) + beside
    matrix = np.array([[wider, 0, offset], [0, wider, offset]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (chip.shape[1], chip.shape[0])
    cut = cv2.warpAffine(chip, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.float32)


@cache
def _depth(size: int) -> Floats:
    """How far each pixel lies before the middle of a rounded head, in pixels; its mean is 0."""
    x, y = _grid(size)
    wide, tall, deep = HEAD
    u, v = (x / size - 0.5) / wide, (y / size - HEAD_MIDDLE) / tall
    depth = size * deep * np.sqrt(np.clip(1 - u * u - v * v, 0, 1))
    return np.asarray(depth - depth.mean(), np.float32)


@cache
def _grid(size: int) -> tuple[Floats, Floats]:
    x, y = np.meshgrid(np.arange(size, dtype=np.float32), np.arange(size, dtype=np.float32))
    return x, y


def _bytes(chip: Floats) -> np.ndarray:
    return np.clip(np.rint(chip), 0, 255).astype(np.uint8)
