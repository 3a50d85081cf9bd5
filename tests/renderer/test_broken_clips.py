"""Clips broken on purpose never pass: a folded mouth, swapped lids, twice the strength, a wrong face.

On one portrait that comes with the code; `python -m bench.gates` and `bench.identity` do the same on
every test portrait.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.broken import BREAKS
from bench.gates import scaled
from bench.wrong_faces import face_mask, guest, paste, swapped
from renderer.engine import GeometricAnimator
from renderer.faces.find import only_face
from renderer.faces.identity import SIZE, chip_of
from renderer.framing import frame_photo
from renderer.key_poses import key_frames
from renderer.likeness import chip_in
from renderer.models import ModelStore
from renderer.motion.caps import Caps
from renderer.motion.casting import Part
from renderer.motion.rig import HeadRig, carry
from renderer.performance import still_frame
from renderer.performer import Performer, Stage, motion_at
from renderer.rehearsal import judge_commands, judge_drawn, look
from tests.renderer.sitters import astronaut, stranger

PARTS = [Part(driver, 1.0, 3) for driver in ("nostalgia", "joy", "reunion", "blink-and-nod")]
NAMES = [part.driver for part in PARTS]


@pytest.fixture(scope="module")
def store() -> ModelStore:
    return ModelStore(provider="cpu")


@pytest.fixture(scope="module")
def stage(store: ModelStore) -> Stage:
    animator = GeometricAnimator(store)
    photo = astronaut()
    looked = animator._look(photo)
    return animator._set_stage(photo, frame_photo(340, 340, 340), looked).stage


@pytest.fixture(scope="module")
def performer(stage: Stage) -> Performer:
    return stage.performers[0]


@pytest.fixture(scope="module")
def seen(stage: Stage, performer: Performer, store: ModelStore):
    return look(stage.picture, performer, store)


@pytest.fixture(scope="module", params=PARTS, ids=NAMES)
def scene(request, stage: Stage):
    """A driver's curves, its key poses and their numbers."""
    curves = request.param.curves(Caps(), 5.0)
    numbers = key_frames(curves)
    return curves, numbers, [still_frame(stage, (curves,), number) for number in numbers]


def codes(poses) -> set[str]:
    return {found.code for pose in poses for found in pose.findings}


def test_natural_poses_pass_every_judge(scene, performer, seen, store):
    curves, numbers, frames = scene
    assert codes(judge_drawn(frames, numbers, performer, curves, seen, store)) == set()


@pytest.mark.parametrize("kind", BREAKS)
def test_every_broken_face_is_caught(kind, scene, performer, seen, store):
    curves, numbers, frames = scene
    spoilt = []
    for number, frame in zip(numbers, frames, strict=True):
        points = performer.face.mesh.points[:, :2]
        there = carry(performer.layer.rig, motion_at(curves, number), points)
        spoilt.append(BREAKS[kind](frame, there))
    found = codes(judge_drawn(spoilt, numbers, performer, curves, seen, store))
    assert found & {"mouth" if "mouth" in kind else "lids"}


def test_a_strangers_face_is_caught_by_identity(scene, performer, seen, store):
    curves, numbers, frames = scene
    other = stranger()
    visitor = guest(other, only_face(other, store), SIZE)
    mask = face_mask(performer.face, chip_of(performer.face), SIZE)
    changed = []
    for number, frame in zip(numbers, frames, strict=True):
        chip = chip_in(performer, curves, number)
        changed.append(paste(frame, chip, swapped(chip.sample(frame, SIZE), mask, visitor)))
    poses = judge_drawn(changed, numbers, performer, curves, seen, store)
    assert all("identity" in codes([pose]) for pose in poses)


@pytest.mark.parametrize("part", PARTS, ids=NAMES)
def test_twice_the_strength_is_caught_before_anything_is_drawn(part, performer):
    curves = scaled(part.curves(Caps(), 5.0), 2.0)
    assert codes(judge_commands(performer, curves, part, Caps()))


@pytest.mark.parametrize("spoil", ["mouth corners pulled together", "lids pulled apart"])
def test_a_rig_that_folds_is_caught_by_geometry(spoil, performer):
    """As if the learned shapes were wrong: the same commands, another field."""
    rig = performer.layer.rig
    fields = rig.smile_left, rig.smile_right
    points = performer.face.mesh.points
    if spoil.startswith("mouth"):
        broken: HeadRig = replace(rig, smile_left=-6 * fields[0], smile_right=-6 * fields[1])
    else:
        low = points[[145, 374], :2].mean(axis=0)
        reach = np.hypot(rig.x - low[0], rig.y - low[1])
        lift = np.where(reach < 0.3 * performer.face.height_px, -40.0, 0.0).astype(np.float32)
        spoilt = fields[0].copy()
        spoilt[..., 1] += lift
        broken = replace(rig, smile_left=spoilt)
    worse = replace(performer, layer=replace(performer.layer, rig=broken))
    part = Part("joy", 1.0, 3)
    found = codes(judge_commands(worse, part.curves(Caps(), 5.0), part, Caps()))
    assert found & {"fold_over", "stretch", "order"}
