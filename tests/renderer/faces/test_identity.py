"""The lock: the same pixels are the same person, a photo's own circumstances too, a stranger is not."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from renderer.faces.find import find_faces
from renderer.faces.identity import (
    LEAST_THRESHOLD,
    MOST_THRESHOLD,
    PLACES,
    ROOM,
    SIZE,
    STEADY,
    chip_at,
    chip_of,
    lock_faces,
    threshold,
)
from renderer.faces.identity_null import turned, variants
from renderer.faces.types import Picture
from renderer.models import ModelStore
from tests.paths import portrait
from tests.renderer.clay import clay_face, clay_picture


@pytest.fixture(scope="module")
def store() -> ModelStore:
    return ModelStore(provider="cpu")


def picture(number: str) -> Picture:
    read = cv2.imread(str(portrait(f"{number}_")), cv2.IMREAD_COLOR)
    return np.ascontiguousarray(read[..., ::-1])


def test_a_chip_lays_the_steady_landmarks_where_the_network_learned_them():
    wanted = (PLACES + ROOM) / (1 + 2 * ROOM) * SIZE
    for side, angle in ((60.0, 0.0), (400.0, 0.4), (90.0, -1.2)):
        turn = side * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        there = (wanted / SIZE - 0.5) @ turn.T + (310.0, 120.0)
        chip = chip_at(there)
        back = (there - (chip.x, chip.y)) @ np.linalg.inv(chip.axes).T + 0.5
        np.testing.assert_allclose(back * SIZE, wanted, atol=1e-6)
        assert chip.side == pytest.approx(side) and chip.angle == pytest.approx(angle)


def test_a_face_that_was_not_meshed_is_looked_at_where_it_was_detected():
    face = clay_face()
    denied = replace(face, mesh=replace(face.mesh, presence=0.0))
    chip, meshed = chip_of(denied), chip_of(face)
    assert chip.angle == 0.0
    assert abs(chip.x - meshed.x) < 0.2 * chip.side and abs(chip.y - meshed.y) < 0.2 * chip.side


def test_a_threshold_follows_the_photo_within_what_strangers_allow():
    null = np.array([0.1, 0.25])
    assert threshold(null) == pytest.approx(0.25 * 1.25)
    assert threshold(np.array([0.01])) == LEAST_THRESHOLD
    assert threshold(np.array([0.9])) == MOST_THRESHOLD


def test_every_circumstance_changes_the_chip_and_only_that():
    face = clay_face()
    still, _ = clay_picture(face)
    crop = chip_of(face)
    chip = crop.sample(still, SIZE)
    before = chip.copy()
    found = variants(chip, crop, face.mesh)
    assert len(found) >= 8
    for name, changed in found.items():
        assert changed.shape == chip.shape and changed.dtype == np.float32, name
        assert np.abs(changed - chip).max() > 1, name
    assert (chip == before).all()


def test_a_head_turned_to_the_right_moves_its_nose_to_the_right():
    chip = np.zeros((SIZE, SIZE, 3), np.float32)
    chip[70:90, 70:80] = 255
    columns = np.arange(SIZE)

    def middle(image):
        weight = image[..., 0].sum(axis=0)
        return float((columns * weight).sum() / weight.sum())

    assert middle(turned(chip, 5.0, 0.0)) > middle(chip) + 1
    assert middle(turned(chip, -5.0, 0.0)) < middle(chip) - 1


def test_nobody_to_lock_is_nobody_to_miss(store: ModelStore):
    still, _ = clay_picture(clay_face())
    lock = lock_faces(still, (), store)
    assert lock.distances(still) == () and lock.holds(still)


def test_the_lock_keeps_its_embeddings_to_itself(store: ModelStore):
    face = clay_face()
    still, _ = clay_picture(face)
    lock = lock_faces(still, [face], store)
    assert "array" not in repr(lock) and "embedding" not in repr(lock)


@pytest.mark.parametrize("number", ["03", "08", "22", "26", "35"])
def test_the_same_picture_holds_and_so_does_a_worse_copy_of_it(store: ModelStore, number: str):
    still = picture(number)
    faces = find_faces(still, store)
    lock = lock_faces(still, faces, store)
    assert lock.distances(still) == pytest.approx([0.0] * len(faces), abs=1e-5)
    _, packed = cv2.imencode(".jpg", still, [cv2.IMWRITE_JPEG_QUALITY, 75])
    worse = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    assert lock.holds(worse)
    assert max(lock.distances(worse)) > 0.01


def test_a_stranger_in_the_same_place_is_told(store: ModelStore):
    """Everybody's face laid into everybody else's picture, eyes on eyes: nobody passes."""
    people = []
    for number in ("03", "04", "12", "20", "22", "26"):
        still = picture(number)
        (face,) = find_faces(still, store)
        people.append((still, face, lock_faces(still, [face], store)))
    for host, face, lock in people:
        for guest, other, _ in people:
            if guest is host:
                continue
            a = face.mesh.points[list(STEADY), :2].astype(np.float32)
            b = other.mesh.points[list(STEADY), :2].astype(np.float32)
            matrix, _ = cv2.estimateAffinePartial2D(b, a)
            size = (host.shape[1], host.shape[0])
            swapped = cv2.warpAffine(guest, matrix, size, flags=cv2.INTER_AREA)
            assert not lock.holds(swapped)


def test_a_face_that_moved_is_found_where_it_went(store: ModelStore):
    still = picture("22")
    (face,) = find_faces(still, store)
    lock = lock_faces(still, [face], store)
    matrix = cv2.getRotationMatrix2D((float(lock.chips[0].x), float(lock.chips[0].y)), 20, 1.0)
    turned_picture = cv2.warpAffine(still, matrix, (still.shape[1], still.shape[0]))
    points = face.mesh.points[list(STEADY), :2] @ matrix[:, :2].T + matrix[:, 2]
    (there,) = lock.distances(turned_picture, [chip_at(points)])
    (here,) = lock.distances(turned_picture)
    assert there < 0.1 < here
