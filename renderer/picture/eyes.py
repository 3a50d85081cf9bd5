"""One eye of one face, moved: a lid that closes, an iris that looks elsewhere, a lower lid that smiles.

Everything that can be known before the first frame is made by `build_eye`; `render_eye` only slides
pictures over each other. The change is confined to `EyeRig.box` and fades out inside it, so that the
caller may copy the box back into the still without a seam. Head motion is applied afterwards, by others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from renderer.faces.types import Floats, Mesh, Picture
from renderer.picture.eye_gates import TURNED_AWAY, judge_eye
from renderer.picture.eye_geometry import EyeGeometry, Numbers, Side, measure_eye, ramp, smoothstep
from renderer.picture.gaze import (
    CATCH_LIGHT_FOLLOWS,
    Eyeball,
    build_eyeball,
    gaze_shift,
    gaze_source,
)
from renderer.picture.iris_fit import with_fitted_iris
from renderer.picture.lashes import build_lashes
from renderer.picture.lids import build_lid, closed_lower_margin, luma

SIDES: tuple[Side, Side] = ("left", "right")
LID_FOLLOWS_DOWN, LID_FOLLOWS_UP = 0.55, 0.50
"""Shares of the iris's vertical travel that the upper lid makes with it."""
LOWER_LID_FOLLOWS = 0.20
"""Share of the iris's travel downward that the lower lid gives way."""
SQUINT_RISE = 0.35
"""Share of the opening that a full squint covers from below."""
LOWER_REACH, LOWER_REACH_GLASSES = 0.50, 0.25
"""Eye widths below the lower margin at which skin no longer moves with it; above any glasses rim."""
SKIN_LIT_BY = 0.5
"""Blink at which the lid has the light of the closed lid: it is then past the brow's shadow."""
RIM_HIDDEN_FROM = 0.75
"""Blink from which the lower lid's wet rim begins to disappear under the upper lashes."""
SHADE_EVENED_AT = 0.15
"""Gaze, in iris radii, at which no trace of the old iris may be left in the shade of the lids."""
BORDER = 4
"""Pixels over which every change fades to nothing at the border of the box."""


@dataclass(frozen=True)
class EyeRig:
    """One eye of one face in the working picture, ready to be moved.

    `box`: x0, y0, x1, y1, the only pixels that it may change. `may_blink`, `may_gaze`: what can be done
    cleanly with this eye; `render_eye` leaves out what may not. `reason` says why, empty if all may.
    `iris_radius`: pixels, the unit of gaze.

    The rest are the layers, all over the box: ``(h, w, 3) float32`` RGB 0..255 or ``(h, w) float32``.
    """

    box: tuple[int, int, int, int]
    may_blink: bool
    may_gaze: bool
    reason: str
    iris_radius: float
    eye: EyeGeometry
    ball: Eyeball
    photo: Floats
    skin_open: Floats
    skin_gain: Floats
    rim_cover: Floats
    lashes: tuple[Floats, Floats, Floats]
    softness: float
    xs: Floats
    ys: Floats
    above: Floats
    travel: Floats
    below: Floats
    rise: Floats
    squint_rise: Floats
    fall: Floats
    opening_mask: Floats


