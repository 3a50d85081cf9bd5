"""The average face that every head model here starts from, as an asset of the model store."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats
from renderer.models import ModelStore


@dataclass(frozen=True)
class CanonicalFace:
    """`vertices` (468, 3) float32, millimetres on the camera axes (x right, y down, z away);
    `uv` (468, 2) float32 0..1, v down; `triangles` (898, 3) int32; `rigid_weights` (468,) float32:
    how much a landmark tells of the head's pose rather than of the expression (0 for most);
    `mirror` (478,) int32: each landmark's twin on the other side, irises included.
    """

    vertices: Floats
    uv: Floats
    triangles: NDArray[np.int32]
    rigid_weights: Floats
    mirror: NDArray[np.int32]


def canonical_face(store: ModelStore) -> CanonicalFace:
    arrays = store.arrays("canonical_face")
    return CanonicalFace(
        vertices=arrays["vertices"],
        uv=arrays["uv"],
        triangles=arrays["triangles"],
        rigid_weights=arrays["rigid_weights"],
        mirror=arrays["mirror"],
    )
