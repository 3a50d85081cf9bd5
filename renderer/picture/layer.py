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
from numpy.typing import NDArray

from renderer.faces.types import Floats, Picture
from renderer.motion.rig import HeadRig, Motion, displacement, invert
from renderer.picture.resample import double

EDIT_REACH = 6
"""An edit of a source pixel changes its twofold upsampling up to this many pixels around it."""

REACH = 0.13
"""How far any part of a head travels, in face heights, with room for the resampling kernel: the crown
moves by 0.11 at the strongest turn and tilt together."""

BAND_ROWS = 64
"""Rows drawn at a time: what 64 rows of a head need fits into a megabyte of cache. Solid middles
narrower than this are not worth a tile."""


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
class Tile:
    """Rows `y0` to `y1`, columns `x0` to `x1` of a box. `solid`: the head covers it in every pose, so
    nothing of what is behind can show."""

    y0: int
    y1: int
    x0: int
    x1: int
    solid: bool


@dataclass(frozen=True)
class HeadLayer:
    """A head ready to be moved. All arrays cover `rig.box` of the picture.

    photo, still: ``(h, w, 3)``, uint8 and float32. source: ``(2h, 2w, 3)``, P of the module's docstring,
    doubled. alpha: ``(2h, 2w)``, doubled. plate: ``(h, w, 3)``. keep: ``(h, w, 3)`` = (1 - a), for
    laying this head over others that moved behind it. tiles: the parts of the box that the head can
    reach; the rest of the box never changes.
    """

    rig: HeadRig
    photo: Picture
    still: Floats
    source: Floats
    alpha: Floats
    plate: Floats
    keep: Floats
    tiles: tuple[Tile, ...]
    shading: Shading | None


def build_layer(
    photo: Picture, rig: HeadRig, alpha: Floats, plate: Floats, shading: Shading | None
) -> HeadLayer:
    """The layer of one head; `photo`, `alpha` 0..1 and `plate` 0..255 cover the rig's box."""
    still = photo.astype(np.float32)
    keep = np.asarray(cv2.merge([1.0 - alpha] * 3), np.float32)
    return HeadLayer(
        rig=rig,
        photo=photo,
        still=still,
        source=double(still - keep * plate),
        alpha=double(alpha),
        plate=plate,
        keep=keep,
        tiles=_tiles(alpha, rig),
        shading=shading,
    )


def draw_layer(
    layer: HeadLayer, motion: Motion, patches: Sequence[Patch], behind: Picture | None = None
) -> Picture:
    """The rig's box with the head moved: ``(h, w, 3) uint8``.

    patches: redrawn eyes, in the still's own place; the head's motion carries them. behind: the box as
    other heads left it, where they moved within it; None: the still.
    """
    source = layer.source
    edits = [_edit(layer, patch) for patch in patches]
    saved = [(region, source[region].copy()) for region, _ in edits]
    try:
        for region, change in edits:
            source[region] += change
        return _composite(layer, motion, behind)
    finally:
        for region, pixels in saved:
            source[region] = pixels


def moved_alpha(layer: HeadLayer, motion: Motion) -> Floats:
    """Where the head is in its box under `motion`: ``(h, w) float32`` 0..1."""
    map_x, map_y = _maps(layer, invert(displacement(layer.rig, motion), layer.rig.step))
    return _read(layer.alpha, map_x, map_y)


def _composite(layer: HeadLayer, motion: Motion, behind: Picture | None) -> Picture:
    """Tile by tile, so that all that one of them needs stays in the processor's cache."""
    frame = (layer.photo if behind is None else behind).copy()
    if motion.is_still:
        backward = np.zeros((*layer.rig.x.shape, 2), np.float32)
    else:
        backward = invert(displacement(layer.rig, motion), layer.rig.step)
    map_x, map_y = _maps(layer, backward)
    creases = None
    if layer.shading is not None and (motion.smile_left or motion.smile_right):
        creases = _creases(layer, layer.shading, motion, backward)
    for tile in layer.tiles:
        part = (slice(tile.y0, tile.y1), slice(tile.x0, tile.x1))
        moved = _read(layer.source, map_x[part], map_y[part])
        if creases is not None:
            _shade(moved, creases, tile.y0, tile.x0)
        if tile.solid:
            shows = np.zeros_like(moved)
        else:
            alpha = _read(layer.alpha, map_x[part], map_y[part])
            plate = layer.plate[part]
            if behind is not None:
                plate = plate + (behind[part] - layer.still[part]) * layer.keep[part]
            hidden = cv2.multiply(cv2.merge([alpha] * 3), plate)
            shows = np.asarray(cv2.subtract(plate, hidden), np.float32)
        frame[part] = cv2.add(moved, shows, dtype=cv2.CV_8U)
    return frame


