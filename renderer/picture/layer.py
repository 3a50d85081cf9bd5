"""One head as a layer that can be laid back over the photo in another pose.

Difference-matte compositing: with the photo I, the head's soft matte a and the plate B of what is
behind it, the layer holds P = I - (1 - a) B, and a moved frame is warp(P) + (1 - warp(a)) B. No
foreground has to be estimated, wisps of hair ride with the head, and at zero motion the photo comes
back exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces.types import Floats, Picture
from renderer.motion.rig import HeadRig, Motion, displacement, invert
from renderer.picture.resample import double

EDIT_REACH = 6
"""An edit of a source pixel changes its twofold upsampling up to this many pixels around it."""


@dataclass(frozen=True)
class Patch:
    """A rectangle of the still that was redrawn in place (an eye): ``(h, w, 3) float32`` RGB 0..255."""

    box: tuple[int, int, int, int]
    pixels: Floats


@dataclass(frozen=True)
class Shading:
    """Creases of an expression: log ratio per unit smile of the left and right half of the face.

    `left`, `right` are ``(h, w, 3) float32`` over `box` at `1 / reduction` of the picture's scale.
    """

    box: tuple[int, int, int, int]
    left: Floats
    right: Floats
    low: float
    high: float


@dataclass(frozen=True)
class HeadLayer:
    """A head ready to be moved. All arrays cover `rig.box` of the picture.

    still: ``(h, w, 3) float32``, the photo. source: ``(2h, 2w, 3)``, P of the module's docstring,
    doubled. alpha: ``(2h, 2w)``, doubled. plate: ``(h, w, 3)``. keep: ``(h, w, 3)`` = (1 - a), for
    laying this head over others that moved behind it.
    """

    rig: HeadRig
    still: Floats
    source: Floats
    alpha: Floats
    plate: Floats
    keep: Floats
    base_x: Floats
    base_y: Floats
    shading: Shading | None


def build_layer(
    picture: Picture, rig: HeadRig, alpha: Floats, plate: Floats, shading: Shading | None
) -> HeadLayer:
    """The layer of one head: `alpha` ``(h, w)`` 0..1 and `plate` ``(h, w, 3)`` 0..255 over the rig's box."""
    x0, y0, x1, y1 = rig.box
    still = picture[y0:y1, x0:x1].astype(np.float32)
    keep = cv2.merge([1.0 - alpha] * 3)
    w, h = x1 - x0, y1 - y0
    base_x, base_y = np.meshgrid(
        np.arange(0, 2 * w, 2, dtype=np.float32), np.arange(0, 2 * h, 2, dtype=np.float32)
    )
    return HeadLayer(
        rig=rig,
        still=still,
        source=double(still - keep * plate),
        alpha=double(alpha),
        plate=plate,
        keep=np.asarray(keep, np.float32),
        base_x=base_x,
        base_y=base_y,
        shading=shading,
    )


def draw_layer(
    layer: HeadLayer, motion: Motion, patches: Sequence[Patch], behind: Picture | None = None
) -> Picture:
    """The rig's box with the head moved: ``(h, w, 3) uint8``.

    patches: redrawn eyes, in the still's own place; the head's motion carries them. behind: the box as
    other heads left it, where they moved within it; None: the still.
    """
    rig = layer.rig
    source = layer.source
    edits = [_edit(layer, patch) for patch in patches]
    saved = [(region, source[region].copy()) for region, _ in edits]
    try:
        for region, change in edits:
            source[region] += change
        if motion.is_still:
            moved, alpha = source[::2, ::2], layer.alpha[::2, ::2]
            if edits:
                moved = np.ascontiguousarray(moved)
            backward = None
        else:
            backward = invert(displacement(rig, motion), rig.step)
            map_x, map_y = _maps(layer, backward)
            moved, alpha = _read(source, map_x, map_y), _read(layer.alpha, map_x, map_y)
    finally:
        for region, pixels in saved:
            source[region] = pixels
    if layer.shading is not None and (motion.smile_left or motion.smile_right):
        moved = _shade(layer, layer.shading, motion, np.ascontiguousarray(moved), backward)
    plate = layer.plate
    if behind is not None:
        plate = plate + (behind - layer.still) * layer.keep
    hidden = cv2.multiply(cv2.merge([np.ascontiguousarray(alpha)] * 3), plate)
    frame = cv2.add(np.ascontiguousarray(moved), cv2.subtract(plate, hidden), dtype=cv2.CV_8U)
    return np.asarray(frame, np.uint8)


