"""Where the people are: a coarse mask from a small network, to start the matte from."""

from __future__ import annotations

import cv2
import numpy as np

from renderer.faces.types import Box, Floats, Picture
from renderer.models import ModelStore

SQUARE = ("person_square", 256, 256)
WIDE = ("person_wide", 144, 256)
"""Network, rows, columns."""

WIDE_ASPECT = 1.4
"""Width over height from which the wide network (16:9) wastes less of its pixels than the square."""


def person_mask(picture: Picture, store: ModelStore, box: Box | None = None) -> Floats:
    """``(H, W) float32``, 0..1: how surely each pixel shows a person.

    With `box`, only that part of the picture is looked at, and the mask has its (whole) pixels:
    rows ``round(y0)..round(y1)`` and so on, which must lie inside the picture. The edge is soft and
    patchy: hair has no class of its own.
    """
    part = picture
    if box is not None:
        part = picture[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)]
    height, width = part.shape[:2]
    network, rows, columns = WIDE if width / height >= WIDE_ASPECT else SQUARE
    # The networks were taught on squeezed frames, so the whole part is squeezed to their shape.
    reducing = width > columns or height > rows
    image = cv2.resize(
        part, (columns, rows), interpolation=cv2.INTER_AREA if reducing else cv2.INTER_LINEAR
    )
    mask = store.session(network).run(image=image[None].astype(np.float32))["mask"][0]
    full = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip(np.asarray(full, np.float32), 0.0, 1.0)
