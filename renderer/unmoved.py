"""Is it still the photo's own mouth, and are the lids where lids belong? Drawn pixels, moved back.

Networks forgive what people do not: to the 68 points a mouth folded in on itself is a mouth, and an eye
whose lids have changed places is an eye (`python -m bench.gates` prints both). So the pixels are read
as well: mouth and eyes are looked up in a drawn pose where the commanded motion has taken them, and
compared with the still, whose own pixels they must be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces import topology
from renderer.faces.types import Face, Floats, Picture
from renderer.motion.channels import FaceCurves
from renderer.motion.rig import HeadRig, carry
from renderer.performer import motion_at

COLUMNS = 64
"""Width of a window in samples: the lips of a face of 60 px between the eyes, one to one."""

MOUTH = ((*topology.LIPS_OUTER_UPPER, *topology.LIPS_OUTER_LOWER), 1.25, 0.75)
EYES = tuple((ring, 1.35, 0.9) for ring in topology.EYE_RINGS)
"""Landmarks around the part, the window's width over theirs, and its height over its width."""

COARSE = 0.25
"""What is smoother than this share of the window's width is not compared: light and creases."""

HEART = (0.7, 0.85)
"""Height and width of an eye's middle in those of its window: lids and what is between them."""

SOUGHT = (0.9, 0.95)
"""The same of where that middle is sought: lids shift a little as they narrow and as the eyes turn."""

LEAST_MOUTH = 0.965
"""Correlation of the mouth with the still's. Natural poses reach 0.977 and more, mouths folded or turned
upside down on purpose 0.94 at most (`python -m bench.gates` prints both)."""

LEAST_LIDS = 0.07
"""By how much an eye has to resemble itself more than itself upside down, or than the other eye.
Natural poses reach 0.083 and more; lids swapped on purpose, in a clip's worst pose, 0.059 at most."""

LIDS_OPEN_COMMAND = 0.1
"""Eyes are compared in poses in which lids are told to close no farther than this."""


@dataclass(frozen=True)
class Window:
    """A part of the face: ``(rows, columns)`` picture coordinates of its samples, and how many picture
    pixels lie between them."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    step: float


@dataclass(frozen=True)
class Original:
    """Mouth and eyes as they are in the still."""

    mouth: Window
    eyes: tuple[Window, Window]
    mouth_pixels: Floats
    eye_pixels: tuple[Floats, Floats]


@dataclass(frozen=True)
class PartReading:
    """One drawn pose. mouth: correlation with the still's mouth, 1 at best. lids: by how much the eyes
    resemble themselves rather than each other, or themselves upside down, the worse eye; None in
    poses in which lids close."""

    mouth: float
    lids: float | None

    @property
    def faults(self) -> tuple[str, ...]:
        found = []
        if self.mouth < LEAST_MOUTH:
            found.append("mouth")
        if self.lids is not None and self.lids < LEAST_LIDS:
            found.append("lids")
        return tuple(found)


def look_at_parts(still: Picture, face: Face) -> Original:
    """Mouth and eyes of the still, to compare every pose with."""
    mouth = _window(face, *MOUTH)
    left, right = (_window(face, *eye) for eye in EYES)
    grey = _grey(still)
    return Original(
        mouth,
        (left, right),
        _sampled(grey, mouth.x, mouth.y, mouth.step),
        (
            _sampled(grey, left.x, left.y, left.step),
            _sampled(grey, right.x, right.y, right.step),
        ),
    )


def read_parts(
    frames: Sequence[Picture],
    numbers: Sequence[int],
    curves: FaceCurves,
    rig: HeadRig,
    original: Original,
) -> tuple[PartReading, ...]:
    """Read drawn `frames`, which are the frames `numbers` of `curves`."""
    readings = []
    for frame, number in zip(frames, numbers, strict=True):
        grey = _grey(frame)
        mouth = _moved_back(grey, original.mouth, curves, number, rig)
        lids = None
        if float(curves.blink[number].max()) <= LIDS_OPEN_COMMAND:
            now = [_moved_back(grey, eye, curves, number, rig) for eye in original.eyes]
            lids = min(
                _right_way(pixels, mine, other)
                for pixels, mine, other in zip(
                    now, original.eye_pixels, original.eye_pixels[::-1], strict=True
                )
            )
        readings.append(PartReading(_alike(mouth, original.mouth_pixels), lids))
    return tuple(readings)


def _window(face: Face, landmarks: Sequence[int], wider: float, flat: float) -> Window:
    """A rectangle along the head's own axis around some landmarks."""
    points = face.mesh.points[list(landmarks), :2].astype(np.float64)
    along = face.pose.rotation[:2, 0] / np.linalg.norm(face.pose.rotation[:2, 0])
    axes = np.array([along, [-along[1], along[0]]])
    place = points @ axes.T
    low, high = place.min(axis=0), place.max(axis=0)
    half = wider * float(high[0] - low[0]) / 2
    u, v = np.meshgrid(
        np.linspace(-half, half, COLUMNS),
        np.linspace(-half * flat, half * flat, round(COLUMNS * flat)),
    )
    middle = (low + high) / 2
    placed = np.stack([u + middle[0], v + middle[1]], axis=-1) @ axes
    return Window(placed[..., 0], placed[..., 1], 2 * half / COLUMNS)


