"""What the person mask says about one head, seen in crops of several widths."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from renderer.faces.planes import IntBox, Mask, Size, floats, resized_bytes
from renderer.faces.territory import face_axes
from renderer.faces.types import Face, Floats, Picture

PersonMask = Callable[[Picture], Floats]
"""Takes a crop ``(h, w, 3) uint8``, returns its soft mask ``(h', w') float32`` 0..1, of any size."""

MASK_REACH = (1.15, 1.6, 2.2)
"""Half widths, in face heights, of the crops shown to the network. It cuts hats off in tight crops
and loses hair in wide ones; where the crops disagree the mask says less."""
ABOVE, BELOW = 1.15, 0.85
"""A crop's reach upwards and downwards, in its half widths."""
ENOUGH_PX = 320
"""Longest side of a crop: the network looks at 256 px."""
LEAN = 0.35
"""How far to lean from the crops' mean towards the most generous: half a hat left behind is worse
than a piece of wall taken along."""


def ask_mask(
    picture: Picture, face: Face, box: IntBox, size: Size, person_mask: PersonMask
) -> tuple[Floats, Floats]:
    """The person mask over `box` at `size` (width, height): its value and how far crops disagree."""
    height, width = picture.shape[:2]
    (cx, cy), reach = face_axes(face)[0], face.height_px
    total = np.zeros(size[::-1], np.float32)
    count = np.zeros(size[::-1], np.float32)
    low = np.ones(size[::-1], np.float32)
    high = np.zeros(size[::-1], np.float32)
    for half in MASK_REACH:
        x0, x1 = max(0, int(cx - half * reach)), min(width, int(cx + half * reach))
        y0, y1 = max(0, int(cy - ABOVE * half * reach)), min(height, int(cy + BELOW * half * reach))
        shrink = min(1.0, ENOUGH_PX / max(x1 - x0, y1 - y0))
        shown = (max(1, round((x1 - x0) * shrink)), max(1, round((y1 - y0) * shrink)))
        soft = person_mask(resized_bytes(picture[y0:y1, x0:x1], shown))
        laid, inside = _lay(soft, (x0, y0, x1, y1), box, size)
        total += np.where(inside, laid, 0)
        count += inside
        low = np.where(inside, np.minimum(low, laid), low)
        high = np.where(inside, np.maximum(high, laid), high)
    spread = floats(np.where(count > 0, high - low, 0))
    return floats(np.minimum(total / np.maximum(count, 1) + LEAN * spread, 1)), spread


def _lay(soft: Floats, crop: IntBox, box: IntBox, size: Size) -> tuple[Floats, Mask]:
    """`soft`, a plane over the picture's `crop`, seen in `box` at `size`; where it is known."""
    sx, sy = size[0] / (box[2] - box[0]), size[1] / (box[3] - box[1])
    left, top = (crop[0] - box[0]) * sx, (crop[1] - box[1]) * sy
    step_x = sx * (crop[2] - crop[0]) / soft.shape[1]
    step_y = sy * (crop[3] - crop[1]) / soft.shape[0]
    # Pixel centres lie half a pixel in from the edges, at either scale.
    place = np.array([[step_x, 0, left + (step_x - 1) / 2], [0, step_y, top + (step_y - 1) / 2]])
    laid = cv2.warpAffine(soft, place, size, borderMode=cv2.BORDER_REPLICATE)
    x, y = np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5
    across = (x >= left) & (x <= left + step_x * soft.shape[1])
    return floats(laid), across & ((y >= top) & (y <= top + step_y * soft.shape[0]))[:, None]
