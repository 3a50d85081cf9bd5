"""How much of a photo and of each of its faces is damaged, by the network that can tell."""

from __future__ import annotations

from collections.abc import Sequence

from renderer.faces.types import Face, Picture
from renderer.models import ModelStore
from renderer.prepare.damage import Damage
from renderer.prepare.damage_mask import find_damage
from renderer.prepare.zones import face_area


class LearnedReader:
    """A `renderer.prepare.damage.DamageReader` that looks for the damage itself."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store

    def __call__(self, picture: Picture, faces: Sequence[Face]) -> Damage:
        """Raises `ModelError` if the network is missing."""
        found = find_damage(picture, faces, self._store)
        size = (picture.shape[1], picture.shape[0])
        areas = [face_area([face], size) for face in faces]
        return Damage(
            found.share,
            tuple(float(found.mask[area].mean()) if area.any() else 0.0 for area in areas),
        )
