"""Fading, colour cast and flat light of a print: what time did to its tones, measured and undone.

Never colourises. A picture of one hue (black and white, sepia, hand-toned) keeps its toning exactly as
it is: only its brightness is stretched, and every pixel keeps its hue. A colour print whose dyes have
faded gets each channel's black and white back, as far as skin still looks like skin. A picture that
has its contrast is left alone, whatever its colours: nobody knows the light better than the print.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.chip import cut_chip
from renderer.faces.find import is_profile
from renderer.faces.skin import cheeks
from renderer.faces.types import Face, Floats, Picture
from renderer.prepare.hue import ONE_HUE, SEEN_SIDE, fitted
from renderer.prepare.mended import Mending

BLACK_PERCENT, WHITE_PERCENT = 0.2, 99.8

FADED_BLACK = 38.0
"""Luma of the darkest 0.2 %. Of 35 portraits the sound ones have 0-37, the faded ones 40-64."""

FLAT_RANGE = 160.0
"""White minus black. The portraits have 170-250, but for one that nobody would call anything but flat
(135)."""

BLACK_TARGET, WHITE_TARGET = 14.0, 244.0
"""Where a sound print has its black and white; the full range would look printed anew."""

UNDONE = 0.75
"""Share of the fading that is undone. At 1 the hair of portrait 19 closes up into one black."""

MOST_GAIN = 1.45
"""Contrast is raised no further: at 1.6 the wall behind portrait 05 turns white, and grain and the steps
of 8 bits begin to show."""

BLACK_APART, WHITE_APART = 30.0, 40.0
"""How far one channel's black and white may lie from those of luma and still be taken for fading
rather than for the colours of the scene: dyes that faded to red lie up to 25 and 35 apart."""

CAST = 6.0
"""Levels between the channels' blacks or whites that anybody sees."""

FACE_WHITE = 238.0
"""The lightest part of a face stays below: skin that is burnt out is lost."""

SKIN_HUE = (25.0, 80.0)
"""Degrees in the a*b* plane of CIE L*a*b*: the cheeks of every colour portrait lie at 33-70."""

PAPER_LUMA, PAPER_SPREAD = 175.0, 10.0
"""A border all around, lighter and smoother than this: the paper."""

BORDER_SHARE = 0.02


@dataclass(frozen=True)
class Tone:
    """What the tones of a picture are like.

    `black` and `white` are ``(4,)``: red, green, blue, luma, in levels; the border of bare paper, if
    there is one, does not count. `paper` is its colour ``(3,)`` or None. `is_one_hue`: colour follows
    from brightness alone. `skin` is the colour of the cheeks of the largest face ``(3,)`` and
    `face_white` the luma of its lightest part; None without a face.
    """

    black: tuple[float, float, float, float]
    white: tuple[float, float, float, float]
    is_one_hue: bool
    paper: tuple[float, float, float] | None = None
    skin: tuple[float, float, float] | None = None
    face_white: float | None = None

    @property
    def is_faded(self) -> bool:
        return self.black[3] >= FADED_BLACK

    @property
    def is_flat(self) -> bool:
        return self.white[3] - self.black[3] < FLAT_RANGE

    @property
    def cast(self) -> float:
        """Levels by which the channels' blacks or whites differ."""
        black, white = self.black[:3], self.white[:3]
        return max(max(black) - min(black), max(white) - min(white))


@dataclass(frozen=True)
class ToneChange:
    """What is to be done: `table` ``(3, 256) float32`` maps each channel's levels, or, where
    `keeps_hue`, `table` ``(1, 256)`` holds the factor for a pixel of that luma. `kinds` says what is
    mended, `strength` 0..1 how much of it is undone."""

    table: Floats
    keeps_hue: bool
    kinds: tuple[Mending, ...]
    strength: float


def read_tone(picture: Picture, faces: Sequence[Face], damage: NDArray[np.bool_] | None) -> Tone:
    """The tones of a picture; pixels of the mask `damage` ``(H, W)`` do not count."""
    scale = min(1.0, SEEN_SIDE / max(picture.shape[:2]))
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    soft = np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0), np.uint8)
    counts = np.ones(soft.shape[:2], np.bool_)
    if damage is not None:
        torn = cv2.resize(damage.astype(np.uint8), size, interpolation=cv2.INTER_AREA)
        counts &= cv2.dilate(torn, np.ones((3, 3), np.uint8)) == 0
    paper = _paper(soft)
    if paper is not None:
        counts &= np.abs(soft.astype(np.float32) - paper).max(axis=2) > PAPER_SPREAD
    pixels = soft[counts] if counts.any() else soft.reshape(-1, 3)
    levels = np.column_stack([pixels, _luma(pixels)])
    black, white = np.percentile(levels, [BLACK_PERCENT, WHITE_PERCENT], axis=0)
    skin, face_white = _skin(picture, faces)
    return Tone(
        black=_four(black),
        white=_four(white),
        is_one_hue=fitted(pixels)[1] < ONE_HUE,
        paper=None if paper is None else (float(paper[0]), float(paper[1]), float(paper[2])),
        skin=skin,
        face_white=face_white,
    )


