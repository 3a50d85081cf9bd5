"""Tones come back where they have faded, and nowhere else; a print's own hue is never touched."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from renderer.faces.types import Picture
from renderer.prepare.tone import (
    FACE_WHITE,
    MOST_GAIN,
    PAPER_LUMA,
    Tone,
    apply_tone,
    plan_tone,
    read_tone,
)
from tests.renderer.clay import clay_face, clay_picture
from tests.renderer.prepare.scenes import faded, scene, toned

SOUND = Tone((4.0, 5.0, 6.0, 5.0), (250.0, 249.0, 251.0, 250.0), is_one_hue=False)


def changed(picture: Picture, tone: Tone | None = None) -> Picture:
    plan = plan_tone(tone or read_tone(picture, (), None))
    assert plan is not None
    return np.rint(apply_tone(picture, plan)).astype(np.uint8)


def hues(picture: Picture) -> np.ndarray:
    return np.asarray(picture.astype(float) / np.maximum(picture.max(axis=2, keepdims=True), 1))


@pytest.mark.parametrize("black", [0.0, 20.0, 37.0])
def test_a_sound_picture_needs_nothing_whatever_its_colours(black: float):
    for blacks, whites in (((0, 0, 0), (1, 1, 1)), ((0, 12, 30), (0.9, 1, 0.7))):
        tone = replace(
            SOUND,
            black=(black + blacks[0], black + blacks[1], black + blacks[2], black),
            white=(250.0 * whites[0], 250.0 * whites[1], 250.0 * whites[2], 250.0),
        )
        assert plan_tone(tone) is None


def test_sound_scenes_need_nothing():
    assert plan_tone(read_tone(scene(), (), None)) is None
    assert plan_tone(read_tone(toned(scene()), (), None)) is None


def test_a_faded_print_gets_its_black_back_but_not_all_of_it():
    picture = faded(scene())
    plan = plan_tone(read_tone(picture, (), None))
    assert plan is not None and "fading" in plan.kinds
    before, after = read_tone(picture, (), None), read_tone(changed(picture), (), None)
    assert before.black[3] > 55
    assert 12 < after.black[3] < 32
    assert after.white[3] > before.white[3]


@pytest.mark.parametrize("tint", [(1.0, 1.0, 1.0), (1.0, 0.88, 0.72), (0.8, 0.9, 1.0)])
def test_a_print_of_one_hue_keeps_every_pixels_hue(tint):
    picture = toned(scene(), tint)
    low = np.minimum(picture.astype(np.float32) * 0.6 + 50, 255).astype(np.uint8)
    tone = read_tone(low, (), None)
    assert tone.is_one_hue and tone.is_faded
    after = changed(low, tone)
    bright = low.min(axis=2) > 60  # below, a level of rounding is a large part
    assert np.abs(hues(after) - hues(low))[bright].max() < 0.025
    if tint == (1.0, 1.0, 1.0):
        assert (after == after[..., :1]).all(), "grey has been given a colour"


def test_a_colour_print_loses_the_cast_of_its_dyes():
    red = faded(scene(), black=(75.0, 52.0, 48.0), white=(232.0, 215.0, 205.0))
    tone = read_tone(red, (), None)
    plan = plan_tone(tone)
    assert plan is not None and {"fading", "cast"} <= set(plan.kinds)
    before, after = tone, read_tone(changed(red), (), None)
    assert np.ptp(after.black[:3]) < 0.55 * np.ptp(before.black[:3])


def test_skin_does_not_leave_the_hues_of_skin():
    tone = Tone(
        black=(45.0, 50.0, 70.0, 50.0),
        white=(200.0, 225.0, 255.0, 225.0),
        is_one_hue=False,
        skin=(190.0, 150.0, 120.0),
        face_white=200.0,
    )
    free, held = plan_tone(replace(tone, skin=None)), plan_tone(tone)
    assert free is not None and held is not None

    def hue(table: np.ndarray) -> float:
        colour = np.array([[[table[k][(190, 150, 120)[k]] for k in range(3)]]], np.float32) / 255
        _, a, b = cv2.cvtColor(colour, cv2.COLOR_RGB2LAB)[0, 0]
        return float(np.degrees(np.arctan2(b, a)))

    assert 25 <= hue(held.table) <= 80
    assert abs(hue(held.table) - 55) <= abs(hue(free.table) - 55)


def test_a_face_does_not_burn_out():
    flat = Tone((30.0,) * 4, (150.0,) * 4, is_one_hue=True, skin=(140.0,) * 3, face_white=149.0)
    plan = plan_tone(flat)
    assert plan is not None and plan.kinds == ("fading",)
    assert 149 * plan.table[0][149] <= FACE_WHITE
    burning = plan_tone(replace(flat, face_white=239.0, white=(150.0,) * 4))
    assert burning is not None
    assert 239 * burning.table[0][239] <= 239 + 1e-3


def test_contrast_is_never_raised_beyond_what_the_grain_bears():
    plan = plan_tone(Tone((100.0,) * 4, (130.0,) * 4, is_one_hue=False))
    assert plan is not None
    assert np.diff(plan.table, axis=1).max() <= MOST_GAIN + 1e-3


def test_damage_and_bare_paper_do_not_count():
    picture = faded(toned(scene()))
    torn, mask = picture.copy(), np.zeros(picture.shape[:2], np.bool_)
    torn[100:140, 50:300], mask[95:145, 45:305] = 255, True
    torn[200:230, 50:300], mask[195:235, 45:305] = 0, True
    assert not read_tone(torn, (), None).is_faded
    assert read_tone(torn, (), mask).black[3] == pytest.approx(
        read_tone(picture, (), None).black[3], abs=4
    )
    framed = cv2.copyMakeBorder(picture, 24, 24, 24, 24, cv2.BORDER_CONSTANT, value=(246, 238, 220))
    tone = read_tone(np.asarray(framed, np.uint8), (), None)
    assert tone.paper == pytest.approx((246, 238, 220), abs=2)
    assert tone.white[3] < 232 < PAPER_LUMA + 80


def test_cheeks_are_measured_on_the_face():
    face = clay_face()
    picture, _ = clay_picture(face)
    tone = read_tone(picture, [face], None)
    assert tone.skin is not None and tone.face_white is not None
    assert tone.skin == pytest.approx((205, 170, 150), abs=25)
    assert 150 < tone.face_white < 230


def test_strength_scales_it_and_nothing_is_nothing():
    tone = read_tone(faded(scene()), (), None)
    half, full = plan_tone(tone, 0.5), plan_tone(tone)
    assert half is not None and full is not None and plan_tone(tone, 0.0) is None
    levels = np.arange(256)
    assert np.abs(half.table - levels).max() < np.abs(full.table - levels).max()
