"""What was found in a photo, what was done with it and why: plain data, and its JSON.

The report is the only thing that leaves the renderer besides the clip, and the only place from which
other programs learn what happened. Its keys are promised in the manual; new ones may be added.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from renderer.faces.types import Box, Face
from renderer.gates import Caps
from renderer.models import LoadedModel
from renderer.motion.channels import FaceCurves
from renderer.prepare.findings import Finding
from renderer.reasons import Reason

Verdict = Literal["animated", "still", "refused"]
"""``animated``: there is a clip. ``still``: a photo of people that had better hang as it is.
``refused``: this photo cannot be animated (no face, a profile, too small)."""


@dataclass(frozen=True)
class Commanded:
    """What one face was told to do in one frame. Sides and shutter samples are averaged.

    `blink` 0..1 closed, `smile` in units of 10 mm of corner travel, angles in degrees, gaze in iris
    radii; signs as in `renderer.motion.channels`.
    """

    blink: float
    smile: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    gaze_x: float
    gaze_y: float


@dataclass(frozen=True)
class FaceReport:
    """One face: where, how large, how turned (pixels of the picture that was handed in).

    `moved` tells whether it moves in the clip, `caps` how far it was allowed to, `commanded` what it
    did, one entry per frame, empty where it stays still; `identity` how like themselves they stayed.
    """

    box: Box
    interocular_px: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    frame_share: float
    moved: bool = False
    caps: Caps | None = None
    commanded: tuple[Commanded, ...] = ()
    identity: IdentityScore | None = None


@dataclass(frozen=True)
class StageTime:
    """How long one stage took, in seconds of wall time."""

    name: str
    seconds: float


@dataclass(frozen=True)
class SecondOpinion:
    """Likeness by another network, which decides nothing: cosines, 1 is the still itself."""

    min: float
    p05: float


@dataclass(frozen=True)
class IdentityScore:
    """How like themselves a person is in the frames filmed: 1 less the distance of the embeddings, so 1
    is the still itself and `min` the worst frame; `p05` is the 5th percentile over the frames looked
    at, `threshold` the lowest that is accepted of this photo. No embedding is ever in it.
    """

    min: float
    p05: float
    threshold: float
    second: SecondOpinion | None = None


@dataclass(frozen=True)
class KeyPose:
    """One extreme pose that was drawn and judged before the clip. `findings` is empty if it passed."""

    frame: int
    passed: bool
    findings: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Attempt:
    """One rung of the ladder of subtler performances."""

    driver: str
    intensity: float
    passed: bool
    key_poses: tuple[KeyPose, ...] = ()


@dataclass(frozen=True)
class Report:
    """The whole story of one photo. `main_face` is an index into `faces`, None where nobody moves.

    `identity` is that of the face which came nearest to its threshold. `frames`, `fps`, `width` and
    `height` are those of the clip, zero where there is none. `findings` is all that the coach saw and
    `crop` (x0, y0, x1, y1) the part of the picture that it would work with; both are filled by a mere
    look alone.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    faces: tuple[FaceReport, ...] = ()
    main_face: int | None = None
    driver: str | None = None
    requested_driver: str | None = None
    identity: IdentityScore | None = None
    stages: tuple[StageTime, ...] = ()
    frames: int = 0
    fps: float = 0.0
    width: int = 0
    height: int = 0
    models: tuple[LoadedModel, ...] = ()
    ladder: tuple[Attempt, ...] = ()
    findings: tuple[Finding, ...] = ()
    crop: tuple[int, int, int, int] | None = None


def describe_face(face: Face) -> FaceReport:
    """The measurable part of a face's report; the rest is added when it is known."""
    return FaceReport(
        box=face.detection.box,
        interocular_px=face.interocular_px,
        yaw_deg=face.pose.yaw_deg,
        pitch_deg=face.pose.pitch_deg,
        roll_deg=face.pose.roll_deg,
        frame_share=face.frame_share,
    )


def nearest(scores: Iterable[IdentityScore | None]) -> IdentityScore | None:
    """The score that came nearest to its threshold; None where nobody moved."""
    given = [score for score in scores if score is not None]
    return min(given, key=lambda score: score.min - score.threshold, default=None)


def commanded(curves: FaceCurves) -> tuple[Commanded, ...]:
    """The commanded channels, one entry per frame."""
    gaze = curves.gaze.mean(axis=1)
    columns = (
        curves.blink.mean(axis=(1, 2)),
        curves.smile.mean(axis=1),
        curves.yaw_deg,
        curves.pitch_deg,
        curves.roll_deg,
        gaze[:, 0],
        gaze[:, 1],
    )
    return tuple(Commanded(*row) for row in np.stack(columns, axis=1).tolist())


def to_json(report: Report, extra: dict[str, object] | None = None) -> str:
    """The report as JSON text. `extra` adds top-level keys that only the caller knows."""
    main = report.main_face
    content: dict[str, object] = {
        "verdict": report.verdict,
        "reasons": [asdict(reason) for reason in report.reasons],
        "faces": [_face(face) for face in report.faces],
        "main_face": main,
        "driver": report.driver,
        "requested_driver": report.requested_driver,
        "identity": asdict(report.identity) if report.identity else None,
        "stages": [asdict(stage) for stage in report.stages],
        "frames": report.frames,
        "fps": report.fps,
        "width": report.width,
        "height": report.height,
        "commanded": [] if main is None else [asdict(c) for c in report.faces[main].commanded],
        "models": [asdict(model) for model in report.models],
        "ladder": [asdict(attempt) for attempt in report.ladder],
        "findings": [asdict(finding) for finding in report.findings],
        "crop": report.crop,
        **(extra or {}),
    }
    return json.dumps(rounded(content), indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def _face(face: FaceReport) -> dict[str, object]:
    box = face.box
    return {**asdict(face), "box": [box.x0, box.y0, box.x1, box.y1]}


def rounded(value: object) -> object:
    """The same tree with plain numbers of four decimals; numpy scalars become Python's."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return round(value, 4) if isinstance(value, float) else value
