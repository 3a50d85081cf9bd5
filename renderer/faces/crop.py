"""Square crops of a picture, turned and scaled, for the networks to look at.

One place for the arithmetic of pixel centres: a crop of `size` network pixels covers ``side`` picture
pixels, and its continuous coordinate 0 is the outer edge of its first pixel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats, Picture


@dataclass(frozen=True)
class Crop:
    """A square of the picture around ``(x, y)``, `side` picture pixels wide.

    `angle` (radians) is how far the crop's own x axis is turned clockwise on the picture. `mirrored`
    crops are flipped left to right before a network sees them.
    """

    x: float
    y: float
    side: float
    angle: float = 0.0
    mirrored: bool = False

    def moved(self, right: float, down: float, wider: float = 1.0) -> Crop:
        """The crop shifted by shares of its side along the picture's axes, and scaled."""
        x, y = self.x + right * self.side, self.y + down * self.side
        return replace(self, x=x, y=y, side=self.side * wider)

    @cached_property
    def axes(self) -> NDArray[np.float64]:
        """``(2, 2)``: columns are the crop's x and y axes on the picture, each `side` pixels long."""
        c, s = np.cos(self.angle) * self.side, np.sin(self.angle) * self.side
        axes: NDArray[np.float64] = np.array([[c, -s], [s, c]])
        if self.mirrored:
            axes[:, 0] *= -1.0
        return axes

    def to_picture(self, points: Floats, size: int) -> Floats:
        """``(..., 2)`` or ``(..., 3)`` points in the pixels of a `size` crop, in picture pixels.

        Crop coordinates are continuous (0 is the outer edge); depth is scaled like x.
        """
        placed = (points[..., :2] / size - 0.5) @ self.axes.T + np.array([self.x, self.y])
        if points.shape[-1] == 3:
            depth = points[..., 2:] * (self.side / size)
            placed = np.concatenate([placed, depth], axis=-1)
        return np.asarray(placed, np.float32)

    def sample(self, picture: Picture, size: int) -> Floats:
        """``(size, size, 3) float32``, 0..255; the picture's edge is stretched beyond it."""
        return self.sample_rectangle(picture, size, size)

    def sample_rectangle(self, picture: Picture, width: int, height: int) -> Floats:
        """As `sample`, `side` being the width; the height follows from the sizes."""
        x0, y0, part, scale = self._neighbourhood(picture, width, height)
        # From pixel centres of the output to pixel centres of the neighbourhood.
        step = self.axes / (width * scale)
        middle = np.array([(width - 1) / 2, (height - 1) / 2])
        centre = (np.array([self.x - x0, self.y - y0]) + 0.5) / scale - 0.5
        matrix = np.column_stack([step, centre - step @ middle])
        image = cv2.warpAffine(
            part.astype(np.float32),
            matrix,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(image, np.float32)

    def _neighbourhood(
        self, picture: Picture, width: int, height: int
    ) -> tuple[int, int, Picture, int]:
        """What of the picture the crop can see, averaged down to under twice what is needed.

        Bilinear sampling alone would show the networks aliased eyelashes. Returns its corner in
        the picture, its pixels, and picture pixels per pixel of it.
        """
        reduction = self.side / width
        reach = 0.5 * self.side * float(np.hypot(1.0, height / width)) + reduction + 1.0
        x0, x1 = _span(self.x, reach, picture.shape[1])
        y0, y1 = _span(self.y, reach, picture.shape[0])
        part = picture[y0:y1, x0:x1]
        whole = max(1, int(reduction))
        return x0, y0, averaged(part, whole), whole


def averaged(picture: Picture, factor: int) -> Picture:
    """The picture reduced by a whole factor, each pixel the mean of a block.

    Pixels beyond the last whole block are left out. (Fractional factors cost ten times as much.)
    """
    rows, columns = picture.shape[0] // factor, picture.shape[1] // factor
    if factor == 1 or not rows or not columns:
        return picture
    blocks = picture[: rows * factor, : columns * factor]
    small = cv2.resize(blocks, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _span(centre: float, reach: float, length: int) -> tuple[int, int]:
    """Whole pixels within reach, at least one of them inside the picture."""
    start = int(np.clip(np.floor(centre - reach), 0, length - 1))
    stop = int(np.clip(np.ceil(centre + reach) + 1, start + 1, length))
    return start, stop
