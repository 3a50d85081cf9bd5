"""A smile goes where the head is turned, by as much as it is told, and leaves the rest alone."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.faces.types import HeadPose, Mesh
from renderer.models import ModelStore
from renderer.motion.expression import (
    MM_PER_UNIT,
    ExpressionBasis,
    Mouth,
    amplitude_between,
    displacement,
    expression_basis,
    expression_fields,
)

LEFT_CORNER, RIGHT_CORNER = 61, 291
UPPER_LIP, LOWER_LIP = 13, 14
CHIN, FOREHEAD, NOSE_TIP = 152, 151, 1
LEFT_BROW, RIGHT_BROW = 105, 334
LEFT_LOWER_LID, LEFT_UPPER_LID = 145, 159


@pytest.fixture(scope="module")
def store() -> ModelStore:
    return ModelStore()


@pytest.fixture(scope="module")
def basis(store: ModelStore) -> ExpressionBasis:
    return expression_basis(store.arrays("expression"))


def head(yaw_deg: float = 0.0, roll_deg: float = 0.0, px_per_mm: float = 2.0) -> HeadPose:
    yaw, roll = np.radians([yaw_deg, roll_deg])
    turn = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    lean = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    origin = np.array([300.0, 300.0, 0.0])
    return HeadPose(lean @ turn, origin, px_per_mm, yaw_deg, 0.0, roll_deg)


def mesh_of(store: ModelStore, pose: HeadPose) -> Mesh:
    vertices = store.arrays("canonical_face")["vertices"]
    surface = pose.px_per_mm * vertices @ pose.rotation.T + pose.origin
    irises = np.repeat(surface[[LEFT_LOWER_LID, 374]], 5, axis=0)
    return Mesh(np.concatenate([surface, irises]).astype(np.float32), 1.0)


def test_no_expression_moves_nothing(basis: ExpressionBasis) -> None:
    still = displacement(expression_fields(basis, head()), (0.0, 0.0), 0.0, 0.0)
    assert still.shape == (468, 3)
    assert still.dtype == np.float32
    assert not still.any()


def test_one_unit_of_smile_takes_a_corner_ten_millimetres_out_and_up(
    basis: ExpressionBasis,
) -> None:
    pose = head(px_per_mm=3.0)
    moved = displacement(expression_fields(basis, pose), (1.0, 1.0), 0.0, 0.0)
    left, right = moved[LEFT_CORNER, :2] / 3.0, moved[RIGHT_CORNER, :2] / 3.0
    assert np.linalg.norm(left) == pytest.approx(MM_PER_UNIT, abs=0.5)
    assert left[0] < -4 and right[0] > 4, "outward"
    assert left[1] < -5 and right[1] < -5, "upward"


def test_each_corner_obeys_its_own_channel(basis: ExpressionBasis) -> None:
    fields = expression_fields(basis, head())
    one_sided = displacement(fields, (0.5, 0.0), 0.0, 0.0)
    left, right = (np.linalg.norm(one_sided[k]) for k in (LEFT_CORNER, RIGHT_CORNER))
    assert right < 0.08 * left


def test_a_smile_is_symmetric(basis: ExpressionBasis, store: ModelStore) -> None:
    fields = expression_fields(basis, head())
    vertices = store.arrays("canonical_face")["vertices"]
    twins = np.linalg.norm(vertices[:, None] * [-1, 1, 1] - vertices[None], axis=2).argmin(1)
    flipped = fields.smile_left[twins] * np.array([-1, 1, 1], np.float32)
    np.testing.assert_allclose(fields.smile_right, flipped, atol=1e-3)


@pytest.mark.parametrize("mouth", list(Mouth))
def test_the_opening_between_the_lips_stays(basis: ExpressionBasis, mouth: Mouth) -> None:
    moved = displacement(expression_fields(basis, head(), mouth), (0.7, 0.7), 0.0, 0.0)
    np.testing.assert_allclose(moved[UPPER_LIP], moved[LOWER_LIP], atol=1e-3)


def test_lips_stay_on_teeth_that_show(basis: ExpressionBasis) -> None:
    closed, toothy = (
        displacement(expression_fields(basis, head(), mouth), (0.4, 0.4), 0.0, 0.0)
        for mouth in (Mouth.CLOSED, Mouth.TOOTHY)
    )
    assert np.abs(toothy[UPPER_LIP]).max() < 0.4 * np.abs(closed[UPPER_LIP]).max()


def test_a_smile_leaves_eyes_and_forehead_alone(basis: ExpressionBasis) -> None:
    moved = displacement(expression_fields(basis, head(), Mouth.CLOSED), (1.0, 1.0), 0.0, 0.0)
    assert np.abs(moved[[FOREHEAD, LEFT_BROW, RIGHT_BROW, LEFT_UPPER_LID]]).max() < 0.2
    assert moved[LEFT_LOWER_LID, 1] < -0.2, "but lower lids are pushed up by the cheeks"


def test_a_smile_turns_with_the_head(basis: ExpressionBasis) -> None:
    """On a head that looks right, the far corner slides round the jaw: it moves less in the picture."""
    moved = displacement(expression_fields(basis, head(yaw_deg=30.0)), (0.5, 0.5), 0.0, 0.0)
    assert abs(moved[RIGHT_CORNER, 0]) < 0.6 * abs(moved[LEFT_CORNER, 0])


def test_a_smile_leans_with_the_head(basis: ExpressionBasis) -> None:
    upright = displacement(expression_fields(basis, head()), (0.5, 0.5), 0.0, 0.0)
    leaning = displacement(expression_fields(basis, head(roll_deg=90.0)), (0.5, 0.5), 0.0, 0.0)
    np.testing.assert_allclose(leaning[:, 0], -upright[:, 1], atol=1e-3)
    np.testing.assert_allclose(leaning[:, 1], upright[:, 0], atol=1e-3)


def test_raised_brows_move_brows_by_five_millimetres_and_nothing_below_the_eyes(
    basis: ExpressionBasis, store: ModelStore
) -> None:
    moved = displacement(expression_fields(basis, head(px_per_mm=1.0)), (0.0, 0.0), 1.0, 0.0)
    assert moved[LEFT_BROW, 1] == pytest.approx(-5.0, abs=0.6)
    below = store.arrays("canonical_face")["vertices"][:, 1] > -26.0
    assert np.abs(moved[below]).max() < 0.05


def test_squint_raises_lower_lids_only(basis: ExpressionBasis) -> None:
    moved = displacement(expression_fields(basis, head(px_per_mm=1.0)), (0.0, 0.0), 0.0, 1.0)
    assert moved[LEFT_LOWER_LID, 1] == pytest.approx(-2.0, abs=0.5)
    assert np.abs(moved[[LEFT_UPPER_LID, LEFT_BROW, LEFT_CORNER, CHIN, NOSE_TIP]]).max() < 0.1


@pytest.mark.parametrize("yaw", [-30.0, 0.0, 25.0])
def test_amplitude_reads_back_what_was_commanded(
    basis: ExpressionBasis, store: ModelStore, yaw: float
) -> None:
    pose = head(yaw_deg=yaw)
    rest = mesh_of(store, pose)
    moved = displacement(expression_fields(basis, pose), (0.6, 0.4), 0.0, 0.0)
    smiling = Mesh(rest.points.copy(), 1.0)
    smiling.points[:468] += moved
    left, right = amplitude_between(basis, rest, smiling, pose)
    assert left == pytest.approx(6.0, abs=0.4)
    assert right == pytest.approx(4.0, abs=0.4)


def test_a_lowered_mouth_counts_as_less_than_no_smile(
    basis: ExpressionBasis, store: ModelStore
) -> None:
    rest = mesh_of(store, head())
    frown = displacement(expression_fields(basis, head()), (-0.3, -0.3), 0.0, 0.0)
    lowered = Mesh(rest.points.copy(), 1.0)
    lowered.points[:468] += frown
    assert max(amplitude_between(basis, rest, lowered, head())) < -2.0


def test_a_full_smile_folds_no_skin(basis: ExpressionBasis, store: ModelStore) -> None:
    """Away from the lips (which are one line when closed), no triangle turns over at the cap."""
    pose = head()
    rest = mesh_of(store, pose).points[:468, :2]
    moved = rest + displacement(expression_fields(basis, pose), (0.9, 0.9), 0.5, 0.5)[:, :2]
    triangles = store.arrays("canonical_face")["triangles"]

    def areas(points: np.ndarray) -> np.ndarray:
        a, b, c = (points[triangles[:, k]] for k in range(3))
        return (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]

    before, after = areas(rest), areas(moved)
    big = np.abs(before) > 4.0
    assert (after[big] / before[big]).min() > 0.2


def test_altered_shapes_are_refused(store: ModelStore) -> None:
    arrays = dict(store.arrays("expression"))
    arrays["smile"] = arrays["smile"][:, :400]
    with pytest.raises(ValueError, match="smile"):
        expression_basis(arrays)