def _read(source: Floats, map_x: Floats, map_y: Floats) -> Floats:
    """Mirrored at the picture's border, which is where a head cropped by the frame reads from."""
    read = cv2.remap(source, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(read, np.float32)


def _maps(layer: HeadLayer, backward: Floats) -> tuple[Floats, Floats]:
    """Where every pixel of the box reads the doubled source: two ``(h, w) float32`` maps."""
    h, w = layer.still.shape[:2]
    step = layer.rig.step
    maps = []
    for axis, own in ((0, layer.rig.x - layer.rig.box[0]), (1, layer.rig.y - layer.rig.box[1])):
        coarse = 2 * (own + backward[..., axis])
        # One cell of straight continuation on each side: a resize would repeat its outermost values.
        padded = np.pad(coarse, 1, mode="reflect", reflect_type="odd")
        size = (padded.shape[1] * step, padded.shape[0] * step)
        full = cv2.resize(padded, size, interpolation=cv2.INTER_LINEAR)
        maps.append(np.asarray(full[step : step + h, step : step + w], np.float32))
    return maps[0], maps[1]


def _tiles(alpha: Floats, rig: HeadRig) -> tuple[Tile, ...]:
    """What the head can reach, in bands of rows, each cut into its edges and its solid middle."""
    h, w = alpha.shape
    size = rig.x.shape[::-1]
    coarse = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    radius = int(np.ceil(REACH * rig.face_height / rig.step))
    reach = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    touched = cv2.dilate(((coarse > 1e-3) & (rig.follow > 0)).astype(np.uint8), reach) > 0
    covered = cv2.erode((coarse > 0.9995).astype(np.uint8), reach) > 0
    rows = max(1, BAND_ROWS // rig.step)
    tiles: list[Tile] = []
    for top in range(0, touched.shape[0], rows):
        columns = np.flatnonzero(touched[top : top + rows].any(axis=0))
        y0, y1 = top * rig.step, min(h, (top + rows) * rig.step)
        if not len(columns) or y0 >= y1:
            continue
        x0, x1 = int(columns[0]) * rig.step, min(w, (int(columns[-1]) + 1) * rig.step)
        first, end = _longest_run(np.asarray(covered[top : top + rows].all(axis=0)))
        a, b = max(x0, first * rig.step), min(x1, end * rig.step)
        if b - a < BAND_ROWS:
            a = b = x1
        cuts = [(x0, a, False), (a, b, True), (b, x1, False)]
        tiles += [Tile(y0, y1, left, right, solid) for left, right, solid in cuts if right > left]
    return tuple(tiles)


def _longest_run(flags: NDArray[np.bool_]) -> tuple[int, int]:
    """First and past-last index of the longest run of True; (0, 0) when there is none."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return 0, 0
    longest = int(np.argmax(ends - starts))
    return int(starts[longest]), int(ends[longest])


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


def _creases(
    layer: HeadLayer, shading: Shading, motion: Motion, backward: Floats
) -> tuple[int, int, Floats]:
    """The creases carried along by the motion: their place in the box and ``(h, w, 3)`` ratios."""
    bx, by = layer.rig.box[:2]
    x0, y0 = shading.box[0] - bx, shading.box[1] - by
    x1, y1 = shading.box[2] - bx, shading.box[3] - by
    log = cv2.addWeighted(shading.left, motion.smile_left, shading.right, motion.smile_right, 0.0)
    h, w = log.shape[:2]
    scale_x, scale_y = (x1 - x0) / w, (y1 - y0) / h
    step = layer.rig.step
    # Where the centres of the reduced pixels come from, in reduced pixels.
    i, j = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    u = (x0 + (i + 0.5) * np.float32(scale_x)) / step - 0.5
    v = (y0 + (j + 0.5) * np.float32(scale_y)) / step - 0.5
    g = cv2.remap(
        backward, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    log = cv2.remap(
        log, i + g[..., 0] / np.float32(scale_x), j + g[..., 1] / np.float32(scale_y),
        cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(0, 0, 0),
    )  # fmt: skip
    ratio = np.clip(np.exp(log), shading.low, shading.high)
    full = cv2.resize(ratio, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
    return x0, y0, np.asarray(full, np.float32)


def _shade(moved: Floats, creases: tuple[int, int, Floats], y: int, x: int) -> None:
    """Multiply the creases into a band whose corner is ``(y, x)`` of the box, in place."""
    cx, cy, ratio = creases
    y0, y1 = max(y, cy), min(y + moved.shape[0], cy + ratio.shape[0])
    x0, x1 = max(x, cx), min(x + moved.shape[1], cx + ratio.shape[1])
    if y0 < y1 and x0 < x1:
        moved[y0 - y : y1 - y, x0 - x : x1 - x] *= ratio[y0 - cy : y1 - cy, x0 - cx : x1 - cx]