def moved_alpha(layer: HeadLayer, motion: Motion) -> Floats:
    """Where the head is in its box under `motion`: ``(h, w) float32`` 0..1."""
    map_x, map_y = _maps(layer, invert(displacement(layer.rig, motion), layer.rig.step))
    return _read(layer.alpha, map_x, map_y)


def _read(source: Floats, map_x: Floats, map_y: Floats) -> Floats:
    """Mirrored at the picture's border, which is where a head cropped by the frame reads from."""
    read = cv2.remap(source, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(read, np.float32)


def _maps(layer: HeadLayer, backward: Floats) -> tuple[Floats, Floats]:
    h, w = layer.still.shape[:2]
    gh, gw = backward.shape[:2]
    step = layer.rig.step
    full = cv2.resize(2 * backward, (gw * step, gh * step), interpolation=cv2.INTER_LINEAR)[:h, :w]
    dx, dy = cv2.split(full)
    return np.asarray(cv2.add(dx, layer.base_x), np.float32), np.asarray(
        cv2.add(dy, layer.base_y), np.float32
    )


def _edit(layer: HeadLayer, patch: Patch) -> tuple[tuple[slice, slice], Floats]:
    """A patch as a change of the doubled source: where, and by how much."""
    bx, by = layer.rig.box[:2]
    x0, y0, x1, y1 = (patch.box[0] - bx, patch.box[1] - by, patch.box[2] - bx, patch.box[3] - by)
    h, w = layer.still.shape[:2]
    change = patch.pixels - layer.still[y0:y1, x0:x1]
    r = EDIT_REACH
    top, bottom, left, right = min(r, y0), min(r, h - y1), min(r, x0), min(r, w - x1)
    padded = cv2.copyMakeBorder(change, top, bottom, left, right, cv2.BORDER_CONSTANT, value=0)
    region = (slice(2 * (y0 - top), 2 * (y1 + bottom)), slice(2 * (x0 - left), 2 * (x1 + right)))
    return region, double(np.asarray(padded, np.float32))


def _shade(
    layer: HeadLayer, shading: Shading, motion: Motion, moved: Floats, backward: Floats | None
) -> Floats:
    """Multiply the creases in, carried along by the same motion at the shading's own scale."""
    bx, by = layer.rig.box[:2]
    x0, y0 = shading.box[0] - bx, shading.box[1] - by
    x1, y1 = shading.box[2] - bx, shading.box[3] - by
    log = cv2.addWeighted(
        shading.left, motion.smile_left, shading.right, motion.smile_right, 0.0
    )
    h, w = log.shape[:2]
    scale_x, scale_y = (x1 - x0) / w, (y1 - y0) / h
    if backward is not None:
        step = layer.rig.step
        # Where the centres of the reduced pixels come from, in reduced pixels.
        px = x0 + (np.arange(w, dtype=np.float32) + 0.5) * np.float32(scale_x) - 0.5
        py = y0 + (np.arange(h, dtype=np.float32) + 0.5) * np.float32(scale_y) - 0.5
        u, v = np.meshgrid((px + 0.5) / step - 0.5, (py + 0.5) / step - 0.5)
        g = cv2.remap(
            backward, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        i, j = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
        log = cv2.remap(
            log, i + g[..., 0] / np.float32(scale_x), j + g[..., 1] / np.float32(scale_y),
            cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(0, 0, 0),
        )  # fmt: skip
    ratio = np.clip(np.exp(log), shading.low, shading.high)
    full = cv2.resize(ratio, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
    moved[y0:y1, x0:x1] *= full
    return moved
