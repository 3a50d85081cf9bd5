"""Each measure rises with its own damage, and stays where there is none."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from renderer.faces.types import Picture
from renderer.prepare.blocks import blockiness
from renderer.prepare.coach import BLOCKY, CAST, FADED, TOO_DARK
from renderer.prepare.crop import ABOVE, ASIDE, BELOW, working_crop
from renderer.prepare.light import read_face_light, read_light, reduced
from renderer.prepare.surroundings import busyness, view_head
from tests.renderer.clay import clay_face, clay_picture


def scene(side: int = 256) -> Picture:
    """Soft shapes from black to white with a little grain."""
    rng = np.random.default_rng(3)
    rough = rng.uniform(0, 255, (8, 8, 1)).astype(np.float32).repeat(3, axis=2)
    smooth = cv2.resize(rough, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth * 1.1 - 12 + rng.normal(0, 1.5, smooth.shape), 0, 255).astype(np.uint8)


def through_jpeg(picture: Picture, quality: int) -> Picture:
    coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def test_blocks_rise_as_the_quality_falls_wherever_they_begin():
    steps = [blockiness(through_jpeg(scene(), quality)) for quality in (95, 70, 40, 15)]
    assert all(a < b for a, b in pairwise(steps))
    assert steps[0] < 0.4 and steps[-1] > BLOCKY
    shifted = np.ascontiguousarray(through_jpeg(scene(), 15)[3:, 5:])
    assert blockiness(shifted) == pytest.approx(steps[-1], rel=0.2)


def test_a_clean_picture_has_no_blocks_and_a_tiny_one_no_measure():
    assert blockiness(scene()) < 0.2
    assert blockiness(scene()[:20, :20]) == 0.0
    assert blockiness(np.zeros((1, 1, 3), np.uint8)) == 0.0


def test_a_fence_is_no_compression():
    fence = scene()
    fence[:, ::8] = 255
    assert blockiness(fence) < BLOCKY


def test_dark_faded_and_tinted_are_told_apart():
    picture = scene()
    as_taken = read_light(picture)
    assert as_taken.span > 0.85 and as_taken.cast < 5
    dark = read_light((picture * 0.4).astype(np.uint8))
    assert dark.brightest < TOO_DARK
    faded = read_light((picture * 0.6 + 60).astype(np.uint8))
    assert faded.span < FADED and faded.brightest > TOO_DARK and faded.cast < 5
    tinted = read_light(np.clip(picture + np.array([40, 10, 0]), 0, 255).astype(np.uint8))
    assert tinted.cast > 0.6 * CAST


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 900, 3), (900, 1, 3), (2, 2, 3)])
def test_pictures_of_any_size_have_light(shape):
    light = read_light(np.full(shape, 90, np.uint8))
    assert light.deepest == light.brightest == 90
    assert max(reduced(np.zeros(shape, np.uint8), 100).shape[:2]) <= 100


def test_a_burnt_face_is_seen_and_one_outside_the_picture_is_not():
    face = clay_face()
    picture, _ = clay_picture(face)
    assert read_face_light(picture, face).burnt == 0
    assert read_face_light(np.full_like(picture, 255), face).burnt == 1
    assert read_face_light(picture // 4, face).bright < read_face_light(picture, face).bright / 3
    assert read_face_light(picture, face.shifted(5000, 0)).burnt == 0


def test_the_background_around_a_head_is_busy_or_calm_and_nothing_beyond_the_border_counts():
    face = clay_face()
    rng = np.random.default_rng(5)
    flat = np.full((440, 400, 3), 128, np.uint8)
    rough = cv2.resize(rng.integers(0, 255, (55, 50, 3)).astype(np.uint8), (400, 440))
    assert busyness(view_head(flat, face)) < 0.005
    assert busyness(view_head(rough, face)) > 0.09
    view = view_head(flat, face.shifted(-190, 0))
    assert not view.known.all() and view.known.any()


@pytest.mark.parametrize("panel", [(1920, 1080), (1080, 1920), (800, 800)])
@pytest.mark.parametrize("size", [(1600, 1200), (400, 440), (300, 900)])
def test_the_working_crop_keeps_every_head_and_stays_in_the_picture(size, panel):
    faces = [clay_face((120.0, 200.0), 0.5), clay_face((250.0, 260.0), 0.4)]
    crop = working_crop(size, faces, panel)
    assert crop is not None
    x0, y0, x1, y1 = crop
    assert 0 <= x0 < x1 <= size[0] and 0 <= y0 < y1 <= size[1]
    for face in faces:
        middle = (face.mesh.points[10, :2] + face.mesh.points[152, :2]) / 2
        unit = face.height_px
        assert x0 <= max(0, middle[0] - ASIDE * unit) + 1
        assert x1 >= min(size[0], middle[0] + ASIDE * unit) - 1
        assert y0 <= max(0, middle[1] - ABOVE * unit) + 1
        assert y1 >= min(size[1], middle[1] + BELOW * unit) - 1


def test_the_working_crop_is_closer_than_the_picture_and_shaped_like_the_panel():
    crop = working_crop((4000, 3000), [clay_face((2000.0, 1400.0), 1.0)], (1920, 1080))
    assert crop is not None
    width, height = crop[2] - crop[0], crop[3] - crop[1]
    assert width / height == pytest.approx(16 / 9, rel=0.01)
    assert height < 1000
    assert working_crop((400, 400), [], (1920, 1080)) is None
