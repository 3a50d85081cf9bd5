"""The eyeball behind the lids, and how its picture moves when the eye looks elsewhere.

The iris moves as one piece, the white stretches on one side and gathers on the other, and what the lids
hid of the iris is completed by mirroring it. The catch-light is a reflection on the cornea, so it moves
less than the iris does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Floats
from renderer.picture.eye_geometry import CURVE_U, EyeGeometry, smoothstep
from renderer.picture.inpaint import blurred, fill
from renderer.picture.lids import luma

LIMBUS = 1.10
"""Iris radii from the centre that move as one piece: the soft dark ring is part of the iris."""
CATCH_LIGHT_FOLLOWS = 0.4
"""Share of the iris's travel that a corneal reflection makes: it lags the pupil by 1 mm per 8 degrees
(Hirschberg), while the pupil travels 1.6 mm."""
DARKEST_WHITE = 0.25
"""Lightest shade of white, over its bright part, that is no longer shade but a lash."""
LARGEST_CATCH_LIGHT = 0.05
"""Share of the iris. A window's reflection is larger, and sliding it shows what we invent under it."""
SHADED_ROWS = 0.035
"""Eye widths at each lid that are darkened by it and no model for what lies further under it."""
GLANCE_REACH = 0.16
"""Eye widths over which a glance fades at the lids."""
GLANCE_RISE = 0.5
"""Share of a vertical glance that is made where lids must be bent for it."""
SHADE_COLUMNS, SHADE_ROWS = 81, 49
MOST_SQUEEZED = 0.35
"""The white between iris and corner keeps at least this share of its width."""


@dataclass(frozen=True)
class Eyeball:
    """`white_and_iris`, `catch_light`: ``(h, w, 3) float32``, the eyeball without its lids.

    `shade`, `even_shade`: ``(h, w, 3) float32`` factors by which the lids darken it, as found and
    without traces of where the iris was; ``white_and_iris * shade + catch_light`` is the photo.
    `left`, `right`: `u` of the edges of the rigid part.
    """

    white_and_iris: Floats
    catch_light: Floats
    shade: Floats
    even_shade: Floats
    left: float
    right: float
    has_catch_light: bool

    def cropped(self, cut: tuple[slice, slice]) -> Eyeball:
        """The same eyeball over a part of the box."""
        return replace(
            self,
            white_and_iris=np.ascontiguousarray(self.white_and_iris[cut]),
            catch_light=np.ascontiguousarray(self.catch_light[cut]),
            shade=np.ascontiguousarray(self.shade[cut]),
            even_shade=np.ascontiguousarray(self.even_shade[cut]),
        )


def build_eyeball(patch: Floats, eye: EyeGeometry) -> Eyeball:
    """The eyeball of `eye`, completed behind both lids."""
    width, radius = eye.width, eye.iris_radius
    upper, lower = eye.spread(eye.upper), eye.spread(eye.lower)
    distance = eye.from_iris()
    catch_light = _catch_light(patch, distance, radius)
    dull = patch - catch_light

    edge = SHADED_ROWS * width
    seen = np.minimum(eye.v - upper - edge, lower - eye.v - 1.8 * edge) / edge
    seen = np.clip(seen + 0.5, 0, 1).astype(np.float32)
    corner = np.minimum(eye.u, 1 - eye.u)
    around = (seen > 0.9) & (distance > 1.2 * radius) & (corner > 0.03)
    lit = _lighting(dull, around, width)
    # A lash that ends in deep shade must not become a spark when the shade is taken off it.
    white_tone = np.percentile(dull[around], 90, axis=0) if around.any() else np.full(3, 255.0)
    even = np.minimum(dull / lit, np.maximum(1.15 * white_tone, dull)).astype(np.float32)
    white = fill(even, ~around)
    flip = np.float32(2) * (eye.v - np.float32(eye.iris_uv[1]))
    mirrored, mirror_seen = eye.displaced(even, -flip), eye.displaced(seen, -flip)
    rings = _rings(even, distance, seen, radius)
    iris = rings + (mirrored - rings) * mirror_seen[..., None]
    # Half a limbus wide: the completed iris meets the white as softly as the visible one does.
    disc = 1 - smoothstep(distance, 0.94 * radius, 1.14 * radius)
    hidden = white + (iris - white) * disc[..., None]
    whole = hidden + (even - hidden) * seen[..., None]
    shade = np.clip((dull + 4) / (whole + 4), 0.05, 1.05)
    # Beyond the margins there is only lid; what a wider lid bares is as dark as its edge was.
    beyond = np.maximum(upper - eye.v, 0) - np.maximum(eye.v - lower, 0)
    shade, seen = eye.displaced(shade, beyond), eye.displaced(seen, beyond)
    even_shade = _along_lids(shade, seen, disc, eye)
    half = LIMBUS * radius / width
    return Eyeball(
        white_and_iris=whole.astype(np.float32),
        catch_light=catch_light,
        shade=shade.astype(np.float32),
        even_shade=even_shade,
        left=max(0.05, eye.iris_uv[0] - half),
        right=min(0.95, eye.iris_uv[0] + half),
        has_catch_light=bool(catch_light.any()),
    )


