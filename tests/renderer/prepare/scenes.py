"""Pictures made on the spot: a scene with shades, edges and texture, and what time does to it."""

from __future__ import annotations

import cv2
import numpy as np

from renderer.faces.types import Picture


def scene(width: int = 400, height: int = 320) -> Picture:
    """A sound photograph: the whole range of tones, smooth shades, edges, some texture, no noise."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    picture = np.stack([40 + 150 * x / width, 190 - 120 * y / height, 70 + 90 * x / width], -1)
    cv2.circle(picture, (width // 3, height // 2), height // 4, (238.0, 205.0, 180.0), -1)
    cv2.rectangle(picture, (width // 2, height // 4), (width - 40, height - 30), (6.0, 9, 12), -1)
    cv2.ellipse(
        picture, (width - 70, 50), (40, 22), 20, 0, 360, (250.0, 250.0, 250.0), -1, cv2.LINE_AA
    )
    weave = 14 * np.sin(x / 1.7) * np.sin(y / 2.3)
    picture[height * 3 // 4 :] += weave[height * 3 // 4 :, :, None]
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 0.8), 0, 255).astype(np.uint8)


def toned(picture: Picture, tint: tuple[float, float, float] = (1.0, 0.88, 0.72)) -> Picture:
    """The picture as a print of one hue, darker tones more strongly tinted, as sepia is."""
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)[..., None] / 255
    return np.rint(255 * luma ** (2 - np.array(tint, np.float32))).astype(np.uint8)


def faded(
    picture: Picture,
    black: tuple[float, float, float] = (60.0, 60.0, 60.0),
    white: tuple[float, float, float] = (225.0, 225.0, 225.0),
) -> Picture:
    """Each channel squeezed between a lifted black and a lowered white."""
    low, high = np.array(black), np.array(white)
    return np.rint(low + picture / 255 * (high - low)).astype(np.uint8)


def noisy(picture: Picture, level: float, *, is_grey: bool = False) -> Picture:
    shape = (*picture.shape[:2], 1 if is_grey else 3)
    noise = np.random.default_rng(3).normal(0, level, shape)
    return np.clip(np.rint(picture + noise), 0, 255).astype(np.uint8)


def compressed(picture: Picture, quality: int) -> Picture:
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])
