"""How well damage is found: precision and recall on damage known to the pixel, and false alarms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.restore_classical import Bounds, choices, find_by_morphology
from models.build.damage_synth import Specimen
from renderer.faces.find import find_faces
from renderer.faces.planes import Mask, grown
from renderer.faces.types import Picture
from renderer.models import ModelStore
from renderer.prepare.damage_mask import DamageMask, find_damage

RIM = 1.5
"""Pixels around the truth that count neither as found rightly nor wrongly: rims are soft."""
NOTICED = 0.001
"""Share of an undamaged picture from which an alarm counts."""

Finder = Callable[[Picture], Mask]


def found_by_us(picture: Picture, store: ModelStore) -> DamageMask:
    return find_damage(picture, find_faces(picture, store), store)


@dataclass
class Score:
    """Pixels of all pictures: `hit` of the `true` ones and `near` them, `right` of those `found`;
    `alarms` are shares of undamaged pictures."""

    hit: int = 0
    near: int = 0
    true: int = 0
    right: int = 0
    found: int = 0
    alarms: list[float] = field(default_factory=list)

    def take(self, mask: Mask, made: Specimen) -> None:
        truth = made.lost | made.veiled
        self.true += int(truth.sum())
        self.hit += int((mask & truth).sum())
        self.near += int((grown(mask, RIM) & truth).sum())
        self.found += int(mask.sum())
        self.right += int((mask & grown(truth | made.unsure, RIM)).sum())

    @property
    def precision(self) -> float:
        return self.right / max(self.found, 1)

    @property
    def recall(self) -> float:
        return self.near / max(self.true, 1)

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)


def scored(find: Finder, made: Sequence[Specimen], clean: Sequence[Specimen] = ()) -> Score:
    """`find` held against the truth of `made`, and the shares it finds in the sound pictures `clean`."""
    score = Score()
    for each in made:
        score.take(find(each.damaged), each)
    score.alarms = [float(find(each.clean).mean()) for each in clean]
    return score


def print_masks(made: list[Specimen], clean: list[Specimen], store: ModelStore) -> None:
    """How much of the damage is found, and how much that is found is none."""
    print(f"\nmask: {len(made)} damaged and {len(clean)} undamaged crops; rims of {RIM} px allowed")
    print(
        "| found by | precision | recall | to the pixel | F1 | of undamaged crops | worst | alarms |"
    )
    print("|---|---|---|---|---|---|---|---|")
    finders: dict[str, Finder] = {
        "oriented morphology": find_by_morphology,
        "our network": lambda picture: found_by_us(picture, store).mask,
    }
    for name, find in finders.items():
        score = scored(find, made, clean)
        many = np.mean([share > NOTICED for share in score.alarms])
        print(
            f"| {name} | {score.precision:.3f} | {score.recall:.3f} "
            f"| {score.hit / max(score.true, 1):.3f} | {score.f1:.3f} "
            f"| {np.mean(score.alarms):.3%} | {max(score.alarms):.2%} | {many:.0%} |"
        )


def tuned(made: Sequence[Specimen]) -> tuple[Bounds, float]:
    """The bounds of oriented morphology with the best F1 on `made`."""
    scores = [
        (scored(lambda p, b=bounds: find_by_morphology(p, b), made).f1, bounds)  # type: ignore[misc]
        for bounds in choices()
    ]
    best, bounds = max(scores, key=lambda each: each[0])
    return bounds, best
