"""How scratched a photo is, as far as somebody can tell.

Wrinkles, lace and feathers look like cracks to every classical measure, so that without a network that
has learned the difference nothing is said at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from renderer.faces.types import Face, Picture
from renderer.prepare.findings import Cost, Finding, finding

SCRATCHED_FACE = 0.01
"""Share of a face from which it is said to be scratched: 99 of 100 whole face crops have under 0.008.
The network is shy on faces; the crack over an eye of portrait 16 reads 0.004."""

SCRATCHED_PHOTO = 0.006
"""The same of the whole photo, and from which on it is mended (`mender.WORTH_FILLING`). Torn and cracked
test portraits have 0.011 to 0.070, a plate full of specks 0.0066; whole ones in one hue have up to
0.0056, whole ones in colour nothing at all."""


@dataclass(frozen=True)
class Damage:
    """Shares 0..1 of the picture and of each face that are scratched, cracked, spotted or torn."""

    picture: float
    faces: tuple[float, ...]

    @property
    def worst(self) -> float:
        """The share that decides how the photo may move: a crack across one face is enough."""
        return max((self.picture, *self.faces))


class DamageReader(Protocol):
    """Anything that can tell damage from what belongs to the picture."""

    def __call__(self, picture: Picture, faces: Sequence[Face]) -> Damage:
        """The shares of a picture and of each of its faces, in their order."""
        ...


def read_damage(damage: Damage | None, costs: Cost) -> list[Finding]:
    """What is said of it; nothing where nobody could tell. `costs` is what `auto` makes of it."""
    if damage is None:
        return []
    found = [
        finding("scratched_face", "bad", face, 100 * share, "%")
        for face, share in enumerate(damage.faces)
        if share >= SCRATCHED_FACE
    ]
    if damage.picture >= SCRATCHED_PHOTO:
        found.append(finding("scratched_photo", "bad", None, 100 * damage.picture, "%", costs))
    return found or [finding("few_scratches", "good", number=100 * damage.picture, unit="%")]
