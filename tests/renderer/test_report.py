"""The report's JSON, which other programs read."""

from __future__ import annotations

import json

import numpy as np
import pytest

from renderer.faces.types import Box
from renderer.gates import STILL
from renderer.models import LoadedModel
from renderer.motion.channels import FaceCurves
from renderer.reasons import Reason
from renderer.report import (
    Attempt,
    FaceReport,
    IdentityScore,
    KeyPose,
    Report,
    SecondOpinion,
    StageTime,
    commanded,
    nearest,
    to_json,
)


def curves(frames: int = 4) -> FaceCurves:
    ramp = np.linspace(0, 1, frames, dtype=np.float32)
    sides = np.stack([ramp, ramp / 2], axis=-1)
    shutter = np.repeat(sides[:, None, :], 3, axis=1)
    return FaceCurves(shutter, -shutter, sides, ramp, ramp, 10 * ramp, 5 * ramp, -ramp)


def test_commanded_averages_sides_and_shutter():
    last = commanded(curves())[-1]
    assert last.blink == pytest.approx(0.75)
    assert last.smile == pytest.approx(0.75)
    assert (last.yaw_deg, last.pitch_deg, last.roll_deg) == (10.0, 5.0, -1.0)
    assert (last.gaze_x, last.gaze_y) == (-1.0, -0.5)


def test_every_promised_key_is_there_even_when_nothing_was_found():
    content = json.loads(to_json(Report("refused", (Reason("no_face", "No face was found."),))))
    assert content["verdict"] == "refused"
    assert content["reasons"] == [
        {
            "code": "no_face",
            "message": "No face was found.",
            "face": None,
            "number": None,
            "unit": "",
        }
    ]
    assert content["faces"] == content["stages"] == content["commanded"] == content["models"] == []
    assert content["driver"] is content["requested_driver"] is content["identity"] is None
    assert content["frames"] == content["width"] == content["height"] == 0


def test_a_full_report():
    face = FaceReport(
        Box(1, 2, 30, 40), np.float32(61.23456), 1, 2, 3, 0.5, True, STILL, commanded(curves())
    )
    still_face = FaceReport(Box(50, 2, 60, 14), 12.0, 0, 0, 0, 0.1)
    report = Report(
        "animated",
        faces=(still_face, face),
        main_face=1,
        driver="joy",
        requested_driver="auto",
        identity=IdentityScore(0.81, 0.85, 0.6, SecondOpinion(0.7, 0.75)),
        stages=(StageTime("faces", 0.25),),
        frames=4,
        fps=25.0,
        width=720,
        height=1080,
        models=(LoadedModel("mesh.onnx", "ab" * 32, "CPUExecutionProvider"),),
        ladder=(Attempt("joy", 0.7, False, (KeyPose(31, False, (Reason("fold", "It folds."),)),)),),
    )
    content = json.loads(to_json(report, {"photo": {"width": 3000}}))
    assert content["faces"][1]["box"] == [1, 2, 30, 40]
    assert content["faces"][1]["interocular_px"] == 61.2346
    assert content["faces"][1]["caps"]["blink"] is False
    assert len(content["commanded"]) == content["frames"] == 4
    assert set(content["commanded"][0]) == {
        "blink", "smile", "yaw_deg", "pitch_deg", "roll_deg", "gaze_x", "gaze_y",
    }  # fmt: skip
    assert content["commanded"] == content["faces"][1]["commanded"]
    assert content["faces"][0]["commanded"] == []
    assert content["identity"] == {
        "min": 0.81, "p05": 0.85, "threshold": 0.6, "second": {"min": 0.7, "p05": 0.75},
    }  # fmt: skip
    assert content["stages"] == [{"name": "faces", "seconds": 0.25}]
    assert content["models"][0]["provider"] == "CPUExecutionProvider"
    assert content["ladder"][0]["key_poses"][0]["findings"][0]["code"] == "fold"
    assert content["photo"] == {"width": 3000}


def test_what_is_no_number_is_never_written():
    with pytest.raises(ValueError, match="JSON"):
        to_json(Report("animated", fps=float("nan")))


def test_of_many_faces_the_one_nearest_to_its_threshold_is_told():
    easy, hard = IdentityScore(0.7, 0.8, 0.64), IdentityScore(0.72, 0.8, 0.7)
    assert nearest([easy, None, hard]) is hard
    assert nearest([None]) is None
