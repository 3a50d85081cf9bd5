"""The rig moves heads the way heads move, and nothing else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from renderer.motion.geometry import judge_geometry
from renderer.motion.rig import HeadRig, Motion, build_rig, carry, displacement, invert
from tests.renderer.clay import clay_face, clay_fields, clay_picture

NOSE, CHIN, FOREHEAD = 1, 152, 10
CORNERS = (61, 291)


@pytest.fixture(scope="module")
def rig() -> HeadRig:
    face = clay_face()
    _, alpha = clay_picture(face)
    return build_rig(face, (0, 0, 400, 440), alpha, clay_fields(face))


@pytest.fixture(scope="module")
def marks() -> np.ndarray:
    return clay_face().mesh.points


def shift(rig: HeadRig, motion: Motion, marks: np.ndarray, index: int) -> np.ndarray:
    return carry(rig, motion, marks[[index], :2])[0] - marks[index, :2]


def test_no_motion_moves_nothing(rig):
    assert not displacement(rig, Motion()).any()


@pytest.mark.parametrize("yaw", [10.0, -10.0])
def test_yaw_turns_the_nose_that_way_and_farther_than_the_crown(rig, marks, yaw):
    nose = shift(rig, Motion(yaw_deg=yaw), marks, NOSE)
    ear = shift(rig, Motion(yaw_deg=yaw), marks, 234)
    assert np.sign(nose[0]) == np.sign(yaw)
    assert abs(nose[0]) > 10 * abs(nose[1])
    assert abs(nose[0]) > abs(ear[0]) + 5, "depth makes the turn"


def test_yaw_carries_the_nose_as_far_as_its_lever_says(rig, marks):
    # From the atlas to the tip of the nose is about 125 mm here, at 1 px a millimetre.
    lever = rig.head.atlas[2] - marks[NOSE, 2]
    nose = shift(rig, Motion(yaw_deg=5), marks, NOSE)
    assert nose[0] == pytest.approx(lever * np.sin(np.radians(5)), rel=0.08)


def test_positive_pitch_looks_down(rig, marks):
    assert shift(rig, Motion(pitch_deg=5), marks, NOSE)[1] > 5


def test_positive_roll_leans_the_crown_to_the_right(rig, marks):
    assert shift(rig, Motion(roll_deg=5), marks, FOREHEAD)[0] > 5


def test_shoulders_and_chest_rest(rig):
    d = displacement(rig, Motion(yaw_deg=10, pitch_deg=5, roll_deg=6))
    assert not d[-1].any(), "the lower edge of the region is below the neck"


def test_a_smile_stays_within_the_face(rig, marks):
    d = displacement(rig, Motion(smile_left=1, smile_right=1))
    far = np.hypot(rig.x - 200, rig.y - 200) > 1.5 * 100
    assert not d[far].any()
    left, right = (shift(rig, Motion(smile_left=0.5, smile_right=0.5), marks, c) for c in CORNERS)
    assert left[0] < -2 and right[0] > 2 and left[1] < -2 and right[1] < -2


def test_smile_sides_are_independent(rig, marks):
    left = shift(rig, Motion(smile_left=0.6), marks, CORNERS[0])
    right = shift(rig, Motion(smile_left=0.6), marks, CORNERS[1])
    assert np.linalg.norm(left) > 8 * np.linalg.norm(right)


def test_inverse_undoes_the_motion(rig):
    forward = displacement(rig, Motion(yaw_deg=8, roll_deg=5, smile_left=0.7, smile_right=0.6))
    back = invert(forward, rig.step)
    i, j = np.meshgrid(
        np.arange(rig.x.shape[1], dtype=np.float32), np.arange(rig.x.shape[0], dtype=np.float32)
    )
    there = cv2.remap(
        forward, i + back[..., 0] / rig.step, j + back[..., 1] / rig.step, cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    inner = (slice(6, -6), slice(6, -6))
    assert np.abs(there + back)[inner].max() < 0.1


def inside(rig: HeadRig) -> np.ndarray:
    return np.hypot((rig.x - 200) / 85, (rig.y - 190) / 110) < 1


def test_natural_motion_is_possible(rig, marks):
    motion = Motion(yaw_deg=10, pitch_deg=5, roll_deg=5, smile_left=0.5, smile_right=0.5)
    assert judge_geometry(rig, motion, marks, inside(rig)).faults == ()


def test_three_times_the_smile_is_caught(rig, marks):
    motion = Motion(smile_left=2.4, smile_right=2.4)
    assert judge_geometry(rig, motion, marks, inside(rig)).faults


def test_a_fold_is_caught(rig, marks):
    found = judge_geometry(rig, Motion(smile_left=-6, smile_right=-6), marks, inside(rig))
    assert "fold_over" in found.faults
