"""The small visible mark of an animated photograph, for owners who want one."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces.types import Floats, Picture

WORD = "animated"
SHARE_OF_HEIGHT = 0.022
"""Height of the letters: readable from a sofa, out of the way of a face."""
OPACITY = 0.72


@dataclass(frozen=True)
class Badge:
    """A mark in the lower right corner of a picture of one size.

    `corner` is its upper left pixel; `ink` ``(h, w, 1) float32`` 0..1 the letters, `cover` the same
    for letters and the shadow that keeps them readable on white.
    """

    corner: tuple[int, int]
    ink: Floats
    cover: Floats

    def paint(self, part: Picture, x0: int = 0, y0: int = 0) -> None:
        """Lay the mark over `part`, whose upper left pixel is ``(x0, y0)`` of the picture, in place."""
        h, w = self.ink.shape[:2]
        left, top = max(self.corner[0], x0), max(self.corner[1], y0)
        right = min(self.corner[0] + w, x0 + part.shape[1])
        bottom = min(self.corner[1] + h, y0 + part.shape[0])
        if left >= right or top >= bottom:
            return
        mine = (
            slice(top - self.corner[1], bottom - self.corner[1]),
            slice(left - self.corner[0], right - self.corner[0]),
        )
        view = part[top - y0 : bottom - y0, left - x0 : right - x0]
        mixed = view * (1 - self.cover[mine]) + 255.0 * self.ink[mine]
        view[:] = np.clip(np.round(mixed), 0, 255).astype(np.uint8)


def make_badge(width: int, height: int) -> Badge:
    """The mark for pictures of this size."""
    font, thickness = cv2.FONT_HERSHEY_SIMPLEX, max(1, round(height * SHARE_OF_HEIGHT / 14))
    scale = cv2.getFontScaleFromHeight(font, max(8, round(height * SHARE_OF_HEIGHT)), thickness)
    (text_w, text_h), below = cv2.getTextSize(WORD, font, scale, thickness)
    margin = text_h
    mask = np.zeros((text_h + below + 2 * margin, text_w + 2 * margin), np.uint8)
    cv2.putText(mask, WORD, (margin, margin + text_h), font, scale, 255, thickness, cv2.LINE_AA)
    ink = mask.astype(np.float32)[..., None] * np.float32(OPACITY / 255)
    shadow = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), max(1.0, text_h / 6))
    cover = np.maximum(ink, np.clip(1.2 * shadow, 0, 0.5)[..., None])
    corner = (max(0, width - mask.shape[1]), max(0, height - mask.shape[0]))
    return Badge(corner, ink, np.asarray(cover, np.float32))
