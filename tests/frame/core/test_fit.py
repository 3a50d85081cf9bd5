"""Fit: nothing of a head is cut, nothing is larger than the panel, nothing is out of shape."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frame.core.fit import (
    HEAD_MARGIN,
    MAX_LOSS,
    MAX_UPSCALE,
    are_a_pair,
    layout_of,
    may_pair,
    view_of,
)
from frame.core.photos import Head, Photo, Region
from tests.frame.core.makers import head, look, photo

WIDE = (1920, 1080)
UPRIGHT = (1080, 1920)

panels = st.sampled_from(
    [WIDE, UPRIGHT, (1280, 800), (1366, 768), (1024, 600), (800, 480), (3840, 2160), (1001, 701)]
)
sides = st.integers(200, 6000)


@st.composite
def heads(draw: st.DrawFn) -> Head:
    x, y = draw(st.floats(0.05, 0.95)), draw(st.floats(0.05, 0.95))
    return head(x, y, draw(st.floats(0.01, 0.5)))


@st.composite
def photos(draw: st.DrawFn) -> Photo:
    seen = draw(st.one_of(st.none(), st.lists(heads(), max_size=4).map(lambda each: look(*each))))
    return photo((draw(sides), draw(sides)), draw(st.integers(1, 99)), seen)


@given(photos(), panels)
def test_a_view_is_even_within_photo_and_panel_and_keeps_the_shape(shot: Photo, panel):
    view = view_of(shot, panel)
    x0, y0, x1, y1 = view.crop
    assert 0 <= x0 < x1 <= shot.decoded[0] and 0 <= y0 < y1 <= shot.decoded[1]
    assert view.width % 2 == view.height % 2 == 0
    assert 2 <= view.width <= panel[0] and 2 <= view.height <= panel[1]
    scale = view.height / (y1 - y0), view.width / (x1 - x0)
    assert max(scale) <= MAX_UPSCALE * 1.02
    # Even sizes cost a pixel each way at most; a crop's own rounding half a pixel of the photo.
    wanted = view.height * (x1 - x0) / (y1 - y0)
    assert abs(view.width - wanted) <= 2 + 2 * view.width / view.height + 2 * max(scale)


@given(photos(), panels)
def test_no_head_is_ever_cut(shot: Photo, panel):
    view = view_of(shot, panel)
    width, height = shot.decoded
    x0, y0, x1, y1 = (a / b for a, b in zip(view.crop, (width, height, width, height), strict=True))
    for each in shot.look.heads if shot.look else ():
        assert x0 <= max(0, each.keep.x0 - HEAD_MARGIN) + 1e-9
        assert y0 <= max(0, each.keep.y0 - HEAD_MARGIN) + 1e-9
        assert x1 >= min(1, each.keep.x1 + HEAD_MARGIN) - 1e-9
        assert y1 >= min(1, each.keep.y1 + HEAD_MARGIN) - 1e-9


@given(photos(), panels)
def test_little_is_lost_and_nothing_before_it_was_looked_at(shot: Photo, panel):
    x0, y0, x1, y1 = view_of(shot, panel).crop
    kept = (x1 - x0) * (y1 - y0) / (shot.decoded[0] * shot.decoded[1])
    assert kept >= 1 - MAX_LOSS - 0.01
    if shot.look is None:
        assert (x0, y0, x1, y1) == (0, 0, *shot.decoded)


@given(photos(), panels)
def test_one_hangs_in_the_middle(shot: Photo, panel):
    (placed,) = layout_of([shot], panel).placed
    assert abs(placed.x * 2 + placed.view.width - panel[0]) <= 1
    assert abs(placed.y * 2 + placed.view.height - panel[1]) <= 1


@given(photos(), photos(), panels)
def test_two_hang_beside_each_other_with_the_views_they_have_alone(first, second, panel):
    if not are_a_pair(first, second, panel):
        with pytest.raises(ValueError, match="hang together"):
            layout_of([first, second], panel)
        return
    one, two = layout_of([first, second], panel).placed
    assert (one.view, two.view) == (view_of(first, panel), view_of(second, panel))
    for placed in (one, two):
        assert 0 <= placed.x <= panel[0] - placed.view.width
        assert 0 <= placed.y <= panel[1] - placed.view.height
    if panel[0] > panel[1]:
        left, middle = one.x, two.x - one.x - one.view.width
        right = panel[0] - two.x - two.view.width
    else:
        left, middle = one.y, two.y - one.y - one.view.height
        right = panel[1] - two.y - two.view.height
    assert left == right and 0 <= middle - left <= 2 and middle > 0


def test_a_three_by_two_photo_fills_the_panel_once_it_was_looked_at():
    shot = photo((3000, 2000), seen=look(head(0.5, 0.3)))
    view = view_of(shot, WIDE)
    assert (view.width, view.height) == WIDE
    assert view.crop[3] - view.crop[1] == 1688
    assert view_of(photo((3000, 2000)), WIDE).crop == (0, 0, 3000, 2000)


def test_a_four_by_three_photo_hangs_whole():
    shot = photo((4000, 3000), seen=look(head(0.5, 0.5)))
    view = view_of(shot, WIDE)
    assert view.crop == (0, 0, 4000, 3000)
    assert (view.width, view.height) == (1440, 1080)


def test_a_head_at_the_top_pulls_the_crop_up_and_one_at_the_bottom_down():
    top = view_of(photo((3000, 2000), seen=look(head(0.5, 0.08))), WIDE)
    low = view_of(photo((3000, 2000), seen=look(head(0.5, 0.92))), WIDE)
    assert top.crop[1] == 0
    assert low.crop[3] == 2000


def test_heads_at_both_ends_leave_no_crop():
    shot = photo((3000, 2000), seen=look(head(0.3, 0.08), head(0.7, 0.92)))
    assert view_of(shot, WIDE).crop == (0, 0, 3000, 2000)


def test_no_heads_crop_the_middle():
    view = view_of(photo((3000, 2000), seen=look(verdict="still")), WIDE)
    assert view.crop == (0, 156, 3000, 1844)


def test_a_tall_head_that_needs_the_whole_height_is_never_cut():
    whole = Head(
        Region(0.4, 0.2, 0.6, 0.8), Region(0.3, 0.0, 0.7, 1.0), 300, 0, 0, 0, can_move=True
    )
    assert view_of(photo((3000, 2000), seen=look(whole)), WIDE).crop == (0, 0, 3000, 2000)


def test_a_portrait_is_never_cropped_on_a_wide_panel():
    view = view_of(photo((3000, 4000), seen=look(head(0.5, 0.4))), WIDE)
    assert view == view_of(photo((3000, 4000)), WIDE)
    assert (view.width, view.height) == (810, 1080)


def test_a_small_photo_is_enlarged_twice_at_most():
    view = view_of(photo((300, 200)), WIDE)
    assert (view.width, view.height) == (600, 400)


def test_landscapes_pair_on_an_upright_panel_one_above_the_other():
    one, two = layout_of([photo((3000, 2000), 1), photo((4000, 3000), 2)], UPRIGHT).placed
    assert (one.view.width, one.view.height) == (1080, 720)
    assert two.y > one.y + one.view.height
    assert one.x == two.x == 0


@pytest.mark.parametrize(
    ("aspect", "panel", "may"),
    [
        (0.75, WIDE, True),
        (0.5625, WIDE, True),
        (1.0, WIDE, False),
        (1.5, WIDE, False),
        (0.95, WIDE, False),
        (1.5, UPRIGHT, True),
        (0.75, UPRIGHT, False),
        (1.78, UPRIGHT, True),
        (0.75, (1000, 1000), False),
    ],
)
def test_who_may_have_a_partner(aspect, panel, may):
    assert may_pair(aspect, panel) is may


def test_a_small_print_does_not_hang_beside_a_large_one():
    assert not are_a_pair(photo((150, 200), 1), photo((3000, 4000), 2), WIDE)
