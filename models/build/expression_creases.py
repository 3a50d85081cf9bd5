"""What smiles do to the colours of skin: a mean log ratio on the flattened face, per unit of smile.

Conditioning on the person was tried and left out. A person's own folds do not predict theirs: the
best factor on a face's own fine shading came out negative, which is only a blur of what the two
photos' landmarks do not register; brightness of the skin explained nothing on people left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.build.expression_pairs import Smile
from models.build.expression_shapes import smooth_step
from renderer.faces import topology
from renderer.faces.types import Floats, Mesh, Picture
from renderer.motion.expression import (
    MM_PER_UNIT,
    ExpressionBasis,
    amplitude_between,
)
from renderer.picture.shade import spread_over

SIZE = 192
_PX_PER_MM = 1.05
_MIDDLE_Y_MM = 5.5
"""Height of the middle of the canonical face, landmarks 10 to 152."""

_FLOOR = 8.0
"""Added to both pictures before their ratio, or noise in black hair would count as light."""

_LOWPASS_PX = 1.4
"""Best explained variance on people left out: 0.201 unsmoothed, 0.212 here, 0.152 at 8 px."""

_AVERAGING_LOSS = 1.2
"""Folds lie a little elsewhere in everybody, so their mean is paler than any of them. Likeness of
gradients to real smiles is best from 1.0 to 1.3, SSIM at 1.0 to 1.3 within 0.001."""

_ROBUST_ROUNDS = 4
_HUBER = 1.345
"""Tuning constant of 95 % efficiency under Gaussian noise (Huber 1981)."""

_MIDLINE_HALF_MM = 12.0


@dataclass(frozen=True)
class FlatFace:
    """The flattened face: where landmarks lie in it, which pixels are skin that may be shaded."""

    at: Floats
    triangles: NDArray[np.int32]
    skin: Floats


def flat_face(vertices: NDArray[np.float64], triangles: NDArray[np.int32]) -> FlatFace:
    """The canonical face seen from in front."""
    centre = (SIZE - 1) / 2
    at = np.stack(
        [
            vertices[:, 0] * _PX_PER_MM + centre,
            (vertices[:, 1] - _MIDDLE_Y_MM) * _PX_PER_MM + centre,
        ],
        axis=1,
    ).astype(np.float32)
    return FlatFace(at, triangles, _skin(at, triangles))


def flattened(picture: Picture | Floats, mesh: Mesh, flat: FlatFace) -> tuple[Floats, Floats]:
    """``(SIZE, SIZE, 3) float32`` the face of `picture`, and 0/1 where there is face."""
    points = np.ascontiguousarray(mesh.points[: topology.SURFACE, :2])
    where, inside = spread_over(flat.at, flat.triangles, points, (SIZE, SIZE))
    shrink = np.linalg.norm(points[10] - points[152]) / np.linalg.norm(flat.at[10] - flat.at[152])
    # Sampling every n-th pixel needs a low-pass of about 0.6 n to be free of aliases.
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 0.6 * max(1.0, float(shrink)))
    face = cv2.remap(soft, where[..., 0], where[..., 1], cv2.INTER_LINEAR)
    return np.asarray(face * inside[..., None], np.float32), inside.astype(np.float32)


def log_ratio(smile: Smile, flat: FlatFace) -> Floats:
    """``(SIZE, SIZE, 3)``: log of smiling over neutral colours, exposure of the two photos equal."""
    neutral, _ = flattened(smile.neutral, smile.neutral_face.mesh, flat)
    smiling, _ = flattened(smile.smiling, smile.smiling_mesh_found, flat)
    ratio = np.log((_soft(smiling, 1.0) + _FLOOR) / (_soft(neutral, 1.0) + _FLOOR))
    rows, columns = np.indices((SIZE, SIZE))
    forehead = (rows > flat.at[10, 1] + 8) & (rows < flat.at[9, 1])
    forehead &= np.abs(columns - SIZE / 2) < 25
    return np.asarray(ratio - np.median(ratio[forehead], axis=0), np.float32)


def fitted_creases(smiles: Sequence[Smile], basis: ExpressionBasis, flat: FlatFace) -> Floats:
    """``(SIZE, SIZE, 3)`` log ratio per unit of smile: a robust slope through zero, symmetric."""
    ratios, units = [], []
    for smile in smiles:
        ratio = log_ratio(smile, flat)
        mesh, pose = smile.neutral_face.mesh, smile.neutral_face.pose
        unit = sum(amplitude_between(basis, mesh, smile.smiling_mesh, pose)) / 2 / MM_PER_UNIT
        ratios += [ratio, ratio[:, ::-1]]
        units += [unit, unit]
    observed = np.stack(ratios)
    dose = np.array(units, np.float32)[:, None, None, None]
    slope = (dose * observed).sum(0) / (dose**2).sum()
    for _ in range(_ROBUST_ROUNDS):
        error = np.abs(observed - dose * slope)
        limit = _HUBER * 1.48 * np.median(error, axis=0) + 1e-4
        trust = np.minimum(1.0, limit / np.maximum(error, 1e-6))
        slope = (trust * dose * observed).sum(0) / (trust * dose**2).sum(0)
    folds = _AVERAGING_LOSS * _soft(slope, _LOWPASS_PX)
    return np.asarray(folds * flat.skin[..., None], np.float32)


def crease_arrays(
    smiles: Sequence[Smile],
    basis: ExpressionBasis,
    vertices: NDArray[np.float64],
    triangles: NDArray[np.int32],
) -> dict[str, NDArray[np.generic]]:
    """What `renderer.picture.shade.crease_basis` reads."""
    flat = flat_face(vertices, triangles)
    across = np.arange(SIZE) - (SIZE - 1) / 2
    half = _MIDLINE_HALF_MM * _PX_PER_MM
    share = np.tile(smooth_step(across.astype(np.float64), -half, half), (SIZE, 1))
    return {
        "crease_log_ratio": fitted_creases(smiles, basis, flat).astype(np.float16),
        "crease_right_share": share.astype(np.float16),
        "crease_at": flat.at,
        "crease_beard": _beard(flat.at).astype(np.float16),
        "crease_triangles": triangles.astype(np.int16),
    }


def _skin(at: Floats, triangles: NDArray[np.int32]) -> Floats:
    """1 on skin below the eyes, 0 on lips, eyes, nostrils and towards the outline; soft edges."""
    _, inside = spread_over(at, triangles, at, (SIZE, SIZE))
    edge = cv2.erode(inside.astype(np.float32), np.ones((13, 13)), borderValue=0)
    skin = _soft(np.asarray(edge, np.float32), 4.0)
    for upper, lower in zip(topology.UPPER_LIDS, topology.LOWER_LIDS, strict=True):
        skin *= 1 - np.clip(1.1 * _patch(at, (*upper, *lower[::-1]), 3, 1.5), 0, 1)
    lips = (*topology.LIPS_OUTER_UPPER, *topology.LIPS_OUTER_LOWER[::-1])
    skin *= 1 - np.clip(1.1 * _patch(at, lips, 0, 2.2), 0, 1)
    # Lips turn out or in under a smile: their lower border is not where the mesh says it was.
    below = np.asarray(at + np.array([0, 4]), np.float32)
    lower_middle = (91, 181, 84, 17, 314, 405, 321)
    skin *= 1 - np.clip(1.1 * _patch(below, lower_middle, 3, 2.2), 0, 1)
    nostrils = np.zeros((SIZE, SIZE), np.float32)
    x, y = at[topology.NOSE_BASE]
    cv2.ellipse(nostrils, (round(float(x)), round(float(y)) - 4), (18, 8), 0, 0, 360, 1.0, -1)
    skin *= 1 - _soft(nostrils, 3.0)
    rows = np.indices((SIZE, SIZE))[0]
    lid = float(at[145, 1])
    return np.asarray(skin * smooth_step((rows - lid).astype(np.float64), -8.0, 2.0), np.float32)


def _beard(at: Floats) -> Floats:
    """1 where beards and moustaches grow: below the nose and in front of the ears."""
    outline = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361)
    upper_edge = (433, 416, 434, 432, 436, 426, 327, 2, 98, 206, 216, 212, 214, 192, 213)
    grown = _patch(at, (*outline, *upper_edge), 5, 4.0)
    return np.asarray(np.clip(1.2 * grown, 0, 1), np.float32)


def _patch(at: Floats, landmarks: Sequence[int], grow: int, soft: float) -> Floats:
    patch = np.zeros((SIZE, SIZE), np.float32)
    cv2.fillPoly(patch, [np.round(at[list(landmarks)]).astype(np.int32)], (1.0,))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grow + 1, 2 * grow + 1))
    return _soft(np.asarray(cv2.dilate(patch, disc), np.float32), soft)


def _soft(image: NDArray[np.floating], sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(image.astype(np.float32), (0, 0), sigma), np.float32)
