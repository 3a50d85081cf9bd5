"""Does anything move but the people? Pixels that differ from the still where no head has been."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Picture
from renderer.motion.channels import FaceCurves
from renderer.motion.rig import HeadRig, Motion, displacement, invert
from renderer.performer import Stage, motion_at

PRESENT = 0.004
"""Alpha from which a head counts as present: one level of 256."""

PLATE_REACH = 0.04
"""The plate behind a head returns to the photo this far outside its matte, in face heights."""

KERNEL_REACH = 4
"""Pixels that resampling reaches beyond: two of the cubic kernel, two of the doubling."""

Mask = NDArray[np.bool_]


def different(picture: Picture, still: Picture) -> Mask:
    """``(H, W)``: pixels of which any channel differs."""
    return np.asarray((picture != still).any(axis=2))


def rim(stage: Stage, curves: Sequence[FaceCurves], frame: int) -> Mask:
    """``(H, W)``: where a frame may differ from the still. Every head's matte with the plate's reach
    around it, at rest and as it has moved, and the kernels' reach around both."""
    height, width = stage.picture.shape[:2]
    allowed = np.zeros((height, width), np.bool_)
    for performer, mine in zip(stage.performers, curves, strict=True):
        x0, y0, x1, y1 = performer.box
        matte = 1.0 - performer.layer.keep[..., 0]
        rest = grown(matte > PRESENT, PLATE_REACH * performer.face.height_px)
        moved = carried(rest, performer.layer.rig, motion_at(mine, frame))
        allowed[y0:y1, x0:x1] |= grown(rest | moved, KERNEL_REACH)
    return allowed


def carried(mask: Mask, rig: HeadRig, motion: Motion) -> Mask:
    """Where a mask of the rig's box goes; a head that is cut by the frame continues mirrored."""
    height, width = mask.shape
    backward = invert(displacement(rig, motion), rig.step)
    size = (backward.shape[1] * rig.step, backward.shape[0] * rig.step)
    full = cv2.resize(backward, size, interpolation=cv2.INTER_LINEAR)[:height, :width]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    moved = cv2.remap(
        mask.astype(np.float32), x + full[..., 0], y + full[..., 1], cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT_101,
    )  # fmt: skip
    return np.asarray(moved > 0)


def grown(mask: Mask, radius: float) -> Mask:
    """The mask and everything within `radius` pixels of it."""
    if not mask.any():
        return mask
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(away <= radius)


def outside_pixels(picture: Picture, stage: Stage, curves: Sequence[FaceCurves], frame: int) -> int:
    """How many pixels of a drawn frame differ from the still where nothing may."""
    return int((different(picture, stage.picture) & ~rim(stage, curves, frame)).sum())
