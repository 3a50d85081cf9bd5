"""Faces of real portraits: how many, which way they look, and who is in profile.

The counts are what a person sees in the pictures.
"""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from renderer.faces import topology
from renderer.faces.find import find_faces, is_profile, nose_between_eyes, only_face
from renderer.faces.iris import eye_crops, look_at_eye
from renderer.faces.types import Picture
from renderer.models import ModelStore
from tests.paths import portrait

GROUPS = {"07": 5, "08": 2, "09": 3, "10": 4, "13": 2, "15": 4, "18": 2}
PROFILES = ("29", "31", "32", "33")
THREE_QUARTER = ("02", "11", "19", "28", "34")
FRONTAL = ("01", "12", "20", "23", "26", "30")


@pytest.fixture(scope="module")
def store() -> ModelStore:
    return ModelStore(provider="cpu")


def picture(number: str) -> Picture:
    read = cv2.imread(str(portrait(f"{number}_")), cv2.IMREAD_COLOR)
    return cv2.cvtColor(read, cv2.COLOR_BGR2RGB)


@pytest.mark.parametrize(("number", "count"), GROUPS.items())
def test_everyone_in_a_group_is_found_from_left_to_right(
    store: ModelStore, number: str, count: int
) -> None:
    faces = find_faces(picture(number), store)
    assert len(faces) == count
    middles = [float(face.mesh.points[:, 0].mean()) for face in faces]
    assert middles == sorted(middles)
    assert not any(is_profile(face) for face in faces)


@pytest.mark.parametrize("number", PROFILES)
@pytest.mark.parametrize("flipped", [False, True], ids=["as-is", "mirrored"])
def test_a_profile_is_called_one(store: ModelStore, number: str, *, flipped: bool) -> None:
    seen = picture(number)
    (face,) = find_faces(np.ascontiguousarray(seen[:, ::-1]) if flipped else seen, store)
    assert is_profile(face)


@pytest.mark.parametrize("number", THREE_QUARTER)
def test_three_quarter_portraits_are_no_profiles(store: ModelStore, number: str) -> None:
    (face,) = find_faces(picture(number), store)
    assert 14 < abs(face.pose.yaw_deg) < 35
    assert not is_profile(face)
    turned_right = nose_between_eyes(face.detection) > 0.5
    assert turned_right == (face.pose.yaw_deg > 0)


@pytest.mark.parametrize("number", FRONTAL)
def test_frontal_portraits_look_ahead(store: ModelStore, number: str) -> None:
    (face,) = find_faces(picture(number), store)
    assert abs(face.pose.yaw_deg) < 13
    assert abs(face.pose.roll_deg) < 8
    assert face.mesh.presence > 0.9


def test_measures_are_those_of_a_person(store: ModelStore) -> None:
    seen = picture("23")
    face = only_face(seen, store)
    assert face.frame_share == pytest.approx(face.height_px / seen.shape[0])
    assert 55 < face.interocular_px / face.pose.px_per_mm < 75
    iris = face.mesh.points[list(topology.LEFT_IRIS), :2]
    radius = np.linalg.norm(iris[1:] - iris[0], axis=1).mean()
    assert 2 * radius / face.pose.px_per_mm == pytest.approx(topology.IRIS_DIAMETER_MM, abs=2.5)


@pytest.mark.parametrize("roll", [-45, -20, 20, 45])
def test_tilted_heads_are_meshed_as_well_as_level_ones(store: ModelStore, roll: int) -> None:
    seen = picture("22")
    height, width = seen.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -roll, 1.0)
    level = only_face(seen, store)
    tilted = only_face(
        cv2.warpAffine(seen, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), store
    )
    assert tilted.pose.roll_deg - level.pose.roll_deg == pytest.approx(roll, abs=2.5)
    expected = level.mesh.points[:468, :2] @ turn[:, :2].T + turn[:, 2]
    apart = np.linalg.norm(tilted.mesh.points[:468, :2] - expected, axis=1)
    assert apart.mean() < 0.035 * level.interocular_px


@pytest.mark.parametrize("factor", [0.25, 0.5, 3.0])
def test_the_same_face_at_other_sizes(store: ModelStore, factor: float) -> None:
    seen = picture("22")
    face = only_face(seen, store)
    sized = cv2.resize(seen, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    other = only_face(sized, store).mesh.scaled(1 / factor)
    apart = np.linalg.norm(other.points[:468, :2] - face.mesh.points[:468, :2], axis=1)
    assert apart.mean() < 0.03 * face.interocular_px


def test_a_face_cut_by_the_frame_is_found(store: ModelStore) -> None:
    seen = picture("22")
    face = only_face(seen, store)
    low = face.mesh.points[:, :2].min(axis=0)
    high = face.mesh.points[:, :2].max(axis=0)
    tight = seen[int(low[1]) + 12 : int(high[1]) - 4, int(low[0]) + 4 : int(high[0]) - 4]
    assert len(find_faces(np.ascontiguousarray(tight), store)) == 1


def test_nobody_is_found_where_nobody_is(store: ModelStore) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (300, 420, 3), np.uint8)
    clouds = cv2.GaussianBlur(rng.integers(0, 256, (600, 800, 3), np.uint8), (0, 0), 25)
    stretched = cv2.normalize(clouds, None, 0, 255, cv2.NORM_MINMAX)
    assert find_faces(noise, store) == ()
    assert find_faces(np.asarray(stretched, np.uint8), store) == ()
    with pytest.raises(LookupError):
        only_face(noise, store)


@pytest.mark.parametrize("number", ["20", "22", "23"])
def test_the_eye_network_agrees_with_the_mesh(store: ModelStore, number: str) -> None:
    seen = picture(number)
    mesh = only_face(seen, store).mesh
    for crop, iris in zip(eye_crops(mesh), topology.IRISES, strict=True):
        eye = look_at_eye(seen, crop, store, samples=3)
        centre = mesh.points[iris[0], :2]
        assert np.linalg.norm(eye.iris[0] - centre) < 0.5 * eye.radius
        assert 0.15 < eye.aperture < 0.5
        assert (np.diff(eye.lower[:, 0]) > 0).all()
        assert (eye.upper[1:-1, 1] < eye.lower[1:-1, 1]).all()
        assert np.abs(eye.gaze).max() < 1
