"""Everything about one eye that can be known before the first frame.

`renderer.picture.eyes` moves what is built here. Building takes its time (about 60 ms at an eye width
of 90 pixels) so that drawing need not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from renderer.faces.types import Floats, Mesh, Picture
from renderer.picture.eye_gates import TURNED_AWAY, judge_eye
from renderer.picture.eye_geometry import EyeGeometry, Numbers, Side, measure_eye, smoothstep
from renderer.picture.gaze import Eyeball, build_eyeball, glance_share
from renderer.picture.iris_fit import fit_iris
from renderer.picture.lashes import build_lashes
from renderer.picture.lids import build_lid, closed_lower_margin, luma

SIDES: tuple[Side, Side] = ("left", "right")
SQUINT_RISE = 0.35
"""Share of the opening that a full squint covers from below."""
LOWER_REACH, LOWER_REACH_GLASSES = 0.50, 0.25
"""Eye widths below the lower margin at which skin no longer moves with it; above any glasses rim."""
LIGHTEST_MARGIN = 0.95
"""Lightness of the upper margin beside skin. A lid's edge is darker (57 of 62 eyes: under 0.86); where
it is not, the mesh's margin lies on the lid or in the eye, and must not be cut along."""
MOST_WIDENED = 0.12
"""Eye widths by which lids that follow the gaze can bare more of the eyeball than the photo does."""
BORDER = 4
"""Pixels over which every change fades to nothing at the border of the box."""


@dataclass(frozen=True)
class EyeRig:
    """One eye of one face in the working picture, ready to be moved.

    `box`: x0, y0, x1, y1, the only pixels that it may change. `may_blink`, `may_gaze`: what can be done
    cleanly with this eye; `render_eye` leaves out what may not. `reason` says why, empty if all may.
    `iris_radius`: pixels, the unit of gaze.

    The rest are the layers, all over the box: ``(h, w, 3) float32`` RGB 0..255 or ``(h, w) float32``;
    `shade` and `even_shade` only over `hollow`, the part in which the eyeball can show. `glance` is set
    where iris and white cannot be told apart: the eye then looks aside as one piece.
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
    hollow: tuple[slice, slice]
    glance: Floats | None
    shade: Floats
    even_shade: Floats


def build_eye(picture: Picture, mesh: Mesh, side: Side, *, glasses: bool) -> EyeRig:
    """The rig of the eye on `side` of the picture; about 50 ms at an eye width of 90 pixels."""
    meshed = measure_eye(mesh, side, picture.shape)
    x0, y0, x1, y1 = meshed.box
    patch = picture[y0:y1, x0:x1].astype(np.float32)
    whole, iris_clear = fit_iris(meshed, luma(patch))
    verdict = judge_eye(patch, whole, iris_clear, glasses=glasses)
    lid = build_lid(patch, whole)
    lashes = build_lashes(patch, whole, lid)
    ball = build_eyeball(patch, whole)

    lower, upper = whole.spread(whole.lower), whole.spread(lid.margin_open)
    edge = (np.abs(whole.v - upper) < 0.04 * whole.width) & (np.abs(whole.u - 0.5) < 0.4)
    may_cut = verdict.may_cut and float(np.median(lashes.open[edge])) < LIGHTEST_MARGIN
    share = np.clip((lower - upper) / whole.opening, 0, 1)
    reach = LOWER_REACH_GLASSES if glasses else LOWER_REACH
    fall = 1 - smoothstep((whole.v - lower) / np.float32(whole.width), 0.05, reach)
    # Only what lies below the middle of the opening belongs to the lower lid.
    fall = fall * np.clip((whole.v - upper) / np.maximum(0.5 * (lower - upper), 1), 0, 1)
    rise = (lower - whole.spread(closed_lower_margin(whole))) * (share > 0)
    layers = (lashes.open, lashes.half, lashes.closed)
    touched = (lid.lashed > 0) | (fall * share * (whole.v > upper) > 0)
    for layer in layers:
        touched |= (np.abs(layer - 1) > 0.004) @ np.ones(3, np.bool_)
    crop = _bounds(touched, margin=BORDER)
    window = _window(crop)
    eye = whole.cropped(*crop)
    cut = (slice(crop[1], crop[3]), slice(crop[0], crop[2]))
    ys, xs = np.mgrid[: eye.shape[0], : eye.shape[1]].astype(np.float32)
    opening_mask = (np.clip(lower - upper, 0, 1)[cut] * window).astype(np.float32)
    hx0, hy0, hx1, hy1 = _bounds(_may_be_open(whole, upper, lower)[cut], margin=1)
    hollow = (slice(hy0, hy1), slice(hx0, hx1))
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
        lashes=_faded(layers, cut, window),
        softness=lashes.softness,
        xs=xs,
        ys=ys,
        above=(eye.v - upper[cut]).astype(np.float32),
        travel=(whole.spread(lid.margin_closed) - upper)[cut].astype(np.float32),
        below=(lower[cut] - eye.v).astype(np.float32),
        rise=rise[cut].astype(np.float32),
        squint_rise=(SQUINT_RISE * eye.opening * share[cut]).astype(np.float32),
        fall=(fall[cut] * window).astype(np.float32),
        opening_mask=opening_mask,
        hollow=hollow,
        glance=None if may_cut else glance_share(whole)[cut] * window,
        shade=np.ascontiguousarray(ball.shade[cut][hollow]),
        even_shade=np.ascontiguousarray(ball.even_shade[cut][hollow]),
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


def _may_be_open(eye: EyeGeometry, upper: Floats, lower: Floats) -> Numbers:
    """Where the eyeball can come to light: the opening and what wide or lowered lids add to it."""
    spare = np.float32(MOST_WIDENED * eye.width)
    return (lower > upper) & (eye.v > upper - spare) & (eye.v < lower + spare)


def _faded(
    layers: tuple[Floats, Floats, Floats], cut: tuple[slice, slice], window: Floats
) -> tuple[Floats, Floats, Floats]:
    """Lash layers cut to the box, without effect at its border."""
    opened, half, closed = (
        np.ascontiguousarray(1 + (layer[cut] - 1) * window[..., None], np.float32)
        for layer in layers
    )
    return opened, half, closed


def _bounds(touched: Numbers, margin: int) -> tuple[int, int, int, int]:
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
