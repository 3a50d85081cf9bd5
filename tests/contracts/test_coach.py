"""What the coach says is what the gates do: every consequence holds, and nothing is taken unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.data import portraits
from frame.library.decode import decode_file
from renderer.animator import Request
from renderer.engine import GeometricAnimator
from renderer.gates import FaceVerdict, judge_faces
from renderer.models import ModelStore
from renderer.motion.caps import STILL, Caps
from renderer.prepare.findings import FREE, Finding, cost_of, head_room
from renderer.prepare.person import read_person
from renderer.report import FaceReport
from tests.paths import portrait
from tests.renderer.clay import clay_face, clay_picture
from tests.renderer.test_gates import LOOKS

FULL = Caps()
LEARNED = ModelStore().arrays("headwear")
SLACK = 1e-6

PROFILES = frozenset({"29", "31", "32", "33"})
"""Portraits that look away further than 45 degrees; every other one is to be woken."""


def holds(found: Finding, caps: Caps) -> bool:
    """Whether what `found` says of a face is true of what it may do."""
    most = 1.0 if found.most is None else found.most
    return {
        "none": True,
        "maybe_less_head": True,
        "gentle_driver": True,
        "still": caps == STILL,
        "blink_only": not any((caps.head, caps.gaze, caps.smile, caps.brow, caps.squint)),
        "eyes_rest": not caps.blink and caps.gaze == 0,
        "no_smile": caps.smile == 0,
        "small_smile": caps.smile <= most * FULL.smile + SLACK,
        "less_head": head_room(caps) <= most + SLACK,
        "gentler": min(caps.gaze / FULL.gaze, caps.squint, caps.brow, caps.sway) <= most + SLACK,
    }[found.consequence]


def agree(findings: Sequence[Finding], verdict: FaceVerdict) -> None:
    for found in findings:
        assert found.face == verdict.face
        assert holds(found, verdict.caps), found
    told = {(found.consequence, found.most) for found in findings}
    for step in verdict.steps:
        cost = cost_of(step.before, step.after)
        assert cost == FREE or (cost.consequence, cost.most) in told, f"{step.rule} took it unsaid"
    codes = {found.code for found in findings}
    assert {reason.code for reason in verdict.reasons} <= codes


@given(
    LOOKS,
    st.floats(-80, 80),
    st.floats(-50, 50),
    st.floats(-80, 80),
    st.floats(0.1, 1.5),
)
def test_whatever_is_seen_coach_and_gates_agree(seen, yaw, pitch, roll, size):
    face = clay_face(px_per_mm=size)
    pose = replace(face.pose, yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll)
    face = replace(face, pose=pose)
    # Dark glasses are glasses; the spectacles' detector says nothing else.
    seen = replace(seen, glasses=seen.glasses or seen.dark_glasses)
    (verdict,) = judge_faces([face], [seen], (400, 440))
    picture, _ = clay_picture(face)
    agree(read_person(picture, face, seen, verdict, LEARNED), verdict)


@pytest.fixture(scope="module")
def animator() -> GeometricAnimator:
    return GeometricAnimator(ModelStore())


@pytest.mark.slow
@pytest.mark.parametrize("path", portraits(), ids=lambda path: path.name[:2])
def test_on_every_portrait_the_coach_says_what_the_gates_do(animator, path: Path):
    report = animator.check(decode_file(path).pixels)
    is_profile = path.name[:2] in PROFILES
    assert report.verdict == ("refused" if is_profile else "animated")
    told: dict[int | None, list[Finding]] = {}
    for found in report.findings:
        told.setdefault(found.face, []).append(found)
    for number, face in enumerate(report.faces):
        assert isinstance(face, FaceReport) and face.caps is not None
        assert all(holds(found, face.caps) for found in told[number])
        if face.caps == STILL:
            assert "still" in {found.consequence for found in told[number]}
        elif not face.caps.blink:
            assert "eyes_rest" in {found.consequence for found in told[number]}
    assert {reason.code for reason in report.reasons} <= {each.code for each in report.findings}


@pytest.mark.slow
@pytest.mark.parametrize("number", ["06", "14"])
def test_only_small_movements_means_that_auto_plays_them(animator, number, tmp_path: Path):
    photo = decode_file(portrait(number)).pixels
    gentle = [f for f in animator.check(photo).findings if f.consequence == "gentle_driver"]
    report = animator.animate(
        photo, tmp_path / "c.mp4", Request(height=240), lambda _stage, _share: None
    )
    played = [attempt.driver for attempt in report.ladder][:1]
    assert len(gentle) == 1
    assert played == ["blink-and-nod"]
    assert gentle[0].code in {reason.code for reason in report.reasons}
