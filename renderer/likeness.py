"""Do people still look like themselves? Frames of a performance, held against the still.

Every chip lies where the still's own lies, carried along by the head's commanded motion: the same
alignment in every frame, free of any landmark network's own trembling (`python -m bench.identity`
holds it against a chip that stays put and one that follows the mesh). Frames are looked at as they are
drawn, before they are encoded: what is judged is what is filmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from renderer.faces import identity, identity_second
from renderer.faces.crop import Crop
from renderer.faces.identity import STEADY, FaceLock, lock_face
from renderer.faces.identity_second import SecondLock, lock_second
from renderer.faces.types import Floats, Picture
from renderer.key_poses import key_frames
from renderer.models import ModelStore
from renderer.motion.channels import FaceCurves
from renderer.motion.rig import carry
from renderer.performer import Performer, Stage, motion_at
from renderer.report import IdentityScore, SecondOpinion

EVERY = 5
"""Of the frames filmed every fifth is held against the still, and every key pose: nothing that a
driver asks for comes and goes within four frames but a blink, whose apex is a key pose."""

BATCH = 5
"""Chips looked at in one go: more take memory and no less time."""

LOW = 5
"""The percentile that is reported beside the worst frame."""

DRIFT = "identity"
"""The code of this fault."""


@dataclass(frozen=True)
class Lock:
    """One performer as both networks see them in the still."""

    first: FaceLock
    second: SecondLock


@dataclass(frozen=True)
class Drift:
    """How far one performer strayed from themselves in the frames that were looked at.

    distances: by the network that gates; threshold: the most that passes. likenesses: cosines by the
    second network, which only reports. frames: which frames these were. All in the same order.
    """

    frames: tuple[int, ...]
    distances: tuple[float, ...]
    likenesses: tuple[float, ...]
    threshold: float

    @property
    def astray(self) -> tuple[int, ...]:
        """The frames in which they look like somebody else; empty when the clip holds."""
        pairs = zip(self.frames, self.distances, strict=True)
        return tuple(frame for frame, distance in pairs if distance > self.threshold)

    @property
    def score(self) -> IdentityScore:
        """The same as likenesses, for the report."""
        likenesses = 1.0 - np.array(self.distances)
        second = np.array(self.likenesses)
        return IdentityScore(
            float(likenesses.min()),
            float(np.percentile(likenesses, LOW)),
            1.0 - self.threshold,
            SecondOpinion(float(second.min()), float(np.percentile(second, LOW))),
        )


def lock(still: Picture, performer: Performer, store: ModelStore) -> Lock:
    """Look at the still, to hold every frame against it. Raises `ModelError`."""
    first = lock_face(still, performer.face, store)
    return Lock(first, lock_second(still, first.chip, store))


def chip_in(performer: Performer, curves: FaceCurves, frame: int) -> Crop:
    """Where a performer's chip lies in a frame: moved as the head was told to, and as nothing else."""
    head = replace(motion_at(curves, frame), smile_left=0.0, smile_right=0.0, brow=0.0)
    points = performer.face.mesh.points[list(STEADY), :2]
    return identity.chip_at(carry(performer.layer.rig, head, points))


def drift(
    frames: Sequence[Picture],
    numbers: Sequence[int],
    performer: Performer,
    curves: FaceCurves,
    held: Lock,
) -> Drift:
    """Hold drawn `frames`, which are the frames `numbers` of `curves`, against the still."""
    watch = Watch(performer, curves, held)
    for frame, number in zip(frames, numbers, strict=True):
        watch.see(number, frame)
    return watch.drift()


class Watch:
    """Looks at one performer in frame after frame, and remembers nothing but how far they strayed."""

    def __init__(self, performer: Performer, curves: FaceCurves, held: Lock) -> None:
        self._performer = performer
        self._curves = curves
        self._held = held
        self._frames: list[int] = []
        self._first: list[Floats] = []
        self._second: list[Floats] = []
        self._distances: list[float] = []
        self._likenesses: list[float] = []

    def see(self, number: int, picture: Picture) -> None:
        """Look at frame `number`, which is drawn in `picture`."""
        chip = chip_in(self._performer, self._curves, number)
        self._frames.append(number)
        self._first.append(chip.sample(picture, identity.SIZE))
        self._second.append(identity_second.place(chip).sample(picture, identity_second.SIZE))
        if len(self._first) >= BATCH:
            self._judge()

    def drift(self) -> Drift:
        """What was seen so far."""
        self._judge()
        return Drift(
            tuple(self._frames),
            tuple(self._distances),
            tuple(self._likenesses),
            self._held.first.threshold,
        )

    def _judge(self) -> None:
        if self._first:
            self._distances += self._held.first.distances(np.stack(self._first)).tolist()
            self._likenesses += self._held.second.likenesses(np.stack(self._second)).tolist()
            self._first, self._second = [], []


class Witness:
    """Watches everybody who moves while a clip is filmed."""

    def __init__(
        self, stage: Stage, curves: Sequence[FaceCurves], held: Sequence[Lock | None]
    ) -> None:
        """`held` has None for performers who rest: they are the still."""
        self._watches = [
            None if one is None else Watch(performer, mine, one)
            for performer, mine, one in zip(stage.performers, curves, held, strict=True)
        ]
        self._wanted = [
            {*key_frames(mine), *range(EVERY // 2, mine.frames, EVERY)} for mine in curves
        ]

    @property
    def wanted(self) -> tuple[int, ...]:
        """The frames that are looked at, in their order."""
        return tuple(sorted(set().union(*self._wanted)))

    def see(self, number: int, picture: Picture) -> None:
        """Look at frame `number` as it was drawn."""
        for watch, wanted in zip(self._watches, self._wanted, strict=True):
            if watch is not None and number in wanted:
                watch.see(number, picture)

    def drifts(self) -> tuple[Drift | None, ...]:
        """How far everybody strayed, in the stage's order; None for those who rest."""
        return tuple(None if watch is None else watch.drift() for watch in self._watches)
