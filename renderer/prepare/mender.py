"""Damage found and filled, where there is enough of it to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from renderer.faces.planes import Mask
from renderer.faces.types import Face, Picture
from renderer.models import ModelStore
from renderer.prepare.damage_mask import DamageMask, find_damage
from renderer.prepare.fill import fill_damage
from renderer.watch import Told

WORTH_FILLING = 0.006
"""Share of a picture from which its damage is filled. Sound portraits have up to 0.0056, a daguerreotype
with a few specks 0.0066, torn and cracked ones 0.011 to 0.070 (`python -m bench.restore_portraits`)."""

WORTH_FILLING_ON_FACES = 0.01
"""The same of the faces: what is taken for damage on sound ones, mostly glasses, is up to 0.0034."""


class Damaged(Protocol):
    """Where a picture is torn, scratched or spotted."""

    @property
    def mask(self) -> Mask:
        """``(H, W)``."""
        ...

    @property
    def share(self) -> float:
        """Of the picture, 0..1."""
        ...

    @property
    def face_share(self) -> float:
        """Of the faces, 0..1."""
        ...


class Mender(Protocol):
    """Finds damage and fills it."""

    def find(self, picture: Picture, faces: Sequence[Face], told: Told) -> Damaged: ...

    def fill(self, picture: Picture, told: Told) -> Picture:
        """A new picture with what `find` found last filled; what is not damaged is as it was."""
        ...


class LearnedMender:
    """By the networks of a store. Raises `ModelError`."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self._found: DamageMask | None = None

    def find(self, picture: Picture, faces: Sequence[Face], told: Told) -> Damaged:
        self._found = find_damage(picture, faces, self._store, told)
        return self._found

    def fill(self, picture: Picture, told: Told) -> Picture:
        assert self._found is not None, "nothing was looked for yet"
        found, self._found = self._found, None
        return fill_damage(picture, found, self._store, told)


def is_worth_filling(damage: Damaged) -> bool:
    """Whether there is so much that it is damage for certain: a few specks on a sound photo are as
    likely to be the photo's own."""
    return damage.share >= WORTH_FILLING or damage.face_share >= WORTH_FILLING_ON_FACES
