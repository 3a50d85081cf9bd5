"""Eyes opened on purpose, with the closed lid known.

A closed eye is the truth. Its picture gets the eyeball, the lash rims and the fold of another, open eye,
laid on as a factor on the skin (`Donor`), so that the network must find the skin that is really there.
Where a video shows one person's eye open and closed, both are taken as they are. And as closed eyes are
few, what they correct in the painted lid is also carried over to open eyes like them (`carried`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from models.build.lids_frame import COLUMNS, EYE_WIDTH, LEFT, LEVEL, ROWS, Framed, U, V, geometry
from models.build.lids_planes import FINEST, MOST, Prepared, prepare, relative
from models.build.lids_store import Stored
from renderer.faces.types import Floats
from renderer.picture.eye_geometry import CURVE_U, smoothstep
from renderer.picture.inpaint import blurred, fill
from renderer.picture.lids import build_lid, closed_margin

Random = np.random.Generator

LINE_ABOVE, LINE_BELOW = 3.5, 10.0
"""Pixels about a closed line in which lashes hide the skin."""
HIDDEN_COUNTS = 0.15
"""Weight of what lies under the lashes: it is a guess, and it is drawn over."""
STRAY = 6.0
"""Pixels by which a closed line may be shifted to where the renderer will draw it."""
ALIKE = 6
"""So many closed eyes tell what an open one like them would look like."""


@dataclass(frozen=True)
class Donor:
    """What makes an eye open: factors 0..1.3 on skin ``(ROWS, COLUMNS)``, and its margins."""

    factor: Floats
    upper: Floats
    lower: Floats


@dataclass(frozen=True)
class Example:
    """`planes`; the wanted answer, and how much it counts, ``(ROWS, COLUMNS) float32``."""

    planes: Floats
    wanted: Floats
    weight: Floats


def donor(each: Stored) -> Donor:
    eye = each.eye
    lid = build_lid(np.repeat(eye.light[..., None], 3, 2), geometry(eye.upper, eye.lower, eye.brow))
    factor = np.clip(eye.light / np.maximum(lid.skin_open[..., 0], 4), 0.03, 1.3)
    factor = 1 + (factor - 1) * lid.lashed
    return Donor(factor.astype(np.float32), eye.upper, eye.lower)


def moved(picture: Floats, down: Floats) -> Floats:
    """`picture` read `down` rows further down."""
    ys, xs = np.mgrid[:ROWS, :COLUMNS].astype(np.float32)
    found = cv2.remap(
        picture, xs, (ys + down).astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    return np.asarray(found, np.float32)


def lashless(light: Floats, line: Floats) -> tuple[Floats, Floats]:
    """A closed eye without its lashes, and where they were 0..1."""
    offset = V[:, None] - line[None]
    inside = (U > -0.08) & (U < 1.08)
    hole = (offset > -LINE_ABOVE) & (offset < LINE_BELOW) & inside[None]
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    calm = np.asarray(cv2.morphologyEx(blurred(light, 0.8), cv2.MORPH_CLOSE, disc), np.float32)
    soft = blurred(hole.astype(np.float32), 1.0)
    skin = fill(calm, hole)
    return (light + (skin - light) * soft).astype(np.float32), soft


def opened(closed: Stored, given: Donor, fold: tuple[float, float, float]) -> tuple[Framed, Floats]:
    """The eye of `closed` opened like `given`, and the closed one, lashless, under the same margins.

    `fold`: depth, pixels over the margin, and half width of a shadow that the closed eye's fold lacks.
    """
    eye = closed.eye
    shape = geometry(given.upper, given.lower, np.minimum(eye.brow, given.upper - 4))
    at = np.interp(U, CURVE_U, closed_margin(shape)).astype(np.float32)
    stray = np.clip(eye.upper - at, -STRAY, STRAY)
    near = np.exp(-(((V[:, None] - at[None]) / 16) ** 2))
    truth = moved(eye.light, stray[None] * near)
    skin, _ = lashless(truth, at)
    depth, over, half = fold
    distance = given.upper[None] - V[:, None] - over
    inward = smoothstep(np.minimum(U, 1 - U), -0.1, 0.25)[None]
    shadow = 1 - depth * inward * np.exp(-((distance / half) ** 2))
    light = np.clip(skin * given.factor * shadow, 0, 255).astype(np.float32)
    brow = np.minimum(eye.brow, given.upper - 4).astype(np.float32)
    return Framed(light, given.upper, given.lower, brow), skin


def wanted(prepared: Prepared, skin: Floats) -> Floats:
    """The answer that turns the painted lid into `skin`."""
    level = 100.0
    gain = relative(blurred(skin, FINEST), level) - relative(prepared.painted, level)
    return np.asarray(np.clip(gain, -MOST, MOST), np.float32)


def weighed(prepared: Prepared) -> Floats:
    offset = V[:, None] - prepared.closed[None]
    hidden = (offset > -LINE_ABOVE) & (offset < LINE_BELOW)
    return (prepared.window * np.where(hidden, HIDDEN_COUNTS, 1)).astype(np.float32)


def aged(rng: Random, eye: Framed, skin: Floats) -> tuple[Framed, Floats]:
    """An eye and its closed skin in some print's look; noise and loss of detail in the eye alone."""
    curve = rng.uniform(0.75, 1.35)
    low, high = sorted(rng.uniform(0, 1, 2) * (60, 255))
    if rng.random() < 0.5 or high - low < 90:
        low, high = 0.0, rng.uniform(180, 255)

    def toned(light: Floats) -> Floats:
        return np.asarray(low + (high - low) * np.clip(light / 255, 0, 1) ** curve, np.float32)

    light, skin = toned(eye.light), toned(skin)
    if rng.random() < 0.3:
        factor = rng.uniform(1.2, 2.2)
        size = (max(8, int(COLUMNS / factor)), max(8, int(ROWS / factor)))
        small = cv2.resize(light, size, interpolation=cv2.INTER_AREA)
        again = cv2.resize(small, (COLUMNS, ROWS), interpolation=cv2.INTER_LINEAR)
        light = np.asarray(again, np.float32)
    if rng.random() < 0.3:
        light = blurred(light, rng.uniform(0.4, 1.4))
    if rng.random() < 0.5:
        noise = rng.normal(0, rng.uniform(1, 9), light.shape).astype(np.float32)
        light = light + blurred(noise, rng.uniform(0.3, 0.9))
    if rng.random() < 0.3:
        quality = int(rng.integers(35, 90))
        grey = np.clip(light, 0, 255).astype(np.uint8)
        packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        light = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.float32)
    return replace(eye, light=np.clip(light, 0, 255).astype(np.float32)), skin


