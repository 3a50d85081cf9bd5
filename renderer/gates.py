"""What may move in a photo, and how far: caps for every face, each with its reason.

The rules are those of docs/motion.md, "Gates". They only ever take away: a face starts with the caps
of a flawless frontal portrait, and every finding lowers some of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from renderer.faces.attributes import Attributes, Touches, touches
from renderer.faces.find import is_profile
from renderer.faces.mouth import UNEVEN_MOUTH, WIDE_OPEN
from renderer.faces.types import Face
from renderer.motion.caps import STILL, Caps, Range
from renderer.motion.expression import SMILE_CAP, Mouth
from renderer.reasons import Reason, reason

__all__ = ["STILL", "Caps", "FaceVerdict", "Range", "Step", "judge_faces", "overall_verdict"]

SMALLEST_FACE_PX = 40.0
"""Forehead to chin. Below it a smile is under a pixel: the face stays still."""
SMALLEST_EDITED_PX = 60.0
"""Below it an eye is 10 px wide: lids and irises are left alone."""
FEW_PIXELS_PX = 110.0
"""Below it the advice to scan again is given, though the face moves."""

PROFILE_YAW_DEG = 45.0
ASIDE_YAW_DEG = 35.0
"""From here on only a blink and a breath of sway."""
THREE_QUARTER_YAW_DEG = 18.0
"""From here on the turn is limited enough to say so."""

FULL_TURN_DEG = 10.0
"""A rigid head with soft edges turns this far before the hidden side shows; it tears at 14."""
FREE_YAW_DEG = 8.0
"""A face turned less than this may turn fully either way."""
LEAST_TURN_DEG = 1.5
"""Room that is always left for the idle sway."""
TURN_BACK_AT_ASIDE_DEG = 5.0
"""What a face at `ASIDE_YAW_DEG` may turn towards the camera: the hidden cheek has few pixels."""

STEEP_PITCH_DEG, TOO_STEEP_PITCH_DEG = 20.0, 35.0
TILTED_ROLL_DEG, TOO_TILTED_ROLL_DEG = 30.0, 60.0

WIDE_OPEN_SMILE, UNEVEN_SMILE, SMALL_FACE_SMILE = 0.20, 0.40, 0.35
"""Largest smiles of a mouth as far open as it goes, half seen, or only 15 px wide."""
SMILING_ALREADY = 0.50
"""A closed-mouth smile that widens by more than 5 mm is a grimace."""

FLATTEST_PHOTO = 0.58
"""Flat share of a face from which it is a drawing: the flattest photos, worn prints, reach 0.44,
cartoons with smooth edges and JPEG damage begin at 0.68. `python -m bench.attributes` prints both."""

SOFT = 0.22
"""Sharpness under which a face counts as blurred; crisp scans have 0.4 to 0.8."""


Rule = Literal[
    "barred", "border", "size", "turn", "pitch", "roll",
    "lids", "glasses", "lips", "uneven", "sharpness",
]  # fmt: skip
"""What was looked at, in the order in which it is."""


@dataclass(frozen=True)
class Step:
    """One rule and what it left of the caps; `code` is None where that needs no words."""

    rule: Rule
    before: Caps
    after: Caps
    code: str | None


@dataclass(frozen=True)
class FaceVerdict:
    """What one face may do. `face` is its index, `reasons` say what was taken away and why, and `steps`
    which rule took what."""

    face: int
    moves: bool
    caps: Caps
    reasons: tuple[Reason, ...]
    steps: tuple[Step, ...] = ()


def judge_faces(
    faces: Sequence[Face], attributes: Sequence[Attributes], size: tuple[int, int]
) -> tuple[FaceVerdict, ...]:
    """A verdict for every face, in the same order. `size` is the picture's (width, height)."""
    return tuple(
        _judge(index, face, seen, size)
        for index, (face, seen) in enumerate(zip(faces, attributes, strict=True))
    )


def overall_verdict(
    verdicts: Sequence[FaceVerdict],
) -> tuple[Literal["animated", "still", "refused"], tuple[Reason, ...]]:
    """Whether the photo can be animated, and all reasons, those of the moving faces first."""
    if not verdicts:
        return "refused", (reason("no_face"),)
    ordered = sorted(verdicts, key=lambda verdict: (not verdict.moves, verdict.face))
    reasons = tuple(found for verdict in ordered for found in verdict.reasons)
    return ("animated" if ordered[0].moves else "refused"), reasons


