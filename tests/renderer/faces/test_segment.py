"""The person mask has the picture's size and lies where the person is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from renderer.faces.find import only_face
from renderer.faces.segment import person_mask
from renderer.faces.types import Box
from renderer.models import ModelStore
from tests.paths import portrait


@pytest.fixture(scope="module")
def store() -> ModelStore:
    return ModelStore(provider="cpu")


@pytest.mark.parametrize(
    ("size", "network"), [((90, 200), "person_wide"), ((300, 200), "person_square")]
)
def test_the_mask_is_as_large_as_the_picture(
    store: ModelStore, size: tuple[int, int], network: str
) -> None:
    mask = person_mask(np.zeros((*size, 3), np.uint8), store)
    assert mask.shape == size
    assert mask.dtype == np.float32
    assert mask.min() >= 0
    assert mask.max() <= 1
    assert f"{network}.onnx" in {loaded.file for loaded in store.loaded}


def test_a_box_is_masked_at_its_own_size(store: ModelStore) -> None:
    picture = np.zeros((100, 120, 3), np.uint8)
    assert person_mask(picture, store, Box(10, 20, 90, 80)).shape == (60, 80)


def test_the_person_is_in_it_and_the_background_is_not(store: ModelStore) -> None:
    picture = cv2.cvtColor(cv2.imread(str(portrait("24_"))), cv2.COLOR_BGR2RGB)
    mask = person_mask(picture, store)
    points = only_face(picture, store).mesh.points[:468, :2].round().astype(int)
    assert mask[points[:, 1], points[:, 0]].mean() > 0.95
    assert mask[:60, :60].mean() < 0.1
