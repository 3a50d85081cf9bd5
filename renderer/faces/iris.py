"""The iris and the lids of one eye, seen by a network of its own.

The mesh network calibrates the eyes; this one, trained apart on eye crops of 64 px, reads back where
a rendered eye looks (Ablavatski et al. 2020, "Real-time pupil tracking").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from renderer.faces import topology
from renderer.faces.crop import Crop
from renderer.faces.types import Floats, Mesh, Picture
from renderer.models import ModelStore

SIZE = 64
MARGIN = 2.3
"""Side of the crop over the distance of the eye's corners, as in the network's training."""

JITTER = 0.04
"""How far averaged crops lie apart, in shares of their side: a few network pixels."""

LIDS = 16
"""The first so many of the 71 contour points are the lids: lower from corner to corner (9), then
upper without the corners (7)."""


@dataclass(frozen=True)
class Eye:
    """`iris` (5, 2): centre and four points of its rim; `lower`, `upper` (9, 2): the lids from corner
    to corner, left to right on the picture. Picture pixels."""

    iris: Floats
    lower: Floats
    upper: Floats

    @property
    def radius(self) -> float:
        """Of the iris: mean distance of the rim from the centre."""
        return float(np.linalg.norm(self.iris[1:] - self.iris[0], axis=1).mean())

    @property
    def width(self) -> float:
        """From corner to corner."""
        return float(np.linalg.norm(self.lower[-1] - self.lower[0]))

    @property
    def aperture(self) -> float:
        """Mean distance of the lids over the eye's width, without the quarter next to each corner.

        Open eyes read 0.25 to 0.4; eyes that are really shut read 0.03 to 0.06.
        """
        gaps = np.linalg.norm(self.upper[2:7] - self.lower[2:7], axis=1)
        return float(gaps.mean()) / max(self.width, 1e-6)

    @property
    def gaze(self) -> Floats:
        """``(2,)`` the iris's centre from the middle between the corners, in iris radii, along the
        line of the corners and across it (down). Head movement cancels out."""
        across = (self.lower[-1] - self.lower[0]) / max(self.width, 1e-6)
        axes = np.array([across, [-across[1], across[0]]])
        offset = self.iris[0] - (self.lower[0] + self.lower[-1]) / 2
        return np.asarray(axes @ offset / max(self.radius, 1e-6), np.float32)


def eye_crops(mesh: Mesh) -> tuple[Crop, Crop]:
    """The crops of the left and the right eye. Keep them for every frame whose eyes are compared."""
    crops = []
    for side, (left, right) in enumerate(topology.EYE_CORNERS):
        a, b = mesh.points[left, :2].astype(np.float64), mesh.points[right, :2].astype(np.float64)
        across = b - a
        x, y = (a + b) / 2
        angle = float(np.arctan2(across[1], across[0]))
        # The network knows one eye only: the one on the picture's right is shown to it mirrored.
        crops.append(
            Crop(float(x), float(y), MARGIN * float(np.hypot(*across)), angle, mirrored=side == 1)
        )
    return crops[0], crops[1]


def look_at_eye(picture: Picture, crop: Crop, store: ModelStore, samples: int = 1) -> Eye:
    """The eye in a crop of `eye_crops`, averaged over `samples` crops around it."""
    crops = [crop] + [
        crop.moved(JITTER * np.cos(turn), JITTER * np.sin(turn))
        for turn in np.linspace(0, 2 * np.pi, samples - 1, endpoint=False)
    ]
    images = np.stack([one.sample(picture, SIZE) for one in crops])
    answer = store.session("iris").run(image=images)
    irises, lids = [], []
    for one, iris, eye in zip(crops, answer["iris"], answer["eye"], strict=True):
        irises.append(one.to_picture(iris[:, :2], SIZE))
        lids.append(one.to_picture(eye[:LIDS, :2], SIZE))
    lid = np.mean(lids, axis=0)
    lower = lid[:9]
    upper = np.concatenate([lid[:1], lid[9:LIDS], lid[8:9]])
    if crop.mirrored:
        lower, upper = lower[::-1], upper[::-1]
    return Eye(np.mean(irises, axis=0), lower, upper)
