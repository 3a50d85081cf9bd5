"""478 landmarks of one face, from a crop that the landmarks themselves have centred.

The network (Kartynnik et al. 2019, with the attention of Grishchenko et al. 2020) sees 192 px. A
second pass on a crop fitted to the first moved the chin by up to 6.6 % of the eye distance on an
open-mouth face, so there are always two.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from renderer.faces import topology
from renderer.faces.canonical import canonical_face
from renderer.faces.crop import Crop
from renderer.faces.types import Detection, Floats, Mesh, Picture
from renderer.models import ModelStore

SIZE = 192
MARGIN = 1.5
"""Side of the crop over the longer side of the face, as in the network's training."""

PASSES = 2

STEADY_LOOKS = ((0.04, 0.0, False), (-0.04, 0.0, True), (0.0, 0.04, False), (0.0, -0.04, True))
"""Crops averaged for a steady mesh: moved by shares of their side, every other one mirrored. Over
crops that start 3 % apart, landmarks then repeat to 0.56 % of the eye distance instead of 0.91 %, and
a bias of 0.17 network pixels to the left is gone."""


def mesh_of(
    picture: Picture, start: Detection | Mesh, store: ModelStore, passes: int = PASSES
) -> Mesh:
    """The landmarks of the face at `start`, in picture pixels.

    Starting from a mesh (of a neighbouring frame, say) one pass is enough.
    """
    crop = crop_of_detection(start) if isinstance(start, Detection) else crop_of_mesh(start)
    mesh = look(picture, crop, store)
    for _ in range(passes - 1):
        mesh = look(picture, crop_of_mesh(mesh), store)
    return mesh


def steady_mesh(picture: Picture, start: Mesh, store: ModelStore) -> Mesh:
    """The mean of several looks around `start`, for the one mesh that a whole clip hangs on."""
    crop = crop_of_mesh(start)
    looks = [
        look(picture, replace(crop.moved(right, down), mirrored=mirrored), store)
        for right, down, mirrored in STEADY_LOOKS
    ]
    points = np.mean([one.points for one in looks], axis=0, dtype=np.float64)
    return Mesh(np.asarray(points, np.float32), min(one.presence for one in looks))


def look(picture: Picture, crop: Crop, store: ModelStore) -> Mesh:
    """One pass of the network over one crop."""
    answer = store.session("face_mesh").run(image=crop.sample(picture, SIZE)[None])
    points = crop.to_picture(answer["points"][0], SIZE)
    if crop.mirrored:
        points = points[canonical_face(store).mirror]
    return Mesh(points, float(answer["presence"][0]))


def crop_of_detection(detection: Detection) -> Crop:
    """Around a detector's box, level with the eyes."""
    box = detection.box
    left, right = detection.keypoints[0], detection.keypoints[1]
    return Crop(
        (box.x0 + box.x1) / 2,
        (box.y0 + box.y1) / 2,
        MARGIN * max(box.width, box.height),
        _angle(left, right),
    )


def crop_of_mesh(mesh: Mesh) -> Crop:
    """Around all landmarks, level with the outer eye corners; the extent is measured level too."""
    flat = mesh.points[: topology.SURFACE, :2].astype(np.float64)
    angle = _angle(flat[topology.LEFT_EYE_OUTER], flat[topology.RIGHT_EYE_OUTER])
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    level = flat @ turn.T
    low, high = level.min(axis=0), level.max(axis=0)
    x, y = turn.T @ ((low + high) / 2)
    return Crop(float(x), float(y), MARGIN * float((high - low).max()), angle)


def _angle(left: Floats, right: Floats) -> float:
    return float(np.arctan2(right[1] - left[1], right[0] - left[0]))
