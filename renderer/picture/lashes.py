"""Upper lashes as a darkening that travels with the lid margin.

On an open eye lashes stand up over the lid; on a closed one they lie down over the cheek. The photo's
own lashes are measured as a factor on the skin, carried down with the margin, and mirrored about it, so
that line strength, softness and gaps are those of this photo: pale lashes stay pale, a blurred print
stays blurred.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces.types import Floats
from renderer.picture.eye_geometry import CURVE_U, EyeGeometry, Numbers, smoothstep
from renderer.picture.fringe import fringe
from renderer.picture.inpaint import blurred
from renderer.picture.lids import Lid, luma

LINE_HALF_WIDTH = 0.026
"""Eye widths from the closed line at which the line proper has ended (closed eyes, without make-up)."""
LASH_SHORTENING = 2.0
"""Lashes pointing down are seen more from the front than lashes pointing up: shorter by this factor."""
FRINGE_FADE = 0.045
"""Eye widths over which the fringe of a closed eye thins out to 1/e: its hairs fan out."""
CORNER_STAYS, CORNER_FOLD = 0.6, 0.06
"""Share left, when closed, of what is dark past the outer corner, and within how many eye widths of the
closed line: the lashes there turn down, the fold that continues the line stays."""
FRINGE_DEPTH = (0.28, 0.85, 0.85)
"""Darkness of the lashes that lie on the cheek: at least, at most, and as a share of the lash line's."""
HAIRS_STAND = (0.05, 0.11, 0.20)
"""Eye widths over the margin where only hairs, no rim, darken the lid, and by how much long ones do."""
SHORTEST_FRINGE = 0.45
"""Length of lashes, beside long ones, where the photo shows none."""
FRINGE_SHADOW = (0.24, 0.08)
"""Depth beside the lashes' own, and reach in eye widths, of the shade that they cast on the cheek."""
FAINTEST_LINE = 0.62
"""Darkness of the closed line where the photo shows no lashes at all: two lids still meet there."""
CONTACT_SHADOW = (0.34, 0.05)
"""Depth, and reach in eye widths, of the shadow that a lid casts on the eyeball below it."""
LASH_COOLNESS = 0.7
"""An exponent on the skin's red over blue: at 1 lashes may be neutral grey, which beside warm skin looks
blue; at 0 they have the colour of the skin."""
COLUMNS, STEP = 129, 0.5
"""The rectified lashes: columns over u = -0.14 .. 1.14, rows of half a pixel."""
EDGE_U = 0.14


@dataclass(frozen=True)
class Lashes:
    """Darkening factors 0..1 laid out around the *open* margin, ``(h, w, 3) float32`` each.

    `open` is the photo's; `half` and `closed` have the lashes turned forward and down. `softness`: width
    in pixels of the photo's own edge at the margin.
    """

    open: Floats
    half: Floats
    closed: Floats
    softness: float


