"""What of a head a crop must keep, from nothing but the report on its face."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.data import portraits
from frame.core.photos import Region
from frame.library.decode import DecodedPhoto, decode_file
from frame.studio.looking import look_fingerprint, look_of, scan_of, struck_off
from renderer.faces.types import Box
from renderer.gates import Caps
from renderer.motion.caps import STILL
from renderer.prepare.findings import Cost, finding
from renderer.prepare.scan import Scan
from renderer.reasons import reason
from renderer.report import FaceReport, Report
from tests.paths import portrait

SIZE = (1000, 800)
FACE = FaceReport(Box(450, 350, 550, 450), 60.0, 0.0, 0.0, 0.0, 100 / 800, caps=Caps())


def seen(face: FaceReport, *codes: str) -> tuple[Region, Region]:
    """(face, keep) of the only head, in pixels."""
    reasons = tuple(reason(code, 0) for code in codes)
    (head,) = look_of(Report("animated", reasons, (face,)), SIZE, 1.0, "m").heads
    return tuple(
        Region(each.x0 * SIZE[0], each.y0 * SIZE[1], each.x1 * SIZE[0], each.y1 * SIZE[1])
        for each in (head.face, head.keep)
    )  # type: ignore[return-value]


def test_a_frontal_head_is_kept_with_hair_hat_beard_and_neck() -> None:
    face, keep = seen(FACE)
    assert keep.y0 <= 400 - 125 and keep.y1 >= 400 + 110, "a hat above, a beard below"
    assert keep.x0 <= 415 and keep.x1 >= 585, "hair on both sides"
    assert keep.x0 + keep.x1 == pytest.approx(1000), "the same on both"
    assert keep.x0 < face.x0 and keep.y0 < face.y0 and keep.x1 > face.x1 and keep.y1 > face.y1
    assert face.y0 < 350 and face.y1 > 450, "from the forehead to the chin"


@pytest.mark.parametrize("roll", [-40.0, 25.0])
def test_a_tilted_head_keeps_its_crown_where_it_leans(roll: float) -> None:
    _, upright = seen(FACE)
    _, keep = seen(replace(FACE, roll_deg=roll))
    if roll > 0:  # to the picture's right
        assert keep.x1 > upright.x1 + 15
    else:
        assert keep.x0 < upright.x0 - 15


@pytest.mark.parametrize(("yaw", "back_is_left"), [(40.0, True), (-40.0, False)])
def test_a_turned_head_keeps_the_back_of_the_skull(yaw, back_is_left) -> None:
    _, keep = seen(replace(FACE, yaw_deg=yaw))
    left, right = 500 - keep.x0, keep.x1 - 500
    assert (left > right + 30) if back_is_left else (right > left + 30)


def test_a_profile_may_look_to_either_side() -> None:
    _, keep = seen(replace(FACE, yaw_deg=3.0, roll_deg=170.0), "profile_view")
    assert keep.x0 <= 500 - 140 and keep.x1 >= 500 + 140
    assert keep.y0 < 400 < keep.y1


def test_nothing_is_kept_beyond_the_photo() -> None:
    _, keep = seen(replace(FACE, box=Box(-20, -20, 90, 90)))
    assert (keep.x0, keep.y0) == (0, 0)


def test_what_may_not_move_is_kept_all_the_same() -> None:
    small = replace(FACE, box=Box(100, 100, 130, 130), frame_share=30 / 800, caps=STILL)
    report = Report("animated", (reason("face_too_small", 1, 12),), (FACE, small))
    heads = look_of(report, SIZE, 1.0, "m").heads
    assert [head.can_move for head in heads] == [True, False]
    assert heads[1].keep.width > 0


def test_a_group_looks_alike_once_in_its_findings_and_in_the_files_own_pixels() -> None:
    report = Report("animated", tuple(reason("glasses", n) for n in range(3)), (FACE,) * 3)
    look = look_of(report, SIZE, 0.5, look_fingerprint("m"))
    assert [finding.code for finding in look.findings] == ["glasses"]
    assert look.heads[0].interocular_px == 120
    assert look.models == look_fingerprint("m") != look_fingerprint("n")


# Hair, hat and beard of some portraits, in shares of the photo, as seen by eye.
SEEN_BY_EYE = {
    "01": (0.20, 0.08, 0.72, 0.63),
    "15": (0.25, 0.05, 0.45, 0.20),  # the man's hat; the children's below
    "17": (0.27, 0.24, 0.78, 0.66),
    "24": (0.28, 0.13, 0.77, 0.82),
    "33": (0.18, 0.04, 0.74, 0.65),  # a profile with hair tied behind
    "34": (0.35, 0.07, 0.87, 0.70),  # a tilted head
}


@pytest.mark.slow
@pytest.mark.skipif(not portraits(), reason="no test portraits: shared/data/portraits is absent")
def test_no_hair_is_left_out_on_portraits() -> None:
    from frame.studio.kit import new_engine

    animator = new_engine().animator
    for name, (x0, y0, x1, y1) in SEEN_BY_EYE.items():
        photo = decode_file(portrait(name))
        height, width = photo.pixels.shape[:2]
        heads = look_of(animator.check(photo.pixels), (width, height), photo.scale, "m").heads
        assert any(
            keep.x0 <= x0 and keep.y0 <= y0 and keep.x1 >= x1 and keep.y1 >= y1
            for keep in (head.keep for head in heads)
        ), (name, [head.keep for head in heads])


def test_the_coachs_findings_are_kept_without_what_is_good() -> None:
    seen = (
        finding("profile_view", "bad", 0, 61.2, "deg", Cost("still")),
        finding("faded", "bad", number=51.23456, unit="%"),
        finding("glasses", "note", 1, cost=Cost("small_smile", 0.8)),
        finding("sharp", "good", 1, 0.5, "share"),
    )
    look = look_of(Report("refused", findings=seen), SIZE, 1.0, "m")
    assert [found.code for found in look.findings] == ["profile_view", "faded", "glasses"]
    still, faded, glasses = look.findings
    assert (still.consequence, still.face, still.number, still.unit) == ("still", 0, 61.2, "deg")
    assert faded.number == 51.2346 and faded.grade == "bad"
    assert (glasses.grade, glasses.most) == ("note", 0.8)


def test_what_a_restoration_mended_is_no_longer_told() -> None:
    seen = (finding("faded", "bad", number=50, unit="%"), finding("noisy", "bad", 0, 7.0, "levels"))
    look = look_of(Report("animated", findings=seen), SIZE, 1.0, "m")
    assert struck_off(look, ()) == look
    mended = struck_off(look, {"fading"})
    assert [found.code for found in mended.told] == ["noisy"]
    assert [found.code for found in mended.findings] == ["faded", "noisy"]
    assert not struck_off(mended, {"noise"}).told


def test_what_the_coach_is_told_of_a_file() -> None:
    pixels = np.zeros((30, 40, 3), np.uint8)
    photo = DecodedPhoto(pixels, (80, 60), 0.5, "TIFF", 1950, "0" * 64, (), dpi=300.0)
    assert scan_of(photo, (1280, 720)) == Scan((1280, 720), 300.0, None, 0.5, 1950)
    phone = replace(photo, taken="2019-07-12T10:00:00")
    assert scan_of(phone, (1280, 720), (9.0, 13.0)).is_camera
