"""Who does what in a picture with several people: one leads, the others answer in their own time.

A row of faces that blink and smile together looks like puppets on one string. Everybody gets a part
of their own, and of a few candidate seeds the one whose blinks fall farthest from everybody else's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from renderer.motion.caps import STILL, Caps
from renderer.motion.channels import FPS, FaceCurves
from renderer.motion.drivers import DRIVERS, score_of, subtler
from renderer.motion.score import play

CANDIDATES = 12
"""Seeds tried per face: among 12 there is nearly always one that keeps its blinks to itself, for
groups of up to six; each try costs a tenth of a millisecond."""

BLINKS_APART_S = 0.5
"""Two people's blinks this far apart no longer read as one; more than this is not asked for."""

ANSWERS: Mapping[str, tuple[tuple[str, float], ...]] = MappingProxyType(
    {
        "nostalgia": (("echo", 0.9), ("echo", 0.7)),
        "joy": (("nostalgia", 0.9), ("echo", 1.0)),
        "reunion": (("echo", 1.0), ("echo", 0.75)),
        "blink-and-nod": (("listen", 1.0), ("listen", 0.75)),
    }
)
"""What the others do, in turn, when someone leads with a driver: always something smaller, and never
a nod, which in a row of people would be one."""


@dataclass(frozen=True)
class Part:
    """One face's part: a driver, how strongly (0: stays still), and the seed of its timing."""

    driver: str
    intensity: float
    seed: int

    @property
    def is_still(self) -> bool:
        return self.intensity <= 0

    def subtler(self) -> Part:
        """The next rung of the ladder for this face alone; at its foot the face stays still."""
        rung = None if self.is_still else subtler(self.driver, self.intensity)
        return replace(self, intensity=0.0) if rung is None else Part(*rung, self.seed)

    def curves(self, caps: Caps, seconds: float, fps: float = FPS) -> FaceCurves:
        return play(score_of(self.driver, self.seed, seconds), caps, self.intensity, fps)


def cast(
    caps: Sequence[Caps], driver: str, seed: int, intensity: float = 1.0, lead: int = 0
) -> tuple[Part, ...]:
    """A part for every face, in the order of `caps`.

    `lead` is the face that plays `driver` itself (the largest, or the one nearest the middle); a
    lead who has to stay still hands over to the next face that may move. `seed` is the photo's.
    """
    seconds = length_of(driver)
    moving = [i for i, cap in enumerate(caps) if cap != STILL]
    if moving and lead not in moving:
        lead = moving[0]
    parts: dict[int, Part] = {}
    taken: list[float] = []
    # The lead chooses first; the answers follow in the order of the picture.
    for place, face in enumerate(sorted(moving, key=lambda i: (i != lead, i))):
        name, strength = driver, intensity
        if place > 0:
            answers = ANSWERS.get(driver, ANSWERS["nostalgia"])
            name, share = answers[(place - 1) % len(answers)]
            strength = intensity * share
        tries = 1 if place == 0 else CANDIDATES
        candidates = [Part(name, strength, _face_seed(seed, face, k)) for k in range(tries)]
        parts[face] = _farthest(candidates, seconds, taken)
        if caps[face].blink:
            taken += _blink_times(parts[face], seconds)
    return tuple(parts.get(i, Part(driver, 0.0, seed)) for i in range(len(caps)))


def length_of(driver: str) -> float:
    """Seconds that a clip led by `driver` takes."""
    return DRIVERS[driver].seconds


def _farthest(parts: Sequence[Part], seconds: float, taken: list[float]) -> Part:
    """The candidate whose closest blink to the `taken` ones is farthest, the first of equals."""

    def gap(part: Part) -> float:
        blinks = _blink_times(part, seconds)
        return min((abs(b - other) for b in blinks for other in taken), default=BLINKS_APART_S)

    return max(parts, key=lambda part: min(gap(part), BLINKS_APART_S))


def _blink_times(part: Part, seconds: float) -> list[float]:
    return [blink.apex for blink in score_of(part.driver, part.seed, seconds).blinks]


def _face_seed(seed: int, face: int, attempt: int) -> int:
    """The photo's own seed for its first candidate lead; a different stream for everyone else."""
    if face == 0 and attempt == 0:
        return seed
    entropy = [seed & (2**64 - 1), face, attempt]
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0])
