"""Landmark names mean what they say, by the canonical face's own geometry."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.faces import topology
from renderer.faces.canonical import CanonicalFace, canonical_face
from renderer.models import ModelStore


@pytest.fixture(scope="module")
def canonical() -> CanonicalFace:
    return canonical_face(ModelStore(provider="cpu"))


def test_the_asset_is_a_whole_face(canonical: CanonicalFace) -> None:
    assert canonical.vertices.shape == (468, 3)
    assert canonical.uv.shape == (468, 2)
    assert canonical.triangles.shape == (898, 3)
    assert set(canonical.triangles.ravel()) == set(range(468))
    assert canonical.mirror.shape == (478,)
    assert np.count_nonzero(canonical.rigid_weights) == 33


def test_it_is_in_millimetres_on_the_camera_axes(canonical: CanonicalFace) -> None:
    vertices = canonical.vertices
    assert vertices[topology.FOREHEAD, 1] < vertices[topology.NOSE_TIP, 1]
    assert vertices[topology.NOSE_TIP, 1] < vertices[topology.CHIN, 1]
    assert vertices[topology.NOSE_TIP, 2] < vertices[topology.LEFT_EAR, 2]
    assert vertices[topology.LEFT_EYE_OUTER, 0] < 0 < vertices[topology.RIGHT_EYE_OUTER, 0]
    outer = vertices[topology.RIGHT_EYE_OUTER, 0] - vertices[topology.LEFT_EYE_OUTER, 0]
    assert 80 < outer < 100


def test_rows_run_from_left_to_right(canonical: CanonicalFace) -> None:
    for row in (
        *topology.UPPER_LIDS,
        *topology.LOWER_LIDS,
        topology.LIPS_OUTER_UPPER,
        topology.LIPS_OUTER_LOWER,
        topology.LIPS_INNER_UPPER,
        topology.LIPS_INNER_LOWER,
        topology.LEFT_BROW_UPPER,
        topology.LEFT_BROW_LOWER,
        topology.RIGHT_BROW_UPPER,
        topology.RIGHT_BROW_LOWER,
    ):
        assert (np.diff(canonical.vertices[list(row), 0]) > 0).all(), row


def test_upper_is_above_lower(canonical: CanonicalFace) -> None:
    y = canonical.vertices[:, 1]
    pairs = [
        *zip(topology.UPPER_LIDS, topology.LOWER_LIDS, strict=True),
        (topology.LIPS_OUTER_UPPER, topology.LIPS_OUTER_LOWER),
        (topology.LIPS_INNER_UPPER, topology.LIPS_INNER_LOWER),
    ]
    for upper, lower in pairs:
        assert (y[list(upper[1:-1])] < y[list(lower[1:-1])]).all()
        assert (upper[0], upper[-1]) == (lower[0], lower[-1])


def test_the_oval_goes_round_clockwise_once(canonical: CanonicalFace) -> None:
    ring = canonical.vertices[list(topology.OVAL), :2].astype(np.float64)
    turning = np.unwrap(np.arctan2(ring[:, 1] - ring[:, 1].mean(), ring[:, 0]))
    assert len(set(topology.OVAL)) == len(topology.OVAL) == 36
    assert (np.diff(turning) > 0).all()


def test_twins_are_each_others_twins(canonical: CanonicalFace) -> None:
    mirror = canonical.mirror
    np.testing.assert_array_equal(mirror[mirror], np.arange(478))
    for left, right in zip(topology.IRISES[0], mirror[list(topology.IRISES[1])], strict=True):
        assert {left, int(right)} <= set(topology.LEFT_IRIS)
    assert mirror[topology.LEFT_EYE_OUTER] == topology.RIGHT_EYE_OUTER


def test_the_68_points_mirror_like_the_mesh(canonical: CanonicalFace) -> None:
    mesh_of = np.array(topology.MESH_OF_68)
    assert len(mesh_of) == len(topology.MIRROR_68) == 68
    twins = mesh_of[list(topology.MIRROR_68)]
    np.testing.assert_array_equal(canonical.mirror[mesh_of], twins)
