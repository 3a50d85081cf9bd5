"""What is read from a face, on drawn faces and, where they are, on real ones."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from renderer.faces import topology
from renderer.faces.attributes import eye_openness, read_attributes, touches
from renderer.faces.chip import EYE_DISTANCE, EYES_AT, HEIGHT, WIDTH, cut_chip
from renderer.faces.find import only_face
from renderer.faces.types import Face, Mesh, Picture
from renderer.models import ModelStore
from renderer.motion.expression import Mouth
from tests.paths import portrait
from tests.renderer.clay import clay_face, clay_picture

SIZE = (800, 880)


@pytest.fixture(scope="module")
def face() -> Face:
    """A clay face with its lips together."""
    parted = clay_face(centre=(400.0, 420.0), px_per_mm=2.0)
    points = parted.mesh.points.copy()
    points[list(topology.LIPS_INNER_LOWER)] = points[list(topology.LIPS_INNER_UPPER)]
    return replace(parted, mesh=Mesh(points, 1.0))


@pytest.fixture(scope="module")
def plain(face: Face) -> Picture:
    """A clay head with drawn eyes, a nose bridge in soft shade and a closed mouth."""
    picture, _ = clay_picture(face, SIZE)
    points = face.mesh.points[:, :2]
    for upper, lower, iris in zip(
        topology.UPPER_LIDS, topology.LOWER_LIDS, topology.IRIS_CENTRES, strict=True
    ):
        ring = np.round(points[[*upper, *reversed(lower)]]).astype(np.int32)
        cv2.fillPoly(picture, [ring], (235, 230, 225))
        cv2.circle(picture, tuple(int(v) for v in points[iris]), 11, (60, 40, 30), -1)
        cv2.polylines(
            picture, [np.round(points[list(upper)]).astype(np.int32)], False, (50, 40, 40), 2
        )
    line = np.round(points[list(topology.LIPS_INNER_UPPER)]).astype(np.int32)
    cv2.polylines(picture, [line], False, (90, 50, 50), 4)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.7), np.uint8)


def moved(face: Face, landmarks: tuple[int, ...], dx: float, dy: float) -> Face:
    points = face.mesh.points.copy()
    points[list(landmarks), :2] += np.array([dx, dy], np.float32)
    return replace(face, mesh=Mesh(points, face.mesh.presence))


def opened(face: Face, by: float) -> Face:
    """The lips apart by `by` picture pixels."""
    return moved(face, topology.LIPS_INNER_LOWER[1:-1], 0.0, by)


def fill_mouth(picture: Picture, face: Face, colour: tuple[int, int, int]) -> Picture:
    painted = picture.copy()
    ring = (*topology.LIPS_INNER_UPPER, *reversed(topology.LIPS_INNER_LOWER))
    cv2.fillPoly(painted, [np.round(face.mesh.points[list(ring), :2]).astype(np.int32)], colour)
    return painted


def wear_glasses(picture: Picture, face: Face, lens: tuple[int, int, int] | None = None) -> Picture:
    painted = picture.copy()
    points = face.mesh.points
    left, right = (points[i, :2] for i in topology.IRIS_CENTRES)
    dark = (40, 30, 30)
    for x, y in (left, right):
        if lens is not None:
            cv2.ellipse(painted, (int(x), int(y) + 4), (54, 44), 0, 0, 360, lens, -1)
        cv2.ellipse(painted, (int(x), int(y) + 4), (54, 44), 0, 0, 360, dark, 6)
    inner = int(left[0]) + 52, int(right[0]) - 52
    cv2.line(painted, (inner[0], int(left[1]) - 4), (inner[1], int(right[1]) - 4), dark, 6)
    for x, side in ((int(left[0]), -1), (int(right[0]), 1)):
        cv2.line(
            painted, (x + side * 52, int(left[1]) - 6), (x + side * 150, int(left[1]) - 2), dark, 6
        )
    return painted


def test_a_chip_is_level_and_has_one_size(face: Face, plain: Picture) -> None:
    chip = cut_chip(plain, face)
    assert chip.pixels.shape == (HEIGHT, WIDTH, 3)
    eyes = chip.points[list(topology.IRIS_CENTRES)]
    assert eyes.mean(axis=0) == pytest.approx(EYES_AT, abs=0.1)
    assert eyes[1, 0] - eyes[0, 0] == pytest.approx(EYE_DISTANCE, rel=0.05)


def test_a_chip_shows_the_same_at_any_size(face: Face, plain: Picture) -> None:
    """Pixel centres are kept when a large face is averaged down first."""
    half = np.asarray(
        cv2.resize(plain, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8
    )
    large, small = cut_chip(plain, face), cut_chip(half, face.scaled(0.5))
    assert small.points == pytest.approx(large.points, abs=0.2)
    one, other = (cv2.GaussianBlur(c.luma, (0, 0), 3).astype(np.float64) for c in (large, small))
    shift, _ = cv2.phaseCorrelate(one, other)
    assert np.abs(shift).max() < 0.1


def test_a_plain_face_has_nothing_remarkable(face: Face, plain: Picture) -> None:
    seen = read_attributes(plain, face)
    assert seen.mouth is Mouth.CLOSED
    assert not seen.glasses
    assert not seen.eyes_closed
    assert not seen.beard
    assert not seen.mouth_covered
    assert seen.mouth_uneven < 0.05


def test_glasses_are_seen(face: Face, plain: Picture) -> None:
    seen = read_attributes(wear_glasses(plain, face), face)
    assert seen.glasses
    assert not seen.dark_glasses


def test_dark_glasses_are_told_from_clear_ones(face: Face, plain: Picture) -> None:
    seen = read_attributes(wear_glasses(plain, face, lens=(25, 25, 30)), face)
    assert seen.glasses
    assert seen.dark_glasses


def test_shut_eyes_are_seen(face: Face, plain: Picture) -> None:
    points = face.mesh.points.copy()
    for upper, lower in zip(topology.UPPER_LIDS, topology.LOWER_LIDS, strict=True):
        points[list(upper)] = points[list(lower)]
    shut = replace(face, mesh=Mesh(points, 1.0))
    assert max(eye_openness(shut)) < 0.01
    assert read_attributes(plain, shut).eyes_closed


def test_teeth_are_told_from_a_dark_mouth(face: Face, plain: Picture) -> None:
    parted = opened(face, 22.0)
    teeth = read_attributes(fill_mouth(plain, parted, (225, 215, 200)), parted)
    gap = read_attributes(fill_mouth(plain, parted, (50, 25, 25)), parted)
    assert teeth.mouth is Mouth.TOOTHY
    assert teeth.smiling
    assert gap.mouth is Mouth.PARTED


def test_a_tongue_is_not_teeth(face: Face, plain: Picture) -> None:
    parted = opened(face, 40.0)
    assert read_attributes(fill_mouth(plain, parted, (220, 90, 100)), parted).mouth is Mouth.PARTED


def test_a_scarf_over_the_mouth_is_seen(face: Face, plain: Picture) -> None:
    covered = plain.copy()
    top = int(face.mesh.points[topology.NOSE_BASE, 1])
    covered[top + 4 :, 250:550] = (70, 90, 120)
    assert read_attributes(covered, face).mouth_covered


def test_something_beside_the_mouth_is_noticed(face: Face, plain: Picture) -> None:
    held = plain.copy()
    x, y = (int(v) for v in face.mesh.points[61, :2])
    for k in range(5):
        cv2.line(held, (x - 40, y - 10 + 14 * k), (x + 8, y - 4 + 14 * k), (70, 40, 30), 4)
    assert (
        read_attributes(held, face).mouth_uneven > read_attributes(plain, face).mouth_uneven + 0.1
    )


def test_a_dark_rough_chin_is_a_beard(face: Face, plain: Picture) -> None:
    bearded = plain.astype(np.float32)
    lip = int(face.mesh.points[17, 1]) + 6
    rng = np.random.default_rng(1)
    hair = cv2.GaussianBlur(rng.normal(0, 1, bearded.shape[:2]), (0, 0), 2.0)
    bearded[lip:, 280:520] = 70 + 60 * hair[lip:, 280:520, None] / hair.std()
    assert read_attributes(np.clip(bearded, 0, 255).astype(np.uint8), face).beard


def test_grey_and_sepia_are_one_hue_and_colour_is_not(face: Face, plain: Picture) -> None:
    luma = cv2.cvtColor(plain, cv2.COLOR_RGB2GRAY)
    sepia = np.clip(luma[..., None] * np.array([1.0, 0.85, 0.65]), 0, 255).astype(np.uint8)
    colourful = plain.copy()
    colourful[:400] = (plain[:400] * np.array([0.6, 1.0, 1.3])).clip(0, 255).astype(np.uint8)
    assert read_attributes(np.repeat(luma[..., None], 3, axis=2).astype(np.uint8), face).grey
    assert read_attributes(sepia, face).grey
    assert not read_attributes(colourful, face).grey


def test_sharpness_falls_with_blur_and_not_with_grain(face: Face, plain: Picture) -> None:
    blurred = np.asarray(cv2.GaussianBlur(plain, (0, 0), 8), np.uint8)
    noise = np.random.default_rng(3).normal(0, 6, plain.shape[:2])[..., None]
    grainy = np.clip(plain + noise, 0, 255).astype(np.uint8)
    sharp = read_attributes(plain, face).sharpness
    assert read_attributes(blurred, face).sharpness < 0.4 * sharp
    assert read_attributes(grainy, face).sharpness == pytest.approx(sharp, abs=0.2)


def test_grain_is_measured_in_levels(face: Face, plain: Picture) -> None:
    noise = np.random.default_rng(3).normal(0, 8, plain.shape[:2])[..., None]
    grainy = np.clip(plain.astype(np.float32) + noise, 0, 255).astype(np.uint8)
    assert read_attributes(grainy, face).grain == pytest.approx(8.0, rel=0.3)


def test_borders_that_the_head_reaches() -> None:
    middle = touches(clay_face((200.0, 220.0)), (400, 440))
    above = touches(clay_face((200.0, 60.0)), (400, 440))
    beside = touches(clay_face((40.0, 220.0)), (400, 440))
    assert not middle.any
    assert above.top and not above.left
    assert beside.left and not beside.right


@pytest.mark.parametrize("where", [(0.0, 0.0), (2000.0, 2000.0), (-500.0, 100.0)])
def test_any_face_gets_an_answer_even_off_the_picture(
    plain: Picture, where: tuple[float, float]
) -> None:
    seen = read_attributes(plain, clay_face(centre=where, px_per_mm=0.3))
    assert 0.0 <= seen.sharpness <= 1.0


@pytest.mark.parametrize(
    ("name", "finding"),
    [
        *(("19", "glasses"), ("20", "glasses"), ("21", "glasses"), ("28", "glasses")),
        *(("01", "beard"), ("02", "beard"), ("22", "smiling"), ("24", "smiling"), ("12", "grey")),
    ],
)
def test_real_portraits_show_what_they_are_known_for(
    name: str, finding: str, store: ModelStore
) -> None:
    picture = load_portrait(name)
    assert getattr(read_attributes(picture, only_face(picture, store)), finding)


@pytest.mark.parametrize("name", ["04", "12", "23", "25", "26"])
def test_bare_faces_are_given_no_glasses(name: str, store: ModelStore) -> None:
    picture = load_portrait(name)
    assert not read_attributes(picture, only_face(picture, store)).glasses


@pytest.fixture(scope="module")
def store() -> ModelStore:
    return ModelStore()


def load_portrait(name: str) -> Picture:
    image = cv2.imread(str(portrait(name)))
    assert image is not None
    return np.ascontiguousarray(image[:, :, ::-1], np.uint8)
