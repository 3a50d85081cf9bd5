"""A layer gives the photo back exactly at rest, and moves only the person."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from renderer.motion.rig import Motion, build_rig
from renderer.picture import layer as layer_module
from renderer.picture.layer import HeadLayer, Patch, Shading, Tile, build_layer, draw_layer
from renderer.picture.resample import double
from tests.renderer.clay import BACKGROUND, clay_face, clay_fields, clay_picture

BOX = (20, 10, 380, 430)


@pytest.fixture(scope="module")
def scene() -> tuple[np.ndarray, np.ndarray, HeadLayer]:
    face = clay_face()
    picture, alpha = clay_picture(face)
    x0, y0, x1, y1 = BOX
    a = np.ascontiguousarray(alpha[y0:y1, x0:x1])
    plate = np.where(a[..., None] > 0.01, np.float32(BACKGROUND), picture[y0:y1, x0:x1])
    rig = build_rig(face, BOX, a, clay_fields(face))
    return picture, alpha, build_layer(crop(picture), rig, a, plate.astype(np.float32), None)


def crop(picture: np.ndarray) -> np.ndarray:
    x0, y0, x1, y1 = BOX
    return picture[y0:y1, x0:x1]


@pytest.mark.parametrize("motion", [Motion(), Motion(yaw_deg=1e-9)])
def test_rest_is_the_photo_itself(scene, motion):
    picture, _, layer = scene
    assert (draw_layer(layer, motion, []) == crop(picture)).all()


def test_only_the_person_moves(scene):
    picture, alpha, layer = scene
    frame = draw_layer(layer, Motion(yaw_deg=8, roll_deg=4), [])
    changed = (frame != crop(picture)).any(axis=2)
    assert changed.any()
    reach = cv2.dilate((alpha > 0.01).astype(np.uint8), np.ones((61, 61)))
    assert not (changed & (crop(reach) == 0)).any()


def test_the_chest_rests(scene):
    picture, _, layer = scene
    frame = draw_layer(layer, Motion(yaw_deg=8, pitch_deg=5, roll_deg=4), [])
    assert (frame[-20:] == crop(picture)[-20:]).all()


def test_an_edit_rides_in_place_and_leaves_no_trace(scene):
    picture, _, layer = scene
    before = layer.source.copy()
    box = (150, 150, 190, 180)
    pixels = picture[150:180, 150:190].astype(np.float32)
    pixels[10:20, 10:20] = 20.0
    frame = draw_layer(layer, Motion(), [Patch(box, pixels)])
    assert (frame[160 - 10 : 170 - 10, 160 - 20 : 170 - 20] == 20).all()
    outside = np.ones(frame.shape[:2], bool)
    outside[140 - 10 : 190 - 10, 140 - 20 : 200 - 20] = False
    assert (frame == crop(picture))[outside].all()
    assert (layer.source == before).all()


def test_creases_darken_only_their_side(scene):
    _, _, layer = scene
    shade = np.full((20, 20, 3), -0.2, np.float32)
    shaded = replace(
        layer, shading=Shading((120, 200, 160, 240), shade, np.zeros_like(shade), 0.72, 1.18)
    )
    plain = draw_layer(layer, Motion(smile_left=0.5), []).astype(int)
    dark = draw_layer(shaded, Motion(smile_left=0.5), []).astype(int)
    diff = plain - dark
    assert diff[210 - 10 : 230 - 10, 130 - 20 : 150 - 20].mean() > 5
    assert np.abs(diff[:150]).max() == 0


def test_a_head_in_front_is_laid_over_what_moved_behind_it(scene):
    picture, _, layer = scene
    behind = crop(picture).copy()
    behind[:40, :40] = 250
    frame = draw_layer(layer, Motion(yaw_deg=3), [], behind)
    assert (frame[:40, :40] == 250).all()


def test_doubling_keeps_the_photos_own_samples():
    image = np.random.default_rng(1).random((20, 30, 3)).astype(np.float32)
    assert (double(image)[::2, ::2] == image).all()


def test_doubling_is_exact_on_a_band_limited_wave():
    x = np.arange(64, dtype=np.float32)
    wave = np.sin(2 * np.pi * x / 8)[None].repeat(16, 0)
    fine = double(wave.astype(np.float32))
    expected = np.sin(2 * np.pi * np.arange(128) / 16)
    assert np.abs(fine[8, 24:-24] - expected[24:-24]).max() < 0.01


@pytest.mark.parametrize(
    "motion",
    [
        Motion(yaw_deg=8, roll_deg=5, pitch_deg=4, smile_left=0.6, smile_right=0.5),
        Motion(yaw_deg=-0.3),
        Motion(smile_left=0.4),
        Motion(),
    ],
)
@pytest.mark.parametrize("with_others", [False, True])
def test_drawing_only_what_changes_changes_nothing(scene, monkeypatch, motion, with_others):
    picture, _, layer = scene
    box = (150, 150, 190, 180)
    redrawn = Patch(box, picture[150:180, 150:190].astype(np.float32) * 0.8)
    behind = None
    if with_others:
        behind = crop(picture).copy()
        behind[40:200, 20:120] = 90
    thrifty = draw_layer(layer, motion, [redrawn], behind)
    h, w = layer.still.shape[:2]
    monkeypatch.setattr(layer_module, "_tiles", lambda *_: [Tile(0, h, 0, w, False)])
    whole = draw_layer(layer, motion, [redrawn], behind)
    assert np.abs(thrifty.astype(int) - whole).max() <= 1
