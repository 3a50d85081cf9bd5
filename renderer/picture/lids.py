"""The closed lid of one eye, made from the photo's own skin, light and grain.

Skin that a closing lid uncovers is in no photograph. What is known about it: it continues the skin just
above the lashes and just below them, it lies on a ball, and it has the grain of the skin around it.
`build_lid` turns that into pictures which `renderer.picture.eyes` lays over the eye. The lashes are kept
apart from the skin (`renderer.picture.lashes`), so that nothing laden with lashes is ever stretched.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats
from renderer.picture.eye_geometry import CURVE_U, EyeGeometry, Numbers, smoothstep
from renderer.picture.inpaint import blurred, fill

LUMA = np.array([0.299, 0.587, 0.114], np.float32)

LASH_REACH = 0.24
"""Eye widths above the upper margin in which clean lid skin is looked for. Beyond, it would be found
on the brow bone, and the lid would grow out of the brow."""
BROW_CLEARANCE = 0.02
"""Eye widths kept between the brow's lower edge and what a closing lid repaints."""
CLEAN_SKIN = 0.94
"""Going up from the margin, skin is clean where it reaches this share of the brightest lid skin."""
LOWER_RIM = 0.10
"""Eye widths below the lower margin that its wet rim and its lashes occupy."""
SHADED_BY_LOWER_LASHES = 0.10
"""Eye widths that the tone of the skin under the eye is taken from further down."""
WING = 0.20
"""Eye widths past the outer corner in which lashes stand out."""
RISE_OF_LOWER_LID = 0.02
"""Share of the opening by which the lower lid comes to meet the upper. It moves aside rather than up;
with 0.10 and more the closed line lay too high, where the iris network still saw an opening."""
DEEPEST_ARC = 0.105
"""Eye widths below the line between the corners that a closed line can reach; 86 closed eyes reach 0.08
in the median, with a spread of 0.04."""
OVERLAP = 0.045
"""Eye widths by which the closed upper margin passes the lower one: less leaves a grey sliver."""
BULGE_PEAK = 0.17
"""Eye widths above the closed line where a closed lid is lightest (86 closed eyes: 0.15 to 0.20)."""
BULGE_GAIN = 0.12
"""Lightness of the bulge over a plain blend of the skin above and below the eye."""
CREASE_DEPTH = (0.03, 0.14)
"""Shading left where the lid folds: at least, and as a share of how dark the open fold is."""
LID_TO_CHEEK, MOST_LIFT = 0.93, 1.2
"""Lightness of the middle of a closed lid over that of the skin under the eye (median of 86), and the
most that a lid in the shadow of its brow is lifted toward it."""
MARGIN_GAIN = 0.20
"""Darkening at the closed line: the lowest part of the lid faces down, away from the light."""
INNER_GAIN = 0.10
"""Darkening toward the nose-side corner: closed lids there have 0.72 of the lightness of their middle,
most of which is already in the skin around that corner."""
SOCKET_BLUR, ORDINARY_SOCKET, SOCKET_SHADE = 0.12, 0.55, 0.60
"""Eye widths; lightness of an open eye under no shadow, beside its skin; and the share (an exponent) of
any dimness beyond it that the closed lid keeps. The brow over a deep-set eye shades the lid as
well: a lid lit like a cheek stares like an eyeball."""
GRAIN_SIZE = 0.022
"""Eye widths: coarser than this it is wrinkles and pores, which a lid does not have."""
GRAIN_FROM = 0.18
"""Eye widths below the lower margin at which grain is taken: past the lashes' shadow."""
GRAIN_LIMIT = 2.0
"""Grain is clipped at so many standard deviations: a pore or a wrinkle is not grain."""


@dataclass(frozen=True)
class Lid:
    """The skin of an upper lid, over the eye's box.

    `skin_open`, `skin_closed`: ``(h, w, 3) float32`` RGB 0..255, without lashes, as lit in the photo and
    as lit when closed; both are the photo itself where there never was eye or lash.
    `lashed`: ``(h, w) float32`` 0..1, where eye, rims and lashes were taken out.
    `margin_open`, `margin_closed`: ``(CURVE_SAMPLES,) float32``, `v` of the upper margin.
    `lash_reach`: pixels above the margin at which lashes end.
    """

    skin_open: Floats
    skin_closed: Floats
    lashed: Floats
    margin_open: Floats
    margin_closed: Floats
    lash_reach: float


def luma(rgb: Floats) -> Floats:
    """Luminance, sRGB-encoded, of ``(..., 3)``."""
    # OpenCV's product: the threads of numpy's cost more than these pictures are worth.
    return np.asarray(cv2.transform(np.ascontiguousarray(rgb), LUMA[None]), np.float32)