def unsure(rng: Random, eye: Framed) -> Framed:
    """Margins and brow as far off as the mesh may have them."""
    arc = np.clip(4 * U * (1 - U), 0, 1)
    upper = eye.upper + rng.normal(0, 0.7) * arc
    lower = np.maximum(eye.lower + rng.normal(0, 0.7) * arc, upper)
    return replace(
        eye,
        upper=upper.astype(np.float32),
        lower=lower.astype(np.float32),
        brow=(eye.brow + rng.normal(0, 1.0)).astype(np.float32),
    )


def varied(rng: Random, closed: Stored) -> Stored:
    """A closed eye a little larger or smaller, tilted, shifted, and in another light."""
    eye = closed.eye
    turn = cv2.getRotationMatrix2D(
        (LEFT + EYE_WIDTH / 2, LEVEL), rng.normal(0, 4), float(np.exp(rng.normal(0, 0.07)))
    )
    turn = turn + np.array([[0, 0, rng.normal(0, 1.5)], [0, 0, rng.normal(0, 1.5)]])
    light = cv2.warpAffine(eye.light, turn, (COLUMNS, ROWS), borderMode=cv2.BORDER_REPLICATE)
    columns = np.arange(COLUMNS)

    def carried_along(rows: Floats) -> Floats:
        at = np.stack([columns, rows + LEVEL, np.ones(COLUMNS)]).T @ turn.T
        return np.asarray(np.interp(columns, at[:, 0], at[:, 1] - LEVEL), np.float32)

    line = carried_along(eye.upper)
    bent = Framed(np.asarray(light * ramp(rng), np.float32), line, line, carried_along(eye.brow))
    return replace(closed, eye=bent)


