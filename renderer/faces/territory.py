"""Who is in front of whom in a group, and which pixels of the people are whose."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Face, Floats, Picture

Labels = NDArray[np.int32]

FOREHEAD, CHIN = 10, 152
OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""The mesh's own outline, in order."""
TERRITORY_FACE_PX = 56
"""Face height at which people are told apart: hair and cloth texture are gone, outlines are not."""
SIZE_PULL = 2.0
"""Face heights of "lower in the picture" that a face e times larger outweighs when deciding who is
nearer."""


def face_axes(face: Face) -> tuple[Floats, Floats, Floats]:
    """Centre between forehead and chin, and the face's own right and down as ``(2,)`` of one face
    height each."""
    points = face.mesh.points
    down = points[CHIN, :2] - points[FOREHEAD, :2]
    centre = (points[CHIN, :2] + points[FOREHEAD, :2]) / 2
    right = np.array([down[1], -down[0]], np.float32)
    return centre.astype(np.float32), right, down.astype(np.float32)


def face_oval(face: Face, scale: float, origin: tuple[float, float]) -> NDArray[np.int32]:
    """The mesh outline as a polygon ``(36, 2)`` in a picture cropped at `origin`, then scaled."""
    points = (face.mesh.points[list(OVAL), :2] - np.asarray(origin, np.float32)) * scale
    return np.round(points + (scale - 1) / 2).astype(np.int32)


def back_to_front(faces: Sequence[Face]) -> tuple[int, ...]:
    """Rank of each face from the rearmost (0): lower and larger faces are nearer."""
    if not faces:
        return ()
    mean = float(np.mean([face.height_px for face in faces]))
    nearness = [
        float(face.mesh.points[CHIN, 1]) / mean + SIZE_PULL * float(np.log(face.height_px / mean))
        for face in faces
    ]
    ranks = np.empty(len(faces), int)
    ranks[np.argsort(nearness, kind="stable")] = np.arange(len(faces))
    return tuple(int(rank) for rank in ranks)


def _place(face: Face, scale: float, outline: Sequence[tuple[float, float]]) -> NDArray[np.int32]:
    """Points given in face heights (right, down) from the face's centre, as picture pixels."""
    centre, right, down = face_axes(face)
    return np.array(
        [np.round((centre + u * right + v * down) * scale) for u, v in outline], np.int32
    )


def territories(picture: Picture, faces: Sequence[Face], people: Floats) -> Labels:
    """Whose pixel it is: ``(h, w) int32`` at the scale of `people`, 0 nobody's, ``i + 1`` face i's.

    `people` is the soft person mask 0..1 of the whole picture, at any scale. Markers are each face
    with its skull and a wedge of chest, drawn back to front; a watershed on the colour edges shares
    out the rest.
    """
    height, width = people.shape
    scale = height / picture.shape[0]
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    small = cv2.bilateralFilter(small, 5, 30, 3)
    markers = np.zeros((height, width), np.int32)
    nobody = len(faces) + 1
    far = cv2.erode((people < 0.15).astype(np.uint8), np.ones((5, 5), np.uint8))
    markers[far > 0] = nobody
    ranks = back_to_front(faces)
    order = sorted(range(len(faces)), key=lambda index: ranks[index])
    for index in order:
        chest = _place(faces[index], scale, ((-0.2, 0.62), (0.2, 0.62), (0.6, 1.5), (-0.6, 1.5)))
        cv2.fillPoly(markers, [chest], index + 1)
    for index in order:
        face = faces[index]
        centre, _, down = face_axes(face)
        angle = float(np.degrees(np.arctan2(-down[0], down[1])))
        middle = (centre - 0.08 * down) * scale
        radii = (0.34 * face.height_px * scale, 0.5 * face.height_px * scale)
        cv2.ellipse(
            markers,
            ((float(middle[0]), float(middle[1])), (2 * radii[0], 2 * radii[1]), angle),
            index + 1,
            -1,
        )
        cv2.fillPoly(markers, [face_oval(face, scale, (0.0, 0.0))], index + 1)
    shared: Labels = cv2.watershed(small, markers).astype(np.int32)
    lines = (shared < 0).astype(np.uint8)
    filled = cv2.dilate(np.maximum(shared, 0).astype(np.float32), np.ones((3, 3), np.uint8))
    shared = np.where(lines > 0, filled.astype(np.int32), shared)
    shared[shared == nobody] = 0
    return shared
