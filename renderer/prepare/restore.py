"""Restoration: what time did to a photo is measured and undone, and the person stays who they are.

faces -> damage -> fill -> tones, blocks, noise -> eyes -> identity lock against the picture that was
handed in. Where a face has become too unlike itself, the original comes back around it until it has
not. Each step decides from a measurement whether it is needed: a sound photo comes out as it went in,
the very same array. The original is never written to.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from renderer.animator import Progress
from renderer.faces.find import find_faces
from renderer.faces.types import Face, Picture
from renderer.models import LoadedModel, ModelStore
from renderer.prepare.blend import blend_back
from renderer.prepare.eyes import SoftEyes, plan_eyes, sharpen_eyes
from renderer.prepare.finish import (
    BLOCKS,
    NOISE,
    TONE,
    Finish,
    changed_share,
    finish,
    plan_finish,
)
from renderer.prepare.mended import Mending
from renderer.prepare.mender import Damaged, LearnedMender, Mender, is_worth_filling
from renderer.report import StageTime
from renderer.watch import Told, Watch

EDITION = 2
"""Counted up whenever the code changes what a prepared picture looks like: photos prepared by an older
edition are then prepared again."""

SHARES = {
    "faces": 0.16,
    "damage": 0.25,
    "fill": 0.36,
    "tones and noise": 0.15,
    "eyes": 0.01,
    "identity": 0.07,
}
"""Each stage's share of the whole time, in their order, on a scratched scan of 12 megapixels
(`python -m bench.restore_speed`)."""

BACK = (0.75, 0.5, 0.25, 0.0)
"""How much of the restoration is kept around a face that has become too unlike itself, one after the
other. The last leaves that face exactly as it was."""

FILL, EYES = "fill", "eyes"


class Lock(Protocol):
    """Holds the faces of other pictures against those of one: `renderer.faces.identity.IdentityLock`."""

    @property
    def thresholds(self) -> tuple[float, ...]: ...

    def distances(self, picture: Picture) -> tuple[float, ...]: ...


Locksmith = Callable[[Picture, Sequence[Face]], Lock]


@dataclass(frozen=True)
class Step:
    """One thing that was done. `kinds` says what was mended, `strength` 0..1 of
    what could be done, `changed` the share of pixels that differ by more than two levels by it, before
    anything was blended back."""

    name: str
    kinds: tuple[Mending, ...]
    strength: float
    changed: float


@dataclass(frozen=True)
class Likeness:
    """One face against itself in the picture handed in: its distance as restored, and in the picture
    that came out; `kept` 0..1 is how much of the restoration was kept around it."""

    face: int
    restored: float
    final: float
    threshold: float
    kept: float = 1.0


@dataclass(frozen=True)
class Restoration:
    """What came out. `picture` is the very array that went in where nothing was to be done.

    `damage` and `face_damage` are shares 0..1 that were torn, scratched or spotted; `changed` is the
    share of pixels that differ from the original by more than two levels.
    """

    picture: Picture
    faces: tuple[Face, ...]
    measured: dict[str, float]
    steps: tuple[Step, ...] = ()
    damage: float = 0.0
    face_damage: float = 0.0
    likenesses: tuple[Likeness, ...] = ()
    changed: float = 0.0
    stages: tuple[StageTime, ...] = ()
    models: tuple[LoadedModel, ...] = field(default=(), repr=False)

    @property
    def is_changed(self) -> bool:
        return bool(self.steps)

    @property
    def passed(self) -> bool:
        """Whether every face is still the same person."""
        return all(each.final <= each.threshold for each in self.likenesses)

    @property
    def damage_left(self) -> float:
        """Share 0..1 of the picture, or of its faces if that is more, that is still damaged."""
        return 0.0 if "scratches" in self.mended else max(self.damage, self.face_damage)

    @property
    def mended(self) -> tuple[Mending, ...]:
        """What was wrong and is not any more."""
        return tuple(dict.fromkeys(kind for step in self.steps for kind in step.kinds))


class Restorer:
    """Restores pictures, one at a time. Raises `ModelError` like everything that uses networks.

    `clock` gives seconds that only grow; `mender` and `locksmith` are those that came with us unless
    others are handed in.
    """

    def __init__(
        self,
        store: ModelStore,
        clock: Callable[[], float] = time.monotonic,
        mender: Mender | None = None,
        locksmith: Locksmith | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._mender = mender or LearnedMender(store)
        self._locksmith = locksmith or _locksmith(store)

    @property
    def fingerprint(self) -> str:
        """Names everything that shapes a prepared picture; another one makes it stale."""
        named = f"preparation {EDITION} {self._store.fingerprint}"
        return hashlib.sha256(named.encode()).hexdigest()[:12]

    def restore(self, picture: Picture, progress: Progress, strength: float = 1.0) -> Restoration:
        """The picture restored. `strength` 0..1 scales tones, noise and eyes; damage is filled at 0 too.

        `progress` hears the stage and the share of the whole that is done, and may raise to stop.
        """
        watch = Watch(self._clock, progress, SHARES)
        faces = watch.time("faces", lambda _: find_faces(picture, self._store))
        damage, filled, steps = self._mend(picture, faces, watch)
        plan = plan_finish(filled, faces, damage.mask, strength)
        result = filled
        if plan.does_anything:
            result, changed = watch.time("tones and noise", lambda told: finish(filled, plan, told))
            steps += _finished(plan, changed)
        result, soft = watch.time(
            "eyes", lambda _: _eyes(picture, result, faces, plan_eyes(result, faces, strength))
        )
        if soft is not None:
            steps.append(soft)
        likenesses: tuple[Likeness, ...] = ()
        if steps and faces:
            likenesses, result = watch.time(
                "identity", lambda told: self._hold(picture, result, faces, told)
            )
        progress("identity", 1.0)
        return Restoration(
            picture=result,
            faces=faces,
            measured=_measured(plan),
            steps=tuple(steps),
            damage=damage.share,
            face_damage=damage.face_share,
            likenesses=likenesses,
            changed=changed_share(picture, result) if steps else 0.0,
            stages=watch.stages,
            models=self._store.loaded,
        )

    def _mend(
        self, picture: Picture, faces: Sequence[Face], watch: Watch
    ) -> tuple[Damaged, Picture, list[Step]]:
        mender = self._mender
        damage = watch.time("damage", lambda told: mender.find(picture, faces, told))
        if not is_worth_filling(damage):
            return damage, picture, []
        filled = watch.time("fill", lambda told: mender.fill(picture, told))
        return damage, filled, [Step(FILL, ("scratches",), 1.0, changed_share(picture, filled))]

    def _hold(
        self, original: Picture, restored: Picture, faces: Sequence[Face], told: Told
    ) -> tuple[tuple[Likeness, ...], Picture]:
        """The lock, and the picture with as much of the original as it asks for."""
        lock = self._locksmith(original, faces)
        told(0.5)
        first = lock.distances(restored)
        kept = [1.0] * len(faces)
        result, now = restored, first
        for share in BACK:
            drifted = [k for k, d in enumerate(now) if d > lock.thresholds[k]]
            if not drifted:
                break
            if result is restored:
                result = restored.copy()
            for k in drifted:
                kept[k] = share
                blend_back(result, original, restored, faces[k], share)
            now = lock.distances(result)
        found = zip(first, now, lock.thresholds, kept, strict=True)
        return tuple(Likeness(k, *each) for k, each in enumerate(found)), result


def _locksmith(store: ModelStore) -> Locksmith:
    def lock(picture: Picture, faces: Sequence[Face]) -> Lock:
        from renderer.faces.identity import lock_faces

        return lock_faces(picture, faces, store)

    return lock


def _eyes(
    original: Picture, picture: Picture, faces: Sequence[Face], soft: Sequence[SoftEyes]
) -> tuple[Picture, Step | None]:
    if not soft:
        return picture, None
    result = picture.copy() if picture is original else picture
    count = sum(sharpen_eyes(result, faces[each.face], each) for each in soft)
    strength = max(each.amount for each in soft)
    return result, Step(EYES, ("soft_eyes",), strength, count / (result.shape[0] * result.shape[1]))


def _finished(plan: Finish, changed: dict[str, float]) -> list[Step]:
    steps = []
    if plan.change is not None:
        steps.append(Step(TONE, plan.change.kinds, plan.change.strength, changed[TONE]))
    if plan.deblocking is not None:
        steps.append(Step(BLOCKS, ("jpeg",), plan.strength, changed[BLOCKS]))
    if plan.denoising is not None:
        steps.append(Step(NOISE, ("noise",), plan.denoising.strength, changed[NOISE]))
    return steps


def _measured(plan: Finish) -> dict[str, float]:
    return {
        "black": plan.tone.black[3],
        "white": plan.tone.white[3],
        "cast": plan.tone.cast,
        "blocks": plan.blocks.excess,
        "noise": plan.noise.light_level,
        "colour_noise": plan.noise.colour_level,
    }