def build_eye(picture: Picture, mesh: Mesh, side: Side, *, glasses: bool) -> EyeRig:
    """The rig of the eye on `side` of the picture; about 50 ms at an eye width of 90 pixels."""
    meshed = measure_eye(mesh, side, picture.shape)
    x0, y0, x1, y1 = meshed.box
    patch = picture[y0:y1, x0:x1].astype(np.float32)
    whole = with_fitted_iris(meshed, luma(patch))
    verdict = judge_eye(patch, whole, glasses=glasses)
    lid = build_lid(patch, whole)
    lashes = build_lashes(patch, whole, lid)
    ball = build_eyeball(patch, whole)

    lower, upper = whole.spread(whole.lower), whole.spread(lid.margin_open)
    share = np.clip((lower - upper) / whole.opening, 0, 1)
    reach = LOWER_REACH_GLASSES if glasses else LOWER_REACH
    fall = 1 - smoothstep((whole.v - lower) / np.float32(whole.width), 0.05, reach)
    # Only what lies below the middle of the opening belongs to the lower lid.
    fall = fall * np.clip((whole.v - upper) / np.maximum(0.5 * (lower - upper), 1), 0, 1)
    rise = (lower - whole.spread(closed_lower_margin(whole))) * (share > 0)
    layers = (lashes.open, lashes.half, lashes.closed)
    touched = (lid.lashed > 0) | (fall * share * (whole.v > upper) > 0)
    touched |= np.max([np.abs(layer - 1) for layer in layers], axis=0) > 0.004
    crop = _bounds(touched, margin=BORDER)
    window = _window(crop)
    eye = whole.cropped(*crop)
    cut = (slice(crop[1], crop[3]), slice(crop[0], crop[2]))
    ys, xs = np.mgrid[: eye.shape[0], : eye.shape[1]].astype(np.float32)
    photo = np.ascontiguousarray(patch[cut])
    skin_open = photo + (lid.skin_open[cut] - photo) * window[..., None]
    skin_closed = photo + (lid.skin_closed[cut] - photo) * window[..., None]
    return EyeRig(
        box=eye.box,
        may_blink=verdict.may_blink,
        may_gaze=verdict.may_gaze,
        reason=verdict.reason,
        iris_radius=eye.iris_radius,
        eye=eye,
        ball=ball.cropped(cut),
        photo=photo,
        skin_open=skin_open,
        skin_gain=skin_closed - skin_open,
        rim_cover=lid.lashed[cut] * window,
        lashes=tuple(1 + (layer[cut] - 1) * window for layer in layers),  # type: ignore[arg-type]
        softness=lashes.softness,
        xs=xs,
        ys=ys,
        above=(eye.v - upper[cut]).astype(np.float32),
        travel=(whole.spread(lid.margin_closed) - upper)[cut].astype(np.float32),
        below=(lower[cut] - eye.v).astype(np.float32),
        rise=rise[cut].astype(np.float32),
        squint_rise=(SQUINT_RISE * eye.opening * share[cut]).astype(np.float32),
        fall=(fall[cut] * window).astype(np.float32),
        opening_mask=(np.clip(lower - upper, 0, 1)[cut] * window).astype(np.float32),
    )


def build_eyes(picture: Picture, mesh: Mesh, *, glasses: bool) -> tuple[EyeRig, EyeRig]:
    """Both eyes of a face, left and right of the picture, allowed only what both can do.

    One eye that closes or looks aside alone is a wink or a squint. Only an eye so far turned away that
    it can hardly be seen holds nothing up.
    """
    left, right = (build_eye(picture, mesh, side, glasses=glasses) for side in SIDES)
    return _in_step(left, right), _in_step(right, left)


def _in_step(rig: EyeRig, other: EyeRig) -> EyeRig:
    if other.reason == TURNED_AWAY or (
        other.may_blink >= rig.may_blink and other.may_gaze >= rig.may_gaze
    ):
        return rig
    return replace(
        rig,
        may_blink=rig.may_blink and other.may_blink,
        may_gaze=rig.may_gaze and other.may_gaze,
        reason=rig.reason or f"the other eye: {other.reason}",
    )


def render_eye(rig: EyeRig, blink: float, gaze: tuple[float, float], squint: float) -> Floats:
    """The pixels of `rig.box`: ``(h, w, 3) float32`` RGB 0..255; at rest exactly the photo's own.

    `blink` 0..1, 1 closed. `gaze` in iris radii, x right, y down. `squint` 0..1. The result may share
    memory with the rig: do not write into it.
    """
    blink = min(max(blink, 0.0), 1.0) if rig.may_blink else 0.0
    gaze = gaze if rig.may_gaze else (0.0, 0.0)
    squint = min(max(squint, 0.0), 1.0) if rig.may_blink else 0.0
    if not (blink or squint or gaze[0] or gaze[1]):
        return rig.photo
    along, down = gaze_shift(rig.eye, rig.ball, gaze)
    follow = LID_FOLLOWS_DOWN if down > 0 else LID_FOLLOWS_UP
    closing = blink + (1 - blink) * follow * down / max(float(rig.travel.max()), 1.0)
    closing = min(closing, 1.0)

    give = LOWER_LID_FOLLOWS * max(down, 0.0) / max(rig.eye.opening, 1.0)
    rise = np.float32(blink) * rig.rise
    rise += np.float32((1 - blink) * (squint - give / SQUINT_RISE)) * rig.squint_rise
    out = _lower_lid(rig, rise)
    if closing < 1:
        _put_eyeball(rig, out, rise, closing, gaze, along, down)
    if closing:
        hidden = rig.rim_cover * np.float32(ramp(closing, RIM_HIDDEN_FROM, 1.0))
        _put_upper_lid(rig, out, closing, hidden)
    np.clip(out, 0, 255, out=out)
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        out[edge] = rig.photo[edge]  # to the last bit: resampling rounds
    return out


