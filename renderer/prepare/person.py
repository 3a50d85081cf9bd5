"""What the coach says of one person: size, sharpness, pose, eyes, mouth, glasses, what is around.

Which finding it is follows from what was measured; what it costs is read from the steps of the gates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from numpy.typing import NDArray

from renderer.faces.attributes import Attributes
from renderer.faces.find import SURE_PRESENCE
from renderer.faces.mouth import WIDE_OPEN
from renderer.faces.types import Face, Picture
from renderer.gates import FaceVerdict, Rule, size_code
from renderer.motion.expression import Mouth
from renderer.prepare.findings import FREE, Cost, Finding, Grade, cost_of, finding
from renderer.prepare.headwear import cover_score, hat_score
from renderer.prepare.light import read_face_light
from renderer.prepare.surroundings import HeadView, busyness, view_head

Learned = Mapping[str, NDArray[Any]]

NOISY = 5.0
"""Noise on the face in levels: it reads what was added within half a level; clean scans have 0.2 to
2, coarse grain 5.4."""

DARK_FACE = 80.0
"""Luma of a face's better lit part. It is 122 and more in well lit portraits of whatever skin, 85
to 117 two stops darker and 62 to 85 three: only faces that lie in the dark are told."""

BURNT_OUT = 0.03
"""White share of a face: none in scans that hold their whites; one stop over half of them are told,
one and a half nine of ten."""

SOFT_EYES = 0.30
"""Sharpness under which sharpening the eyes helps; below `renderer.gates.SOFT` they are blurred.
Clean portraits have 0.53 and more, half of those blurred by a fiftieth of the eye distance less
than this."""

COVERED = 1.5
"""Strangeness of a face's edges, 1 being usual, from which something lies over it: all four hands on
plain faces among the labelled crops have more (1.51 to 2.05), and 4 of 100 bare faces, most of them in
hard shadow."""

PLAIN_YAW_DEG = 25.0
"""Faces turned further, open mouths and dark glasses are strange to usual edges by themselves."""

BUSY = 0.09
"""Mean local contrast of the background in a ring around the head. Of 46 heads, 6 of the 10 whose
cut-out is doubted (trust under 0.75) have more, and 6 of the 36 others, most of them before flags."""


def read_person(
    picture: Picture,
    face: Face,
    seen: Attributes,
    verdict: FaceVerdict,
    learned: Learned,
    scale: float = 1.0,
) -> list[Finding]:
    """All findings on one face, with its number in the picture, which is `scale` times the file.
    `learned` are the arrays of `renderer.prepare.headwear`.

    Of a face that must not move only the reason and the size are told: what is read from one that is
    turned away, tiny or drawn cannot be believed.
    """
    told = _Told(verdict, face.interocular_px / scale)
    if barred := told.code("barred"):
        found = [_barred(told, barred, face)]
        if barred != "face_too_small" and face.mesh.presence >= SURE_PRESENCE:
            found.append(_size(told, face))
        return found
    return [
        _size(told, face),
        *_pose(told, face),
        *_eyes(told, seen),
        *_mouth(told, seen),
        *_clarity(told, seen),
        *_light(told, picture, face),
        *_around(told, face, seen, view_head(picture, face), learned),
    ]


class _Told:
    """Makes findings on one face: their consequence is what the gates took by a rule."""

    def __init__(self, verdict: FaceVerdict, eyes_px: float) -> None:
        self.eyes_px = eyes_px
        self._face = verdict.face
        self._steps = {step.rule: step for step in verdict.steps}

    def code(self, rule: Rule) -> str | None:
        step = self._steps.get(rule)
        return step.code if step else None

    def cost(self, rule: Rule | None) -> Cost:
        step = self._steps.get(rule) if rule else None
        return cost_of(step.before, step.after) if step else FREE

    def say(
        self, code: str, grade: Grade, number: float | None, unit: str, rule: Rule | None = None
    ) -> Finding:
        return finding(code, grade, self._face, number, unit, self.cost(rule))

    def say_maybe(self, code: str, number: float) -> Finding:
        cost = Cost("maybe_less_head")
        return finding(code, "note", self._face, number, "share", cost)


def _barred(told: _Told, code: str, face: Face) -> Finding:
    if code == "face_too_small":
        return told.say(code, "bad", told.eyes_px, "px", "barred")
    if code == "drawing" or face.mesh.presence < SURE_PRESENCE:
        return told.say(code, "bad", None, "", "barred")
    degrees = face.pose.roll_deg if code == "tilted_too_far" else face.pose.yaw_deg
    return told.say(code, "bad", degrees, "deg", "barred")


def _size(told: _Told, face: Face) -> Finding:
    code = size_code(face)
    grade: Grade = "bad" if code else "good"
    return told.say(code or "eyes_apart", grade, told.eyes_px, "px", "size")


def _pose(told: _Told, face: Face) -> Iterable[Finding]:
    pose = face.pose
    turned = told.code("turn")
    yield told.say(turned or "faces_us", "bad" if turned else "good", pose.yaw_deg, "deg", "turn")
    if code := told.code("pitch"):
        yield told.say(code, "bad", pose.pitch_deg, "deg", "pitch")
    if code := told.code("roll"):
        yield told.say(code, "bad", pose.roll_deg, "deg", "roll")
    elif told.cost("roll") != FREE:
        yield told.say("leans_a_little", "note", pose.roll_deg, "deg", "roll")


def _eyes(told: _Told, seen: Attributes) -> Iterable[Finding]:
    openness = min(seen.eye_openness)
    if seen.dark_glasses:
        yield told.say("dark_glasses", "bad", None, "", "glasses")
        return
    if seen.glasses:
        yield told.say("glasses", "note", None, "", "glasses")
    else:
        yield told.say("no_glasses", "good", None, "")
    if seen.eyes_closed:
        yield told.say("eyes_closed", "bad", openness, "share", "lids")
    else:
        yield told.say("eyes_open", "good", openness, "share")


def _mouth(told: _Told, seen: Attributes) -> Iterable[Finding]:
    code, grade = _lips(seen)
    yield told.say(code, grade, seen.lip_gap, "share", "lips")
    if uneven := told.code("uneven"):
        yield told.say(uneven, "bad", seen.mouth_uneven, "share", "uneven")


def _lips(seen: Attributes) -> tuple[str, Grade]:
    if seen.mouth_covered:
        return "mouth_covered", "bad"
    if seen.mouth is not Mouth.CLOSED and seen.lip_gap > WIDE_OPEN:
        return "mouth_open", "bad"
    if seen.mouth is Mouth.TOOTHY:
        return "teeth_show", "note"
    if seen.mouth is Mouth.PARTED:
        return "mouth_parted", "note"
    return ("smiles_already", "note") if seen.smiling else ("mouth_closed", "good")


def _clarity(told: _Told, seen: Attributes) -> Iterable[Finding]:
    if told.code("sharpness"):
        yield told.say("blurry", "bad", seen.sharpness, "share", "sharpness")
    elif seen.sharpness < SOFT_EYES:
        yield told.say("soft_eyes", "note", seen.sharpness, "share")
    else:
        yield told.say("sharp", "good", seen.sharpness, "share")
    if seen.grain >= NOISY:
        yield told.say("noisy", "bad", seen.grain, "levels")
    else:
        yield told.say("little_noise", "good", seen.grain, "levels")


def _light(told: _Told, picture: Picture, face: Face) -> Iterable[Finding]:
    light = read_face_light(picture, face)
    if light.bright < DARK_FACE:
        yield told.say("dark_face", "bad", light.bright, "levels")
    if light.burnt >= BURNT_OUT:
        yield told.say("burnt_out", "bad", 100 * light.burnt, "%")


def _around(
    told: _Told, face: Face, seen: Attributes, view: HeadView, learned: Learned
) -> Iterable[Finding]:
    border = told.code("border")
    yield told.say(border or "room_around", "bad" if border else "good", None, "", "border")
    if hat_score(view, learned) > 0:
        yield told.say("hat", "note", None, "")
    is_plain = abs(face.pose.yaw_deg) < PLAIN_YAW_DEG and seen.mouth is Mouth.CLOSED
    if is_plain and not (seen.mouth_covered or seen.dark_glasses):
        strange = cover_score(view, learned)
        if strange >= COVERED:
            yield told.say("something_over", "note", strange, "times")
    busy = busyness(view)
    if busy >= BUSY:
        yield told.say_maybe("busy_background", busy)
    else:
        yield told.say("plain_background", "good", busy, "share")
