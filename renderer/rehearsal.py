"""Rehearsing before filming: key poses are drawn and judged, and whoever fails plays something subtler.

The ladder is each face's own: in a group one difficult face becomes quieter, or rests, and the others
play on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from renderer.gates import Caps
from renderer.key_poses import key_frames
from renderer.models import ModelStore
from renderer.motion.casting import Part
from renderer.motion.channels import FaceCurves
from renderer.motion.geometry import judge_geometry
from renderer.motion.strength import too_strong
from renderer.performance import still_frame
from renderer.performer import Performer, Stage, motion_at
from renderer.readback import look_at_still, read_back
from renderer.reasons import Reason
from renderer.report import Attempt, KeyPose

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
}
"""What each fault means, for the report."""


@dataclass(frozen=True)
class Rehearsed:
    """The part that a performer passed with, its caps and curves, and every attempt on the way down."""

    part: Part
    caps: Caps
    curves: FaceCurves
    attempts: tuple[Attempt, ...]


def rehearse(
    stage: Stage,
    performer: Performer,
    part: Part,
    caps: Caps,
    seconds: float,
    store: ModelStore,
) -> Rehearsed:
    """Walk down the ladder until a part passes; at its foot the face stays still.

    Where nothing is wrong but eyes that cannot be seen to close, the blink alone is left out.
    """
    still = look_at_still(stage.picture, performer.face.mesh, store)
    attempts: list[Attempt] = []
    while not part.is_still:
        curves = part.curves(caps, seconds)
        poses = judge_commands(performer, curves, part.driver, part.intensity, caps)
        if all(pose.passed for pose in poses):
            numbers = key_frames(curves)
            alone = Stage(stage.picture, (performer,))
            frames = [still_frame(alone, (curves,), number) for number in numbers]
            readings = read_back(frames, numbers, curves, performer.layer.rig, still, store)
            poses = tuple(
                KeyPose(number, not reading.faults, tuple(_reason(f) for f in reading.faults))
                for number, reading in zip(numbers, readings, strict=True)
            )
        passed = all(pose.passed for pose in poses)
        attempts.append(Attempt(part.driver, part.intensity, passed, poses))
        if passed:
            return Rehearsed(part, caps, curves, tuple(attempts))
        if caps.blink and {found.code for pose in poses for found in pose.findings} == {LIDS_OPEN}:
            caps = replace(caps, blink=False)
        else:
            part = part.subtler()
    return Rehearsed(part, caps, part.curves(caps, seconds), tuple(attempts))


def judge_commands(
    performer: Performer, curves: FaceCurves, driver: str, intensity: float, caps: Caps
) -> tuple[KeyPose, ...]:
    """What needs no drawing: strength, and the geometry of the key poses and every fifth frame."""
    excess = too_strong(curves, driver, intensity, caps)
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


def _reason(code: str) -> Reason:
    return Reason(code, FAULTS[code])
