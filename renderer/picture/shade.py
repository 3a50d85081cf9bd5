"""The folds and highlights that a smile draws on skin, laid onto one face as maps to multiply by.

What is stored is the mean of what smiles did to people's skin (`models/build/expression_creases.py`)
as a log ratio of colours on the flattened face. This file brings it into a picture: onto this face,
in this picture's colours, off hair, off the turned-away side. It does not warp and does not render.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats, Mesh, Picture

RATIO_MIN, RATIO_MAX = 0.72, 1.18
"""Bounds on what shading may do to a pixel: darker reads as dirt, brighter as sweat."""

MAP_SCALE = 2
"""Maps have this fraction of the picture's resolution: folds have no finer detail."""

SURFACE_POINTS = 468

_FACING_FADE = (0.2, 0.6)
"""Cosines between skin and line of sight at which shading vanishes and is whole: nearer to the
silhouette the mesh slides over hair and background."""

_COLOUR_LEFT = (1.6, 3.0)
"""Grey levels of colour left in a face after its picture's tone is taken off: grey and sepia prints
0 to 1.8 (2.5 with heavy JPEG), colour photos 3 to 11."""

_HAIR_TEXTURE = (0.045, 0.1)
"""Contrast of fine structure (standard deviation over brightness): bare skin 0.01 to 0.04, stubble
0.05, beards 0.05 to 0.25. Deep wrinkles of old age reach 0.1 and count as hair: they move on their
own and need no help."""

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)

_FEW_PIXELS = 16
"""Too few to tell a tone from a colour."""

_HAIR_FINE_MM, _HAIR_AREA_MM = 1.1, 4.0
"""Hairs are finer than the first, patches of beard wider than the second."""

_FACE_MM = 177.0
"""Forehead (landmark 10) to chin (152) of the canonical face."""


@dataclass(frozen=True)
class CreaseBasis:
    """What one unit of smile (10 mm of corner travel on both sides) does to the colours of skin.

    log_ratio: ``(N, N, 3) float32`` RGB, natural logarithm of sRGB-encoded smile over neutral, on
    the flattened face. right_share: ``(N, N) float32`` 0..1, how much of it the corner on the
    picture's right causes. at: ``(468, 2) float32`` where landmarks lie in it, pixels. beard:
    ``(N, N) float32`` 0..1, where beards grow. triangles: ``(T, 3) int32`` of the surface.
    """

    log_ratio: Floats
    right_share: Floats
    at: Floats
    beard: Floats
    triangles: NDArray[np.int32]


@dataclass(frozen=True)
class CreaseMaps:
    """Shading of one face, at ``1 / MAP_SCALE`` of the picture's resolution.

    box: ``(x0, y0, x1, y1)`` in picture pixels, the region that the maps cover, multiples of
    `MAP_SCALE`; it may be empty. left, right: ``(h, w, 3) float32`` RGB log ratios per unit of
    `smile` of the left and the right corner. A picture is shaded before it is warped:
    ``picture * clip(exp(l * left + r * right), RATIO_MIN, RATIO_MAX)``.
    """

    box: tuple[int, int, int, int]
    left: Floats
    right: Floats


def crease_basis(arrays: Mapping[str, NDArray[Any]]) -> CreaseBasis:
    """The shading among `arrays`, the asset "expression" of the model store.

    Raises `ValueError` where it is not what this file expects.
    """
    log_ratio = arrays["crease_log_ratio"].astype(np.float32)
    at, triangles = arrays["crease_at"], arrays["crease_triangles"].astype(np.int32)
    size = log_ratio.shape[0]
    if log_ratio.shape != (size, size, 3) or not np.isfinite(log_ratio).all():
        raise ValueError(f"crease texture is {log_ratio.dtype} {log_ratio.shape}")
    if at.shape != (SURFACE_POINTS, 2) or triangles.ndim != 2 or triangles.shape[1] != 3:
        raise ValueError(f"crease landmarks are {at.shape}, triangles {triangles.shape}")
    return CreaseBasis(
        log_ratio=log_ratio,
        right_share=arrays["crease_right_share"].astype(np.float32),
        at=at.astype(np.float32),
        beard=arrays["crease_beard"].astype(np.float32),
        triangles=triangles,
    )


