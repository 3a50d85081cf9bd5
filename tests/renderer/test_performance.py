"""Filming draws only what may move, begins and ends on the still, and keeps people in order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderer.badge import make_badge
from renderer.colour import rgb_to_yuv420, yuv420_to_rgb
from renderer.gates import Caps
from renderer.key_poses import MOST_POSES, key_frames
from renderer.motion.casting import Part
from renderer.motion.rig import build_rig
from renderer.performance import film, still_frame
from renderer.performer import Performer, Stage, draw_frame, moving_box
from renderer.picture.layer import build_layer
from tests.renderer.clay import BACKGROUND, clay_face, clay_fields, clay_picture

SIZE = (640, 440)


def performer(picture: np.ndarray, face, alpha: np.ndarray) -> Performer:
    box = moving_box(face, (0, 0, *SIZE), alpha, SIZE)
    x0, y0, x1, y1 = box
    a = np.ascontiguousarray(alpha[y0:y1, x0:x1])
    plate = np.where(a[..., None] > 0.01, np.float32(BACKGROUND), picture[y0:y1, x0:x1])
    rig = build_rig(face, box, a, clay_fields(face))
    layer = build_layer(picture[y0:y1, x0:x1], rig, a, plate.astype(np.float32), None)
    return Performer(face, layer, (None, None), np.ones(rig.x.shape, bool))


@pytest.fixture(scope="module")
def duo() -> Stage:
    """Two heads close enough that their regions overlap."""
    left, right = clay_face((220.0, 200.0)), clay_face((400.0, 210.0))
    one, alpha_left = clay_picture(left, SIZE)
    two, alpha_right = clay_picture(right, SIZE)
    picture = np.where(alpha_right[..., None] > 0.5, two, one).astype(np.uint8)
    behind = alpha_left * (1 - alpha_right)
    return Stage(
        picture, (performer(picture, left, behind), performer(picture, right, alpha_right))
    )


@pytest.fixture(scope="module")
def curves():
    return tuple(Part("joy", 1.0, seed).curves(Caps(), 5.0) for seed in (1, 2))


class Taken:
    def __init__(self) -> None:
        self.frames: list[tuple[np.ndarray, ...]] = []

    def write(self, *planes: np.ndarray) -> None:
        self.frames.append(tuple(p.copy() for p in planes))


def test_the_first_and_last_frame_are_the_still(duo, curves):
    for number in (0, curves[0].frames - 1):
        assert (still_frame(duo, curves, number) == duo.picture).all()


def test_frames_do_not_depend_on_the_frame_before(duo, curves):
    canvas = duo.picture.copy()
    for number in (10, 60, 30):
        draw_frame(duo, curves, number, canvas)
    assert (canvas == still_frame(duo, curves, 30)).all()


def test_overlapping_heads_both_move(duo, curves):
    a, b = (p.box for p in duo.performers)
    assert a[2] > b[0], "the scene is meant to overlap"
    frame = still_frame(duo, curves, 60).astype(int)
    moved = (np.abs(frame - duo.picture) > 12).any(axis=2)
    assert moved[:, 180:260].any() and moved[:, 360:440].any()


def test_what_cannot_move_is_never_touched(duo, curves):
    frame = still_frame(duo, curves, 60)
    outside = np.ones(frame.shape[:2], bool)
    for x0, y0, x1, y1 in (p.box for p in duo.performers):
        outside[y0:y1, x0:x1] = False
    assert outside.any()
    assert (frame[outside] == duo.picture[outside]).all()


def test_filming_converts_what_was_drawn(duo, curves):
    taken, told = Taken(), []
    film(duo, curves, taken, told.append)
    assert len(taken.frames) == curves[0].frames and told[-1] == 1.0
    whole = rgb_to_yuv420(still_frame(duo, curves, 60))
    for mine, straight in zip(taken.frames[60], whole, strict=True):
        assert np.abs(mine.astype(int) - straight).max() <= 1
    for end in (0, -1):
        back = yuv420_to_rgb(*taken.frames[end]).astype(int)
        assert abs(back.mean() - duo.picture.mean()) < 0.5


def test_the_badge_is_the_same_in_every_frame_and_nowhere_else(duo, curves):
    badge = make_badge(*SIZE)
    plain, marked = Taken(), Taken()
    film(duo, curves, plain, lambda _: None)
    film(duo, curves, marked, lambda _: None, badge)
    x, y = badge.corner
    for a, b in zip(plain.frames[::30], marked.frames[::30], strict=True):
        changed = a[0] != b[0]
        assert changed[y:, x:].any()
        assert not changed[: y - 2].any() and not changed[:, : x - 2].any()


def test_key_frames_are_few_and_hold_the_extremes(curves):
    mine = curves[0]
    numbers = key_frames(mine)
    assert 3 <= len(numbers) <= MOST_POSES
    assert mine.blink.mean(axis=(1, 2))[list(numbers)].max() == mine.blink.mean(axis=(1, 2)).max()
    assert mine.smile.mean(axis=1)[list(numbers)].max() > 0.95 * mine.smile.mean(axis=1).max()


def test_a_still_face_has_no_key_frames(curves):
    zero = {name: np.zeros_like(value) for name, value in vars(curves[0]).items()}
    assert key_frames(replace(curves[0], **zero)) == ()


def test_a_person_in_front_keeps_every_pixel(duo, curves):
    """A rear head whose matte goes on underneath somebody else moves behind them."""
    rear, _ = duo.performers
    x0, y0, x1, y1 = rear.box
    hidden = np.zeros((y1 - y0, x1 - x0), np.float32)
    hidden[:, 100:] = 1.0
    stage = Stage(duo.picture, (replace(rear, hidden=hidden),))
    frame = still_frame(stage, curves[:1], 60)[y0:y1, x0:x1]
    still = duo.picture[y0:y1, x0:x1]
    assert (frame[:, 100:] == still[:, 100:]).all()
    assert (frame[:, :100] != still[:, :100]).any()
    assert (still_frame(stage, curves[:1], 0) == duo.picture).all()


@pytest.mark.parametrize("driver", ["nostalgia", "joy", "reunion", "blink-and-nod"])
def test_no_head_reaches_the_edge_of_its_region(duo, driver):
    right = duo.performers[1]
    alone = Stage(duo.picture, (right,))
    x0, y0, x1, y1 = right.box
    for seed in range(3):
        curves = Part(driver, 1.0, seed).curves(Caps(), 5.0)
        for number in key_frames(curves):
            frame = still_frame(alone, (curves,), number)
            assert (frame[y0, x0:x1] == duo.picture[y0, x0:x1]).all()
            for column in (x0, x1 - 1):
                there = (slice(y0, y1 - 60), column)
                assert (frame[there] == duo.picture[there]).all()
