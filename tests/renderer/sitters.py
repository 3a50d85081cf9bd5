"""Two people who sit for tests that need a real face, and no test data: both in the public domain."""

from __future__ import annotations

import cv2
import numpy as np

from renderer.faces.types import Picture
from tests.paths import ROOT

SHEET_TILE = (slice(30, 180), slice(0, 152))
"""The still among the frames of a gallery sheet."""


def astronaut() -> Picture:
    """340x340, the face 109 px tall: NASA's portrait of Eileen Collins, out of scikit-image."""
    return _read("tests/pictures/astronaut.jpg")


def stranger() -> Picture:
    """150x152, the face 71 px tall: an official White House portrait, out of our own gallery."""
    return np.ascontiguousarray(_read("docs/gallery/president.jpg")[SHEET_TILE])


def _read(path: str) -> Picture:
    picture = cv2.imread(str(ROOT / path), cv2.IMREAD_COLOR)
    assert picture is not None, path
    return np.ascontiguousarray(picture[..., ::-1])
