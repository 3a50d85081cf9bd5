"""One face ready to act, and a stage of them: from curves to the pixels of a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Face, Floats, Picture
from renderer.motion.channels import FaceCurves
from renderer.motion.rig import Motion, follow_weight, grid_step
from renderer.picture.eyes import EyeRig, render_eye
from renderer.picture.layer import HeadLayer, Patch, draw_layer

Region = tuple[int, int, int, int]

SMILE_SQUINT = 0.55
"""A smile raises the lower lids by this share of its own gain (cheek raiser and lid tightener go
together in spontaneous smiles; Ekman's AU 6)."""

SHUTTER_STILL = 0.03
"""Below this change within one exposure an eye is drawn once instead of three times; a lid then moves
by less than half a pixel."""

REACH_ASIDE = 0.14
"""Room around the head for its own motion, in face heights: no driver takes a head to the edge of its
region (`tests/renderer/test_performance.py`), where it would be cut off."""


@dataclass(frozen=True)
class Performer:
    """A face with everything that is needed to draw it in another pose. Cheap to draw, dear to make.

    inside: ``(gh, gw)`` grid points of the head. hidden: ``(h, w)`` 0..1 how much people in front
    cover, None where nobody does; the layer then holds the head as if they were not there.
    """

    face: Face
    layer: HeadLayer
    eyes: tuple[EyeRig | None, EyeRig | None]
    inside: NDArray[np.bool_]
    hidden: Floats | None = None

    @property
    def box(self) -> Region:
        return self.layer.rig.box


@dataclass(frozen=True)
class Stage:
    """The still and everybody in it who may move, the farthest first."""

    picture: Picture
    performers: tuple[Performer, ...]


def moving_box(face: Face, matte_box: Region, alpha: Floats, size: tuple[int, int]) -> Region:
    """The part of the picture that may change when this head moves, with even corners.

    `alpha` covers `matte_box`; `size` is the picture's (width, height). Within `matte_box` always.
    """
    x0, y0, x1, y1 = matte_box
    every = grid_step(face.height_px)
    coarse = alpha[::every, ::every]
    x, y = np.meshgrid(
        x0 + every * np.arange(coarse.shape[1], dtype=np.float32),
        y0 + every * np.arange(coarse.shape[0], dtype=np.float32),
    )
    moves = (coarse > 0.01) & (follow_weight(face, x, y) > 0)
    if not moves.any():
        raise ValueError("the matte does not hold the head")
    reach = REACH_ASIDE * face.height_px
    low_x, high_x = float(x[moves].min()) - reach, float(x[moves].max()) + reach
    low_y, high_y = float(y[moves].min()) - reach, float(y[moves].max()) + 2 * every
    return (
        -(-int(max(low_x, x0, 0)) // 2) * 2,
        -(-int(max(low_y, y0, 0)) // 2) * 2,
        int(min(high_x, x1, size[0])) // 2 * 2,
        int(min(high_y, y1, size[1])) // 2 * 2,
    )


def motion_at(curves: FaceCurves, frame: int) -> Motion:
    """The pose of one frame."""
    return Motion(
        yaw_deg=float(curves.yaw_deg[frame]),
        pitch_deg=float(curves.pitch_deg[frame]),
        roll_deg=float(curves.roll_deg[frame]),
        smile_left=float(curves.smile[frame, 0]),
        smile_right=float(curves.smile[frame, 1]),
        brow=float(curves.brow[frame]),
    )


def draw_performer(
    performer: Performer, curves: FaceCurves, frame: int, behind: Picture | None = None
) -> Picture | None:
    """The performer's box in one frame, ``(h, w, 3) uint8``; None when nothing moves in it."""
    motion = motion_at(curves, frame)
    patches = [
        patch
        for side, rig in enumerate(performer.eyes)
        if rig is not None and (patch := _draw_eye(rig, curves, frame, side)) is not None
    ]
    if motion.is_still and not patches and behind is None:
        return None
    return draw_layer(performer.layer, motion, patches, behind)


def draw_frame(
    stage: Stage, curves: Sequence[FaceCurves], frame: int, canvas: Picture
) -> list[Region]:
    """Draw one frame into `canvas` (the still, or the frame before) and say which boxes were touched.

    Far heads first: a head in front is laid over what those behind it have become.
    """
    boxes = [p.box for p in stage.performers]
    for x0, y0, x1, y1 in boxes:
        canvas[y0:y1, x0:x1] = stage.picture[y0:y1, x0:x1]
    drawn: list[Region] = []
    for performer, mine in zip(stage.performers, curves, strict=True):
        x0, y0, x1, y1 = performer.box
        moved_before = any(_overlap(performer.box, other) for other in drawn)
        view = canvas[y0:y1, x0:x1]
        behind = _behind(performer, stage.picture[y0:y1, x0:x1], view) if moved_before else None
        pixels = draw_performer(performer, mine, frame, behind)
        if pixels is not None:
            canvas[y0:y1, x0:x1] = _seen(performer, pixels, behind, view)
            drawn.append(performer.box)
    return boxes


def _behind(performer: Performer, still: Picture, now: Picture) -> Picture:
    """The box as heads drawn before have left it, in the layer's own terms."""
    if performer.hidden is None:
        return now
    changed = performer.layer.still + (now.astype(np.float32) - still)
    return np.asarray(np.clip(np.rint(changed), 0, 255), np.uint8)


def _seen(performer: Performer, drawn: Picture, behind: Picture | None, now: Picture) -> Picture:
    """What is seen of a drawn head: people in front of it keep their pixels."""
    if performer.hidden is None:
        return drawn
    before = performer.layer.still if behind is None else behind
    change = cv2.subtract(drawn, before, dtype=cv2.CV_32F)
    shown = cv2.multiply(change, cv2.merge([1.0 - performer.hidden] * 3))
    return np.asarray(cv2.add(now, shown, dtype=cv2.CV_8U), np.uint8)


def _draw_eye(rig: EyeRig, curves: FaceCurves, frame: int, side: int) -> Patch | None:
    blink = curves.blink[frame, :, side]
    gaze = curves.gaze[frame]
    squint = float(curves.squint[frame] + SMILE_SQUINT * curves.smile[frame, side])
    if not blink.any() and not gaze.any() and squint <= 0.0:
        return None
    moves = max(float(np.ptp(blink)), float(np.ptp(gaze, axis=0).max()))
    if moves <= SHUTTER_STILL:
        middle = gaze.mean(axis=0)
        pixels = render_eye(rig, float(blink.mean()), (float(middle[0]), float(middle[1])), squint)
        return Patch(rig.box, pixels)
    samples = [
        render_eye(rig, float(b), (float(g[0]), float(g[1])), squint)
        for b, g in zip(blink, gaze, strict=True)
    ]
    total = samples[0]
    for sample in samples[1:]:
        total = np.asarray(cv2.add(total, sample), np.float32)
    return Patch(rig.box, np.asarray(total / np.float32(len(samples)), np.float32))


def _overlap(a: Region, b: Region) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