def _judge(index: int, face: Face, seen: Attributes, size: tuple[int, int]) -> FaceVerdict:
    barred = _barred(index, face, seen)
    if barred is not None:
        step = Step("barred", Caps(), STILL, barred.code)
        return FaceVerdict(index, False, STILL, (barred,), (step,))
    steps = _lowered(face, seen, touches(face, size))
    reasons = tuple(reason(step.code, index, face.interocular_px) for step in steps if step.code)
    return FaceVerdict(index, True, steps[-1].after, reasons, steps)


def _barred(index: int, face: Face, seen: Attributes) -> Reason | None:
    """Why a face must not be moved at all."""
    if face.height_px < SMALLEST_FACE_PX:
        return reason("face_too_small", index, face.interocular_px)
    if abs(face.pose.yaw_deg) > PROFILE_YAW_DEG or is_profile(face):
        return reason("profile_view", index)
    if abs(face.pose.roll_deg) > TOO_TILTED_ROLL_DEG:
        return reason("tilted_too_far", index)
    if seen.flatness > FLATTEST_PHOTO:
        return reason("drawing", index)
    return None


Lowered = tuple[Caps, str | None]
"""The caps after a rule, and the code of what it took away."""


def _lowered(face: Face, seen: Attributes, touched: Touches) -> tuple[Step, ...]:
    """Every rule in turn, each on the caps that the ones before have left."""
    rules: tuple[tuple[Rule, Callable[[Caps], Lowered]], ...] = (
        ("border", lambda caps: _border(caps, touched)),
        ("size", lambda caps: _size(caps, face)),
        ("turn", lambda caps: _turn(caps, face)),
        ("pitch", lambda caps: _pitch(caps, face)),
        ("roll", lambda caps: _roll(caps, face)),
        ("lids", lambda caps: _lids(caps, seen)),
        ("glasses", lambda caps: _glasses(caps, seen)),
        ("lips", lambda caps: _lips(caps, seen)),
        ("uneven", lambda caps: _uneven(caps, seen)),
        ("sharpness", lambda caps: _sharpness(caps, seen)),
    )
    steps: list[Step] = []
    before = Caps()
    for rule, lower in rules:
        after, code = lower(before)
        steps.append(Step(rule, before, after, code))
        before = after
    return tuple(steps)


def size_code(face: Face) -> str | None:
    """What a face's size is worth telling, None for one that is large enough."""
    if face.height_px < SMALLEST_FACE_PX:
        return "face_too_small"
    if face.height_px < SMALLEST_EDITED_PX:
        return "small_face"
    return "few_pixels" if face.height_px < FEW_PIXELS_PX else None


def _size(caps: Caps, face: Face) -> Lowered:
    code = size_code(face)
    if code == "small_face":
        caps = _without_eyes(replace(caps, smile=SMALL_FACE_SMILE))
    return caps, code


def _turn(caps: Caps, face: Face) -> Lowered:
    """A turned face has little left to turn, least of all further away."""
    yaw = face.pose.yaw_deg
    away, back = turn_limits(abs(yaw))
    low, high = (-back, away) if yaw > 0 else (-away, back)
    caps = replace(caps, yaw_deg=(max(low, caps.yaw_deg[0]), min(high, caps.yaw_deg[1])))
    if abs(yaw) > ASIDE_YAW_DEG:
        return replace(caps, head=0.0, gaze=0.0, brow=0.0, squint=0.0, smile=0.0), "turned_aside"
    return caps, "three_quarter" if abs(yaw) > THREE_QUARTER_YAW_DEG else None


def turn_limits(yaw_deg: float) -> tuple[float, float]:
    """Degrees that a face which stands at `yaw_deg` >= 0 may turn (further away, towards us)."""
    share = (yaw_deg - FREE_YAW_DEG) / (ASIDE_YAW_DEG - FREE_YAW_DEG)
    share = min(1.0, max(0.0, share))
    away = FULL_TURN_DEG + share * (LEAST_TURN_DEG - FULL_TURN_DEG)
    back = FULL_TURN_DEG + share * (TURN_BACK_AT_ASIDE_DEG - FULL_TURN_DEG)
    return away, back


