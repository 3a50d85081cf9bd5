"""What is decided about a head before its soft edge is looked for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from renderer.faces.planes import Mask, floats
from renderer.faces.types import Floats

SHARP = 0.05
"""Width in face heights of an outline that the mask did not draw."""


class Surroundings(NamedTuple):
    """One head and its surroundings, all ``(h, w)`` but `small` ``(h, w, 3)``, the picture 0..1.

    `depth` is how deep each pixel is under the outline, in pixels, negative outside it; `inside` and
    `outside` are certain; `mean` and `spread` are the person mask's (`renderer.faces.person`);
    `across` and `along` are the face's own axes in face heights; `seen` is False where somebody is in
    front; `head` is the face itself; `unit` is the face height in pixels.
    """

    small: Floats
    depth: Floats
    inside: Mask
    outside: Mask
    mean: Floats
    spread: Floats
    across: Floats
    along: Floats
    seen: Mask
    head: Mask
    unit: float

    @property
    def drawn(self) -> Floats:
        """The decided outline as an alpha that is a little soft."""
        return floats(np.clip(0.5 + self.depth / (SHARP * self.unit), 0, 1))
