"""What the matte network is taught with: where its planes point, and how wrong outlines are made."""

from __future__ import annotations

import numpy as np
import pytest

from models.build.matte_planes import COARSE, HINTS, STRIDE, shown
from models.build.matte_scenes import Scene, displaced, example, wall
from renderer.faces.matte import around, head_box
from renderer.faces.outline import filled_oval
from renderer.faces.planes import depth_inside, floats
from tests.renderer.clay import clay_face, clay_picture

SIZE = (400, 440)


@pytest.fixture(scope="module")
def made() -> Scene:
    face = clay_face()
    picture, truth = clay_picture(face, SIZE)
    box = head_box(face, *SIZE)
    x0, y0, x1, y1 = box
    size = (x1 - x0, y1 - y0)
    alpha = np.asarray(255 * truth[y0:y1, x0:x1], np.uint8)
    oval = np.asarray(255 * filled_oval(face, box, size), np.uint8)
    seen, spread = np.full_like(alpha, 255), np.zeros_like(alpha)
    crop = np.ascontiguousarray(picture[y0:y1, x0:x1])
    return Scene(crop, alpha, spread, alpha, oval, seen, alpha, face, box, face.height_px)


def test_a_colours_place_tells_head_from_background(made):
    own = floats(made.truth) / np.float32(255)
    small = floats(made.rgb) / np.float32(255)
    scene = around(made.face, made.box, small, own, own, 0 * own, None, made.unit)
    planes = shown(scene)
    high, wide = planes.image.shape[:2]
    assert high % STRIDE == 0 and wide % STRIDE == 0 and planes.image.shape[2] == 4
    assert planes.hints.shape == (high // COARSE, wide // COARSE, HINTS)
    place = planes.image[: own.shape[0], : own.shape[1], 3]
    head = scene.inside & (scene.along < 0)
    assert place[head].mean() > 0.8
    assert place[scene.outside].mean() < 0.2


def test_an_outline_is_displaced_by_no_more_than_it_says():
    plane = np.zeros((160, 160), np.float32)
    plane[40:120, 40:120] = 1
    for seed in range(6):
        (moved,) = displaced(np.random.default_rng(seed), [plane], 6.0)
        changed = (moved > 0.5) != (plane > 0.5)
        near = np.minimum(depth_inside(plane > 0.5) + depth_inside(plane < 0.5), 99)
        assert changed.any()
        assert near[changed].max() <= 7.0


def test_only_what_is_seen_and_near_the_edge_counts_fully(made):
    covered = made.seen.copy()
    covered[:, :60] = 0
    hidden = Scene(**{**vars(made), "seen": covered})
    for seed in range(4):
        given = example(np.random.default_rng(seed), hidden)
        assert given.truth.shape == given.weight.shape
        assert not given.weight[:, :60].any()
        edge = (given.truth > 0.3) & (given.truth < 0.7) & given.known.seen
        assert given.weight[edge & (given.known.along < 0.7)].min() > 0.9


def test_walls_are_pictures_of_the_size_asked_for():
    photos = [np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)]
    for seed in range(12):
        made_up = wall(np.random.default_rng(seed), 96, photos)
        assert made_up.shape == (96, 96, 3) and made_up.dtype == np.float32
        assert made_up.min() >= 0 and made_up.max() <= 255
