"""Damage is found, and what is merely made of lines is not taken for it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from renderer.faces.find import find_faces
from renderer.faces.planes import grown
from renderer.faces.types import Floats
from renderer.models import ModelStore
from renderer.prepare.damage_mask import (
    BELIEVED,
    COLOURED_LEAST,
    MOST,
    MOST_OF_A_FACE,
    decide,
    find_damage,
    plan_looks,
)
from renderer.prepare.zones import face_area, features, needed
from tests.renderer.clay import clay_face
from tests.renderer.prepare.sample import cracked, sample_photo


@pytest.fixture(scope="module")
def store() -> ModelStore:
    return ModelStore()


def test_cracks_across_a_photo_are_found_and_little_else(store: ModelStore) -> None:
    damaged, truth = cracked(sample_photo())
    found = find_damage(damaged, find_faces(damaged, store), store)
    rim = grown(truth, 2)
    assert (grown(found.mask, 1) & truth).sum() / truth.sum() > 0.6
    assert (found.mask & rim).sum() / found.mask.sum() > 0.8
    assert found.share == pytest.approx(found.mask.mean())


def test_a_sound_photo_has_none(store: ModelStore) -> None:
    photo = sample_photo()
    found = find_damage(photo, find_faces(photo, store), store)
    assert found.share < 0.005
    assert found.face_share < 0.003


def test_progress_grows_to_its_end_and_the_answer_repeats(store: ModelStore) -> None:
    damaged, _ = cracked(sample_photo())
    told: list[float] = []
    first = find_damage(damaged, (), store, told.append)
    again = find_damage(damaged, (), store)
    assert told == sorted(told) and told[-1] == 1.0
    np.testing.assert_array_equal(first.mask, again.mask)


@pytest.mark.parametrize("size", [(1, 1), (3, 70)])
def test_a_picture_of_almost_nothing_is_no_trouble(
    store: ModelStore, size: tuple[int, int]
) -> None:
    found = find_damage(np.full((*size, 3), 128, np.uint8), (), store)
    assert found.mask.shape == size


def test_a_small_face_in_a_large_scan_is_looked_at_more_closely() -> None:
    face = clay_face((2000.0, 1500.0), px_per_mm=1.5)
    whole, closer = plan_looks((4000, 3000), [face])
    assert whole.box == (0, 0, 4000, 3000) and whole.factor < 0.5
    assert closer.factor == pytest.approx(min(1.0, 190 / face.height_px))
    x0, y0, x1, y1 = closer.box
    assert x0 < 2000 < x1 and y0 < 1500 < y1
    assert len(plan_looks((800, 600), [clay_face((400.0, 300.0))])) == 1


def _belief(lost: Floats) -> Floats:
    return np.dstack([lost, np.zeros_like(lost)])


def test_a_patch_on_an_eye_is_let_be_and_a_crack_across_it_is_not() -> None:
    face = clay_face((200.0, 200.0), px_per_mm=1.2)
    eye = face.mesh.points[468, :2].round().astype(int)
    patch, crack = np.zeros((400, 400), np.float32), np.zeros((400, 400), np.float32)
    cv2.circle(patch, eye.tolist(), 4, 0.97, -1)
    cv2.line(crack, (0, int(eye[1])), (399, int(eye[1])), 0.97, 2)
    assert not decide(_belief(patch), [face])[0].any()
    assert decide(_belief(patch), [])[0].any()
    assert decide(_belief(crack), [face])[0][eye[1], eye[0]]


def test_on_a_face_the_detector_must_be_surer() -> None:
    face = clay_face((200.0, 200.0), px_per_mm=1.2)
    bars = needed([face], (400, 400), BELIEVED)
    on_face = face_area([face], (400, 400))
    assert (bars[on_face] > BELIEVED).all()
    assert (bars[features([face], (400, 400))] > bars[on_face].min()).all()
    assert bars[0, 0] == np.float32(BELIEVED)


def test_a_faint_stretch_counts_where_it_continues_a_sure_one() -> None:
    belief = np.zeros((60, 60), np.float32)
    belief[30, 5:25], belief[30, 25:55], belief[10, 5:55] = 0.9, 0.45, 0.45
    lost, _ = decide(_belief(belief), [])
    assert lost[30, 5:55].all() and not lost[10].any()


def test_what_looks_damaged_all_over_is_capped() -> None:
    rng = np.random.default_rng(3)
    belief = rng.uniform(0.6, 1.0, (200, 200)).astype(np.float32)
    lost, _ = decide(_belief(belief), [])
    assert 0.9 * MOST < lost.mean() <= MOST + 1e-3
    face = clay_face((100.0, 100.0), px_per_mm=0.5)
    lost, _ = decide(_belief(belief), [face])
    assert lost[face_area([face], (200, 200))].mean() <= MOST_OF_A_FACE + 1e-3


def test_what_only_veils_counts_beside_what_is_lost() -> None:
    belief = np.zeros((120, 200, 2), np.float32)
    belief[10:110, 40:43, 0] = 0.95  # a fold's broken ridge
    belief[10:110, 34:50, 1] = 0.9  # and what the fold veils
    belief[10:110, 50:90, 1] = 0.9  # which cannot be as wide as this
    belief[20:100, 150:190, 1] = 0.99  # a white dress
    lost, veil = decide(belief, ())
    assert lost[60, 41] and not lost[60, 37]
    assert veil[60, 36] and veil[60, 48] and not veil[60, 80]
    assert not veil[:, 150:].any()


def test_a_few_lines_in_colour_are_let_be_and_the_same_in_an_old_print_are_not(
    store: ModelStore,
) -> None:
    """Seams, buttons and bars are in colour; a print of one hue is old enough to be asked."""
    photo = sample_photo()
    height, width = photo.shape[:2]
    photo[:, :, 0] = np.clip(photo[:, :, 0] * np.linspace(0.6, 1.2, width)[None], 0, 255)
    for k in range(2):
        cv2.line(
            photo, (width // 8, height // 4 + 20 * k), (width // 3, 20 * k + 30), (250,) * 3, 1
        )
    assert not find_damage(photo, (), store).mask.any()
    grey = np.repeat(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None], 3, 2)
    old = find_damage(grey, (), store)
    assert 0 < old.share < COLOURED_LEAST


def test_a_torn_photo_in_colour_is_mended(store: ModelStore) -> None:
    damaged, truth = cracked(sample_photo())
    damaged[:, :, 2] = np.clip(damaged[:, :, 2] * 0.9 + np.arange(damaged.shape[1]) % 60, 0, 255)
    found = find_damage(damaged, (), store)
    assert truth.mean() > COLOURED_LEAST
    assert (grown(found.mask, 1) & truth).sum() / truth.sum() > 0.4