def build_lid(patch: Floats, eye: EyeGeometry) -> Lid:
    """The lid of `eye` from the photo's pixels `patch` ``(h, w, 3) float32`` RGB 0..255."""
    width = eye.width
    light = luma(patch)
    clean_top = clean_skin_edge(light, eye)
    lashed = _lashed_area(eye, clean_top, light)
    hole = cv2.dilate(lashed, _disc(0.025 * width))
    # A closing removes the thin dark ends of lashes and folds from what the fill is tied to.
    calm = blurred(patch, max(0.8, 0.012 * width))
    calm = np.asarray(cv2.morphologyEx(calm, cv2.MORPH_CLOSE, _disc(0.05 * width)), np.float32)
    # The strip just below the lower lashes lies in their shadow; the lid to come does not.
    below = smoothstep(eye.v - eye.spread(eye.lower), 0.0, 0.05 * width)
    calm = eye.displaced(calm, below * np.float32(SHADED_BY_LOWER_LASHES * width))
    skin = fill(calm, hole > 0)
    blend = blurred(hole, max(0.8, 0.02 * width))[..., None]
    skin_open = (patch + (skin - patch) * blend).astype(np.float32)

    margin_closed = closed_margin(eye)
    closed = eye.spread(margin_closed)
    skin_lit = luma(skin_open)
    factor = _shade(eye, closed, clean_top, light / np.maximum(skin_lit, 1))
    factor = factor * _lift(skin_lit, eye, closed)
    socket = blurred(np.minimum(light / np.maximum(skin_lit, 1), 1), SOCKET_BLUR * width)
    factor = factor * np.clip(socket / ORDINARY_SOCKET, 0.2, 1) ** SOCKET_SHADE
    factor = factor + _grain(light, eye, hole > 0)
    weight = blurred(lashed, 0.02 * width)
    skin_closed = skin_open * (1 + (factor - 1) * weight)[..., None]
    inside = (CURVE_U > 0.15) & (CURVE_U < 0.85)
    return Lid(
        skin_open=skin_open,
        skin_closed=np.clip(skin_closed, 0, 255).astype(np.float32),
        lashed=blend[..., 0].astype(np.float32),
        margin_open=eye.upper,
        margin_closed=margin_closed,
        lash_reach=float(np.median((eye.upper - clean_top)[inside])),
    )


def _disc(radius: float) -> NDArray[np.uint8]:
    size = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


