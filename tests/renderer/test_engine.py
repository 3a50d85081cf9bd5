"""The whole way from a picture to a clip, on real portraits where they are at hand."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

import renderer.rehearsal as rehearsal
from bench.data import portraits
from renderer.animator import Request
from renderer.clip import probe, read_frames
from renderer.engine import GeometricAnimator
from renderer.framing import Framing, working_picture
from renderer.models import ModelStore
from renderer.motion.geometry import Geometry
from renderer.stage import set_stage

PORTRAITS = {path.name[:2]: path for path in portraits()}
needs_portraits = pytest.mark.skipif(
    not PORTRAITS, reason="the test portraits (shared/data/portraits) are not here"
)
TORN = Geometry(-1.0, 9.0, -1.0, 9.0, 0.0, False)


def load(number: str, most: int = 700) -> np.ndarray:
    picture = cv2.imread(str(PORTRAITS[number]))
    scale = min(1.0, most / max(picture.shape[:2]))
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(picture[..., ::-1])


@pytest.fixture(scope="module")
def animator() -> GeometricAnimator:
    return GeometricAnimator(ModelStore())


def silent(stage: str, done: float) -> None:
    assert stage and 0.0 <= done <= 1.0 + 1e-9


def request(**more) -> Request:
    return Request(**{"height": 480, "driver": "nostalgia", "seed": 11, **more})


def test_a_picture_without_a_face_is_refused_in_words(animator, tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (300, 400, 3)).astype(np.uint8)
    report = animator.animate(noise, tmp_path / "c.mp4", request(), silent)
    assert report.verdict == "refused" and report.reasons[0].code == "no_face"
    assert not list(tmp_path.iterdir())


def test_a_drawn_face_is_not_a_photo(animator):
    page = np.full((480, 480, 3), 255, np.uint8)
    cv2.circle(page, (240, 240), 170, (255, 220, 60), -1)
    cv2.circle(page, (240, 240), 170, (0, 0, 0), 6)
    for x in (180, 300):
        cv2.circle(page, (x, 200), 18, (0, 0, 0), -1)
    cv2.ellipse(page, (240, 270), (90, 60), 0, 20, 160, (0, 0, 0), 8)
    assert animator.check(page).verdict == "refused"


@needs_portraits
def test_a_portrait_becomes_a_clip_that_begins_and_ends_as_the_still(animator, tmp_path):
    clip = tmp_path / "c.mp4"
    told: list[float] = []
    report = animator.animate(load("03"), clip, request(), lambda _, done: told.append(done))
    info = probe(clip)
    assert report.verdict == "animated" and report.driver == "nostalgia"
    assert (info.frames, info.width, info.height) == (report.frames, report.width, report.height)
    assert told == sorted(told) and told[-1] == pytest.approx(1.0)
    frames = [frame.astype(int) for frame in read_frames(clip)]
    assert np.abs(frames[0] - frames[-1]).mean() < 1.0
    assert max(np.abs(frame - frames[0]).mean() for frame in frames) > 0.5
    assert {stage.name for stage in report.stages} >= {"faces", "matte", "key poses", "frames"}
    assert report.main_face is not None and report.faces[report.main_face].commanded
    assert report.models


@needs_portraits
def test_the_same_photo_moves_the_same_way(animator, tmp_path):
    a, b = (
        animator.animate(load("03"), tmp_path / f"{k}.mp4", request(), silent) for k in range(2)
    )
    assert a.faces == b.faces
    assert (tmp_path / "0.mp4").read_bytes() == (tmp_path / "1.mp4").read_bytes()


@needs_portraits
@pytest.mark.parametrize("number", ["29", "31", "32", "33"])
def test_profiles_are_refused(animator, number):
    report = animator.check(load(number))
    assert report.verdict == "refused"
    assert [reason.code for reason in report.reasons] == ["profile_view"]


@needs_portraits
@pytest.mark.parametrize(("number", "people"), [("08", 2), ("15", 4), ("18", 2)])
def test_everybody_in_a_group_moves(animator, tmp_path, number, people):
    report = animator.animate(load(number, 1700), tmp_path / "c.mp4", request(), silent)
    assert sum(face.moved for face in report.faces) == people
    moving = [face.commanded for face in report.faces if face.moved]
    assert len({tuple(frame.yaw_deg for frame in told) for told in moving}) == people


@needs_portraits
def test_what_fails_its_rehearsal_at_every_rung_stays_a_still(animator, tmp_path, monkeypatch):
    monkeypatch.setattr(rehearsal, "judge_geometry", lambda *_: TORN)
    report = animator.animate(load("03"), tmp_path / "c.mp4", request(), silent)
    assert report.verdict == "still"
    assert not list(tmp_path.iterdir()), "a clip that did not pass is never left"
    assert len(report.ladder) > 3 and not any(attempt.passed for attempt in report.ladder)
    assert "rests" in {reason.code for reason in report.reasons}


@needs_portraits
def test_too_strong_becomes_subtler_before_it_becomes_nothing(animator, tmp_path, monkeypatch):
    judge = rehearsal.judge_geometry

    def strict(rig, motion, *rest):
        return TORN if motion.smile_left > 0.3 else judge(rig, motion, *rest)

    monkeypatch.setattr(rehearsal, "judge_geometry", strict)
    report = animator.animate(load("03"), tmp_path / "c.mp4", request(driver="joy"), silent)
    assert report.verdict == "animated" and report.requested_driver == "joy"
    assert "subtler" in {reason.code for reason in report.reasons}
    assert max(frame.smile for frame in report.faces[0].commanded) <= 0.3
    assert [attempt.passed for attempt in report.ladder][-1]


@needs_portraits
@pytest.mark.parametrize("stage", ["faces", "matte", "key poses", "frames", "finish"])
def test_stopping_anywhere_leaves_nothing(animator, tmp_path, stage):
    class Stop(BaseException):
        pass

    def interrupt(name: str, done: float) -> None:
        if name == stage:
            raise Stop

    with pytest.raises(Stop):
        animator.animate(load("03"), tmp_path / "c.mp4", request(), interrupt)
    assert not list(tmp_path.iterdir())


@needs_portraits
@pytest.mark.parametrize(("framing", "aspect"), [("square", 1.0), ("portrait", 0.8)])
def test_crops_for_sharing(animator, tmp_path, framing, aspect):
    clip = tmp_path / "c.mp4"
    report = animator.animate(load("04"), clip, request(framing=framing, badge=True), silent)
    assert report.verdict == "animated"
    assert report.width / report.height == pytest.approx(aspect, abs=0.02)


@needs_portraits
@pytest.mark.parametrize("shape", ["grey", "tiny", "wide"])
def test_odd_pictures(animator, tmp_path, shape):
    photo = load("22")
    if shape == "grey":
        photo = np.repeat(photo[..., :1], 3, axis=2)
    if shape == "tiny":
        photo = cv2.resize(photo, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    if shape == "wide":
        photo = cv2.copyMakeBorder(photo, 0, 0, 700, 700, cv2.BORDER_REPLICATE)
    report = animator.animate(np.ascontiguousarray(photo), tmp_path / "c.mp4", request(), silent)
    assert report.verdict == "animated"
    assert report.width % 2 == 0 and report.height % 2 == 0


@needs_portraits
def test_eyes_that_cannot_be_seen_to_close_stay_open_and_the_rest_plays_on(
    animator, tmp_path, monkeypatch
):
    seen = rehearsal.read_back
    monkeypatch.setattr(
        rehearsal,
        "read_back",
        lambda frames, numbers, curves, *rest: tuple(
            replace(reading, lids=1.0 if curves.blink[number].max() > 0.9 else None)
            for reading, number in zip(seen(frames, numbers, curves, *rest), numbers, strict=True)
        ),
    )
    report = animator.animate(load("03"), tmp_path / "c.mp4", request(), silent)
    assert report.verdict == "animated" and report.driver == "nostalgia"
    assert "no_blink" in {reason.code for reason in report.reasons}
    assert max(frame.blink for frame in report.faces[0].commanded) == 0.0
    assert max(frame.smile for frame in report.faces[0].commanded) > 0.2


@needs_portraits
def test_a_view_judges_and_moves_only_whom_it_shows_whole(animator, tmp_path, monkeypatch):
    photo = load("08", 900)
    looked = animator.check(photo)
    assert len(looked.faces) == 2
    left, right = (face.box for face in looked.faces)
    height, width = photo.shape[:2]
    stills = []
    monkeypatch.setattr(
        "renderer.engine.set_stage",
        lambda still, *rest: stills.append(still) or set_stage(still, *rest),
    )
    for cut, codes in (
        (left.x0 + left.width / 4, {"cut_off"}),  # through the left one
        ((left.x1 + right.x0) / 2, {"out_of_view"}),  # between the two
    ):
        crop = (int(cut), 0, width, height)
        size = ((width - int(cut)) // 2 * 2, height // 2 * 2)
        clip = tmp_path / f"{int(cut)}.mp4"
        report = animator.animate(photo, clip, request(crop=crop, size=size), silent)
        assert report.verdict == "animated"
        assert [face.moved for face in report.faces] == [False, True]
        assert report.main_face == 1 and report.faces[1].commanded
        assert {found.code for found in report.reasons if found.face == 0} == codes
        assert [face.box for face in report.faces] == [left, right], "in the photo's own pixels"
        assert (stills[-1] == working_picture(photo, Framing(crop, *size))).all()
        info = probe(clip)
        assert (info.width, info.height) == size


@needs_portraits
def test_a_head_at_the_edge_of_the_view_moves_as_at_the_edge_of_a_photo(animator, tmp_path):
    photo = load("03", 700)
    whole = animator.check(photo)
    box = whole.faces[0].box
    crop = (0, max(0, int(box.y0 - 0.2 * box.height)), photo.shape[1], photo.shape[0])
    report = animator.animate(
        photo, tmp_path / "c.mp4", request(crop=crop, size=(400, 400)), silent
    )
    assert "touches_border" not in {found.code for found in whole.reasons}
    assert "touches_border" in {found.code for found in report.reasons}
