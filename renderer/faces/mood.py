"""What a face seems to feel, as seven shares: it keeps a grieving face from being made to smile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from renderer.faces.judge import around, judge_crop
from renderer.faces.types import Face, Picture
from renderer.models import ModelStore

SIZE = 112
SAMPLES = 4
"""Crops averaged: one alone flips between neutral and angry on narrowed eyes."""

SAD = 0.6
"""Share from which a face counts as sad. Of the 50 faces in the test portraits 06 (grief) has 0.93, a
profile and one of 07 just reach it (`python -m bench.attributes` prints them)."""


@dataclass(frozen=True)
class Mood:
    """Shares that add up to 1, face-api's seven classes."""

    neutral: float
    happy: float
    sad: float
    angry: float
    fearful: float
    disgusted: float
    surprised: float

    @property
    def is_sad(self) -> bool:
        return self.sad >= SAD


def read_mood(picture: Picture, face: Face, store: ModelStore) -> Mood:
    """The mood of one face of `picture`."""
    crops = around(judge_crop(face.mesh), SAMPLES)
    images = np.stack([crop.sample(picture, SIZE) for crop in crops])
    shares = store.session("mood").run(image=images)["moods"].mean(axis=0)
    return Mood(*(float(share) for share in shares))
