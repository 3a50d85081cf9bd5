"""What a face and its photo are like, as far as it decides how they may move.

Everything is measured from the mesh and from a levelled chip of the face; nothing here decides. The
thresholds were set on faces sorted by eye, and `bench/attributes.py` prints where they fail.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces import topology
from renderer.faces.chip import cut_chip
from renderer.faces.clarity import flatness, grain, sharpness
from renderer.faces.mouth import (
    SMILE_LIFT,
    corner_lift,
    is_covered,
    lip_gap,
    read_mouth,
    unevenness,
)
from renderer.faces.skin import has_beard
from renderer.faces.spectacles import read_spectacles
from renderer.faces.types import Face, Picture
from renderer.motion.expression import Mouth

CLOSED_EYE = 0.14
"""Mean opening over width of both eyes: shut eyes measure 0.03-0.13, laughing slits 0.14-0.18."""

ONE_CLOSED_EYE = 0.10
"""Under this a single eye is shut, a wink."""

GREY_SPREAD = 2.6
"""Chroma not explained by brightness, in levels: prints of one hue up to 2, colour photos from 4."""

CROWN_ABOVE_FOREHEAD = 0.36
"""Top of the hair above landmark 10, in face heights: skull 0.25, and some hair."""

HAIR_BESIDE_OVAL = 0.10
"""Ears and hair beside the oval, in face heights."""


@dataclass(frozen=True)
class Touches:
    """Which borders of the picture the head reaches, by the picture's sides."""

    left: bool
    top: bool
    right: bool
    bottom: bool

    @property
    def any(self) -> bool:
        return self.left or self.top or self.right or self.bottom


@dataclass(frozen=True)
class Attributes:
    """One face.

    eye_openness: aperture over width of the left and right eye (0.3 is usual). eyes_closed: at least
    one is shut. mouth, lip_gap: what the lips show, and their gap in eye distances. mouth_covered:
    no lips can be seen where they should be. mouth_uneven 0..: see `renderer.faces.mouth`. glasses,
    dark_glasses. beard: the jaw is covered by hair. sharpness 0..1: share of fine detail in the
    eyes' edges at up to 128 px between the eyes (0.1 is soft, 0.4 crisp). grain: noise in grey
    levels of the source. grey: the face has one hue only (black and white, sepia). smiling: teeth
    show, or the corners of the mouth are up. flatness 0..1: see `renderer.faces.clarity.flatness`.
    """

    eye_openness: tuple[float, float]
    eyes_closed: bool
    mouth: Mouth
    lip_gap: float
    mouth_covered: bool
    mouth_uneven: float
    glasses: bool
    dark_glasses: bool
    beard: bool
    sharpness: float
    grain: float
    grey: bool
    smiling: bool
    flatness: float = 0.0


def read_attributes(picture: Picture, face: Face) -> Attributes:
    """Measure one face of `picture`. Total: any face that was found gets an answer."""
    chip = cut_chip(picture, face)
    openness = eye_openness(face)
    gap = lip_gap(face)
    mouth = read_mouth(chip, gap)
    spectacles = read_spectacles(chip)
    beard = has_beard(chip)
    return Attributes(
        eye_openness=openness,
        eyes_closed=sum(openness) / 2 < CLOSED_EYE or min(openness) < ONE_CLOSED_EYE,
        mouth=mouth,
        lip_gap=gap,
        mouth_covered=mouth is Mouth.CLOSED and not beard and is_covered(chip),
        mouth_uneven=unevenness(chip),
        glasses=spectacles.worn,
        dark_glasses=spectacles.are_dark,
        beard=beard,
        sharpness=sharpness(picture, face),
        grain=grain(picture, face),
        grey=is_grey(chip.pixels),
        smiling=mouth is Mouth.TOOTHY or corner_lift(chip, face.pose.pitch_deg) > SMILE_LIFT,
        flatness=flatness(chip.pixels),
    )


def eye_openness(face: Face) -> tuple[float, float]:
    """Aperture over width of the left and the right eye, foreshortening by yaw undone."""
    points = face.mesh.points[:, :2].astype(np.float64)
    shrink = max(0.2, float(np.cos(np.radians(face.pose.yaw_deg))))
    ratios = []
    for upper, lower in zip(topology.UPPER_LIDS, topology.LOWER_LIDS, strict=True):
        # The middle three of nine pairs from corner to corner.
        gaps = points[list(upper[3:6])] - points[list(lower[3:6])]
        width = float(np.linalg.norm(points[upper[0]] - points[upper[-1]])) / shrink
        ratios.append(float(np.linalg.norm(gaps, axis=1).mean()) / max(width, 1e-3))
    return ratios[0], ratios[1]


def touches(face: Face, size: tuple[int, int]) -> Touches:
    """Borders that the head with its hair reaches; `size` is the picture's (width, height)."""
    oval = face.mesh.points[list(topology.OVAL), :2].astype(np.float64)
    up = oval[0] - face.mesh.points[topology.CHIN, :2]
    crown = oval[0] + up * CROWN_ABOVE_FOREHEAD
    beside = HAIR_BESIDE_OVAL * face.height_px
    low, high = oval.min(axis=0), oval.max(axis=0)
    return Touches(
        left=bool(low[0] - beside < 0),
        top=bool(min(low[1], crown[1]) < 0),
        right=bool(high[0] + beside > size[0] - 1),
        bottom=bool(high[1] > size[1] - 1),
    )


def is_grey(image: Picture) -> bool:
    """Whether colour follows from brightness alone, as in black and white, sepia and tinted prints."""
    space = cv2.cvtColor(cv2.GaussianBlur(image, (0, 0), 1.5), cv2.COLOR_RGB2YCrCb)
    pixels = space.reshape(-1, 3).astype(np.float64)
    light = pixels[:, 0] / 255
    basis = np.stack([np.ones_like(light), light, light**2], axis=1)
    fit, *_ = np.linalg.lstsq(basis, pixels[:, 1:], rcond=None)
    return float((pixels[:, 1:] - basis @ fit).std(axis=0).max()) < GREY_SPREAD