def crease_maps(basis: CreaseBasis, picture: Picture, mesh: Mesh) -> CreaseMaps:
    """The shading of the face at `mesh`."""
    surface = mesh.points[:SURFACE_POINTS]
    box = _box(surface, picture.shape[1], picture.shape[0])
    width, height = ((box[k + 2] - box[k]) // MAP_SCALE for k in (0, 1))
    if width < 2 or height < 2:
        empty = np.zeros((0, 0, 3), np.float32)
        return CreaseMaps((box[0], box[1], box[0], box[1]), empty, empty)
    corner = np.array(box[:2], np.float32)
    on_map = np.asarray((surface[:, :2] - corner + 0.5) / MAP_SCALE - 0.5, np.float32)
    carried = np.column_stack([basis.at, _facing(surface, basis.triangles)])
    spread, inside = spread_over(on_map, basis.triangles, carried, (height, width))
    x, y = spread[..., 0], spread[..., 1]
    shading = _sample(basis.log_ratio, x, y)
    window = picture[box[1] : box[3], box[0] : box[2]]
    crop = np.asarray(cv2.resize(window, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    grey = shading.mean(axis=2, keepdims=True)
    shading = grey + np.float32(_colourfulness(crop[inside])) * (shading - grey)
    px_per_mm = float(np.linalg.norm(on_map[10] - on_map[152])) / _FACE_MM
    bare = 1 - _sample(basis.beard, x, y) * _hairiness(crop, px_per_mm)
    weight = _rising(spread[..., 2], *_FACING_FADE) * bare * inside.astype(np.float32)
    whole = np.asarray(shading * weight[..., None], np.float32)
    right = np.asarray(whole * _sample(basis.right_share, x, y)[..., None], np.float32)
    return CreaseMaps(box, whole - right, right)


def spread_over(
    points: Floats, triangles: NDArray[np.int32], values: Floats, shape: tuple[int, int]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Values at the corners of triangles, spread linearly over the pixels of ``(h, w)`` `shape`.

    points: ``(V, 2)`` pixels, values: ``(V, K)``. Returns ``(h, w, K) float32`` and where there is a
    triangle; elsewhere the values mean nothing.
    """
    owner = np.full(shape, -1.0, np.float32)
    fixed = np.round(points[triangles] * 16).astype(np.int32)
    for number, corners in enumerate(fixed):
        cv2.fillConvexPoly(owner, corners, (float(number),), cv2.LINE_8, 4)
    owner_index = owner.astype(np.int32)
    inside = owner_index >= 0
    corners = np.concatenate(
        [points[triangles], np.ones((len(triangles), 3, 1), np.float32)], axis=2
    ).astype(np.float64)
    # A triangle seen edge-on has no inverse; it covers no pixel that matters.
    corners[np.abs(np.linalg.det(corners)) < 1e-6] = np.eye(3)
    planes = np.linalg.solve(corners, values[triangles].astype(np.float64)).astype(np.float32)
    of_pixel = planes[np.maximum(owner_index, 0)]
    rows, columns = np.indices(shape, np.float32)
    result = of_pixel[..., 0, :] * columns[..., None]
    result += of_pixel[..., 1, :] * rows[..., None]
    result += of_pixel[..., 2, :]
    return np.asarray(result, np.float32), inside


def _box(surface: Floats, width: int, height: int) -> tuple[int, int, int, int]:
    low = np.floor(surface[:, :2].min(axis=0) / MAP_SCALE).astype(int) * MAP_SCALE
    high = np.ceil(surface[:, :2].max(axis=0) / MAP_SCALE).astype(int) * MAP_SCALE
    limit = np.array([width, height]) // MAP_SCALE * MAP_SCALE
    x0, y0 = np.clip(low, 0, limit)
    x1, y1 = np.clip(high, 0, limit)
    return int(x0), int(y0), int(x1), int(y1)


def _facing(surface: Floats, triangles: NDArray[np.int32]) -> Floats:
    """``(468,)``: cosine between the skin's normal and the line of sight, negative from behind."""
    a, b, c = (surface[triangles[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    normals = np.zeros_like(surface)
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], across)
    lengths = np.maximum(np.linalg.norm(normals, axis=1), 1e-6)
    towards = -normals[:, 2] / lengths
    # The tip of the nose faces the viewer in every face that is animated; it tells the winding.
    return np.asarray(towards * np.sign(np.median(towards) or 1.0), np.float32)


def _sample(texture: Floats, x: Floats, y: Floats) -> Floats:
    return np.asarray(cv2.remap(texture, x, y, cv2.INTER_LINEAR), np.float32)


def _colourfulness(pixels: NDArray[np.uint8]) -> float:
    """0 where colour is only a tone (grey, sepia: a smooth function of brightness) .. 1 in colour."""
    if len(pixels) < _FEW_PIXELS:
        return 0.0
    sample = pixels[:: max(1, len(pixels) // 2000)].astype(np.float32)
    luma = sample @ _LUMA
    powers = np.stack([np.ones_like(luma), luma, luma**2 / 255], axis=1)
    colour = sample[:, [0, 2]] - sample[:, [1]]
    tone, *_ = np.linalg.lstsq(powers, colour, rcond=None)
    left = np.abs(colour - powers @ tone).mean()
    return float(_rising(np.asarray(left, np.float32), *_COLOUR_LEFT))


def _hairiness(crop: Picture, px_per_mm: float) -> Floats:
    """``(h, w)`` 0 smooth .. 1 full of fine dark and bright strokes."""
    grey = np.asarray(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), np.float32)
    fine = max(0.8, _HAIR_FINE_MM * px_per_mm)
    area = max(2.0, _HAIR_AREA_MM * px_per_mm)
    strokes = grey - cv2.GaussianBlur(grey, (0, 0), fine)
    energy = np.sqrt(cv2.GaussianBlur(strokes * strokes, (0, 0), area))
    brightness = cv2.GaussianBlur(grey, (0, 0), area)
    return _rising(np.asarray(energy / (brightness + 12.0), np.float32), *_HAIR_TEXTURE)


def _rising(value: Floats, start: float, end: float) -> Floats:
    """0 before `start`, 1 after `end`, no kink between."""
    t = np.clip((value - np.float32(start)) / np.float32(end - start), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
