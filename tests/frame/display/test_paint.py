"""Slides: stills bit for bit in their places, a calm surround without bands, nothing off the panel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from frame.core.layout import Layout
from frame.display.calm import Calm
from frame.display.paint import blank, compose
from frame.display.surround import Surround
from tests.frame.display.pictures import placed, slide, texture

PANEL = (640, 360)
TALL = texture(200, 300, seed=4)


@pytest.mark.parametrize("style", Surround)
@pytest.mark.parametrize("stills", [(TALL,), (TALL, texture(240, 280, seed=5))])
def test_every_photo_is_its_still_bit_for_bit(style: Surround, stills: tuple[np.ndarray, ...]):
    layout = slide(PANEL, *stills)
    frame = compose(layout, stills, style)
    assert frame.shape == (360, 640, 3) and frame.dtype == np.uint8 and frame.flags.c_contiguous
    for one, still in zip(layout.placed, stills, strict=True):
        assert np.array_equal(
            frame[one.y : one.y + one.view.height, one.x : one.x + one.view.width], still
        )


def test_a_photo_that_covers_the_panel_is_the_frame():
    still = texture(*PANEL)
    frame = compose(slide(PANEL, still), (still,), Surround.BLURRED)
    assert np.array_equal(frame, still) and frame is not still


def test_black_is_black_and_the_blur_is_darker_than_its_photo():
    layout = slide(PANEL, TALL)
    assert not compose(layout, (TALL,), Surround.BLACK)[:, :100].any()
    side = compose(layout, (TALL,), Surround.BLURRED)[:, :150]
    assert 2 < side.mean() < 0.75 * TALL.mean()


def test_a_white_photo_does_not_make_a_bright_surround():
    white = np.full((300, 200, 3), 255, np.uint8)
    assert compose(slide(PANEL, white), (white,), Surround.BLURRED)[:, :150].mean() < 110


def test_smooth_surrounds_have_no_bands():
    ramp = np.linspace(60, 90, 200).astype(np.uint8)
    still = np.dstack([np.broadcast_to(ramp, (300, 200))] * 3).copy()
    side = compose(slide(PANEL, still), (still,), Surround.BLURRED)[100:260, 10:150, 1].astype(int)
    # Where a band would be, all rows step in the same column; noise breaks that up.
    steps = np.abs(np.diff(side, axis=1)) > 0
    assert steps.mean(axis=0).max() < 0.9
    assert steps.mean() > 0.2


def test_the_same_slide_is_painted_the_same():
    layout = slide(PANEL, TALL)
    first = compose(layout, (TALL,), Surround.MATTE)
    assert np.array_equal(first, compose(layout, (TALL,), Surround.MATTE))


def test_impossible_layouts_are_refused():
    layout = slide(PANEL, TALL)
    with pytest.raises(ValueError, match="still"):
        compose(layout, (texture(100, 100),), Surround.BLACK)
    outside = replace(layout, placed=(placed(TALL, 500, 10),))
    with pytest.raises(ValueError, match="outside"):
        compose(outside, (TALL,), Surround.BLACK)


def test_an_empty_layout_is_black():
    assert not compose(Layout(PANEL, ()), (), Surround.BLURRED).any()
    assert blank(PANEL).shape == (360, 640, 3)


def test_what_a_codec_adds_to_a_standing_picture_is_not_shown():
    still = texture(320, 240, seed=6, grain=0)
    noise = np.random.default_rng(1).integers(-2, 3, still.shape)
    clip = np.clip(still.astype(int) + noise, 0, 255).astype(np.uint8)
    drawn = np.empty_like(still)
    Calm(still).over(clip, 1.0, drawn)
    assert np.array_equal(drawn, still)


def test_what_moves_is_shown_and_gives_way_slowly():
    still = texture(320, 240, seed=6, grain=0)
    clip = still.copy()
    clip[100:140, 100:160] = 255 - clip[100:140, 100:160]
    drawn = np.empty_like(still)
    calm = Calm(still)
    calm.over(clip, 1.0, drawn)
    assert np.abs(drawn[104:136, 104:156].astype(int) - clip[104:136, 104:156]).max() <= 1
    assert np.array_equal(drawn[:60], still[:60])
    worn = clip.copy()
    worn[118:122, 128:132] = still[118:122, 128:132]
    calm.over(worn, 0.0, drawn)
    assert np.abs(drawn.astype(int) - still).max() <= 1
