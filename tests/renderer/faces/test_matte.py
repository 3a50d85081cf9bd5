"""Heads are cut out whole, softly, alone, and with an honest word about how well it went."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from renderer.faces.matte import HeadMatte, head_mattes
from renderer.faces.matte_solver import colour_planes, solve_band
from renderer.faces.outline import filled_oval
from renderer.faces.planes import grown
from renderer.faces.territory import back_to_front
from tests.renderer.clay import BACKGROUND, SKIN, clay_face, clay_picture

SIZE = (400, 440)
FACE = clay_face()


CELLS = 40


def coarse(crop: np.ndarray) -> np.ndarray:
    """A person mask such as the network's: what is of skin or hair colour, seen in few soft cells."""
    colours = cv2.GaussianBlur(crop, (0, 0), 1.5).astype(np.float32)
    skin = np.linalg.norm(colours - np.array(SKIN), axis=2) < 75
    person = (skin | (colours.max(axis=2) < 70)).astype(np.float32)
    cells = cv2.resize(person, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(cells, (0, 0), 0.7)


def whole(matte: HeadMatte, shape: tuple[int, int]) -> np.ndarray:
    x0, y0, x1, y1 = matte.box
    full = np.zeros(shape, np.float32)
    full[y0:y1, x0:x1] = matte.alpha
    return full


@pytest.fixture(scope="module")
def sitter() -> tuple[np.ndarray, np.ndarray]:
    return clay_picture(FACE, SIZE)


def face_pixels() -> np.ndarray:
    """The face without its outermost pixels, which may be the edge of the head."""
    return grown(filled_oval(FACE, (0, 0, *SIZE), SIZE), -0.06 * FACE.height_px)


def cut(picture: np.ndarray, mask: Callable = coarse) -> HeadMatte:
    return head_mattes(picture, [FACE], mask)[0]


def test_the_edge_is_finer_than_the_mask_it_came_from(sitter):
    picture, truth = sitter
    matte = cut(picture)
    head = slice(0, int(FACE.mesh.points[152, 1]))
    mask = cv2.resize(coarse(picture), SIZE, interpolation=cv2.INTER_CUBIC)
    error = np.abs(whole(matte, truth.shape) - truth)[head].sum()
    assert error < 0.4 * np.abs(mask - truth)[head].sum()


def test_the_face_moves_whole_and_the_far_wall_not_at_all(sitter):
    picture, truth = sitter
    matte = cut(picture)
    full = whole(matte, truth.shape)
    assert (full[face_pixels()] > 0.99).all()
    far = cv2.dilate((truth > 0).astype(np.uint8), np.ones((61, 61))) == 0
    assert not full[far].any()


def test_the_neck_is_not_cut(sitter):
    picture, truth = sitter
    full = whole(cut(picture), truth.shape)
    x, y = (int(v) for v in FACE.mesh.points[152, :2])
    below = min(truth.shape[0], y + int(0.5 * FACE.height_px))
    assert (full[y:below, x - 10 : x + 10] > 0.99).all()


def test_a_hole_in_the_mask_leaves_no_hole_in_the_head(sitter):
    picture, truth = sitter
    ribbon = picture.copy()
    cv2.circle(ribbon, (200, 90), 12, BACKGROUND, -1)
    assert coarse(ribbon)[7:10, 18:22].min() < 0.5
    full = whole(cut(ribbon), truth.shape)
    assert (full[80:100, 190:210] > 0.99).all()


def test_an_island_of_the_mask_does_not_move(sitter):
    picture, truth = sitter
    ball = picture.copy()
    cv2.circle(ball, (365, 60), 18, SKIN, -1)
    full = whole(cut(ball), truth.shape)
    assert full[40:80, 345:385].max() < 0.02


def test_strands_of_hair_that_the_mask_lost_are_found(sitter):
    picture, truth = sitter
    picture = picture.copy()
    hair = (45, 32, 26)
    cv2.ellipse(picture, (200, 110), (64, 60), 0, 180, 360, hair, -1)
    strands = (170, 200, 230)
    for x in strands:
        cv2.line(picture, (x, 80), (x, 40), hair, 2, cv2.LINE_AA)
    full = whole(cut(picture), truth.shape)
    on = [full[42:46, x - 2 : x + 3].max() for x in strands]
    assert min(on) > 0.4
    assert np.median(full[42:46, 208:222]) < 0.1


def test_a_crisp_greyscale_scan_and_a_colour_one_give_the_same_edge(sitter):
    picture, truth = sitter
    grey = np.repeat(picture.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    colour_edge, grey_edge = (whole(cut(p), truth.shape) for p in (picture, grey))
    assert np.abs(colour_edge - grey_edge).mean() < 0.01


def two_people() -> tuple[np.ndarray, list]:
    """A rear sitter, and a nearer one over the rear one's shoulder and cheek."""
    rear, near = clay_face((160.0, 190.0)), clay_face((265.0, 235.0))
    picture, _ = clay_picture(rear, (480, 440))
    nearer, near_alpha = clay_picture(near, (480, 440))
    shade = nearer.astype(np.float32) * np.array([0.62, 0.7, 0.8])
    mixed = picture * (1 - near_alpha[..., None]) + shade * near_alpha[..., None]
    return mixed.astype(np.uint8), [rear, near]


def test_people_behind_one_another_stay_apart_and_in_order():
    picture, faces = two_people()
    rear, near = head_mattes(picture, faces, coarse)
    assert (rear.order, near.order) == (0, 1)
    shape = picture.shape[:2]
    both = whole(rear, shape) + whole(near, shape)
    assert both.max() < 1.001
    ovals = [filled_oval(face, (0, 0, 480, 440), (480, 440)) for face in faces]
    assert whole(near, shape)[ovals[0] & ~ovals[1]].mean() < 0.08
    assert whole(rear, shape)[ovals[1]].mean() < 0.01
    assert near.hidden is None
    assert rear.hidden is not None


def test_a_rear_head_carries_on_underneath():
    picture, faces = two_people()
    rear, _ = head_mattes(picture, faces, coarse)
    assert rear.hidden is not None
    under = (rear.hidden > 0.9) & cv2.dilate(
        (rear.alpha > 0.9).astype(np.uint8), np.ones((9, 9))
    ).astype(bool)
    assert under.any()
    assert rear.whole[under].mean() > 0.6
    assert rear.alpha[under].max() < 0.11


def test_a_child_on_a_lap_is_in_front():
    mother, child = clay_face((200.0, 150.0), 1.2), clay_face((230.0, 260.0), 0.8)
    assert back_to_front([mother, child]) == (0, 1)
    assert back_to_front([]) == ()


def test_an_edge_before_a_plain_wall_is_trusted(sitter):
    picture, _ = sitter
    matte = cut(picture)
    assert (matte.trust, matte.doubt) == (1.0, "")


def test_a_headdress_nobody_agrees_on_before_a_busy_wall_is_not(sitter):
    picture, truth = sitter
    rng = np.random.default_rng(3)
    noise = cv2.GaussianBlur(rng.normal(0, 1, (*truth.shape, 3)), (0, 0), 2.5)
    busy = np.array(BACKGROUND) + noise / noise.std() * 45
    feathers = picture * truth[..., None] + busy * (1 - truth[..., None])
    asked: list[int] = []

    def fickle(crop: np.ndarray) -> np.ndarray:
        asked.append(1)
        mask = coarse(crop)
        if len(asked) % 2:
            mask[: mask.shape[0] // 2] = np.maximum(mask[: mask.shape[0] // 2], 0.9)
        return mask

    matte = head_mattes(np.clip(feathers, 0, 255).astype(np.uint8), [FACE], fickle)[0]
    assert matte.trust < 0.7
    assert matte.doubt in {"outline_unclear", "people_overlap", "soft_edge_before_busy_background"}


@pytest.mark.parametrize("value", [0.0, 1.0], ids=["nobody", "everything"])
def test_a_mask_that_knows_nothing_still_leaves_the_face_whole(sitter, value):
    picture, truth = sitter
    matte = cut(picture, lambda _: np.full((CELLS, CELLS), value, np.float32))
    assert (whole(matte, truth.shape)[face_pixels()] > 0.99).all()
    assert np.isfinite(matte.alpha).all()


@pytest.mark.parametrize(
    ("centre", "scale"), [((30.0, 60.0), 1.0), ((200.0, 200.0), 0.25), ((200.0, 400.0), 1.0)]
)
def test_heads_at_the_border_and_small_ones_fit_their_boxes(centre, scale):
    face = clay_face(centre, scale)
    picture, _ = clay_picture(face, SIZE)
    (matte,) = head_mattes(picture, [face], coarse)
    x0, y0, x1, y1 = matte.box
    assert 0 <= x0 < x1 <= SIZE[0]
    assert 0 <= y0 < y1 <= SIZE[1]
    assert matte.alpha.shape == (y1 - y0, x1 - x0)
    assert matte.alpha.dtype == np.float32
    assert 0 <= matte.alpha.min() <= matte.alpha.max() <= 1


def test_the_same_picture_gives_the_same_matte(sitter):
    picture, _ = sitter
    first, second = (cut(picture) for _ in range(2))
    assert (first.alpha == second.alpha).all()


def test_the_solver_reads_alpha_off_a_blend_of_two_colours():
    height, width = 40, 60
    truth = np.clip((np.arange(width) - 15) / 30, 0, 1)[None].repeat(height, 0).astype(np.float32)
    rng = np.random.default_rng(1)
    head, wall = np.array([0.8, 0.3, 0.2]), np.array([0.1, 0.3, 0.6])
    blend = truth[..., None] * head + (1 - truth[..., None]) * wall
    guide = colour_planes((blend + rng.normal(0, 0.003, blend.shape)).astype(np.float32))
    unknown = (truth > 0) & (truth < 1)
    start = np.where(unknown, np.float32(0.5), truth)
    found = solve_band(guide, unknown, start, start, np.zeros_like(start), 300)
    assert np.abs(found - truth).max() < 0.06


def test_a_grey_picture_is_solved_on_one_plane():
    grey = np.random.default_rng(2).random((30, 30, 1)).astype(np.float32).repeat(3, 2)
    assert colour_planes(grey).shape == (30, 30, 1)
