"""Angles have the signs that the types promise, and fits recover what they were made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.faces.canonical import CanonicalFace, canonical_face
from renderer.faces.pose import angles, fit_similarity, head_pose, rotation_of
from renderer.faces.types import Mesh
from renderer.models import ModelStore

TILTS = st.floats(-60, 60)


@pytest.fixture(scope="module")
def canonical() -> CanonicalFace:
    return canonical_face(ModelStore(provider="cpu"))


@given(yaw=TILTS, pitch=TILTS, roll=TILTS)
def test_angles_come_back(yaw: float, pitch: float, roll: float) -> None:
    rotation = rotation_of(yaw, pitch, roll)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(angles(rotation), (yaw, pitch, roll), atol=1e-9)


def test_signs_are_those_of_the_picture() -> None:
    """The face looks along -z, its crown is at -y; x is the picture's right, y down."""
    looks, crown = np.array([0, 0, -1]), np.array([0, -1, 0])
    assert (rotation_of(20, 0, 0) @ looks)[0] > 0
    assert (rotation_of(0, 20, 0) @ looks)[1] > 0
    assert (rotation_of(0, 0, 20) @ crown)[0] > 0


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_similarity_is_recovered(dimensions: int) -> None:
    rng = np.random.default_rng(0)
    source = rng.normal(size=(20, dimensions))
    turn = rotation_of(10, 20, 30)[:dimensions, :dimensions]
    turn = np.linalg.svd(turn)[0] @ np.linalg.svd(turn)[2]
    shift = np.arange(1.0, dimensions + 1)
    target = 2.5 * source @ turn.T + shift
    scale, rotation, found = fit_similarity(source, target, rng.uniform(0.1, 1, 20))
    np.testing.assert_allclose(scale, 2.5)
    np.testing.assert_allclose(rotation, turn, atol=1e-9)
    np.testing.assert_allclose(found, shift, atol=1e-9)


def test_a_mirror_image_is_never_fitted() -> None:
    source = np.random.default_rng(0).normal(size=(20, 3))
    _, rotation, _ = fit_similarity(source, source * [-1, 1, 1], np.ones(20))
    assert np.linalg.det(rotation) == pytest.approx(1)


@pytest.mark.parametrize("turned", [(0, 0, 0), (-30, 5, 2), (15, -20, 40), (55, 10, -25)])
def test_the_canonical_face_has_the_pose_it_was_given(
    canonical: CanonicalFace, turned: tuple[float, float, float]
) -> None:
    points = 1.7 * canonical.vertices @ rotation_of(*turned).T + [300, 200, 10]
    irises = np.zeros((10, 3))
    pose = head_pose(Mesh(np.vstack([points, irises]).astype(np.float32), 1.0), canonical)
    np.testing.assert_allclose((pose.yaw_deg, pose.pitch_deg, pose.roll_deg), turned, atol=1e-3)
    assert pose.px_per_mm == pytest.approx(1.7, rel=1e-5)
    np.testing.assert_allclose(pose.origin, [300, 200, 10], atol=1e-2)


def test_a_smile_hardly_turns_the_head(canonical: CanonicalFace) -> None:
    points = np.vstack([canonical.vertices, np.zeros((10, 3))]).astype(np.float32)
    for corner in (61, 291):
        points[corner] += [np.sign(points[corner, 0]) * 6, -8, 0]
    pose = head_pose(Mesh(points, 1.0), canonical)
    assert max(abs(pose.yaw_deg), abs(pose.pitch_deg), abs(pose.roll_deg)) < 0.7
