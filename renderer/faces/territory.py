"""Who is in front of whom, and how near every pixel is to each person's head and chest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from renderer.faces.planes import IntBox, Size, floats
from renderer.faces.types import Face, Floats

FOREHEAD, CHIN = 10, 152
OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""The mesh's own outline, in order."""
SIZE_PULL = 0.6
"""Face heights of "lower in the picture" that a face e times larger outweighs when deciding who is
nearer. Small: a child on a lap has a small face and sits in front."""
SKULL = (0.0, -0.14, 0.46, 0.68)
"""Centre (right, down from the face's middle) and half axes of a head with hair, in face heights."""
THROAT, THROAT_HANDICAP = (0.0, 0.8, 0.42, 0.4), 0.3
"""The same of the neck: a head is never cut from it, whoever holds it in their arms."""
CHEST = (0.0, 1.45, 0.95, 0.75)
"""The same of neck, shoulders and chest."""
CHEST_HANDICAP = 0.55
"""A chest is surer to be hidden than a head: it starts this far behind when two people compete."""


def face_axes(face: Face) -> tuple[Floats, Floats, Floats]:
    """Middle of forehead and chin, and the face's own right and down, each ``(2,)``, in picture
    pixels; the axes are one face height long."""
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


def face_grid(face: Face, box: IntBox, size: Size) -> tuple[Floats, Floats]:
    """Where each pixel of `box`, resized to `size` (width, height), lies from the face's middle:
    right and down, each ``(h, w)``, in face heights."""
    centre, right, down = face_axes(face)
    length = float(np.dot(down, down))
    x = (np.arange(size[0], dtype=np.float32) + 0.5) * ((box[2] - box[0]) / size[0]) + box[0]
    y = (np.arange(size[1], dtype=np.float32) + 0.5) * ((box[3] - box[1]) / size[1]) + box[1]
    dx, dy = (x - 0.5 - centre[0])[None, :], (y - 0.5 - centre[1])[:, None]
    across = floats((dx * right[0] + dy * right[1]) / length)
    return across, floats((dx * down[0] + dy * down[1]) / length)


def _distance(across: Floats, along: Floats, body: tuple[float, float, float, float]) -> Floats:
    """Distance from an ellipse's centre in half axes: 1 on its outline."""
    x, y, wide, high = body
    return floats(np.hypot((across - x) / wide, (along - y) / high))


def head_distance(across: Floats, along: Floats) -> Floats:
    """How far from a head: 1 on the outline of an average one with hair."""
    return _distance(across, along, SKULL)


def body_distance(across: Floats, along: Floats) -> Floats:
    """How far from a person: the head, or neck and chest with their handicaps."""
    chest = _distance(across, along, CHEST) + np.float32(CHEST_HANDICAP)
    throat = _distance(across, along, THROAT) + np.float32(THROAT_HANDICAP)
    return floats(np.minimum(np.minimum(head_distance(across, along), throat), chest))
