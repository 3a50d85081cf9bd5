"""Frames are held against the still: the person holds, a stranger's face in one frame does not."""

from __future__ import annotations

import numpy as np
import pytest

from bench.wrong_faces import face_mask, guest, paste, swapped
from renderer.engine import GeometricAnimator
from renderer.faces.find import only_face
from renderer.faces.identity import SIZE, chip_of
from renderer.framing import frame_photo
from renderer.key_poses import key_frames
from renderer.likeness import EVERY, Drift, Watch, Witness, chip_in, drift, lock
from renderer.models import ModelStore
from renderer.motion.caps import Caps
from renderer.motion.casting import Part
from renderer.performance import film, still_frame
from renderer.performer import Stage
from tests.renderer.sitters import astronaut, stranger


@pytest.fixture(scope="module")
def store() -> ModelStore:
    return ModelStore(provider="cpu")


@pytest.fixture(scope="module")
def stage(store: ModelStore) -> Stage:
    animator = GeometricAnimator(store)
    photo = astronaut()
    look = animator._look(photo)
    return animator._set_stage(photo, frame_photo(340, 340, 340), look).stage


@pytest.fixture(scope="module")
def curves():
    return Part("joy", 1.0, 3).curves(Caps(), 5.0)


@pytest.fixture(scope="module")
def held(stage: Stage, store: ModelStore):
    return lock(stage.picture, stage.performers[0], store)


def drawn(stage, curves, numbers):
    return [still_frame(stage, (curves,), number) for number in numbers]


def test_a_natural_clip_holds(stage, curves, held):
    numbers = key_frames(curves)
    seen = drift(drawn(stage, curves, numbers), numbers, stage.performers[0], curves, held)
    assert seen.frames == numbers and not seen.astray
    assert 0.01 < max(seen.distances) < seen.threshold
    assert min(seen.likenesses) > 0.7, "the second network sees the same person"


def test_the_still_itself_is_at_no_distance(stage, curves, held):
    seen = drift([stage.picture], [0], stage.performers[0], curves, held)
    assert seen.distances == pytest.approx([0.0], abs=1e-4)
    assert seen.likenesses == pytest.approx([1.0], abs=1e-4)


def test_a_strangers_face_in_one_frame_is_named(stage, curves, held, store):
    numbers = key_frames(curves)
    frames = drawn(stage, curves, numbers)
    performer = stage.performers[0]
    other = stranger()
    visitor = guest(other, only_face(other, store), SIZE)
    where = len(numbers) // 2
    chip = chip_in(performer, curves, numbers[where])
    mask = face_mask(performer.face, chip_of(performer.face), SIZE)
    changed = swapped(chip.sample(frames[where], SIZE), mask, visitor)
    frames[where] = paste(frames[where], chip, changed)
    seen = drift(frames, numbers, performer, curves, held)
    assert seen.astray == (numbers[where],)


def test_a_chip_goes_along_with_the_head_and_not_with_the_smile(stage, curves):
    performer = stage.performers[0]
    still = chip_of(performer.face)
    turned = int(np.argmax(np.abs(curves.roll_deg)))
    tilted = chip_in(performer, curves, turned)
    assert np.degrees(tilted.angle - still.angle) == pytest.approx(
        float(curves.roll_deg[turned]), abs=1.0
    )
    zero = {name: np.zeros_like(value) for name, value in vars(curves).items()}
    smiling = type(curves)(**{**zero, "smile": curves.smile, "brow": curves.brow})
    widest = int(np.argmax(smiling.smile.max(axis=1)))
    assert chip_in(performer, smiling, widest).side == pytest.approx(still.side, rel=1e-3)


def test_the_witness_looks_at_every_fifth_frame_and_every_key_pose(stage, curves, held):
    witness = Witness(stage, [curves], [held])
    seen: list[int] = []

    class Taken:
        def write(self, *planes: np.ndarray) -> None: ...

    def see(number: int, picture: np.ndarray) -> None:
        seen.append(number)
        assert picture.shape == stage.picture.shape
        if number < 12:
            witness.see(number, picture)

    film(stage, [curves], Taken(), lambda _: None, see=see)
    assert seen == list(range(curves.frames)), "what is filmed is what is shown"
    (drifted,) = witness.drifts()
    assert drifted is not None
    assert set(range(EVERY // 2, curves.frames, EVERY)) | set(key_frames(curves)) == set(
        witness.wanted
    )
    assert drifted.frames == tuple(n for n in witness.wanted if n < 12)


def test_whoever_rests_is_not_looked_at(stage, curves):
    witness = Witness(stage, [curves], [None])
    witness.see(2, stage.picture)
    assert witness.drifts() == (None,)


def test_a_watch_remembers_distances_and_nothing_else(stage, curves, held):
    watch = Watch(stage.performers[0], curves, held)
    for number in (2, 7):
        watch.see(number, stage.picture)
    watch.drift()
    assert not any(isinstance(value, np.ndarray) for value in vars(watch).values())
    assert watch._first == watch._second == []


def test_likeness_is_one_at_best_and_its_worst_is_the_least():
    seen = Drift((2, 7, 12), (0.1, 0.3, 0.2), (0.9, 0.7, 0.8), 0.36)
    score = seen.score
    assert score.min == pytest.approx(0.7) and score.threshold == pytest.approx(0.64)
    assert score.min <= score.p05 <= 0.9
    assert score.second is not None and score.second.min == pytest.approx(0.7)
    assert Drift((2,), (0.37,), (0.9,), 0.36).astray == (2,)
