"""Grief is recognised, and nobody is made to smile over it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from renderer.faces.find import find_faces
from renderer.faces.mood import Mood, read_mood
from renderer.models import ModelStore
from renderer.motion.choice import choose_driver
from renderer.motion.drivers import perform
from tests.paths import portrait
from tests.renderer.clay import clay_face, clay_picture
from tests.renderer.test_gates import PLAIN


@pytest.fixture(scope="module")
def store() -> ModelStore:
    return ModelStore()


def mood_of(number: str, store: ModelStore) -> Mood:
    picture = np.ascontiguousarray(cv2.imread(str(portrait(number)))[..., ::-1])
    face = max(find_faces(picture, store), key=lambda face: face.height_px)
    return read_mood(picture, face, store)


def test_shares_add_up_on_any_face(store):
    face = clay_face()
    picture, _ = clay_picture(face)
    assert sum(vars(read_mood(picture, face, store)).values()) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("number", ["20", "22", "24", "25"])
def test_smiling_people_look_happy(number, store):
    assert mood_of(number, store).happy > 0.9


def test_grief_is_seen(store):
    assert mood_of("06", store).is_sad


@pytest.mark.parametrize("number", ["04", "08", "12", "23", "26"])
def test_a_resting_face_is_not_sad(number, store):
    assert not mood_of(number, store).is_sad


def test_nobody_sad_is_made_to_smile():
    driver, why = choose_driver([PLAIN], is_sad=True)
    assert (driver, why.code) == ("blink-and-nod", "chose_serious")
    curves = perform(driver, 1)
    assert curves.smile.max() == 0
