"""Lids and gaze: what may change, what must not, and whether the eye does what it is told."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from renderer.faces.types import Face, Floats, Mesh, Picture
from renderer.picture.eye_geometry import IRIS, LOWER, UPPER, Side
from renderer.picture.eyes import EyeRig, build_eye, render_eye
from renderer.picture.fringe import fringe
from tests.paths import portrait
from tests.renderer.clay import SKIN, clay_face

SIDES: tuple[Side, ...] = ("left", "right")
WHITE, IRIS_COLOUR, LASH = (225, 222, 218), (70, 60, 50), (60, 45, 40)
MOTIONS = [
    (0.3, (0.0, 0.0), 0.0),
    (1.0, (0.0, 0.0), 0.0),
    (0.0, (0.5, 0.0), 0.0),
    (0.0, (-0.3, -0.4), 0.0),
    (0.0, (0.0, 0.5), 0.0),
    (0.0, (0.0, 0.0), 0.6),
    (0.5, (0.2, 0.1), 0.4),
]


def painted_eyes(
    px_per_mm: float = 3.0, roll_deg: float = 0.0, skin: tuple[int, int, int] = SKIN
) -> tuple[Picture, Face]:
    """A plain face with two painted eyes where the mesh says that they are."""
    face = clay_face((300.0, 260.0), px_per_mm)
    points = face.mesh.points.copy()
    for side in SIDES:  # the canonical face has narrow eyes; irises of one size look straight ahead
        ends = points[[UPPER[side][0], UPPER[side][-1]], 0]
        share = (points[list(UPPER[side]), 0] - ends[0]) / (ends[1] - ends[0])
        points[list(UPPER[side]), 1] -= 0.10 * (ends[1] - ends[0]) * 4 * share * (1 - share)
        corners = points[[UPPER[side][0], UPPER[side][-1]], :2].mean(0)
        top, bottom = points[UPPER[side][4], 1], points[LOWER[side][4], 1]
        middle = np.array([corners[0], (top + bottom) / 2], np.float32)
        ring = np.array([[0, 0], [1, 0], [0, -1], [-1, 0], [0, 1]], np.float32)
        points[list(IRIS[side]), :2] = middle + 5.85 * px_per_mm * ring
    if roll_deg:
        turn = cv2.getRotationMatrix2D((300.0, 260.0), -roll_deg, 1.0)
        points[:, :2] = points[:, :2] @ turn[:, :2].T.astype(np.float32) + turn[:, 2]
    rng = np.random.default_rng(3)
    picture = np.zeros((560, 600, 3), np.float32)
    picture[:] = skin
    for side in SIDES:
        opening = np.concatenate([points[list(UPPER[side]), :2], points[LOWER[side][-2:0:-1], :2]])
        mask = np.zeros(picture.shape[:2], np.uint8)
        cv2.fillPoly(mask, [np.round(opening * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        ball = np.zeros_like(picture)
        ball[:] = WHITE
        centre = points[IRIS[side][0], :2]
        at = (round(float(centre[0]) * 16), round(float(centre[1]) * 16))
        cv2.circle(ball, at, int(5.85 * px_per_mm * 16), IRIS_COLOUR, -1, cv2.LINE_AA, 4)
        cv2.circle(ball, at, int(2.2 * px_per_mm * 16), (15, 15, 15), -1, cv2.LINE_AA, 4)
        share = mask[..., None].astype(np.float32) / 255
        picture = picture * (1 - share) + ball * share
        margin = np.round(points[list(UPPER[side]), :2] * 16).astype(np.int32)
        cv2.polylines(picture, [margin], False, LASH, max(1, round(px_per_mm)), cv2.LINE_AA, 4)
    picture = cv2.GaussianBlur(picture, (0, 0), 0.7)
    picture += rng.normal(0, 2.5, (560, 600, 1)).astype(np.float32)
    pixels = np.clip(np.round(picture), 0, 255).astype(np.uint8)
    return pixels, replace(face, mesh=Mesh(points.astype(np.float32), 1.0))


def rig_of(side: Side = "left", **look: float) -> EyeRig:
    picture, face = painted_eyes(**look)  # type: ignore[arg-type]
    return build_eye(picture, face.mesh, side, glasses=False)


def centre_of_iris(rig: EyeRig, pixels: Floats) -> tuple[float, float]:
    """Centroid of what is nearly as dark as the pupil, lashes left aside."""
    dark = np.clip(32 - pixels.mean(2), 0, None) * (rig.above > 5)
    ys, xs = np.mgrid[: dark.shape[0], : dark.shape[1]]
    return float((dark * xs).sum() / dark.sum()), float((dark * ys).sum() / dark.sum())


def visible_iris(rig: EyeRig, pixels: Floats) -> int:
    """Dark pixels in the column of the pupil."""
    x = round(rig.eye.iris[0])
    return int((pixels[:, x - 2 : x + 3].mean((1, 2)) < 110).sum())


@pytest.mark.parametrize("side", SIDES)
def test_at_rest_the_eye_is_the_photo(side: Side) -> None:
    picture, face = painted_eyes()
    rig = build_eye(picture, face.mesh, side, glasses=False)
    x0, y0, x1, y1 = rig.box
    assert (render_eye(rig, 0.0, (0.0, 0.0), 0.0) == picture[y0:y1, x0:x1]).all()


@pytest.mark.parametrize("motion", MOTIONS)
@pytest.mark.parametrize("roll", [0.0, 20.0])
def test_the_border_of_the_box_never_changes(
    motion: tuple[float, tuple[float, float], float], roll: float
) -> None:
    rig = rig_of(roll_deg=roll)
    change = np.abs(render_eye(rig, *motion) - rig.photo)
    assert change.max() > 20
    for edge in (change[0], change[-1], change[:, 0], change[:, -1]):
        assert edge.max() == 0


def test_a_tiny_motion_makes_a_tiny_change() -> None:
    """Nothing may pop in the frame in which a motion begins."""
    rig = rig_of()
    for motion in ((0.01, (0.0, 0.0), 0.0), (0.0, (0.01, 0.0), 0.0), (0.0, (0.0, 0.0), 0.01)):
        change = np.abs(render_eye(rig, *motion) - rig.photo)
        assert change.mean() < 0.7
        assert np.percentile(change, 99) < 14


def test_the_closed_lid_is_skin_where_the_eye_was() -> None:
    rig = rig_of()
    closed = render_eye(rig, 1.0, (0.0, 0.0), 0.0)
    eye = rig.eye
    upper, lower = eye.spread(eye.upper), eye.spread(eye.lower)
    middle = (np.abs(eye.u - 0.5) < 0.3) & (eye.v > upper) & (eye.v < lower - 0.3 * eye.opening)
    assert np.abs(np.median(closed[middle], axis=0) - SKIN).max() < 22
    assert closed[middle].mean(1).min() > 110, "no trace of iris or old lashes"


def test_the_closed_eye_has_a_dark_line_near_the_lower_lid() -> None:
    rig = rig_of()
    closed = render_eye(rig, 1.0, (0.0, 0.0), 0.0).mean(2)
    column = closed[:, round(rig.eye.iris[0])]
    row = int(np.argmin(column))
    below_middle = (row - rig.eye.iris[1]) / rig.eye.opening
    assert 0.15 < below_middle < 0.65
    assert column[row] < 0.75 * np.mean(SKIN)


def test_lashes_hang_below_the_line_of_a_closed_eye_longer_toward_the_temple() -> None:
    rig = rig_of()
    eye = rig.eye
    cover = fringe(eye, eye.upper, 1.0, 1.0)
    depth = (eye.v - eye.spread(eye.upper)) / eye.width
    outward = eye.outward()
    reach = [
        depth[(cover > 0.1) & (outward > low) & (outward < low + 0.2)].max() for low in (0.1, 0.7)
    ]
    assert 0.02 < reach[0] < reach[1] < 0.2
    assert cover[depth < -0.04].max() < 0.05
    assert fringe(eye, eye.upper, 1.0, 0.5).sum() < 0.7 * cover.sum()
    row = cover[np.abs(depth - 0.05) < 0.01]
    assert row.std() > 0.15, "single hairs, not a band"


def test_the_lid_comes_down_steadily() -> None:
    rig = rig_of()
    seen = [visible_iris(rig, render_eye(rig, b, (0.0, 0.0), 0.0)) for b in (0, 0.2, 0.4, 0.6, 0.8)]
    assert all(a > b for a, b in pairwise(seen)), seen


def test_a_grey_photo_stays_grey() -> None:
    picture, face = painted_eyes()
    grey = np.repeat(picture.mean(2, keepdims=True).astype(np.uint8), 3, axis=2)
    rig = build_eye(grey, face.mesh, "left", glasses=False)
    for motion in MOTIONS:
        assert np.ptp(render_eye(rig, *motion), axis=2).max() < 0.01


def test_dark_skin_gets_a_dark_lid() -> None:
    picture, face = painted_eyes(skin=(96, 64, 50))
    rig = build_eye(picture, face.mesh, "right", glasses=False)
    closed = render_eye(rig, 1.0, (0.0, 0.0), 0.0)
    x, y = (round(v) for v in rig.eye.iris)
    assert np.abs(closed[y - 4 : y + 1, x - 8 : x + 9].mean((0, 1)) - (96, 64, 50)).max() < 14


@pytest.mark.parametrize("gaze", [(0.4, 0.0), (-0.4, 0.0), (0.0, 0.3), (0.0, -0.3), (0.3, 0.2)])
@pytest.mark.parametrize("side", SIDES)
def test_the_iris_goes_where_it_is_told(side: Side, gaze: tuple[float, float]) -> None:
    picture, face = painted_eyes()
    rig = build_eye(picture, face.mesh, side, glasses=False)
    before = centre_of_iris(rig, rig.photo)
    after = centre_of_iris(rig, render_eye(rig, 0.0, gaze, 0.0))
    moved = np.subtract(after, before) / rig.iris_radius
    assert np.abs(moved - gaze).max() < 0.1


def test_no_ghost_is_left_where_the_iris_was() -> None:
    rig = rig_of()
    eye = rig.eye
    looking = render_eye(rig, 0.0, (0.5, 0.0), 0.0)
    upper, lower = eye.spread(eye.upper), eye.spread(eye.lower)
    inside = (eye.v > upper + 0.2 * eye.opening) & (eye.v < lower - 0.2 * eye.opening)
    left_of_iris = (eye.from_iris() < 0.95 * rig.iris_radius) & inside
    xs = np.mgrid[: eye.shape[0], : eye.shape[1]][1]
    left_of_iris &= xs < eye.iris[0] - 0.72 * rig.iris_radius
    assert left_of_iris.sum() > 10
    assert looking[left_of_iris].mean(1).min() > 130


def test_the_upper_lid_follows_a_downward_gaze() -> None:
    rig = rig_of()
    x, y = (round(v) for v in rig.eye.iris)
    above_pupil = slice(y - round(0.5 * rig.eye.opening), y)
    open_rows = (rig.photo[above_pupil, x].mean(1) < 120).sum()
    down = render_eye(rig, 0.0, (0.0, 0.5), 0.0)
    assert (down[above_pupil, x].mean(1) < 120).sum() < open_rows


def test_a_squint_raises_the_lower_lid_only() -> None:
    rig = rig_of()
    squinting = render_eye(rig, 0.0, (0.0, 0.0), 1.0)
    change = np.abs(squinting - rig.photo).mean(2)
    eye = rig.eye
    above = eye.v < eye.spread(eye.upper) - 3
    assert change[above].max() < 1
    assert visible_iris(rig, squinting) < visible_iris(rig, rig.photo)


def test_an_eye_of_a_few_pixels_is_left_alone() -> None:
    rig = rig_of(px_per_mm=0.4)
    assert not rig.may_blink
    assert not rig.may_gaze
    assert "px" in rig.reason
    assert (render_eye(rig, 1.0, (0.5, 0.0), 1.0) == rig.photo).all()


def test_closed_eyes_are_neither_closed_nor_turned() -> None:
    picture, face = painted_eyes()
    points = face.mesh.points.copy()
    points[list(LOWER["left"]), 1] = points[list(UPPER["left"]), 1] + 1
    rig = build_eye(picture, Mesh(points, 1.0), "left", glasses=False)
    assert (rig.may_blink, rig.may_gaze) == (False, False)


def test_a_mesh_beside_the_eye_is_noticed() -> None:
    picture, face = painted_eyes()
    rig = build_eye(picture, face.mesh.shifted(0, 90), "left", glasses=False)
    assert not rig.may_blink
    assert rig.reason


def test_a_light_eye_on_darker_skin_looks_about_but_does_not_blink() -> None:
    picture, face = painted_eyes(skin=(72, 50, 40))
    rig = build_eye(picture, face.mesh, "left", glasses=False)
    assert (rig.may_blink, rig.may_gaze) == (False, True)
    assert "skin" in rig.reason


def test_an_eye_at_the_picture_border_stays_within_it() -> None:
    picture, face = painted_eyes()
    x = int(face.mesh.points[33, 0]) + 5
    rig = build_eye(picture[:, x:], face.mesh.shifted(-x, 0), "left", glasses=False)
    assert rig.box[0] >= 0
    assert render_eye(rig, 0.7, (0.2, 0.0), 0.2).shape[1] == rig.box[2] - rig.box[0]


@pytest.mark.parametrize("name", ["16", "22", "25"])
def test_the_lids_of_a_portrait_close_without_a_seam(name: str) -> None:
    """The blinked portrait, as the mesh network sees it: shut at 1, and its skin still continuous."""
    from renderer.faces.find import only_face

    pixels = cv2.imread(str(portrait(name)))[:, :, ::-1]
    scale = 900 / pixels.shape[0]
    picture = np.ascontiguousarray(cv2.resize(pixels, None, fx=scale, fy=scale))
    face = only_face(picture)
    shut = picture.copy()
    for side in SIDES:
        rig = build_eye(picture, face.mesh, side, glasses=False)
        assert rig.may_blink, rig.reason
        x0, y0, x1, y1 = rig.box
        shut[y0:y1, x0:x1] = np.round(render_eye(rig, 1.0, (0.0, 0.0), 0.0))
    seen = only_face(shut).mesh.points
    for side in SIDES:
        was = _opening(face.mesh.points, side)
        assert _opening(seen, side) < 0.45 * was


def _opening(points: Floats, side: Side) -> float:
    gaps = points[list(LOWER[side][3:6]), :2] - points[list(UPPER[side][3:6]), :2]
    return float(np.linalg.norm(gaps, axis=1).mean())