def _lighting(dull: Floats, around: NDArray[np.bool_], width: float) -> Floats:
    """The light that falls on the eyeball, ``(h, w, 1)``, 1 on the bright part of the white.

    Read from the white, carried on under the iris. It stays where it is when the eye turns.
    """
    light = luma(dull)
    if not around.any():
        return np.ones((*around.shape, 1), np.float32)
    bright = max(float(np.percentile(light[around], 80)), 1.0)
    ratio = np.clip(blurred(light, 0.012 * width) / bright, DARKEST_WHITE, 1.1)
    return blurred(fill(ratio, ~around), 0.02 * width)[..., None]


def _along_lids(shade: Floats, seen: Floats, disc: Floats, eye: EyeGeometry) -> Floats:
    """`shade` evened out along the lids, row by row; untouched at the corners and in the open."""
    us = np.linspace(0, 1, SHADE_COLUMNS)
    rows = np.linspace(-0.3, 1.3, SHADE_ROWS)[:, None]
    upper, lower = np.interp(us, CURVE_U, eye.upper), np.interp(us, CURVE_U, eye.lower)
    gap = np.maximum(lower - upper, 0.5)
    table = eye.sample(shade, us, upper + rows * gap)
    table = blurred(table, 0.12 * SHADE_COLUMNS, 0.6)
    share = (eye.v - eye.spread(eye.upper)) / eye.spread(np.maximum(eye.lower - eye.upper, 0.5))
    even = cv2.remap(
        table,
        (eye.u * (SHADE_COLUMNS - 1)).astype(np.float32),
        ((share + 0.3) / 1.6 * (SHADE_ROWS - 1)).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    inner = smoothstep(np.minimum(eye.u, 1 - eye.u), 0.08, 0.22) * (1 - seen)
    # Lash roots keep their detail; what is lighter than its row, or was over the iris, is evened.
    lighter = smoothstep(luma(shade - even), -0.05, 0.05)
    chosen = inner * np.maximum(lighter, smoothstep(disc, 0.0, 0.3))
    return np.asarray(shade + (even - shade) * chosen[..., None], np.float32)


def _rings(patch: Floats, distance: Floats, seen: Floats, radius: float) -> Floats:
    """The iris as its mean colour at each distance from the centre: ``(h, w, 3)``."""
    bins = np.minimum((distance / max(radius, 1) * 8).astype(int), 12)
    weight = np.bincount(bins.ravel(), seen.ravel(), 13) + 1e-3
    table = np.stack(
        [np.bincount(bins.ravel(), (seen * patch[..., c]).ravel(), 13) / weight for c in range(3)],
        -1,
    ).astype(np.float32)
    at = np.clip(distance / max(radius, 1) * 8 - 0.5, 0, 12)
    return np.stack([np.interp(at, np.arange(13), table[:, c]) for c in range(3)], -1).astype(
        np.float32
    )


def _catch_light(patch: Floats, distance: Floats, radius: float) -> Floats:
    """Small bright spots over iris and pupil, as light added to what is under them."""
    size = 2 * max(1, round(0.30 * radius)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    calm = cv2.morphologyEx(patch, cv2.MORPH_OPEN, disc)
    extra = patch - blurred(calm, max(0.6, 0.05 * radius))
    strength = luma(extra)
    inside = 1 - smoothstep(distance, 0.70 * radius, 0.90 * radius)
    # Less than 40 grey levels over its surroundings is the pattern of an iris, or grain.
    mask = smoothstep(blurred(strength, 0.8), 25, 55) * inside
    if float((mask > 0.3).sum()) > LARGEST_CATCH_LIGHT * np.pi * radius**2:
        return np.zeros_like(patch)
    return np.asarray(np.maximum(extra, 0) * mask[..., None], np.float32)


def gaze_shift(eye: EyeGeometry, ball: Eyeball, gaze: tuple[float, float]) -> tuple[float, float]:
    """The iris's travel in pixels, `u` and `v`; a shift that would crush the white is shortened."""
    across_x, across_y = gaze[0] * eye.iris_radius, gaze[1] * eye.iris_radius
    along = across_x * eye.along[0] + across_y * eye.along[1]
    down = across_x * eye.across[0] + across_y * eye.across[1]
    room_left = (1 - MOST_SQUEEZED) * ball.left * eye.width
    room_right = (1 - MOST_SQUEEZED) * (1 - ball.right) * eye.width
    return float(np.clip(along, -room_left, room_right)), float(down)


def glance_share(eye: EyeGeometry) -> Floats:
    """How much of a glance each pixel takes part in when nothing is cut out: ``(h, w)`` 0..1.

    For eyes whose iris and white cannot be told apart: the opening and the edges of the lids shift
    together and the skin around them gives way.
    """
    reach = np.float32(GLANCE_REACH * eye.width)
    above = (eye.v - eye.spread(eye.upper)) / reach + np.float32(0.5)
    below = (eye.spread(eye.lower) - eye.v) / reach + np.float32(0.5)
    return smoothstep(above, 0, 1) * smoothstep(below, 0, 1)


def gaze_source(u: Floats, ball: Eyeball, along: float, down: float) -> tuple[Floats, Floats]:
    """Where each pixel of the looking eye comes from: offsets in `u` (eye widths) and `v` (pixels).

    `along` in eye widths, `down` in pixels. Rigid between the iris's edges, linear to the corners.
    """
    left, right = ball.left + along, ball.right + along
    on_left = np.clip(u / np.float32(left), 0, 1)
    on_right = np.clip((1 - u) / np.float32(1 - right), 0, 1)
    share = on_left * on_right
    return (share * np.float32(-along)).astype(np.float32), (share * np.float32(-down)).astype(
        np.float32
    )
