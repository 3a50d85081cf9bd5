"""Where on a face damage must be surer than elsewhere before it is believed.

Eyes, brows and lips are made of fine lines, spectacles sit around the eyes, hair begins at the hairline,
jewellery hangs at ears and throat. A scratch missed there is a small loss; an eyebrow or the rim of a
pair of glasses taken for a scratch changes who is seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces import topology
from renderer.faces.planes import Mask
from renderer.faces.territory import face_axes, face_oval
from renderer.faces.types import Face, Floats

FEATURES_NEED = 0.90
"""On eyes, brows and lips."""
SPECTACLES_NEED = 0.80
"""From temple to temple, brow to cheek: rims, arms, bridges."""
HAIRLINE_NEED = 0.75
"""Around the face's outline, where strands cross skin."""
JEWELLERY_NEED = 0.75
"""At ears and throat."""
FACE_NEEDS = 0.65
"""On the rest of the face: wrinkles."""
FEATURE_GROWTH = 0.035
"""How far eyes, brows and lips are grown, in face heights: lashes, and the mesh's own error."""
HAIRLINE_WIDTH = 0.16
"""Of the band along the outline, in face heights."""

_BROWS = (
    (*topology.LEFT_BROW_UPPER, *topology.LEFT_BROW_LOWER[::-1]),
    (*topology.RIGHT_BROW_UPPER, *topology.RIGHT_BROW_LOWER[::-1]),
)
_LIPS = (*topology.LIPS_OUTER_UPPER, *topology.LIPS_OUTER_LOWER[-2:0:-1])


def features(faces: Sequence[Face], size: tuple[int, int]) -> Mask:
    """Eyes, brows and lips of all `faces` in a picture of `size` (width, height), grown."""
    marked = np.zeros(size[::-1], np.uint8)
    for face in faces:
        for ring in (*topology.EYE_RINGS, *_BROWS, _LIPS):
            _draw(marked, face.mesh.points[list(ring), :2], FEATURE_GROWTH * face.height_px)
    return marked > 0


def face_area(faces: Sequence[Face], size: tuple[int, int]) -> Mask:
    """The faces themselves, from hairline to chin."""
    marked = np.zeros(size[::-1], np.uint8)
    for face in faces:
        cv2.fillPoly(marked, [face_oval(face, 1.0, (0.0, 0.0))], 1)
    return marked > 0


def needed(faces: Sequence[Face], size: tuple[int, int], elsewhere: float) -> Floats:
    """The belief ``(H, W)`` 0..1 from which a pixel counts as damaged; `elsewhere` away from faces."""
    bars = np.full(size[::-1], elsewhere, np.float32)
    for face in faces:
        _raise(bars, _neighbourhood(face, size, (0.0, 0.62), (0.62, 0.5)), JEWELLERY_NEED)
        oval = np.zeros(size[::-1], np.uint8)
        cv2.fillPoly(oval, [face_oval(face, 1.0, (0.0, 0.0))], 1)
        _raise(bars, oval, FACE_NEEDS)
        band = np.zeros_like(oval)
        width = max(1, round(HAIRLINE_WIDTH * face.height_px))
        cv2.polylines(band, [face_oval(face, 1.0, (0.0, 0.0))], True, 1, width)
        _raise(bars, band, HAIRLINE_NEED)
        _raise(bars, _neighbourhood(face, size, (0.0, -0.14), (0.55, 0.24)), SPECTACLES_NEED)
    bars[features(faces, size)] = max(FEATURES_NEED, elsewhere)
    return bars


def _raise(bars: Floats, where: NDArray[np.uint8], need: float) -> None:
    np.maximum(bars, np.float32(need), out=bars, where=where > 0)


def _neighbourhood(
    face: Face, size: tuple[int, int], middle: tuple[float, float], axes: tuple[float, float]
) -> NDArray[np.uint8]:
    """An ellipse in the face's own axes: `middle` and half `axes` in face heights."""
    centre, right, down = face_axes(face)
    at = centre + middle[0] * right + middle[1] * down
    angle = float(np.degrees(np.arctan2(right[1], right[0])))
    marked = np.zeros(size[::-1], np.uint8)
    reach = (max(1, round(axes[0] * face.height_px)), max(1, round(axes[1] * face.height_px)))
    cv2.ellipse(marked, (round(float(at[0])), round(float(at[1]))), reach, angle, 0, 360, 1, -1)
    return marked


def _draw(marked: NDArray[np.uint8], points: Floats, growth: float) -> None:
    outline = np.round(points).astype(np.int32)
    cv2.fillPoly(marked, [outline], 1)
    cv2.polylines(marked, [outline], True, 1, max(1, round(2 * growth)))
