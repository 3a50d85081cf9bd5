"""Pictures of a given size with faces of a given height, made from one free portrait."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from bench.samples import fetch
from renderer.faces.find import only_face
from renderer.faces.types import Face, Picture
from renderer.models import ModelStore

PHOTO = "astronaut.png"

GRAIN = 2.0
"""Standard deviation of the noise that is laid over the enlarged photo, in grey levels: without it an
encoder would have an easier time than with a photo."""

FACE_AT = 0.47
"""Height of the face's middle in the picture."""


def scene(
    folder: Path, width: int, height: int, face_px: float, faces: int = 1, photo: Path | None = None
) -> Path:
    """A PNG in `folder`: `faces` times the same person side by side, each face `face_px` tall.

    `photo` is by default the sample astronaut, fetched the first time. Beyond the photo's edges it
    is mirrored.
    """
    picture = _read(photo or fetch() / PHOTO)
    face = only_face(picture, ModelStore())
    columns = np.linspace(0, width, faces + 1).round().astype(int)
    tiles = [_tile(picture, face, int(w), height, face_px) for w in np.diff(columns)]
    whole = np.hstack(tiles).astype(np.float32)
    whole += np.random.default_rng(1).normal(0, GRAIN, whole.shape[:2])[..., None]
    path = folder / f"scene_{width}x{height}_{faces}.png"
    pixels = np.clip(np.round(whole), 0, 255).astype(np.uint8)
    if not cv2.imwrite(str(path), np.ascontiguousarray(pixels[..., ::-1])):
        raise OSError(f"{path} cannot be written")
    return path


def _tile(picture: Picture, face: Face, width: int, height: int, face_px: float) -> Picture:
    scale = face_px / face.height_px
    x, y = face.mesh.points[:468, :2].mean(axis=0)
    matrix = np.array(
        [[scale, 0, width / 2 - scale * x], [0, scale, FACE_AT * height - scale * y]], np.float32
    )
    placed = cv2.warpAffine(
        picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )
    return np.asarray(placed, np.uint8)


def _read(path: Path) -> Picture:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise OSError(f"{path} is not a picture")
    return np.ascontiguousarray(pixels[..., ::-1], np.uint8)