def ramp(rng: Random) -> Floats:
    """Light that falls off across an eye and down it, as a factor."""
    aside, down = rng.normal(0, 0.3, 2)
    slope = aside * (U[None] - 0.5) + down * V[:, None] / EYE_WIDTH
    return np.asarray(np.exp(np.clip(slope, -0.5, 0.5)), np.float32)


def real(rng: Random, closed: Stored, given: Donor) -> Example:
    """A closed eye opened."""
    is_folded = rng.random() < 0.6
    fold = (
        float(rng.uniform(0.05, 0.4)) if is_folded else 0.0,
        float(rng.uniform(3, 12)),
        float(rng.uniform(1.2, 4)),
    )
    eye, skin = opened(varied(rng, closed), given, fold)
    return _example(rng, eye, skin)


def pair(rng: Random, open_eye: Stored, closed: Stored) -> Example:
    """Two frames of one video: the eye as it was, open and closed."""
    shape = geometry(open_eye.eye.upper, open_eye.eye.lower, open_eye.eye.brow)
    at = np.interp(U, CURVE_U, closed_margin(shape)).astype(np.float32)
    stray = np.clip(closed.eye.upper - at, -STRAY, STRAY)
    near = np.exp(-(((V[:, None] - at[None]) / 16) ** 2))
    skin, _ = lashless(moved(closed.eye.light, stray[None] * near), at)
    return _example(rng, open_eye.eye, skin)


def _example(rng: Random, eye: Framed, skin: Floats) -> Example:
    eye, skin = aged(rng, eye, skin)
    prepared = prepare(unsure(rng, eye))
    return Example(prepared.planes, wanted(prepared, skin), weighed(prepared))


@dataclass(frozen=True)
class Correction:
    """What one closed eye corrects in the painted lid, rows counted from the closed line; `look` is a
    small picture of the skin that the lid was painted with."""

    field: Floats
    look: Floats


def look(prepared: Prepared) -> Floats:
    skin = prepared.planes[..., 2] * prepared.window
    return np.asarray(cv2.resize(skin, (11, 10), interpolation=cv2.INTER_AREA), np.float32).ravel()


def correction(closed: Stored, given: Donor) -> Correction:
    eye, skin = opened(closed, given, (0.0, 6.0, 2.0))
    prepared = prepare(eye)
    field = wanted(prepared, skin) * (prepared.window > 0)
    down = np.broadcast_to(prepared.closed[None], (ROWS, COLUMNS))
    return Correction(moved(field, down), look(prepared))


def carried(rng: Random, each: Stored, known: list[Correction]) -> Example:
    """An open eye, and what closed eyes like it say of its lid."""
    lit = replace(each.eye, light=np.minimum(each.eye.light * ramp(rng), 255))
    eye, _ = aged(rng, lit, lit.light)
    prepared = prepare(eye)
    own = look(prepared)
    far = np.array([float(np.abs(own - one.look).mean()) for one in known])
    nearest = np.argsort(far)[:ALIKE]
    field = np.mean([known[k].field for k in nearest], axis=0)
    down = np.broadcast_to(-prepared.closed[None], (ROWS, COLUMNS))
    return Example(prepared.planes, moved(field, down), 0.5 * weighed(prepared))
