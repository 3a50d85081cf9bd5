"""Runs a network over a picture of any size, tile by tile, in bounded memory.

Tiles overlap; of each answer only the middle is kept, where the network has seen all around it. Beyond
the picture's rim it is shown the picture mirrored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from renderer.faces.planes import floats
from renderer.faces.types import Floats, Picture

CORE = 448
"""Side of what a tile answers for, in pixels."""
MARGIN = 32
"""What a tile sees around it: beyond this, answers at a tile's rim differ by under a hundredth from
those of one large tile (`bench.restore --tiles`)."""
STRIDE = 16
"""The networks want heights and widths that are multiples of this."""


@dataclass(frozen=True)
class Tile:
    """`core` is what this tile answers for, rows then columns of the picture; `seen` what is cut out
    of the picture for it, before mirroring by `pad` (top, bottom, left, right); `inner` is where the
    core lies in the answer."""

    core: tuple[slice, slice]
    seen: tuple[slice, slice]
    pad: tuple[int, int, int, int]
    inner: tuple[slice, slice]

    def cut(self, picture: Picture | Floats) -> Floats:
        """What the network is shown: ``(h, w, c) float32``, sides multiples of `STRIDE`."""
        top, bottom, left, right = self.pad
        widths = [(top, bottom), (left, right), (0, 0)]
        return floats(np.pad(picture[self.seen], widths, mode="symmetric"))


def tiles(height: int, width: int) -> Iterator[Tile]:
    """Tiles that answer for every pixel of a picture once, top left to bottom right."""
    for top in range(0, height, CORE):
        rows, inner_rows, seen_rows, pad_rows = _span(top, height)
        for left in range(0, width, CORE):
            columns, inner_columns, seen_columns, pad_columns = _span(left, width)
            yield Tile(
                (rows, columns),
                (seen_rows, seen_columns),
                (*pad_rows, *pad_columns),
                (inner_rows, inner_columns),
            )


def _span(start: int, length: int) -> tuple[slice, slice, slice, tuple[int, int]]:
    """Core, inner, seen and padding along one axis for the core that begins at `start`."""
    end = min(start + CORE, length)
    first, last = max(start - MARGIN, 0), min(end + MARGIN, length)
    before = MARGIN - (start - first)
    after = MARGIN - (last - end)
    # A mirror is no deeper than what it mirrors.
    before, after = min(before, last - first), min(after, last - first)
    after += -(before + last - first + after) % STRIDE
    inner = slice(before + start - first, before + start - first + end - start)
    return slice(start, end), inner, slice(first, last), (before, after)
