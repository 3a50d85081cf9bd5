"""A restorer without networks: it brightens pictures that are dull, and leaves others alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from renderer.animator import Progress
from renderer.faces.types import Picture
from renderer.prepare.restore import Likeness, Restoration, Step

DULL = 60
"""A picture whose brightest level is below is dull."""


@dataclass
class FakeRestorer:
    """See the module. `between` is called in the middle, to misbehave in; `passes` tells whether faces
    stay themselves."""

    fingerprint: str = "prep1"
    passes: bool = True
    between: Callable[[], None] = lambda: None
    restored: list[tuple[int, int]] = field(default_factory=list)

    def restore(self, picture: Picture, progress: Progress) -> Restoration:
        self.restored.append((picture.shape[1], picture.shape[0]))
        progress("faces", 0.2)
        self.between()
        progress("tones and noise", 0.6)
        if picture.max() >= DULL:
            return Restoration(picture, (), {})
        likeness = Likeness(0, 0.1, 0.1 if self.passes else 0.9, 0.4)
        steps = (Step("fill", ("scratches",), 1.0, 0.1), Step("tone", ("fading",), 0.75, 0.9))
        bright = (picture.astype(np.uint16) * 3).astype(np.uint8)
        return Restoration(bright, (), {}, steps, 0.1, 0.2, (likeness,), 0.9)