def plan_tone(tone: Tone, strength: float = 1.0) -> ToneChange | None:
    """What brings the tones back, or None for a picture that has them. `strength` 0..1 scales it."""
    if not (tone.is_faded or tone.is_flat) or strength <= 0:
        return None
    undone = UNDONE * strength
    kinds: list[Mending] = ["fading"]
    common = _ramp(tone.black[3], tone.white[3], tone, undone)
    if tone.is_one_hue:
        levels = np.arange(256, dtype=np.float32)
        factor = common / np.maximum(levels, 1)
        # Below the first level of the print there is nothing whose hue could be kept.
        factor[0] = factor[1]
        return ToneChange(factor[None].astype(np.float32), True, tuple(kinds), undone)
    table = _per_channel(tone, common, undone)
    if tone.cast >= CAST:
        kinds.append("cast")
    return ToneChange(table, False, tuple(kinds), undone)


def apply_tone(strip: Picture, change: ToneChange) -> Floats:
    """``(h, w, 3) uint8`` levels, changed: float32 within 0..255, not rounded."""
    if not change.keeps_hue:
        table = np.ascontiguousarray(change.table.T[:, None, :])
        return np.asarray(cv2.LUT(strip, table), np.float32)
    luma = cv2.cvtColor(strip, cv2.COLOR_RGB2GRAY)
    factor = np.asarray(cv2.LUT(luma, change.table[0]), np.float32)
    # No channel may overflow, or the hue would turn: the brightest one sets the limit.
    brightest = np.maximum(strip.max(axis=2), 1).astype(np.float32)
    factor = np.minimum(factor, 255 / brightest)
    return np.asarray(cv2.multiply(strip.astype(np.float32), cv2.merge([factor] * 3)), np.float32)


def _ramp(black: float, white: float, tone: Tone, undone: float) -> Floats:
    """256 levels through which `black` and `white` come nearer to where a sound print has them."""
    to_black = black - undone * max(0.0, black - BLACK_TARGET) if tone.is_faded else black
    to_white = white + undone * max(0.0, WHITE_TARGET - white)
    span = max(white - black, 1.0)
    gain = (to_white - to_black) / span
    if gain > MOST_GAIN:
        give = (MOST_GAIN - 1) / (gain - 1)
        to_black, to_white = black + give * (to_black - black), white + give * (to_white - white)
        gain = (to_white - to_black) / span
    if tone.face_white is not None:
        # A face that would burn out holds the white back; its own light stays as it is.
        light = to_black + gain * (tone.face_white - black)
        most = max(FACE_WHITE, tone.face_white)
        if light > most and tone.face_white > black:
            gain = (most - to_black) / (tone.face_white - black)
    levels = np.arange(256, dtype=np.float32)
    return np.asarray(np.clip(to_black + gain * (levels - black), 0, 255), np.float32)


def _per_channel(tone: Tone, common: Floats, undone: float) -> Floats:
    """Each channel's own ramp, as far as the cheeks keep the colour of skin."""
    own = []
    for channel in range(3):
        black = _near(tone.black[channel], tone.black[3], BLACK_APART)
        light = tone.white[channel] if tone.paper is None else tone.paper[channel]
        middle = tone.white[3] if tone.paper is None else float(_luma(np.array([tone.paper]))[0])
        white = tone.white[3] + _near(light, middle, WHITE_APART) - middle
        own.append(_ramp(black, white, tone, undone))
    apart, together = np.stack(own), np.stack([common] * 3)
    if tone.skin is None:
        return np.asarray(apart, np.float32)
    before = _off_skin(tone.skin)
    for share in (1.0, 0.75, 0.5, 0.25):
        table = together + np.float32(share) * (apart - together)
        skin = tuple(float(table[k][round(tone.skin[k])]) for k in range(3))
        if _off_skin(skin) <= before:
            return np.asarray(table, np.float32)
    return np.asarray(together, np.float32)


def _off_skin(colour: Sequence[float]) -> float:
    """Degrees by which a colour's hue lies outside that of skin."""
    rgb = np.array(colour, np.float32).reshape(1, 1, 3) / 255
    _, a, b = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[0, 0]
    hue = float(np.degrees(np.arctan2(b, a)))
    return max(0.0, SKIN_HUE[0] - hue, hue - SKIN_HUE[1])


def _skin(
    picture: Picture, faces: Sequence[Face]
) -> tuple[tuple[float, float, float] | None, float | None]:
    frontal = [face for face in faces if not is_profile(face)]
    if not frontal:
        return None, None
    pixels = cut_chip(picture, max(frontal, key=lambda face: face.height_px))
    red, green, blue = np.median(cheeks(pixels), axis=0)
    light = float(np.percentile(_luma(cheeks(pixels)), 98))
    return (float(red), float(green), float(blue)), light


def _paper(small: Picture) -> Floats | None:
    """The colour of the bare paper around the picture, ``(3,)``, or None."""
    edge = max(2, round(BORDER_SHARE * min(small.shape[:2])))
    sides = [small[:edge], small[-edge:], small[:, :edge], small[:, -edge:]]
    border = np.concatenate([side.reshape(-1, 3) for side in sides]).astype(np.float32)
    luma = _luma(border)
    if np.percentile(luma, 10) < PAPER_LUMA or float(luma.std()) > PAPER_SPREAD:
        return None
    return np.asarray(np.median(border, axis=0), np.float32)


def _luma(pixels: NDArray[np.generic]) -> Floats:
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    return np.asarray(pixels.astype(np.float32, copy=False) @ weights, np.float32)


def _near(value: float, middle: float, most: float) -> float:
    return min(max(value, middle - most), middle + most)


def _four(values: NDArray[np.float64]) -> tuple[float, float, float, float]:
    red, green, blue, luma = (float(value) for value in values)
    return red, green, blue, luma
