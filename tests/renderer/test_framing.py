"""Clips keep the photo's shape, have even sides, and never promise what the photo does not hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.framing import (
    WIDEST,
    face_in_clip,
    frame_crop,
    frame_photo,
    frame_view,
    is_seen,
    is_whole,
    working_picture,
)
from tests.renderer.clay import clay_face


@given(st.integers(64, 12000), st.integers(64, 12000), st.sampled_from([480, 720, 1080, 2160]))
def test_photo_framing(width: int, height: int, asked: int) -> None:
    framing = frame_photo(width, height, asked)
    assert framing.width % 2 == 0 and framing.height % 2 == 0
    assert framing.height <= asked and framing.width <= asked * WIDEST + 2
    assert framing.height <= max(64, 2 * height + 1)
    if min(framing.width, framing.height) > 64:
        drift = abs(framing.width * height - framing.height * width)
        assert drift <= max(width, height) * 1.01 + width, "the aspect ratio is the photo's own"


def test_a_small_photo_is_at_most_doubled() -> None:
    assert frame_photo(220, 276, 1080).height == 552


def test_a_square_crop_holds_the_face_and_half_its_height() -> None:
    face = clay_face(centre=(900, 700))
    framing = frame_crop(2000, 1500, (face,), 1.0, 1080)
    assert framing.width == framing.height
    mine = face_in_clip(face, framing)
    low = mine.mesh.points[:468, :2].min(axis=0)
    high = mine.mesh.points[:468, :2].max(axis=0)
    assert (low > 0).all() and (high < framing.width).all()
    assert 0.4 < mine.height_px / framing.height < 0.62


def test_a_crop_needs_a_face() -> None:
    with pytest.raises(ValueError, match="no face"):
        frame_crop(100, 100, (), 1.0, 1080)


def test_working_picture_puts_landmarks_where_they_were() -> None:
    photo = np.zeros((600, 800, 3), np.uint8)
    face = clay_face(centre=(400.0, 300.0))
    x, y = (round(float(v)) for v in face.mesh.points[1, :2])
    photo[y - 1 : y + 2, x - 1 : x + 2] = 255
    framing = frame_photo(800, 600, 1080)
    still = working_picture(photo, framing)
    nose = face_in_clip(face, framing).mesh.points[1, :2]
    ys, xs = np.nonzero(still[..., 0] > 200)
    assert abs(xs.mean() - nose[0]) < 1.0 and abs(ys.mean() - nose[1]) < 1.0


def test_a_photo_of_the_right_size_is_not_resampled() -> None:
    photo = np.random.default_rng(0).integers(0, 255, (1080, 1440, 3)).astype(np.uint8)
    assert (working_picture(photo, frame_photo(1440, 1080, 1080)) == photo).all()


def test_a_view_is_taken_as_it_is() -> None:
    framing = frame_view(1000, 800, (10, 20, 910, 720), (450, 350))
    assert (framing.crop, framing.width, framing.height) == ((10, 20, 910, 720), 450, 350)
    photo = np.random.default_rng(1).integers(0, 255, (800, 1000, 3)).astype(np.uint8)
    assert working_picture(photo, framing).shape == (350, 450, 3)


@pytest.mark.parametrize(
    ("crop", "size"),
    [
        ((-1, 0, 100, 100), (64, 64)),
        ((0, 0, 1001, 100), (64, 64)),
        ((0, 50, 100, 50), (64, 64)),
        ((0, 0, 100, 100), (63, 64)),
        ((0, 0, 100, 100), (64, 2)),
    ],
)
def test_a_view_that_cannot_be_is_refused(crop, size) -> None:
    with pytest.raises(ValueError, match=r"crop|size"):
        frame_view(1000, 800, crop, size)


@pytest.mark.parametrize(
    ("crop", "seen", "whole"),
    [
        ((0, 0, 1000, 800), True, True),
        ((250, 150, 550, 450), True, True),
        ((400, 0, 1000, 800), True, False),  # the left half of the face is cut away
        ((0, 0, 1000, 340), True, False),  # the chin
        ((600, 0, 1000, 800), False, False),
    ],
)
def test_a_face_is_whole_cut_or_outside(crop, seen, whole) -> None:
    face = clay_face(centre=(400.0, 300.0))
    framing = frame_view(1000, 800, crop, (64, 64))
    low, high = face.mesh.points[:468].min(axis=0), face.mesh.points[:468].max(axis=0)
    assert low[0] > 300 and high[0] < 500 and low[1] > 180 and high[1] < 440, "as the cases assume"
    assert (is_seen(face, framing), is_whole(face, framing, (1000, 800))) == (seen, whole)


def test_what_the_photo_itself_cuts_off_is_not_cut_by_the_view() -> None:
    face = clay_face(centre=(40.0, 300.0))
    assert face.mesh.points[:468, 0].min() < 0
    assert is_whole(face, frame_view(1000, 800, (0, 0, 600, 600), (64, 64)), (1000, 800))
