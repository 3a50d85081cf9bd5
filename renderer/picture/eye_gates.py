"""Which eyes must be left alone, and why.

A face whose eyes do not move is a photograph; a face whose eye is torn is a fright. Every rule here errs
toward the photograph.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from renderer.faces.types import Floats
from renderer.picture.eye_geometry import EyeGeometry
from renderer.picture.inpaint import blurred
from renderer.picture.lids import luma

SMALLEST_EYE_PX = 14.0
"""Corner to corner. Below it a lid is three pixels tall and its lash line less than one."""
CLOSED_OPENING = 0.17
"""Opening over width under which an eye is closed, or squeezed to a slit by laughing: there is nothing
to close and nothing to look with. Smiling eyes that can blink have 0.18 and more."""
IRIS_TO_SKIN = 0.85
"""An iris is darker than the skin below it, by at least this factor of luminance; where it is not, the
mesh lies beside the eye, or the picture is too faint to tell. Over 62 eyes: 0.10 to 0.67 where it lies
on the eye, 0.99 and 1.98 where it does not."""
LIGHT_EYE = (1.6, 0.7)
"""A light iris on dark skin is an eye all the same if its white is so much lighter and its pupil so much
darker than itself (1.9 and 1.8; 0.64 and 0.43 on the one such face among the portraits)."""
NARROW_OPENING, WHITE_IN_NARROW = 0.22, 1.8
"""Under this opening an eye must at least show its white beside the iris; it is a slit otherwise."""
CLEAR_IRIS = 0.30
"""How clearly the iris must show to be cut out. Slits show too little of its rim to ask."""
WHITE_TO_SKIN, WHITE_TO_IRIS = 0.55, 1.35
"""The bright part of the white over the skin under the eye, and over the iris. Under either, lashes and
shadow would be taken for the white, and spread over the eye when it looks aside."""
FAINTEST_WHITE = 1.15
"""White over iris, at least, for a glance to be worth the risk."""
TURNED_AWAY = "eye turned too far away"
WORST_ASPECT = 0.85
"""Opening over width of an eye too foreshortened for its corners to be known."""
GLARE_LEVEL, MOST_GLARE = 245, 0.20
"""Luminance and share of the opening of a reflection that hides the eye."""
RIM_CONTRAST = 0.30
"""Darkness or lightness, against its surroundings, of a thin straight ridge that is a rim."""


@dataclass(frozen=True)
class Verdict:
    """What may be done with an eye; `reason` is empty where everything may.

    `may_cut`: whether iris and white are told apart well enough to be moved as separate things.
    """

    may_blink: bool
    may_gaze: bool
    reason: str
    may_cut: bool = True


FINE = Verdict(True, True, "")


def judge_eye(patch: Floats, eye: EyeGeometry, iris_clear: float, *, glasses: bool) -> Verdict:
    """The verdict on an eye, from the pixels of its box ``(h, w, 3) float32`` RGB 0..255.

    `iris_clear` is how clearly `renderer.picture.iris_fit.fit_iris` saw the iris.
    """
    if eye.width < SMALLEST_EYE_PX:
        return Verdict(False, False, f"eye only {eye.width:.0f} px wide")
    aspect = eye.opening / eye.width
    if aspect < CLOSED_OPENING:
        return Verdict(False, False, "eye closed or squeezed shut")
    if aspect > WORST_ASPECT:
        return Verdict(False, False, TURNED_AWAY)
    light = luma(patch)
    upper, lower = eye.spread(eye.upper), eye.spread(eye.lower)
    inset = 0.03 * eye.width
    opening = (eye.v > upper + inset) & (eye.v < lower - inset)
    iris = opening & (eye.from_iris() < 0.9 * eye.iris_radius)
    middle = np.abs(eye.u - 0.5) < 0.3
    skin = middle & (eye.v > lower + 0.15 * eye.width) & (eye.v < lower + 0.40 * eye.width)
    if iris.sum() < 6 or not skin.any():
        return Verdict(False, False, "no iris to be seen")
    white = opening & (eye.from_iris() > 1.2 * eye.iris_radius) & (eye.u > 0.03) & (eye.u < 0.97)
    bright = float(np.percentile(light[white], 80)) if white.sum() >= 6 else 0.0
    iris_light = max(float(np.median(light[iris])), 1.0)
    pupil = float(np.percentile(light[iris], 10))
    is_light_eye = bright > LIGHT_EYE[0] * iris_light and pupil < LIGHT_EYE[1] * iris_light
    dark_skin = iris_light > IRIS_TO_SKIN * float(np.median(light[skin]))
    if dark_skin and not is_light_eye:
        return Verdict(False, False, "eye not found where the mesh has it")
    if float((light[opening] > GLARE_LEVEL).mean()) > MOST_GLARE:
        return Verdict(False, False, "glare over the eye")
    if glasses and _rim_crosses(light, eye):
        return Verdict(False, True, "glasses rim across the lid")
    told_apart = bright / iris_light
    if aspect < NARROW_OPENING and told_apart < WHITE_IN_NARROW:
        return Verdict(False, False, "eye squeezed shut")
    too_dim = bright < WHITE_TO_SKIN * float(np.median(light[skin]))
    unclear = iris_clear < CLEAR_IRIS and aspect > NARROW_OPENING
    if told_apart < FAINTEST_WHITE:
        return Verdict(True, False, "white of the eye not to be told from the iris")
    may_cut = not (told_apart < WHITE_TO_IRIS or too_dim or unclear)
    if dark_skin:
        # A lid made from the skin around such an eye comes out grey, and shows as a patch.
        return Verdict(False, True, "skin too dark beside the eye for a lid", may_cut=may_cut)
    return Verdict(True, True, "", may_cut=may_cut)


def _rim_crosses(light: Floats, eye: EyeGeometry) -> bool:
    """Whether a thin ridge runs across the skin that a closing lid would repaint."""
    us = np.linspace(0.15, 0.85, 25)
    margin = np.interp(us, np.linspace(-0.3, 1.3, len(eye.upper)), eye.upper)
    offsets = np.arange(-0.26 * eye.width, -0.10 * eye.width, 0.5)
    strip = eye.sample(blurred(light, 0.8), us, margin + offsets[:, None])
    base = np.median(strip, axis=0, keepdims=True)
    ridge = np.abs(strip / np.maximum(base, 8) - 1)
    # A rim is there in nearly every column; a lash or a reflection is there in a few.
    return float((ridge.max(axis=0) > RIM_CONTRAST).mean()) > 0.8
