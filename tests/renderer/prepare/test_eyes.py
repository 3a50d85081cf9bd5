"""Soft eyes become a little crisper; nothing beside them changes, and nothing glows."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from renderer.faces import topology
from renderer.faces.types import Face, Picture
from renderer.prepare.eyes import BEYOND_LIDS, SoftEyes, plan_eyes, sharpen_eyes
from tests.renderer.clay import clay_face

FACE = clay_face(centre=(200.0, 200.0), px_per_mm=1.3)


def with_eyes(face: Face, blur: float) -> Picture:
    """Skin with a dark lid line, a white and an iris in each eye, softened."""
    picture = np.full((420, 420, 3), (196, 160, 140), np.uint8)
    for ring, iris in zip(topology.EYE_RINGS, topology.IRISES, strict=True):
        lids = np.rint(face.mesh.points[list(ring), :2]).astype(np.int32)
        centre = tuple(int(v) for v in face.mesh.points[iris[0], :2])
        cv2.fillPoly(picture, [lids], (225, 220, 215))
        cv2.circle(picture, centre, 6, (60, 45, 35), -1)
        cv2.polylines(picture, [lids], isClosed=True, color=(50, 40, 35), thickness=2)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), blur), np.uint8)


def test_crisp_eyes_are_left_alone_and_soft_ones_are_not():
    assert plan_eyes(with_eyes(FACE, 0.5), [FACE]) == ()
    (soft,) = plan_eyes(with_eyes(FACE, 3.0), [FACE])
    assert soft.face == 0 and 0 < soft.amount <= 0.8
    assert plan_eyes(with_eyes(FACE, 3.0), [FACE], strength=0.0) == ()


def test_profiles_and_small_faces_are_left_alone():
    picture = with_eyes(FACE, 3.0)
    profile = replace(FACE, pose=replace(FACE.pose, yaw_deg=60.0))
    assert plan_eyes(picture, [profile, replace(FACE, interocular_px=20.0)]) == ()


def test_only_the_eyes_change_and_they_become_crisper():
    picture = with_eyes(FACE, 2.5)
    after = picture.copy()
    count = sharpen_eyes(after, FACE, SoftEyes(0, 0.8))
    changed = (after != picture).any(axis=2)
    assert count > 0 and changed.any()
    eyes = np.zeros(picture.shape[:2], np.uint8)
    for ring in topology.EYE_RINGS:
        cv2.fillPoly(eyes, [np.rint(FACE.mesh.points[list(ring), :2]).astype(np.int32)], 1)
    away = cv2.distanceTransform(1 - eyes, cv2.DIST_L2, 5)
    assert away[changed].max() <= 2 * BEYOND_LIDS * FACE.interocular_px + 1
    sharper = [cv2.Laplacian(each, cv2.CV_32F)[eyes > 0].std() for each in (picture, after)]
    assert sharper[1] > 1.1 * sharper[0]


def test_nothing_glows_and_no_rim_appears():
    picture = with_eyes(FACE, 2.5)
    after = picture.copy()
    sharpen_eyes(after, FACE, SoftEyes(0, 0.8))
    around = np.ones((3, 3), np.uint8)
    assert (after <= cv2.dilate(picture, around).astype(int) + 3).all()
    assert (after.astype(int) >= cv2.erode(picture, around).astype(int) - 3).all()


@pytest.mark.parametrize("shift", [(-300.0, 0.0), (0.0, -260.0), (5000.0, 5000.0)])
def test_eyes_at_or_beyond_the_edge_are_no_trouble(shift):
    picture = with_eyes(FACE, 2.5)
    sharpen_eyes(picture, FACE.shifted(*shift), SoftEyes(0, 0.8))
