"""One eye of one face, moved: a lid that closes, an iris that looks elsewhere, a lower lid that smiles.

`render_eye` only slides the pictures of an `EyeRig` over each other. The change is confined to the rig's
box and fades out inside it, so that the caller may copy the box back into the still without a seam. Head
motion is applied afterwards, by others.
"""

from __future__ import annotations

import cv2
import numpy as np

from renderer.faces.types import Floats
from renderer.picture.eye_geometry import Numbers, ramp
from renderer.picture.eye_rig import SQUINT_RISE, EyeRig, build_eye, build_eyes
from renderer.picture.gaze import CATCH_LIGHT_FOLLOWS, GLANCE_RISE, gaze_shift, gaze_source

__all__ = ["EyeRig", "build_eye", "build_eyes", "render_eye"]

LID_FOLLOWS_DOWN, LID_FOLLOWS_UP = 0.55, 0.50
"""Shares of the iris's vertical travel that the upper lid makes with it."""
LOWER_LID_FOLLOWS = 0.20
"""Share of the iris's travel downward that the lower lid gives way."""
SKIN_LIT_BY = 0.5
"""Blink at which the lid has the light of the closed lid: it is then past the brow's shadow."""
RIM_HIDDEN_FROM = 0.75
"""Blink from which the lower lid's wet rim begins to disappear under the upper lashes."""
SHADE_EVENED_AT = 0.15
"""Gaze, in iris radii, at which no trace of the old iris may be left in the shade of the lids."""


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
    photo = rig.photo
    if rig.glance is not None and (along or down):
        photo = _glance(rig, rig.glance, along, down)
        along = down = 0.0
    follow = LID_FOLLOWS_DOWN if down > 0 else LID_FOLLOWS_UP
    followed = follow * down / max(float(rig.travel.max()), 1.0) if rig.may_blink else 0.0
    closing = min(blink + (1 - blink) * followed, 1.0)
    give = LOWER_LID_FOLLOWS * max(down, 0.0) / max(rig.eye.opening, 1.0) if rig.may_blink else 0.0
    rise = np.float32(blink) * rig.rise
    rise += np.float32((1 - blink) * (squint - give / SQUINT_RISE)) * rig.squint_rise
    out = _lower_lid(rig, photo, rise)
    if closing < 1:
        _put_eyeball(rig, out, photo, rise, closing, gaze, along, down)
    if closing:
        hidden = rig.rim_cover * np.float32(ramp(closing, RIM_HIDDEN_FROM, 1.0))
        _put_upper_lid(rig, out, closing, hidden)
    np.clip(out, 0, 255, out=out)
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        out[edge] = rig.photo[edge]  # to the last bit: resampling rounds
    return out


def _glance(rig: EyeRig, share: Floats, along: float, down: float) -> Floats:
    """The photo with all that lies between the lids shifted, fading out in the lids."""
    eye = rig.eye
    du, dv = gaze_source(eye.u, rig.ball, along / eye.width, GLANCE_RISE * down)
    du *= share * np.float32(eye.width)
    dv *= share
    x = du * np.float32(eye.along[0]) + dv * np.float32(eye.across[0])
    y = du * np.float32(eye.along[1]) + dv * np.float32(eye.across[1])
    return _read(rig.photo, rig.xs + x, rig.ys + y)


def _lower_lid(rig: EyeRig, photo: Floats, rise: Floats) -> Floats:
    """`photo` with the skin of the lower lid raised by `rise` pixels at its margin."""
    if not rise.any():
        return photo.copy()
    down = rise * rig.fall
    across_x, across_y = np.float32(rig.eye.across[0]), np.float32(rig.eye.across[1])
    return _read(photo, rig.xs + down * across_x, rig.ys + down * across_y)


def _put_eyeball(
    rig: EyeRig,
    out: Floats,
    photo: Floats,
    rise: Floats,
    closing: float,
    gaze: tuple[float, float],
    along: float,
    down: float,
) -> None:
    """The eyeball over `out`, between the lid's edge and the raised lower margin."""
    cut = rig.hollow
    soft = np.float32(1 / rig.softness)
    mask = (rig.below[cut] - rise[cut]) * soft
    mask += np.float32(0.5)
    np.clip(mask, 0, 1, out=mask)
    mask *= rig.opening_mask[cut]
    # The lid lies over it from the margin up; under the lid's soft edge the eyeball goes on.
    under_lid = (rig.above[cut] - np.float32(closing) * rig.travel[cut]) * soft
    under_lid += np.float32(1)
    np.clip(under_lid, 0, 1, out=under_lid)
    mask *= under_lid
    ball = photo[cut]
    if along or down:
        eye = rig.eye
        du, dv = gaze_source(eye.u[cut], rig.ball, along / eye.width, down)
        du *= np.float32(eye.width)
        x = du * np.float32(eye.along[0]) + dv * np.float32(eye.across[0])
        y = du * np.float32(eye.along[1]) + dv * np.float32(eye.across[1])
        ball = _read(rig.ball.white_and_iris, rig.xs[cut] + x, rig.ys[cut] + y)
        evened = ramp(float(np.hypot(*gaze)), 0, SHADE_EVENED_AT)
        if evened < 1:
            ball *= cv2.addWeighted(rig.shade, 1 - evened, rig.even_shade, evened, 0)
        else:
            ball *= rig.even_shade
        if rig.ball.has_catch_light:
            x *= np.float32(CATCH_LIGHT_FOLLOWS)
            y *= np.float32(CATCH_LIGHT_FOLLOWS)
            ball += _read(rig.ball.catch_light, rig.xs[cut] + x, rig.ys[cut] + y, cv2.INTER_LINEAR)
    _blend(out[cut], ball, mask)


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
    out *= lashes


def _read(layer: Floats, x: Floats, y: Floats, how: int = cv2.INTER_CUBIC) -> Floats:
    """`layer` at `x`, `y`."""
    return np.asarray(cv2.remap(layer, x, y, how, borderMode=cv2.BORDER_REFLECT), np.float32)


def _blend(out: Floats, over: Numbers, mask: Numbers) -> None:
    """`out` becomes `over` where `mask` is 1."""
    step = over - out
    step *= cv2.merge((mask, mask, mask))
    out += step