def _pitch(caps: Caps, face: Face) -> Lowered:
    pitch = face.pose.pitch_deg
    if abs(pitch) < STEEP_PITCH_DEG:
        return caps, None
    code = "looks_down" if pitch > 0 else "looks_up"
    low, high = caps.pitch_deg
    further = 3.0 if abs(pitch) < TOO_STEEP_PITCH_DEG else LEAST_TURN_DEG
    low, high = (low, min(high, further)) if pitch > 0 else (max(low, -further), high)
    caps = replace(caps, pitch_deg=(low, high))
    if abs(pitch) < TOO_STEEP_PITCH_DEG:
        return replace(caps, head=0.8 * caps.head), code
    narrow = _narrowed(caps, 3.0, 3.0, 3.0)
    return replace(narrow, smile=min(caps.smile, 0.4), head=0.4 * caps.head), code


def _roll(caps: Caps, face: Face) -> Lowered:
    roll = face.pose.roll_deg
    # The neck has only so much tilt in it: none is added to a head that leans already.
    room = max(LEAST_TURN_DEG, 6.0 - max(0.0, abs(roll) - 10.0) * 0.3)
    low, high = caps.roll_deg
    caps = replace(caps, roll_deg=(low, min(high, room)) if roll > 0 else (max(low, -room), high))
    if abs(roll) < TILTED_ROLL_DEG:
        return caps, None
    return replace(_narrowed(caps, 3.0, 2.0, 2.0), head=0.5 * caps.head), "tilted"


def _border(caps: Caps, touched: Touches) -> Lowered:
    """What lies beyond the border is not known: a head cut off there must not uncover it."""
    if not touched.any:
        return caps, None
    if touched.bottom:
        caps = replace(_narrowed(caps, 4.0, 2.0, 2.0), head=0.5 * caps.head)
    if touched.left or touched.right:
        caps = replace(_narrowed(caps, 4.0, 4.0, 2.5), head=0.7 * caps.head)
    if touched.top:
        caps = replace(_narrowed(caps, 6.0, 3.5, 3.5), head=0.8 * caps.head)
    return replace(caps, sway=0.7 * caps.sway), "touches_border"


def _lids(caps: Caps, seen: Attributes) -> Lowered:
    if seen.dark_glasses or not seen.eyes_closed:
        return caps, None
    return replace(caps, blink=False, gaze=0.0, squint=0.0), "eyes_closed"


def _glasses(caps: Caps, seen: Attributes) -> Lowered:
    if not (seen.glasses or seen.dark_glasses):
        return caps, None
    caps = _without_eyes(caps) if seen.dark_glasses else replace(caps, squint=0.5 * caps.squint)
    if seen.glasses:
        # Brows and cheeks push at the rims, which stay where they are.
        caps = replace(caps, brow=0.5 * caps.brow, smile=min(caps.smile, 0.6))
    return caps, "dark_glasses" if seen.dark_glasses else "glasses"


def _lips(caps: Caps, seen: Attributes) -> Lowered:
    if caps.smile <= 0:
        return caps, None
    if seen.mouth_covered:
        return replace(caps, smile=0.0), "mouth_covered"
    most, code = SMILE_CAP[seen.mouth], None
    if seen.mouth is not Mouth.CLOSED and seen.lip_gap > WIDE_OPEN:
        most, code = WIDE_OPEN_SMILE, "mouth_open"
    elif seen.mouth is Mouth.TOOTHY:
        code = "teeth_show"
    elif seen.smiling:
        most = min(most, SMILING_ALREADY)
    return replace(caps, smile=min(caps.smile, most)), code


def _uneven(caps: Caps, seen: Attributes) -> Lowered:
    if caps.smile <= 0 or seen.mouth_uneven <= UNEVEN_MOUTH:
        return caps, None
    return replace(caps, smile=min(caps.smile, UNEVEN_SMILE)), "mouth_uneven"


def _sharpness(caps: Caps, seen: Attributes) -> Lowered:
    if seen.sharpness >= SOFT:
        return caps, None
    # Fresh lids and moved irises are drawn as soft as the photo; less of them is still better.
    return replace(caps, gaze=0.6 * caps.gaze, smile=min(caps.smile, 0.5)), "blurry"


def _without_eyes(caps: Caps) -> Caps:
    return replace(caps, blink=False, gaze=0.0, squint=0.0)


def _narrowed(caps: Caps, yaw: float, pitch: float, roll: float) -> Caps:
    """Bounds on the head no wider than these, in degrees to either side."""

    def within(bounds: Range, most: float) -> Range:
        return max(bounds[0], -most), min(bounds[1], most)

    return replace(
        caps,
        yaw_deg=within(caps.yaw_deg, yaw),
        pitch_deg=within(caps.pitch_deg, pitch),
        roll_deg=within(caps.roll_deg, roll),
    )