def clean_skin_edge(light: Floats, eye: EyeGeometry) -> Floats:
    """`v` above the upper margin, per curve sample, where skin without lashes begins."""
    width = eye.width
    smooth = blurred(light, max(0.8, 0.015 * width))
    us = np.linspace(0.06, 0.94, 23)
    steps = np.arange(0.04 * width, LASH_REACH * width, 0.5)
    columns = eye.sample(smooth, us, np.interp(us, CURVE_U, eye.upper) - steps[:, None])
    goal = CLEAN_SKIN * np.percentile(columns, 85, axis=0)
    found = columns >= goal
    first = np.where(found.any(0), found.argmax(0), len(steps) // 2)
    track = steps[first]
    # A median over five neighbours drops single lashes and a brow hair hanging into one column.
    padded = np.pad(track, 2, mode="edge")
    track = np.median(np.stack([padded[i : i + len(track)] for i in range(5)]), axis=0)
    track = blurred(track.reshape(1, -1).astype(np.float32), 1.2)[0]
    found_top = eye.upper - np.interp(CURVE_U, us, track) - 0.02 * width
    # A low brow is no lid: where it hangs into the search, skin ends below it.
    below_brow = np.minimum(eye.brow + BROW_CLEARANCE * width, eye.upper - 0.06 * width)
    return np.asarray(np.maximum(found_top, below_brow), np.float32)


def _lashed_area(eye: EyeGeometry, clean_top: Floats, light: Floats) -> Floats:
    """1 where eye, rims or lashes are, 0 on clean skin: ``(h, w) float32``."""
    inward = np.minimum(eye.u, 1 - eye.u)
    # Beyond the corners the band narrows: there is only the fold that runs out from them.
    past = smoothstep(-inward, 0.0, 0.12)
    upper, lower, top = eye.spread(eye.upper), eye.spread(eye.lower), eye.spread(clean_top)
    narrowed = top + past * 0.6 * (upper - top)
    bottom = lower + (LOWER_RIM - 0.04 * past) * eye.width
    area = (eye.v > narrowed) & (eye.v < bottom) & (inward > -0.08)
    # Lashes and the shadow that fan out past the outer corner, but not the bright skin between them.
    beyond = eye.outward() - 1
    wing = (beyond > -0.1) & (beyond < WING) & (eye.v < bottom) & (eye.v > top - 0.04 * eye.width)
    calm = blurred(light, 0.8)
    bright = blurred(cv2.dilate(calm, _disc(0.10 * eye.width)), 0.06 * eye.width)
    return np.asarray(area | (wing & (calm < 0.85 * bright)), np.float32)


def closed_lower_margin(eye: EyeGeometry) -> Floats:
    """`v` of the lower margin of the closed eye, per curve sample."""
    raised = eye.lower - RISE_OF_LOWER_LID * (eye.lower - eye.upper)
    # A closed eye is a flatter arc than a wide lower lid: saturate, rather than clip, the depth.
    deepest = DEEPEST_ARC * eye.width
    return np.where(raised > 0, deepest * np.tanh(raised / deepest), raised).astype(np.float32)


def closed_margin(eye: EyeGeometry) -> Floats:
    """`v` of the closed upper margin: just past the lower one, meeting it at the corners."""
    share = np.clip((eye.lower - eye.upper) / max(eye.opening, 1e-3), 0, 1)
    sag = np.float32(OVERLAP * eye.width) * np.sqrt(share)
    return np.asarray(closed_lower_margin(eye) + sag, np.float32)


def _shade(eye: EyeGeometry, closed: Floats, clean_top: Floats, darkness: Numbers) -> Floats:
    """Light on the closed lid relative to a plain blend of the skin around it: ``(h, w)``."""
    width = np.float32(eye.width)
    height = (closed - eye.v) / width
    middle = np.exp(-(((eye.u - 0.5) / 0.33) ** 2))
    bulge = np.exp(-(((height - BULGE_PEAK) / 0.10) ** 2)) * middle
    below_top = (eye.v - eye.spread(clean_top)) / width
    fold = np.exp(-(((below_top - 0.02) / 0.05) ** 2)) * middle
    shadowed = (below_top > 0) & (below_top < 0.10) & (np.abs(eye.u - 0.5) < 0.3)
    depth = 1 - float(np.median(darkness[shadowed])) if shadowed.any() else 0.0
    fold_gain = CREASE_DEPTH[0] + CREASE_DEPTH[1] * max(depth, 0.0)
    inner = 1 - smoothstep(eye.outward(), 0.0, 0.35)
    turned = np.exp(-((np.maximum(height, 0) / 0.075) ** 2)) * np.sqrt(middle)
    gain = 1 + BULGE_GAIN * bulge - fold_gain * fold - INNER_GAIN * inner - MARGIN_GAIN * turned
    return np.asarray(gain, np.float32)


def _lift(skin_lit: Floats, eye: EyeGeometry, closed: Floats) -> Floats:
    """Gain that brings a closed lid halfway to the lightness that lids have beside the skin below."""
    height = (closed - eye.v) / np.float32(eye.width)
    middle = np.abs(eye.u - 0.5) < 0.2
    peak = middle & (np.abs(height - BULGE_PEAK) < 0.05)
    under = middle & (eye.v > eye.spread(eye.lower) + 0.25 * eye.width)
    under &= eye.v < eye.spread(eye.lower) + 0.45 * eye.width
    if not (peak.any() and under.any()):
        return np.ones(eye.shape, np.float32)
    wanted = (
        LID_TO_CHEEK * float(np.median(skin_lit[under])) / max(float(np.median(skin_lit[peak])), 1)
    )
    gain = float(np.clip(np.sqrt(wanted), 1.0, MOST_LIFT))
    bump = np.exp(-(((eye.u - 0.5) / 0.38) ** 2) - ((height - BULGE_PEAK) / 0.15) ** 2)
    return np.asarray(1 + (gain - 1) * bump, np.float32)


def _grain(light: Floats, eye: EyeGeometry, hole: NDArray[np.bool_]) -> Floats:
    """The skin's own fine texture as a signed share of its lightness, for where there is none.

    The high-pass of the skin under the eye, moved up over the eye as one piece: real grain of this very
    print, no stronger than that of the skin around the eye.
    """
    width = eye.width
    base = blurred(light, max(1.2, GRAIN_SIZE * width))
    ratio = (light / np.maximum(base, 4) - 1).astype(np.float32)
    top = float(eye.v[hole].min()) if hole.any() else 0.0
    start = float(eye.lower.max()) + GRAIN_FROM * width
    moved = eye.displaced(ratio, np.full(eye.shape, start - top, np.float32))
    near = cv2.dilate(hole.astype(np.uint8), _disc(0.12 * width)).astype(bool) & ~hole
    here, there = _deviation(ratio[near]), _deviation(moved[hole])
    gain = min(1.0, here / max(there, 1e-6))
    limit = GRAIN_LIMIT * there
    return np.asarray(gain * np.clip(moved, -limit, limit), np.float32)


def _deviation(values: Floats) -> float:
    """Standard deviation by the median, deaf to the odd wrinkle."""
    return 1.4826 * float(np.median(np.abs(values))) if values.size else 0.0
