"""Behind a head there is background, and nothing of the head is left in it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from renderer.faces.matte import HeadMatte
from renderer.picture.plate import EXACT_BEYOND, Plate, background_plate, push_pull, unveil

FACE_HEIGHT = 120.0
WALL = (120, 105, 90)
HAIR = (30, 24, 20)


def ellipse_matte(
    box: tuple[int, int, int, int], centre: tuple[int, int], order: int = 0
) -> HeadMatte:
    alpha = np.zeros((box[3] - box[1], box[2] - box[0]), np.float32)
    place = (centre[0] - box[0], centre[1] - box[1])
    cv2.ellipse(alpha, place, (58, 82), 0, 0, 360, 1.0, -1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), 2.0)
    return HeadMatte(box, alpha, alpha, None, order, 1.0, "")


def scene(wall: np.ndarray, matte: HeadMatte) -> np.ndarray:
    """A head of hair colour before `wall`."""
    x0, y0, x1, y1 = matte.box
    picture = wall.astype(np.float32)
    part = picture[y0:y1, x0:x1]
    a = matte.alpha[..., None]
    picture[y0:y1, x0:x1] = part * (1 - a) + a * np.float32(HAIR)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def grainy(deviation: float = 4.0, shape: tuple[int, int] = (360, 420)) -> np.ndarray:
    rng = np.random.default_rng(5)
    return np.array(WALL) + rng.normal(0, deviation, (*shape, 1))


MATTE = ellipse_matte((20, 10, 400, 350), (210, 180))


@pytest.fixture(scope="module")
def plain() -> tuple[np.ndarray, Plate]:
    picture = scene(grainy(), MATTE)
    return picture, background_plate(picture, MATTE, FACE_HEIGHT)


def crop(picture: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    return picture[box[1] : box[3], box[0] : box[2]].astype(np.float32)


def test_away_from_the_head_the_plate_is_the_picture(plain):
    picture, plate = plain
    away = cv2.distanceTransform((MATTE.alpha <= 0.02).astype(np.uint8), cv2.DIST_L2, 5)
    far = away > EXACT_BEYOND * FACE_HEIGHT + 1
    assert not plate.differs[far].any()
    assert (plate.colour == crop(picture, MATTE.box))[~plate.differs].all()


def test_at_rest_head_and_plate_give_the_picture_back(plain):
    picture, plate = plain
    still = crop(picture, MATTE.box)
    shows = (1 - MATTE.alpha[..., None]) * plate.colour
    assert np.abs((still - shows) + shows - still).max() < 1e-4


def test_no_shadow_of_the_hair_stays_behind(plain):
    _, plate = plain
    rim = (MATTE.alpha > 0.02) & (MATTE.alpha < 0.98)
    for channel, level in enumerate(WALL):
        assert abs(float(plate.colour[rim][:, channel].mean()) - level) < 1.5
        assert plate.colour[rim][:, channel].min() > level - 25


def test_the_plate_has_the_photo_s_own_grain(plain):
    _, plate = plain
    inside = cv2.erode((MATTE.alpha > 0.98).astype(np.uint8), np.ones((9, 9))) > 0
    shallow = cv2.dilate((MATTE.alpha < 0.02).astype(np.uint8), np.ones((41, 41))) > 0
    fine = plate.colour[..., 0] - cv2.GaussianBlur(plate.colour[..., 0], (0, 0), 3)
    assert 2.5 < fine[inside & shallow].std() < 5.5


def test_a_line_on_the_wall_goes_on_behind_the_head():
    wall = grainy(1.0)
    wall[150:166] = (220, 215, 200)
    plate = background_plate(scene(wall, MATTE), MATTE, FACE_HEIGHT)
    # 60 px is half a face; the head's outline at this row is at x = 155 of the picture.
    on, off = plate.colour[148, 140:150].mean(), plate.colour[120, 140:150].mean()
    assert on > off + 40


def test_a_stray_hair_outside_the_matte_is_not_drawn_into_the_plate():
    picture = scene(grainy(1.0), MATTE)
    cv2.line(picture, (290, 60), (250, 118), HAIR, 1, cv2.LINE_AA)
    plate = background_plate(picture, MATTE, FACE_HEIGHT)
    inside = MATTE.alpha > 0.5
    assert plate.colour[inside].min() > min(WALL) - 22


def test_stars_on_a_busy_wall_do_not_ride_with_the_head():
    """Where alpha is nothing, what differs from the plate would move."""
    rng = np.random.default_rng(2)
    noise = cv2.GaussianBlur(rng.normal(0, 1, (360, 420, 1)), (0, 0), 3)[..., None]
    wall = np.array(WALL) + 45 * noise / noise.std()
    picture = scene(np.clip(wall, 0, 255), MATTE)
    plate = background_plate(picture, MATTE, FACE_HEIGHT)
    away = cv2.distanceTransform((MATTE.alpha <= 0.02).astype(np.uint8), cv2.DIST_L2, 5)
    ring = away > 0.35 * EXACT_BEYOND * FACE_HEIGHT + 1.5
    assert np.abs(plate.colour - crop(picture, MATTE.box))[ring].max() < 6


def test_a_neighbour_in_the_plate_is_left_as_he_is():
    picture = scene(grainy(), MATTE)
    picture[100:260, 330:390] = (200, 60, 60)
    plate = background_plate(picture, MATTE, FACE_HEIGHT)
    x0, y0 = MATTE.box[:2]
    assert (plate.colour[100 - y0 : 260 - y0, 330 - x0 : 390 - x0] == (200, 60, 60)).all()


@pytest.mark.parametrize("alpha", [0.0, 1.0], ids=["no head", "nothing but head"])
def test_without_an_edge_the_plate_is_the_picture(alpha):
    picture = np.clip(grainy(), 0, 255).astype(np.uint8)
    full = np.full(MATTE.alpha.shape, alpha, np.float32)
    plate = background_plate(picture, replace(MATTE, alpha=full, whole=full), FACE_HEIGHT)
    assert not plate.differs.any()
    assert (plate.colour == crop(picture, MATTE.box)).all()


def test_small_and_large_heads_alike():
    for height in (30.0, 900.0):
        picture = scene(grainy(), MATTE)
        plate = background_plate(picture, MATTE, height)
        assert np.isfinite(plate.colour).all()
        assert plate.colour.shape == (*MATTE.alpha.shape, 3)


def overlapping() -> tuple[np.ndarray, tuple[HeadMatte, HeadMatte]]:
    rear = ellipse_matte((0, 10, 300, 350), (130, 150))
    near = ellipse_matte((120, 20, 420, 360), (215, 200), order=1)
    picture = scene(grainy(), rear)
    x0, y0, x1, y1 = near.box
    a = near.alpha[..., None]
    part = picture[y0:y1, x0:x1]
    picture[y0:y1, x0:x1] = np.rint(part * (1 - a) + a * np.float32((190, 80, 60)))
    hidden = np.zeros(rear.alpha.shape, np.float32)
    hidden[10:, 120:] = near.alpha[:330, :180]
    return picture, (replace(rear, alpha=rear.alpha * (1 - hidden), hidden=hidden), near)


def test_a_rear_head_is_freed_from_the_one_in_front():
    picture, (rear, near) = overlapping()
    freed, front = unveil(picture, (rear, near), (FACE_HEIGHT, FACE_HEIGHT))
    assert (front.picture == crop(picture, near.box)).all()
    assert rear.hidden is not None
    covered = rear.hidden > 0.5
    red = freed.picture[..., 0].astype(int) - freed.picture[..., 2]
    assert np.percentile(red[covered], 99) < 60
    assert (freed.picture == crop(picture, rear.box))[rear.hidden == 0].mean() > 0.9


def test_a_freed_head_at_rest_gives_the_still_back():
    picture, mattes = overlapping()
    for matte, each in zip(mattes, unveil(picture, mattes, (FACE_HEIGHT,) * 2), strict=True):
        own = each.picture.astype(np.float32)
        shows = (1 - matte.whole[..., None]) * each.plate.colour
        drawn = (own - shows) + shows
        hidden = 0.0 if matte.hidden is None else matte.hidden[..., None]
        still = crop(picture, matte.box)
        assert np.abs(still + (1 - hidden) * (drawn - own) - still).max() < 1e-3


def test_unveiling_leaves_the_still_alone():
    picture, mattes = overlapping()
    before = picture.copy()
    unveil(picture, mattes, (FACE_HEIGHT, FACE_HEIGHT))
    assert (picture == before).all()


def test_push_pull_keeps_what_is_known_and_fills_the_rest():
    rng = np.random.default_rng(0)
    colour = rng.uniform(40, 60, (37, 53, 3)).astype(np.float32)
    weight = np.ones((37, 53), np.float32)
    weight[10:30, 15:40] = 0
    filled = push_pull(colour, weight)
    assert (filled[weight == 1] == colour[weight == 1]).all()
    assert filled[weight == 0].min() > 40
    assert filled[weight == 0].max() < 60