def _lower_lid(rig: EyeRig, rise: Floats) -> Floats:
    """The photo with the skin of the lower lid raised by `rise` pixels at its margin."""
    if not rise.any():
        return rig.photo.copy()
    down = rise * rig.fall
    return _read(
        rig, rig.photo, down * np.float32(rig.eye.across[0]), down * np.float32(rig.eye.across[1])
    )


def _put_eyeball(
    rig: EyeRig,
    out: Floats,
    rise: Floats,
    closing: float,
    gaze: tuple[float, float],
    along: float,
    down: float,
) -> None:
    """The eyeball over `out`, down to the raised lower margin."""
    soft = np.float32(1 / rig.softness)
    mask = (rig.below - rise) * soft
    mask += np.float32(0.5)
    np.clip(mask, 0, 1, out=mask)
    mask *= rig.opening_mask
    # The lid lies over it from the margin up; under the lid's soft edge the eyeball goes on.
    under_lid = (rig.above - np.float32(closing) * rig.travel) * soft
    under_lid += np.float32(1)
    np.clip(under_lid, 0, 1, out=under_lid)
    mask *= under_lid
    ball = rig.photo
    if along or down:
        eye = rig.eye
        du, dv = gaze_source(eye.u, rig.ball, along / eye.width, down)
        du *= np.float32(eye.width)
        x = du * np.float32(eye.along[0]) + dv * np.float32(eye.across[0])
        y = du * np.float32(eye.along[1]) + dv * np.float32(eye.across[1])
        ball = _read(rig, rig.ball.white_and_iris, x, y)
        evened = ramp(float(np.hypot(*gaze)), 0, SHADE_EVENED_AT)
        ball *= cv2.addWeighted(rig.ball.shade, 1 - evened, rig.ball.even_shade, evened, 0)
        if rig.ball.has_catch_light:
            lag = np.float32(CATCH_LIGHT_FOLLOWS)
            ball += _read(rig, rig.ball.catch_light, lag * x, lag * y)
    _blend(out, ball, mask)


def _put_upper_lid(rig: EyeRig, out: Floats, closing: float, hidden: Floats) -> None:
    """The upper lid and its lashes over `out`; negative `closing` opens the eye further."""
    drop = np.float32(closing) * rig.travel
    lit = ramp(closing, 0, SKIN_LIT_BY)
    skin = cv2.scaleAdd(rig.skin_gain, lit, rig.skin_open)
    mask = (drop - rig.above) * np.float32(1 / rig.softness)
    mask += np.float32(0.5)
    np.clip(mask, 0, 1, out=mask)
    np.maximum(mask, hidden, out=mask)
    _blend(out, skin, mask)
    opened, half, closed = rig.lashes
    if closing < SKIN_LIT_BY:
        lashes = cv2.addWeighted(opened, 1 - lit, half, lit, 0)
    else:
        turned = ramp(closing, SKIN_LIT_BY, 1)
        lashes = cv2.addWeighted(half, 1 - turned, closed, turned, 0)
    lashes = cv2.remap(
        lashes,
        rig.xs - drop * np.float32(rig.eye.across[0]),
        rig.ys - drop * np.float32(rig.eye.across[1]),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    out *= cv2.merge((lashes, lashes, lashes))


def _read(rig: EyeRig, layer: Floats, x: Floats, y: Floats) -> Floats:
    """`layer` read `x`, `y` pixels away from every pixel."""
    found = cv2.remap(layer, rig.xs + x, rig.ys + y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(found, np.float32)


def _blend(out: Floats, over: Numbers, mask: Numbers) -> None:
    """`out` becomes `over` where `mask` is 1."""
    step = over - out
    step *= cv2.merge((mask, mask, mask))
    out += step


def _bounds(touched: Floats, margin: int) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 around what is touched, within the array."""
    height, width = touched.shape
    rows, columns = np.flatnonzero(touched.any(1)), np.flatnonzero(touched.any(0))
    if not len(rows):
        return 0, 0, width, height
    return (
        max(0, int(columns[0]) - margin),
        max(0, int(rows[0]) - margin),
        min(width, int(columns[-1]) + 1 + margin),
        min(height, int(rows[-1]) + 1 + margin),
    )


def _window(crop: tuple[int, int, int, int]) -> Floats:
    """0 on the border of the box, 1 from `BORDER` pixels inside."""
    width, height = crop[2] - crop[0], crop[3] - crop[1]
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    near = np.minimum(np.minimum(x, width - 1 - x)[None], np.minimum(y, height - 1 - y)[:, None])
    return smoothstep(near, 0, BORDER)
