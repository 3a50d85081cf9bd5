"""Does a moving face stay as sharp as the photo? Laplacian energy of the skin, in the same place.

The face oval without its eyes (closing them lowers it by design) is carried along with the motion, so
that the same cheek is compared with itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces import topology
from renderer.faces.topology import EYE_RINGS
from renderer.faces.types import Face, Floats, Picture
from renderer.motion.rig import HeadRig, Motion, carry

OVAL_SHRUNK = 0.94
"""The oval is drawn in a little, so that neither hair nor background counts as skin."""

EYE_GROWN = 1.6
"""Eye openings are grown to the sockets, lids and lashes included."""


@dataclass(frozen=True)
class Skin:
    """What is measured: outlines in the still's pixels, ``(N, 2)``, and the still's own energy."""

    oval: NDArray[np.float64]
    eyes: tuple[NDArray[np.float64], NDArray[np.float64]]
    energy: float


def skin_of(picture: Picture, face: Face) -> Skin:
    """The skin of `face` in the still."""
    points = face.mesh.points[:, :2].astype(np.float64)
    oval = _grown(points[topology.of(topology.OVAL)], OVAL_SHRUNK)
    left, right = (_grown(points[list(ring)], EYE_GROWN) for ring in EYE_RINGS)
    skin = Skin(oval, (left, right), 1.0)
    return Skin(oval, (left, right), energy(picture, skin))


def ratio(picture: Picture, skin: Skin, rig: HeadRig, motion: Motion) -> float:
    """Energy of the skin in a frame drawn with `motion`, as a share of the still's."""
    left, right = (carry(rig, motion, eye) for eye in skin.eyes)
    moved = Skin(carry(rig, motion, skin.oval), (left, right), skin.energy)
    return energy(picture, moved) / max(skin.energy, 1e-9)


def energy(picture: Picture, skin: Skin) -> float:
    """Mean square of the Laplacian of the luma inside the oval and outside the eyes."""
    height, width = picture.shape[:2]
    low = np.clip(np.floor(skin.oval.min(axis=0)).astype(int) - 2, 0, (width - 1, height - 1))
    high = np.clip(np.ceil(skin.oval.max(axis=0)).astype(int) + 3, low + 1, (width, height))
    part = picture[low[1] : high[1], low[0] : high[0]]
    mask = np.zeros(part.shape[:2], np.uint8)
    _fill(mask, skin.oval - low, 255)
    for eye in skin.eyes:
        _fill(mask, eye - low, 0)
    edges = laplacian(part)
    inside = mask > 0
    return float(np.mean(np.square(edges[inside]))) if inside.any() else 0.0


def laplacian(picture: Picture) -> Floats:
    """``(H, W) float32``: four-neighbour Laplacian of the luma."""
    grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.Laplacian(grey, cv2.CV_32F), np.float32)


def _fill(mask: NDArray[np.uint8], outline: NDArray[np.float64], value: int) -> None:
    hull = cv2.convexHull(outline.astype(np.float32)) if value == 0 else outline[:, None]
    cv2.fillPoly(mask, [np.round(hull * 16).astype(np.int32)], value, lineType=cv2.LINE_8, shift=4)


def _grown(outline: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    middle = outline.mean(axis=0)
    return np.asarray(middle + factor * (outline - middle))