def _moved_back(
    grey: Floats, window: Window, curves: FaceCurves, number: int, rig: HeadRig
) -> Floats:
    """The window's pixels, from where the commanded motion has taken them."""
    points = np.column_stack([window.x.ravel(), window.y.ravel()])
    gone = carry(rig, motion_at(curves, number), points).reshape(*window.x.shape, 2)
    return _sampled(grey, gone[..., 0], gone[..., 1], window.step)


def _sampled(grey: Floats, x: NDArray[np.float64], y: NDArray[np.float64], step: float) -> Floats:
    """Samples at least `step` wide, without what is smoother than the window's own structure."""
    reach = int(np.ceil(2 * step)) + 1
    x0, y0 = max(int(x.min()) - reach, 0), max(int(y.min()) - reach, 0)
    part = grey[y0 : int(y.max()) + reach + 1, x0 : int(x.max()) + reach + 1]
    if part.size == 0:
        return np.zeros(x.shape, np.float32)
    if step > 1.0:
        part = np.asarray(cv2.GaussianBlur(part, (0, 0), step / 2), np.float32)
    read = cv2.remap(
        part,
        (x - x0).astype(np.float32),
        (y - y0).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    coarse = cv2.GaussianBlur(read, (0, 0), COARSE * x.shape[1])
    return np.asarray(read - coarse, np.float32)


def _right_way(now: Floats, mine: Floats, other: Floats) -> float:
    """By how much an eye resembles itself more than itself upside down or the other eye."""
    place = _middle(now, SOUGHT)
    own, turned, swapped = (_found(place, _middle(eye, HEART)) for eye in (mine, mine[::-1], other))
    return own - max(turned, swapped)


def _middle(eye: Floats, shares: tuple[float, float]) -> Floats:
    """The middle of a window, by its shares of height and width."""
    rows, columns = eye.shape
    high, wide = round(shares[0] * rows), round(shares[1] * columns)
    top, left = (rows - high) // 2, (columns - wide) // 2
    return np.ascontiguousarray(eye[top : top + high, left : left + wide])


def _found(window: Floats, part: Floats) -> float:
    """The best correlation of `part` with any place in `window`."""
    if part.std() < 1e-3 or window.std() < 1e-3:
        return 0.0
    return float(cv2.matchTemplate(window, part, cv2.TM_CCOEFF_NORMED).max())


def _alike(one: Floats, other: Floats) -> float:
    """Correlation of two windows, -1 to 1."""
    strength = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / max(strength, 1e-6)


def _grey(picture: Picture) -> Floats:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)
