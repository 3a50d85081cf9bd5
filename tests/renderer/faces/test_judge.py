"""Readings are of the face alone: where it lies, how large and how tilted makes no difference."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from renderer.faces import topology
from renderer.faces.canonical import CanonicalFace, canonical_face
from renderer.faces.crop import Crop
from renderer.faces.find import only_face
from renderer.faces.judge import (
    aperture,
    around,
    disagreement,
    judge_crop,
    landmarks68,
    landmarks68_of_frames,
    pose_of_68,
    read,
    repeatability,
)
from renderer.faces.pose import rotation_of
from renderer.faces.types import Floats, Mesh
from renderer.models import ModelStore
from tests.paths import portrait


@pytest.fixture(scope="module")
def store() -> ModelStore:
    return ModelStore(provider="cpu")


@pytest.fixture(scope="module")
def canonical(store: ModelStore) -> CanonicalFace:
    return canonical_face(store)


def points_of(canonical: CanonicalFace, *turned: float) -> Floats:
    placed = 1.5 * canonical.vertices @ rotation_of(*turned).T
    return (placed[list(topology.MESH_OF_68), :2] + [400, 300]).astype(np.float32)


def test_aperture_is_height_over_width() -> None:
    eye = np.array([[0, 0], [3, -2], [7, -2], [10, 0], [7, 1], [3, 1]], np.float32)
    assert aperture(eye) == pytest.approx(0.3)
    shut = eye * [1, 0]
    assert aperture(shut.astype(np.float32)) == 0


def test_readings_do_not_depend_on_place_size_or_tilt(canonical: CanonicalFace) -> None:
    points = points_of(canonical, 0, 0, 0)
    turn = rotation_of(0, 0, 25)[:2, :2]
    moved = (points @ turn.T * 0.6 + [50, -20]).astype(np.float32)
    one, other = read(points), read(moved)
    np.testing.assert_allclose(one.aperture, other.aperture, rtol=1e-3)
    np.testing.assert_allclose(one.corners, other.corners, atol=1e-3)
    assert one.mouth_gap == pytest.approx(other.mouth_gap, abs=1e-3)


def test_raised_corners_read_as_up_and_out(canonical: CanonicalFace) -> None:
    points = points_of(canonical, 0, 0, 0)
    smiling = points.copy()
    smiling[topology.MOUTH_CORNERS_68[0]] += [-9, -12]
    travel = read(smiling).corners - read(points).corners
    assert travel[0, 0] < -0.05
    assert travel[0, 1] < -0.05
    np.testing.assert_allclose(travel[1], 0, atol=1e-6)


@pytest.mark.parametrize("turned", [(0, 0, 0), (20, 0, 0), (-12, 8, 5), (5, -10, -15)])
def test_the_pose_of_projected_points(
    canonical: CanonicalFace, turned: tuple[float, float, float]
) -> None:
    pose = pose_of_68(points_of(canonical, *turned), canonical)
    np.testing.assert_allclose((pose.yaw_deg, pose.pitch_deg, pose.roll_deg), turned, atol=0.5)
    assert pose.px_per_mm == pytest.approx(1.5, rel=0.01)


def test_no_disagreement_with_oneself(canonical: CanonicalFace) -> None:
    mesh = Mesh(np.vstack([canonical.vertices, np.zeros((10, 3))]).astype(np.float32), 1.0)
    points = mesh.points[list(topology.MESH_OF_68), :2]
    assert disagreement(points, mesh) == 0
    assert disagreement(points + np.float32(10), mesh) > 0.1


def test_averaged_crops_surround_the_crop_half_of_them_mirrored() -> None:
    crop = Crop(100, 50, 80)
    crops = around(crop, 6)
    assert sum(one.mirrored for one in crops) == 3
    assert np.mean([one.x for one in crops]) == pytest.approx(100)
    assert np.mean([one.y for one in crops]) == pytest.approx(50)
    assert around(crop, 1) == [crop]


def test_frames_are_read_like_pictures(store: ModelStore) -> None:
    frames = list(np.random.default_rng(0).integers(0, 256, (2, 90, 90, 3), np.uint8))
    crop = Crop(45, 45, 80)
    together = landmarks68_of_frames(frames, crop, store, samples=2)
    assert together.shape == (2, 68, 2)
    np.testing.assert_allclose(together[1], landmarks68(frames[1], crop, store, samples=2))
    assert landmarks68_of_frames([], crop, store).shape == (0, 68, 2)


def test_a_still_portrait_reads_the_same_again(store: ModelStore, canonical: CanonicalFace) -> None:
    picture = cv2.cvtColor(cv2.imread(str(portrait("22_"))), cv2.COLOR_BGR2RGB)
    crop = judge_crop(only_face(picture, store).mesh)
    noise = repeatability(picture, crop, store, canonical)
    assert noise.aperture < 0.006
    assert noise.corners < 0.012
    assert max(noise.yaw_deg, noise.pitch_deg, noise.roll_deg) < 1.2
