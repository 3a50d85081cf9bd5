"""Is this photo fit to be woken, and what could be done about it? Everything a person would notice.

The coach looks at the original, before restoration, and decides nothing: what a face may do is the
gates' word, and each consequence is read from the caps that they left, so that the two cannot disagree.
Faces and their attributes are handed in; only light, compression and surroundings are measured here.
"""

from __future__ import annotations

from collections.abc import Sequence

from renderer.faces.attributes import Attributes, is_grey
from renderer.faces.types import Face, Picture
from renderer.gates import FaceVerdict
from renderer.motion.choice import Chosen
from renderer.prepare.blocks import blockiness
from renderer.prepare.damage import Damage, read_damage
from renderer.prepare.findings import Cost, Finding, finding
from renderer.prepare.light import Light, read_light, reduced
from renderer.prepare.person import Learned, read_person
from renderer.prepare.scan import Scan, read_scan

TOO_DARK = 140.0
"""Luma of the brightest hundredth under which a photo is dark. As taken nine of ten portraits have
204 to 248; all of those two stops darker are told, a third of those one and a half."""

FADED = 0.70
"""Share of the tones in use. Nine of ten photos have 0.75 and more; with a fifth of the contrast
gone seven of ten are told, with a third gone all."""

CAST = 30.0
"""Levels between the middles of the channels. Portraits have up to 15; with 40 levels of one dye
lost in the shadows all are told. Coloured light is told as well: nothing in the pixels says which
of the two it is."""

BLOCKY = 1.0
"""Levels of the steps between JPEG blocks: up to 0.4 at quality 90; at 50 half of the files are
told, at 30 nine of ten."""

FAR_AWAY = 0.12
"""A face's share of the picture's height under which a wall cannot show it well: 130 of 1080
pixels."""

QUIET_DRIVER = "blink-and-nod"

GREY_SIDE = 240
"""Longest side of the copy that tells whether a photo without a face has one tone."""

_ORDER = {"bad": 0, "note": 1, "good": 2}


def look_over(
    picture: Picture,
    faces: Sequence[Face],
    attributes: Sequence[Attributes],
    verdicts: Sequence[FaceVerdict],
    chosen: Chosen | None,
    scan: Scan,
    learned: Learned,
    damage: Damage | None = None,
) -> tuple[Finding, ...]:
    """Everything seen, what decides first, then bad, worth knowing, good.

    `faces`, `attributes` and `verdicts` are in the same order; `chosen` is what `auto` would play, None
    where nobody may move; `learned` are the arrays of `renderer.prepare.headwear`; `damage` is None
    where nothing can tell it.
    """
    light = read_light(picture)
    found = _people(faces, chosen)
    found += _light(picture, attributes, light)
    if scan.scale == 1.0:
        found.append(_compression(picture))
    found += read_scan((picture.shape[1], picture.shape[0]), faces, scan)
    found += read_damage(damage, Cost("gentle_driver") if _is_for_damage(chosen) else Cost())
    for face, seen, verdict in zip(faces, attributes, verdicts, strict=True):
        found += read_person(picture, face, seen, verdict, learned, scan.scale)
    return tuple(sorted(found, key=_rank))


def _rank(found: Finding) -> tuple[bool, int]:
    return found.consequence != "still", _ORDER[found.grade]


def _people(faces: Sequence[Face], chosen: Chosen | None) -> list[Finding]:
    if not faces:
        return [finding("no_face", "bad", number=0, unit="people", cost=Cost("still"))]
    code = "one_person" if len(faces) == 1 else "people"
    found = [finding(code, "good", number=len(faces), unit="people")]
    tallest = max(face.frame_share for face in faces)
    near = tallest >= FAR_AWAY
    found.append(_either("near_enough", "far_away", 100 * tallest, "%", is_good=near))
    if chosen is not None:
        driver, why = chosen
        cost = Cost("gentle_driver") if driver == QUIET_DRIVER else Cost()
        found.append(finding(why.code, "note", cost=cost))
    return found


def _is_for_damage(chosen: Chosen | None) -> bool:
    return chosen is not None and chosen[1].code == "chose_damaged"


def _light(picture: Picture, attributes: Sequence[Attributes], light: Light) -> list[Finding]:
    is_lit = light.brightest >= TOO_DARK
    found = [_either("well_lit", "too_dark", light.brightest, "levels", is_good=is_lit)]
    if is_lit:
        holds = light.span >= FADED
        found.append(_either("full_tones", "faded", 100 * light.span, "%", is_good=holds))
    grey = (
        all(seen.grey for seen in attributes)
        if attributes
        else is_grey(reduced(picture, GREY_SIDE))
    )
    if grey:
        found.append(finding("one_hue", "note", number=light.cast, unit="levels"))
    else:
        is_true = light.cast < CAST
        found.append(_either("colours_true", "colour_cast", light.cast, "levels", is_good=is_true))
    return found


def _compression(picture: Picture) -> Finding:
    steps = blockiness(picture)
    return _either("clean_file", "jpeg_blocks", steps, "levels", is_good=steps < BLOCKY)


def _either(good: str, bad: str, number: float, unit: str, *, is_good: bool) -> Finding:
    return finding(good if is_good else bad, "good" if is_good else "bad", None, number, unit)
