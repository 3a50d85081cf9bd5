"""The gates only take away, and say why in words that help."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.faces.attributes import Attributes, read_attributes
from renderer.faces.find import find_faces
from renderer.faces.types import Face
from renderer.gates import STILL, Caps, FaceVerdict, judge_faces, overall_verdict, turn_limits
from renderer.models import ModelStore
from renderer.motion.choice import choose_driver
from renderer.motion.drivers import DRIVERS, perform
from renderer.motion.expression import Mouth
from renderer.reasons import SENTENCES, reason
from tests.paths import portrait
from tests.renderer.clay import clay_face

SIZE = (400, 440)

PLAIN = Attributes(
    eye_openness=(0.3, 0.3),
    eyes_closed=False,
    mouth=Mouth.CLOSED,
    lip_gap=0.0,
    mouth_covered=False,
    mouth_uneven=0.02,
    glasses=False,
    dark_glasses=False,
    beard=False,
    sharpness=0.6,
    grain=1.0,
    grey=False,
    smiling=False,
)

LOOKS = st.builds(
    Attributes,
    eye_openness=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    eyes_closed=st.booleans(),
    mouth=st.sampled_from(Mouth),
    lip_gap=st.floats(0, 1),
    mouth_covered=st.booleans(),
    mouth_uneven=st.floats(0, 1),
    glasses=st.booleans(),
    dark_glasses=st.booleans(),
    beard=st.booleans(),
    sharpness=st.floats(0, 1),
    grain=st.floats(0, 30),
    grey=st.booleans(),
    smiling=st.booleans(),
)


def posed(face: Face, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Face:
    return replace(face, pose=replace(face.pose, yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll))


def verdict_on(face: Face, seen: Attributes = PLAIN) -> FaceVerdict:
    (verdict,) = judge_faces([face], [seen], SIZE)
    return verdict


def codes(verdict: FaceVerdict) -> set[str]:
    return {found.code for found in verdict.reasons}


def test_a_flawless_frontal_portrait_keeps_every_cap() -> None:
    verdict = verdict_on(clay_face())
    assert verdict.moves
    assert verdict.caps == Caps()
    assert verdict.reasons == ()


def test_a_face_under_forty_pixels_stays_still_and_says_what_to_do() -> None:
    verdict = verdict_on(clay_face(px_per_mm=0.2))
    assert not verdict.moves
    assert verdict.caps == STILL
    (found,) = verdict.reasons
    assert found.code == "face_too_small"
    assert "13 pixels between the eyes" in found.message
    assert "600 DPI" in found.message


def test_under_sixty_pixels_lids_and_irises_are_left_alone() -> None:
    caps = verdict_on(clay_face(px_per_mm=0.3)).caps
    assert not caps.blink
    assert caps.gaze == 0.0
    assert caps.smile > 0.0
    assert caps.yaw_deg[1] > 0.0


@pytest.mark.parametrize("side", [-1, 1])
def test_a_profile_is_refused(side: int) -> None:
    verdict = verdict_on(posed(clay_face(), yaw=side * 46.0))
    assert codes(verdict) == {"profile_view"}
    assert overall_verdict([verdict])[0] == "refused"


@pytest.mark.parametrize("side", [-1, 1])
def test_beyond_thirty_five_degrees_only_a_blink_and_a_breath_remain(side: int) -> None:
    caps = verdict_on(posed(clay_face(), yaw=side * 37.0)).caps
    assert caps.blink
    assert caps.gaze == caps.smile == caps.head == 0.0
    made = perform("reunion", 1, caps=caps)
    assert made.blink.any()
    assert 0.1 < np.abs(made.yaw_deg).max() < 2.0


@given(yaw=st.floats(-35.0, 35.0))
def test_a_turned_face_turns_less_and_least_of_all_further_away(yaw: float) -> None:
    low, high = verdict_on(posed(clay_face(), yaw=yaw)).caps.yaw_deg
    assert -10.0 <= low < 0.0 < high <= 10.0
    if yaw > 9.0:
        assert high < -low
    if yaw < -9.0:
        assert -low < high


def test_turn_limits_shrink_steadily() -> None:
    limits = [turn_limits(float(yaw)) for yaw in range(46)]
    assert limits[0] == (10.0, 10.0)
    assert all(a[0] >= b[0] and a[1] >= b[1] for a, b in pairwise(limits))
    assert limits[-1] == (1.5, 5.0)


def test_shut_eyes_stay_shut() -> None:
    caps = verdict_on(clay_face(), replace(PLAIN, eyes_closed=True)).caps
    assert not caps.blink
    assert caps.gaze == 0.0
    assert caps.smile == Caps().smile


def test_eyes_behind_dark_glasses_are_left_alone() -> None:
    verdict = verdict_on(clay_face(), replace(PLAIN, glasses=True, dark_glasses=True))
    assert not verdict.caps.blink
    assert codes(verdict) == {"dark_glasses"}


def test_glasses_alone_do_not_forbid_a_blink() -> None:
    verdict = verdict_on(clay_face(), replace(PLAIN, glasses=True))
    assert verdict.caps.blink
    assert verdict.caps.squint < 1.0
    assert "glasses" in codes(verdict)


def test_a_covered_mouth_does_not_smile() -> None:
    assert verdict_on(clay_face(), replace(PLAIN, mouth_covered=True)).caps.smile == 0.0


@pytest.mark.parametrize(
    ("mouth", "gap", "most"),
    [
        (Mouth.CLOSED, 0.0, 0.75),
        (Mouth.PARTED, 0.1, 0.6),
        (Mouth.TOOTHY, 0.15, 0.45),
        (Mouth.TOOTHY, 0.5, 0.2),
    ],
)
def test_a_mouth_smiles_as_far_as_its_opening_allows(mouth: Mouth, gap: float, most: float) -> None:
    caps = verdict_on(clay_face(), replace(PLAIN, mouth=mouth, lip_gap=gap)).caps
    assert caps.smile == pytest.approx(most)


def test_a_head_cut_off_by_the_border_moves_less() -> None:
    verdict = verdict_on(clay_face(centre=(200.0, 60.0)))
    assert "touches_border" in codes(verdict)
    assert verdict.caps.head < 1.0
    assert verdict.caps.yaw_deg[1] <= 6.0


def test_a_blurred_face_moves_gently() -> None:
    verdict = verdict_on(clay_face(), replace(PLAIN, sharpness=0.1))
    assert codes(verdict) == {"blurry"}
    assert verdict.caps.gaze < Caps().gaze


@pytest.mark.parametrize(("pitch", "code"), [(40.0, "looks_down"), (-40.0, "looks_up")])
def test_a_steep_face_moves_little(pitch: float, code: str) -> None:
    verdict = verdict_on(posed(clay_face(), pitch=pitch))
    assert code in codes(verdict)
    assert max(verdict.caps.pitch_deg[1], -verdict.caps.pitch_deg[0]) <= 3.0


def test_a_leaning_head_leans_no_further() -> None:
    assert verdict_on(posed(clay_face(), roll=25.0)).caps.roll_deg[1] < 2.0
    assert verdict_on(posed(clay_face(), roll=-25.0)).caps.roll_deg[0] > -2.0
    assert codes(verdict_on(posed(clay_face(), roll=70.0))) == {"tilted_too_far"}


def test_no_face_is_refused_with_a_sentence() -> None:
    verdict, reasons = overall_verdict(())
    assert verdict == "refused"
    assert [found.code for found in reasons] == ["no_face"]


def test_one_moving_face_is_enough_for_a_clip() -> None:
    faces = [clay_face(px_per_mm=0.2), clay_face()]
    verdicts = judge_faces(faces, [PLAIN, PLAIN], SIZE)
    verdict, reasons = overall_verdict(verdicts)
    assert verdict == "animated"
    assert [found.face for found in reasons] == [0]


@given(
    seen=LOOKS,
    scale=st.floats(0.05, 6.0),
    angles=st.tuples(st.floats(-90, 90), st.floats(-90, 90), st.floats(-180, 180)),
)
def test_gates_never_raise_and_only_take_away(
    seen: Attributes, scale: float, angles: tuple[float, float, float]
) -> None:
    verdict = verdict_on(posed(clay_face(px_per_mm=scale), *angles), seen)
    free = Caps()
    for field in fields(Caps):
        value, most = getattr(verdict.caps, field.name), getattr(free, field.name)
        if isinstance(most, tuple):
            assert most[0] <= value[0] <= 0.0 <= value[1] <= most[1]
        else:
            assert 0 <= value <= most
    assert verdict.moves or verdict.caps == STILL
    assert verdict.moves or verdict.reasons


def test_sentences_are_short_kind_and_whole() -> None:
    for code in SENTENCES:
        message = reason(code, number=38.4).message
        assert message[0].isupper() or message[0].isdigit()
        assert message.endswith(".")
        assert "{" not in message
        assert len(message) < 170
        assert not re.search(r"\b(error|invalid|fail|mesh|yaw|pixel ratio)\b", message.lower())


def test_auto_is_restrained() -> None:
    smiling = replace(PLAIN, smiling=True, mouth=Mouth.TOOTHY)
    old = replace(PLAIN, grey=True)
    assert choose_driver([])[0] == "nostalgia"
    assert choose_driver([PLAIN])[0] == "nostalgia"
    assert choose_driver([smiling])[0] == "joy"
    assert choose_driver([replace(smiling, grey=True)])[0] == "nostalgia"
    assert choose_driver([smiling], year=1931)[0] == "nostalgia"
    assert choose_driver([replace(smiling, grey=True)], year=2020)[0] == "joy"
    assert choose_driver([PLAIN] * 4)[0] == "blink-and-nod"
    assert choose_driver([smiling] * 4)[0] == "nostalgia"
    assert choose_driver([smiling], damage=0.8)[0] == "blink-and-nod"
    assert choose_driver([old], year=None)[1].code == "chose_old"


@given(
    seen=st.lists(LOOKS, max_size=6),
    year=st.none() | st.integers(1839, 2100),
    damage=st.none() | st.floats(0, 1),
)
def test_auto_always_names_a_driver_and_a_reason(
    seen: list[Attributes], year: int | None, damage: float | None
) -> None:
    name, why = choose_driver(seen, year, damage)
    assert name in DRIVERS
    assert why.message


@pytest.mark.parametrize(
    ("name", "verdict", "moving"),
    [
        *(("29", "refused", 0), ("31", "refused", 0), ("32", "refused", 0), ("33", "refused", 0)),
        *(("11", "animated", 1), ("07", "animated", 5), ("10", "animated", 4)),
    ],
)
def test_real_portraits_move_or_are_refused(name: str, verdict: str, moving: int) -> None:
    image = cv2.imread(str(portrait(name)))
    assert image is not None
    picture = np.ascontiguousarray(image[:, :, ::-1], np.uint8)
    faces = find_faces(picture, ModelStore())
    verdicts = judge_faces(faces, [read_attributes(picture, face) for face in faces], SIZE)
    assert overall_verdict(verdicts)[0] == verdict
    assert sum(each.moves for each in verdicts) == moving