def build_lashes(patch: Floats, eye: EyeGeometry, lid: Lid) -> Lashes:
    """The lashes of `lid` as found in the photo's pixels `patch`."""
    width = eye.width
    light = luma(patch)
    # Per channel: in a sepia print, as in life, what is dark is not the colour of skin.
    ratio = np.clip(patch / np.maximum(lid.skin_open, 2), 0.03, 1.3)
    exact = 1 + (ratio - 1) * lid.lashed[..., None]
    us = np.linspace(-EDGE_U, 1 + EDGE_U, COLUMNS)
    reach = max(lid.lash_reach, 0.06 * width)
    offsets = np.arange(-np.ceil(reach / STEP), 1) * STEP
    margin = np.interp(us, CURVE_U, lid.margin_open)
    rows = eye.sample(exact.astype(np.float32), us, margin + offsets[:, None])
    above = np.minimum(rows, 1)
    softness = _softness(eye.sample(light, us[24:-24], margin[24:-24] + offsets[:, None]))
    line = blurred(above, 0.030 * COLUMNS, 0.6)
    hairs = blurred(above, 0.006 * COLUMNS, 0.6)

    offset = eye.v - eye.spread(lid.margin_open)
    is_over = (offset < 0)[..., None]
    taper = _taper(eye)
    ends = np.sqrt(np.clip(4 * (eye.u + 0.06) * (1.06 - eye.u), 0.04, 1))
    thickness = (0.012 + 0.012 * np.clip(eye.outward(), 0, 1)) * width * ends + 0.4 * softness
    # Lids meet in a line sharp above, where skin ends, and fading below, where lashes lie.
    thickness = np.where(offset < 0, thickness, 1.8 * thickness)
    faint = FAINTEST_LINE * np.exp(-((offset / thickness) ** 2))
    faintest = 1 - faint[..., None] * _tint(above)

    strength = (0.65 + 0.35 * np.clip(eye.outward(), 0, 1))[..., None]

    beyond = smoothstep(eye.outward(), 0.86, 1.0)
    level = np.abs(eye.v - eye.spread(lid.margin_closed)) / (CORNER_FOLD * width)
    stays = (beyond * CORNER_STAYS * np.exp(-(level**2)))[..., None]
    corner = 1 + (np.minimum(exact, 1) - 1) * stays

    def lay(table: Floats, distance: Numbers) -> Floats:
        """`table` read at `distance` above the margin, for every pixel."""
        column = (eye.u + EDGE_U) / (1 + 2 * EDGE_U) * (COLUMNS - 1)
        row = len(offsets) - 1 - distance / STEP
        found = cv2.remap(
            table,
            column.astype(np.float32),
            row.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(found, np.float32)

    def drawn(fringe: float, near: float) -> Floats:
        """Lashes with a line that ends `near` pixels above, and a fringe of `fringe` strength below."""
        over = lay(line, np.maximum(-offset, 0))
        over = 1 + (over - 1) * (1 - smoothstep(-offset, 0.4 * near, 1.6 * near))[..., None]
        under = lay(hairs, np.maximum(offset, 0) * LASH_SHORTENING)
        end = reach / LASH_SHORTENING
        fade = np.exp(-np.maximum(offset, 0) / (FRINGE_FADE * width + 0.5 * softness))
        fade = fringe * fade * (1 - smoothstep(offset, 0.5 * end, end))
        under = 1 + (under - 1) * fade[..., None]
        both = 1 + (np.where(is_over, over, under) - 1) * strength
        laid = 1 + (np.minimum(both, faintest) - 1) * taper[..., None]
        return np.asarray(np.minimum(laid, corner), np.float32)

    tall = (offsets < -HAIRS_STAND[0] * width) & (offsets > -HAIRS_STAND[1] * width)
    seen = 1 - float(luma(above[tall][:, 24:-24]).mean()) if tall.any() else 0.0
    grown = float(np.clip(seen / HAIRS_STAND[2], SHORTEST_FRINGE, 1))
    hanging = fringe(eye, lid.margin_open, softness, grown)
    cast = FRINGE_SHADOW[0] * np.exp(-np.maximum(offset, 0) / (FRINGE_SHADOW[1] * width))
    cast = np.where(offset > 0, cast, 0) * taper
    depth = 1 - float(np.percentile(luma(above[-max(4, len(above) // 4) :]), 25))
    depth = float(np.clip(FRINGE_DEPTH[2] * depth, *FRINGE_DEPTH[:2]))
    hanging = 1 - depth * (hanging + (1 - hanging) * cast)[..., None] * _tint(above)

    near = LINE_HALF_WIDTH * width + 0.5 * softness
    shadow = CONTACT_SHADOW[0] * np.exp(-np.maximum(offset, 0) / (CONTACT_SHADOW[1] * width))
    shadow = np.where(offset >= 0, shadow, 0) * smoothstep(np.minimum(eye.u, 1 - eye.u), 0, 0.12)
    edge = np.where(offset < 0, 1, np.clip(1 - offset / softness, 0, 1))
    opened = 1 + (exact - 1) * edge[..., None]
    half = np.minimum(drawn(0.35, 2 * near), (1 - shadow)[..., None])
    shut = np.clip(drawn(1.0, near) * hanging, 0.03, 1)
    warmth = _warmth(lid.skin_open, eye)
    return Lashes(
        open=np.minimum(opened, 1.3).astype(np.float32),
        half=_never_blue(half.astype(np.float32), warmth),
        closed=_never_blue(shut.astype(np.float32), warmth),
        softness=softness,
    )


def _warmth(skin: Floats, eye: EyeGeometry) -> Floats:
    """How much more of G and B than of R lashes may let through on this skin, ``(2,)``; 1 if grey."""
    under = (np.abs(eye.u - 0.5) < 0.4) & (np.abs(eye.v - eye.spread(eye.lower)) < 0.15 * eye.width)
    if not under.any():
        return np.ones(2, np.float32)
    red, green, blue = np.median(skin[under], axis=0)
    others = np.array([max(green, 1.0), max(blue, 1.0)], np.float32)
    return np.asarray(np.maximum(red / others, 1) ** np.float32(LASH_COOLNESS), np.float32)


def _never_blue(layer: Floats, warmth: Floats) -> Floats:
    """`layer` with lashes brown or black: what is colder is a blue iris that shone through them."""
    layer[..., 1:] = np.minimum(layer[..., 1:], layer[..., :1] * warmth)
    return layer


def _tint(above: Floats) -> Floats:
    """How the darkening of the lash line divides over R, G, B, with a mean of 1: ``(3,)``."""
    depth = 1 - above[-max(4, len(above) // 4) :].reshape(-1, 3).mean(axis=0)
    tint = depth / max(float(depth.mean()), 1e-3)
    return np.asarray(np.clip(tint, 0.7, 1.3), np.float32)


def _taper(eye: EyeGeometry) -> Floats:
    """The line fades just past the outer corner and just before the inner one."""
    outward = eye.outward()
    return smoothstep(outward, -0.02, 0.14) * (1 - smoothstep(outward, 0.92, 1.08))


def _softness(columns: Floats) -> float:
    """Width in pixels of the edge from skin to lash line; `columns` run downward in steps of `STEP`."""
    slope = -np.diff(columns, axis=0).min(axis=0) / STEP
    contrast = columns.max(axis=0) - columns.min(axis=0)
    width = np.median(contrast / np.maximum(slope, 0.5))
    return float(np.clip(0.4 * width, 1.0, 2.5))
