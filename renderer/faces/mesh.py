"""478 landmarks of one face, from a crop that the landmarks themselves have centred.

The network (Kartynnik et al. 2019, with the attention of Grishchenko et al. 2020) sees 192 px. A
second pass on a crop fitted to the first moved the chin by up to 6.6 % of the eye distance on an
open-mouth face, so there are always two.
"""

from __future__ import annotations

import numpy as np

from renderer.faces import topology
from renderer.faces.crop import Crop
from renderer.faces.types import Detection, Floats, Mesh, Picture
from renderer.models import ModelStore

SIZE = 192
MARGIN = 1.5
"""Side of the crop over the longer side of the face, as in the network's training."""

PASSES = 2


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


def look(picture: Picture, crop: Crop, store: ModelStore) -> Mesh:
    """One pass of the network over one crop."""
    answer = store.session("face_mesh").run(image=crop.sample(picture, SIZE)[None])
    points = crop.to_picture(answer["points"][0], SIZE)
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
