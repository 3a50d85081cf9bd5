"""The slow motion is smooth, stays within the photo and leads to the heads; burn-in care moves all."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from frame.core.photos import View
from frame.display.burn_in import ORBIT, caption_place, moved, shift
from frame.display.drift import MOST_ZOOM, Drift, zoom_at
from tests.frame.display.pictures import looked_at, photo, slide, texture

STILL = texture(320, 240, grain=0)
VIEW = View((0, 0, 1000, 1000), 320, 240)


def test_begins_as_the_very_still():
    assert Drift(photo(), VIEW).at(STILL, 0.0) is STILL


def test_zoom_grows_steadily_and_is_clamped():
    zooms = [zoom_at(step / 100) for step in range(-10, 120)]
    assert zooms[0] == 1.0 and zooms[-1] == MOST_ZOOM
    assert all(after >= before for before, after in pairwise(zooms))


def test_the_head_stays_where_it_is():
    drift = Drift(photo(look=looked_at(0.7, 0.2, 0.9, 0.4)), VIEW)
    spot = np.zeros((240, 320, 3), np.uint8)
    y, x = round(0.3 * 240), round(0.8 * 320)
    spot[y - 2 : y + 2, x - 2 : x + 2] = 255
    seen = drift.at(spot, 1.0)[..., 0].astype(float)
    rows, columns = np.nonzero(seen > 100)
    assert abs(rows.mean() - (y - 0.5)) < 0.6 and abs(columns.mean() - (x - 0.5)) < 0.6


def test_never_shows_what_lies_past_the_photo():
    framed = STILL.copy()
    inside = Drift(photo(look=looked_at(0.0, 0.0, 0.1, 0.1)), VIEW).at(framed, 1.0)
    assert np.abs(inside[:3, :3].astype(int) - framed[:3, :3]).max() < 40


def test_moves_by_fractions_of_a_pixel():
    drift = Drift(photo(), VIEW)
    before = drift.at(STILL, 0.50).astype(float)
    after = drift.at(STILL, 0.502).astype(float)
    assert 0 < np.abs(after - before).mean() < 0.6


def test_every_place_of_the_orbit_is_two_pixels_at_most_and_one_step_apart():
    places = [shift(slide) for slide in range(2 * len(ORBIT))]
    assert all(abs(x) <= 2 and abs(y) <= 2 for x, y in places)
    assert len(set(places)) == 25
    for (x0, y0), (x1, y1) in pairwise(places):
        assert abs(x1 - x0) + abs(y1 - y0) <= 2


def test_photos_move_together_and_stay_on_the_panel():
    pair = slide((640, 360), texture(200, 300), texture(180, 300))
    gaps = set()
    for number in range(25):
        layout = moved(pair, number)
        left, right = layout.placed
        gaps.add(right.x - left.x - left.view.width)
        assert (left.x - pair.placed[0].x, left.y - pair.placed[0].y) == shift(number)
    assert gaps == {0}
    full = slide((640, 360), texture(640, 300))
    for number in range(25):
        one = moved(full, number).placed[0]
        assert one.x == 0 and 28 <= one.y <= 32


def test_captions_wander_from_end_to_end():
    places = [caption_place(number) for number in range(16)]
    assert min(places) == 0.0 and max(places) == 1.0
    assert max(abs(b - a) for a, b in pairwise(places)) <= 0.25
