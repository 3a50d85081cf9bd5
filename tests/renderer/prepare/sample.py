"""A photo of a person that a fresh checkout has, and damage laid over it by hand."""

from __future__ import annotations

import cv2
import numpy as np

from renderer.faces.planes import Mask
from renderer.faces.types import Picture
from tests.paths import ROOT


def sample_photo() -> Picture:
    """The first frame of the gallery's astronaut (NASA, public domain), ``(288, 288, 3)``."""
    sheet = cv2.imread(str(ROOT / "docs" / "gallery" / "astronaut.jpg"))
    frame = cv2.resize(sheet[31:179, 1:149], (288, 288), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(frame[..., ::-1], np.uint8)


def cracked(picture: Picture, thickness: int = 2) -> tuple[Picture, Mask]:
    """`picture` with a white zigzag from rim to rim and two white scratches beside the face, and
    where they are."""
    ink = np.zeros(picture.shape[:2], np.uint8)
    zigzag = np.array([[0, 40], [30, 52], [52, 47], [60, 90], [42, 130], [0, 150]])
    cv2.polylines(ink, [zigzag], False, 255, thickness, cv2.LINE_AA)
    cv2.line(ink, (262, 0), (255, 140), 255, thickness, cv2.LINE_AA)
    cv2.line(ink, (230, 20), (287, 60), 255, thickness, cv2.LINE_AA)
    mix = ink[..., None].astype(np.float32) / 255
    damaged = np.rint(picture * (1 - mix) + 250 * mix).astype(np.uint8)
    return damaged, ink > 100
