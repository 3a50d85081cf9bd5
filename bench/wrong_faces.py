"""Another person's face in a frame: what a face swap would look like, made on purpose.

The guest's face, inside its outline, is laid over the host's, eyes on eyes, in the host's own mean
colour: hair, jaw and light stay, which makes it harder to tell than a whole other head.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces.crop import Crop
from renderer.faces.identity import chip_of
from renderer.faces.topology import OVAL, of
from renderer.faces.types import Face, Floats, Picture

RIM = 3.0
"""Softness of the seam in chip pixels."""

INSIDE = 5
"""The seam lies this wide a brush inside the outline."""


@dataclass(frozen=True)
class Guest:
    """A face to lay over others: its chip and where in it the face is, 0..1."""

    chip: Floats
    mask: Floats


def guest(picture: Picture, face: Face, size: int) -> Guest:
    """The face cut out of `picture`, in a chip of `size` pixels."""
    chip = chip_of(face)
    return Guest(chip.sample(picture, size), face_mask(face, chip, size))


def face_mask(face: Face, chip: Crop, size: int) -> Floats:
    """``(size, size, 1)`` 0..1: the face within its outline, in the chip's pixels."""
    outline = face.mesh.points[of(OVAL), :2] - (chip.x, chip.y)
    points = (outline @ np.linalg.inv(chip.axes).T + 0.5) * size - 0.5
    mask = np.zeros((size, size), np.uint8)
    cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 255)
    mask = np.asarray(cv2.erode(mask, np.ones((INSIDE, INSIDE), np.uint8)), np.uint8)
    soft = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), RIM)
    return np.asarray(soft, np.float32)[..., None]


def swapped(host: Floats, host_mask: Floats, other: Guest) -> Floats:
    """The host's chip with the guest's face in it."""
    where = np.minimum(host_mask, other.mask)
    weight = where.sum()
    shift = ((host - other.chip) * where).sum(axis=(0, 1)) / weight
    laid = np.clip(other.chip + shift, 0, 255)
    return np.asarray(laid * where + host * (1 - where), np.float32)


def paste(picture: Picture, chip: Crop, changed: Floats) -> Picture:
    """`picture` with the pixels of `changed` where `chip` was cut."""
    size = changed.shape[0]
    step = chip.axes / size
    middle = (size - 1) / 2
    corner = np.array([chip.x, chip.y]) - step @ np.array([middle, middle])
    matrix = np.column_stack([step, corner]).astype(np.float64)
    whole = (picture.shape[1], picture.shape[0])
    before = chip.sample(picture, size)
    change = cv2.warpAffine((changed - before).astype(np.float32), matrix, whole)
    return np.asarray(np.clip(np.rint(picture + change), 0, 255), np.uint8)
