"""Alphas that are known: sitters photographed before plain paper, cut out of it.

The paper is fitted by a smooth surface, and alpha is where a pixel's colour lies between the paper's
and that of the sitter nearby. Face Research Lab London Set (DeBruine and Jones 2017, CC BY 4.0).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces.find import only_face
from renderer.faces.planes import floats, grown
from renderer.faces.segment import person_mask
from renderer.faces.types import Face, Floats, Picture
from renderer.models import ModelStore


@dataclass(frozen=True)
class Sitter:
    """Somebody whose alpha ``(h, w)`` 0..1 is known; `premultiplied` is RGB 0..255 times alpha."""

    face: Face
    alpha: Floats
    premultiplied: Floats

    def before(self, wall: Floats) -> Picture:
        """The sitter before another background ``(h, w, 3)`` 0..255."""
        mixed = self.premultiplied + (1 - self.alpha[..., None]) * wall
        return np.asarray(np.clip(np.rint(mixed), 0, 255), np.uint8)


def sit(picture: Picture, store: ModelStore) -> Sitter:
    """A sitter before plain paper. Raises `LookupError` without a face."""
    face = only_face(picture, store)
    mask = person_mask(picture, store)
    light = floats(picture)
    paper = _paper(light, grown(mask > 0.02, 15) ^ True)
    off = np.linalg.norm(light - paper, axis=2)
    noise = float(np.median(off[mask < 0.02])) if (mask < 0.02).any() else 2.0
    core = floats(grown(mask > 0.85, -7) & (off > 7 * noise))
    weight = cv2.GaussianBlur(core, (0, 0), 6) + 1e-3 * cv2.GaussianBlur(core, (0, 0), 30)
    near = cv2.GaussianBlur(light * core[..., None], (0, 0), 6)
    near = near + 1e-3 * cv2.GaussianBlur(light * core[..., None], (0, 0), 30)
    axis = near / np.maximum(weight, 1e-9)[..., None] - paper
    along = ((light - paper) * axis).sum(axis=2) / np.maximum((axis**2).sum(axis=2), 1)
    alpha = np.maximum(np.clip((along - 0.06) / 0.86, 0, 1), grown(mask > 0.9, -12))
    alpha = _one_piece(floats(alpha), face)
    return Sitter(face, alpha, floats(light - (1 - alpha[..., None]) * paper))


def _paper(picture: Floats, far: np.ndarray) -> Floats:
    """A cubic surface through the pixels that are `far` from the sitter."""
    height, width = far.shape
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    powers = [(i, j) for i in range(4) for j in range(4 - i)]
    terms = np.stack([x**i * y**j for i, j in powers], axis=-1)
    fit = np.linalg.lstsq(terms[far][::11], picture[far][::11], rcond=None)[0]
    return floats(terms @ fit)


def _one_piece(alpha: Floats, face: Face) -> Floats:
    """`alpha` of what hangs together with the face, without holes."""
    _, parts = cv2.connectedComponents((alpha > 0.15).astype(np.uint8))
    x, y = (int(v) for v in face.mesh.points[:468, :2].mean(axis=0))
    alpha = floats(alpha * grown(parts == parts[y, x], 1))
    air = cv2.copyMakeBorder(
        (alpha < 0.6).astype(np.uint8), 1, 0, 1, 1, cv2.BORDER_CONSTANT, value=1
    )
    _, gaps = cv2.connectedComponents(air)
    holes = ((gaps > 0) & (gaps != gaps[0, 0]))[1:, 1:-1]
    return floats(np.where(holes, 1, alpha))
