"""What was lost is painted anew; what was not stays bit for bit what it was."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from renderer.faces.planes import Mask, grown
from renderer.faces.types import Picture
from renderer.models import ModelStore
from renderer.prepare.damage_mask import DamageMask, Look, plan_looks
from renderer.prepare.fill import FEATHER, fill_damage, smooth_fill
from tests.renderer.prepare.sample import cracked, sample_photo


@pytest.fixture(scope="module")
def store() -> ModelStore:
    return ModelStore()


def _damage(mask: Mask, looks: tuple[Look, ...] = ()) -> DamageMask:
    height, width = mask.shape
    nothing = np.zeros_like(mask)
    return DamageMask(
        mask, nothing, float(mask.mean()), 0.0, looks or plan_looks((width, height), ())
    )


def _error(picture: Picture, truth: Picture, where: Mask) -> float:
    return float(np.sqrt(np.mean((picture[where].astype(float) - truth[where]) ** 2)))


@pytest.mark.parametrize("learned", [False, True])
def test_cracks_are_filled_and_nothing_else_changes(store: ModelStore, *, learned: bool) -> None:
    photo = sample_photo()
    damaged, truth = cracked(photo)
    before = damaged.copy()
    filled = fill_damage(damaged, _damage(truth), store if learned else None)
    assert _error(filled, photo, truth) < 0.25 * _error(damaged, photo, truth)
    away = ~grown(truth, FEATHER)
    np.testing.assert_array_equal(filled[away], damaged[away])
    np.testing.assert_array_equal(damaged, before)


def test_without_damage_the_very_same_picture_comes_back(store: ModelStore) -> None:
    photo = sample_photo()
    assert fill_damage(photo, _damage(np.zeros(photo.shape[:2], bool)), store) is photo


def test_a_grainy_wall_is_filled_with_grain() -> None:
    rng = np.random.default_rng(5)
    wall = np.clip(rng.normal(128, 12, (160, 160, 1)), 0, 255).repeat(3, 2).astype(np.uint8)
    mask = np.zeros((160, 160), bool)
    mask[60:100, 60:70] = True
    filled = fill_damage(wall, _damage(mask), None)
    inside = filled[mask].astype(float)
    smear = cv2.inpaint(wall, mask.astype(np.uint8), 3, cv2.INPAINT_TELEA)[mask].astype(float)
    assert inside.std() > 1.3 * smear.std() > 0
    assert abs(inside.mean() - 128) < 4


def test_a_wide_hole_is_filled_without_streaks() -> None:
    ramp = np.linspace(40, 200, 200, dtype=np.float32)[None, :, None].repeat(200, 0).repeat(3, 2)
    grain = np.random.default_rng(1).normal(0, 4, ramp.shape)
    picture = (ramp + grain).clip(0, 255).astype(np.uint8)
    hole = np.zeros((200, 200), bool)
    cv2.circle(marked := hole.astype(np.uint8), (100, 100), 22, 1, -1)
    hole = marked > 0
    telea = cv2.inpaint(picture, marked, 3, cv2.INPAINT_TELEA)
    assert _error(smooth_fill(picture, hole), ramp, hole) < 0.8 * _error(telea, ramp, hole)


def test_a_reduced_look_fills_at_full_size(store: ModelStore) -> None:
    small = sample_photo()
    photo = cv2.resize(small, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    damaged, truth = cracked(np.asarray(photo, np.uint8), thickness=5)
    height, width = truth.shape
    look = Look((0, 0, width, height), 0.5)
    filled = fill_damage(damaged, _damage(truth, (look,)), store)
    assert _error(filled, np.asarray(photo), truth) < 0.25 * _error(damaged, photo, truth)
    away = ~grown(truth, 2 * (FEATHER + 1))
    np.testing.assert_array_equal(filled[away], damaged[away])


def test_a_picture_lost_altogether_is_no_trouble(store: ModelStore) -> None:
    picture = np.full((40, 30, 3), 255, np.uint8)
    filled = fill_damage(picture, _damage(np.ones((40, 30), bool)), store)
    assert filled.shape == picture.shape
