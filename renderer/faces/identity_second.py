"""A second opinion on identity, from another network trained by other people on other pictures.

It is reported beside the first and decides nothing: nobody tunes anything by it, so it can tell when
the gate has been tuned away. (mobileface of the human-models package.)
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from renderer.faces.crop import Crop
from renderer.faces.types import Floats, Picture
from renderer.models import ModelStore

SIZE = 112
NETWORK = "identity_second"

UP = 0.11
"""Where it looks lies this much of the first network's chip higher, and is as wide: it was taught with
the eyes in the middle of its picture (they are at 0.46), dlib's with the eyes at a third. In dlib's
place it takes strangers for each other."""


@dataclass(frozen=True, eq=False)
class SecondLock:
    """One face of a picture as the second network sees it."""

    _direction: Floats = field(repr=False)
    _store: ModelStore = field(repr=False)

    def likenesses(self, pixels: Floats) -> NDArray[np.float64]:
        """``(N,)``: cosines of chips ``(N, 112, 112, 3)`` to the locked one; 1: the same pixels,
        strangers lie around 0.3."""
        if not len(pixels):
            return np.zeros(0)
        return np.asarray(_directions(pixels, self._store) @ self._direction, np.float64)


def lock_second(picture: Picture, chip: Crop, store: ModelStore) -> SecondLock:
    """The face in the first network's `chip`. Raises `ModelError`."""
    (direction,) = _directions(place(chip).sample(picture, SIZE)[None], store)
    return SecondLock(direction, store)


def place(chip: Crop) -> Crop:
    """Where the second network looks for the face in the first one's `chip`."""
    up = -chip.axes[:, 1] * UP
    return Crop(chip.x + float(up[0]), chip.y + float(up[1]), chip.side, chip.angle)


def _directions(pixels: Floats, store: ModelStore) -> Floats:
    return store.session(NETWORK).run(image=pixels)["embedding"]
