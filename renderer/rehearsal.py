"""Rehearsing before filming: key poses are drawn and judged, and whoever fails plays something subtler.

The ladder is each face's own: in a group one difficult face becomes quieter, or rests, and the others
play on. Whoever passed here and strays on film after all comes back and goes on down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from renderer.faces.types import Picture
from renderer.gates import Caps
from renderer.key_poses import key_frames
from renderer.likeness import DRIFT, Drift, Lock, drift, lock
from renderer.models import ModelStore
from renderer.motion.casting import Part
from renderer.motion.channels import FaceCurves
from renderer.motion.geometry import judge_geometry
from renderer.motion.strength import too_strong
from renderer.performance import still_frame
from renderer.performer import Performer, Stage, motion_at
from renderer.readback import Reference, look_at_still, read_back
from renderer.reasons import Reason
from renderer.report import Attempt, KeyPose
from renderer.unmoved import Original, look_at_parts, read_parts

GEOMETRY_EVERY = 5
"""Besides the key poses, the geometry of every fifth frame is judged: it costs no drawing."""

LIDS_OPEN = "lids_open"

FAULTS = {
    "fold_over": "The picture would fold over itself.",
    "stretch": "The skin would be stretched too far.",
    "order": "Lips or brows would cross.",
    "too_strong": "No portrait moves that far.",
    "read_back": "The face would not look as it should.",
    LIDS_OPEN: "The eyes would not close.",
    "mouth": "The mouth would not be the photo's own.",
    "lids": "Lids or eyes would not be where they belong.",
    DRIFT: "The person would look like somebody else.",
}
"""What each fault means, for the report."""


@dataclass(frozen=True)
class Rehearsed:
    """The part that a performer passed with, its caps and curves, and every attempt on the way down.

    held: the performer as seen in the still, to hold what is filmed against.
    """

    part: Part
    caps: Caps
    curves: FaceCurves
    attempts: tuple[Attempt, ...]
    held: Lock

    @property
    def attempted(self) -> frozenset[tuple[str, float]]:
        """The drivers and intensities that were tried."""
        return frozenset((attempt.driver, attempt.intensity) for attempt in self.attempts)

    @property
    def strayed(self) -> bool:
        """Whether in any attempt the person no longer looked like themselves."""
        poses = [pose for attempt in self.attempts for pose in attempt.key_poses]
        return any(found.code == DRIFT for pose in poses for found in pose.findings)


def rehearse(
    stage: Stage,
    performer: Performer,
    part: Part,
    caps: Caps,
    seconds: float,
    store: ModelStore,
    held: Lock | None = None,
) -> Rehearsed:
    """Walk down the ladder until a part passes; at its foot the face stays still.

    Where nothing is wrong but eyes that cannot be seen to close, the blink alone is left out. `held`
    is the performer as seen in the still, where somebody has looked already.
    """
    seen = look(stage.picture, performer, store, held)
    attempts: list[Attempt] = []
    while not part.is_still:
        curves = part.curves(caps, seconds)
        poses = judge_commands(performer, curves, part, caps)
        if all(pose.passed for pose in poses):
            numbers = key_frames(curves)
            alone = Stage(stage.picture, (performer,))
            frames = [still_frame(alone, (curves,), number) for number in numbers]
            poses = judge_drawn(frames, numbers, performer, curves, seen, store)
        passed = all(pose.passed for pose in poses)
        attempts.append(Attempt(part.driver, part.intensity, passed, poses))
        if passed:
            return Rehearsed(part, caps, curves, tuple(attempts), seen.held)
        if caps.blink and {found.code for pose in poses for found in pose.findings} == {LIDS_OPEN}:
            caps = replace(caps, blink=False)
        else:
            part = part.subtler()
    return Rehearsed(part, caps, part.curves(caps, seconds), tuple(attempts), seen.held)


@dataclass(frozen=True)
class Seen:
    """A performer as every judge of pixels sees them in the still."""

    reference: Reference
    parts: Original
    held: Lock


def look(still: Picture, performer: Performer, store: ModelStore, held: Lock | None = None) -> Seen:
    """Look at the still, to judge drawn poses against it; `held` is taken over where it is there."""
    return Seen(
        look_at_still(still, performer.face.mesh, store),
        look_at_parts(still, performer.face),
        held or lock(still, performer, store),
    )


def judge_drawn(
    frames: Sequence[Picture],
    numbers: Sequence[int],
    performer: Performer,
    curves: FaceCurves,
    seen: Seen,
    store: ModelStore,
) -> tuple[KeyPose, ...]:
    """What only pixels can tell: `frames`, the frames `numbers` of `curves` with this performer alone,
    read back by networks and pixel by pixel, and held against the still."""
    rig = performer.layer.rig
    readings = read_back(frames, numbers, curves, rig, seen.reference, store)
    parts = read_parts(frames, numbers, curves, rig, seen.parts)
    astray = drift(frames, numbers, performer, curves, seen.held).astray
    poses = []
    for number, reading, part in zip(numbers, readings, parts, strict=True):
        faults = (*reading.faults, *part.faults, *((DRIFT,) if number in astray else ()))
        poses.append(KeyPose(number, not faults, tuple(_reason(fault) for fault in faults)))
    return tuple(poses)


def judge_commands(
    performer: Performer, curves: FaceCurves, part: Part, caps: Caps
) -> tuple[KeyPose, ...]:
    """What needs no drawing: strength, and the geometry of the key poses and every fifth frame."""
    excess = too_strong(curves, part, caps)
    numbers = sorted({*key_frames(curves), *excess, *range(0, curves.frames, GEOMETRY_EVERY)})
    landmarks = performer.face.mesh.points
    poses = []
    for number in numbers:
        motion = motion_at(curves, number)
        found = judge_geometry(performer.layer.rig, motion, landmarks, performer.inside).faults
        if number in excess and "too_strong" not in found:
            found = (*found, "too_strong")
        poses.append(KeyPose(number, not found, tuple(_reason(fault) for fault in found)))
    return tuple(poses)


def rehearse_all(
    stage: Stage,
    parts: Sequence[Part],
    caps: Sequence[Caps],
    seconds: float,
    store: ModelStore,
    progress: Callable[[float], None],
) -> tuple[Rehearsed, ...]:
    """Everybody on the stage, in its order."""
    done = []
    for k, (performer, part, cap) in enumerate(zip(stage.performers, parts, caps, strict=True)):
        done.append(rehearse(stage, performer, part, cap, seconds, store))
        progress((k + 1) / len(parts))
    return tuple(done)


def rehearse_again(
    stage: Stage,
    rehearsed: Sequence[Rehearsed],
    drifts: Sequence[Drift | None],
    seconds: float,
    store: ModelStore,
    progress: Callable[[float], None],
) -> tuple[Rehearsed, ...]:
    """Whoever strayed on film goes on down the ladder; everybody else plays as before."""
    done = []
    for k, (performer, each, seen) in enumerate(
        zip(stage.performers, rehearsed, drifts, strict=True)
    ):
        done.append(
            _further(stage, performer, each, seen.astray, seconds, store)
            if seen is not None and seen.astray
            else each
        )
        progress((k + 1) / len(rehearsed))
    return tuple(done)


def _further(
    stage: Stage,
    performer: Performer,
    each: Rehearsed,
    astray: Sequence[int],
    seconds: float,
    store: ModelStore,
) -> Rehearsed:
    poses = tuple(KeyPose(number, False, (_reason(DRIFT),)) for number in astray)
    filmed = Attempt(each.part.driver, each.part.intensity, False, poses)
    below = each.part.subtler()
    again = rehearse(stage, performer, below, each.caps, seconds, store, each.held)
    return replace(again, attempts=(*each.attempts, filmed, *again.attempts))


def _reason(code: str) -> Reason:
    return Reason(code, FAULTS[code])
