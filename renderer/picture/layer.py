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

LEAST_TRAVEL_PX = 0.02
"""Points that travel less are at rest: a twentieth of a grey level on the sharpest edge."""

_CELL = np.ones((3, 3), np.uint8)

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
    laying this head over others that moved behind it. cover: ``(gh, gw)``, the matte on the rig's grid.
    """

    rig: HeadRig
    photo: Picture
    still: Floats
    source: Floats
    alpha: Floats
    plate: Floats
    keep: Floats
    cover: Floats
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
        cover=_on_grid(alpha, rig),
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
        changed = [_halved(region) for region, _ in edits]
        return _composite(layer, motion, changed, behind)
    finally:
        for region, pixels in saved:
            source[region] = pixels


def moved_alpha(layer: HeadLayer, motion: Motion) -> Floats:
    """Where the head is in its box under `motion`: ``(h, w) float32`` 0..1."""
    map_x, map_y = _maps(layer, invert(displacement(layer.rig, motion), layer.rig.step))
    return _read(layer.alpha, map_x, map_y)


def _composite(
    layer: HeadLayer,
    motion: Motion,
    edited: Sequence[tuple[slice, slice]],
    behind: Picture | None,
) -> Picture:
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
        x, y, ratio = creases
        edited = [*edited, (slice(y, y + ratio.shape[0]), slice(x, x + ratio.shape[1]))]
    if behind is not None:
        edited = [*edited, *_differing(behind, layer.photo)]
    for tile in _tiles(layer, backward, edited):
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


def _tiles(layer: HeadLayer, backward: Floats, edited: Sequence[tuple[slice, slice]]) -> list[Tile]:
    """What this pose changes, in bands of rows, each cut into its edges and its solid middle.

    `edited` are the parts of the box that were redrawn or shaded. Worked out on the rig's grid, one
    cell wider than needed: nothing that the kernel smears escapes.
    """
    h, w = layer.still.shape[:2]
    step = layer.rig.step
    gh, gw = layer.cover.shape
    i, j = np.meshgrid(np.arange(gw, dtype=np.float32), np.arange(gh, dtype=np.float32))
    moved = cv2.remap(
        layer.cover, i + backward[..., 0] / step, j + backward[..., 1] / step, cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    cover = np.asarray(moved, np.float32)
    changes = np.abs(backward).max(axis=2) > LEAST_TRAVEL_PX
    for rows, columns in edited:
        cells = [slice(s.start // step, -(-s.stop // step)) for s in (rows, columns)]
        changes[cells[0], cells[1]] = True
    head = cv2.dilate((np.maximum(layer.cover, cover) > 1e-3).astype(np.uint8), _CELL) > 0
    touched = cv2.dilate((changes & head).astype(np.uint8), _CELL) > 0
    solid = cv2.erode((cover > 0.9995).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    tall = max(1, BAND_ROWS // step)
    tiles: list[Tile] = []
    for top in range(0, gh, tall):
        found = np.flatnonzero(touched[top : top + tall].any(axis=0))
        y0, y1 = top * step, min(h, (top + tall) * step)
        if not len(found) or y0 >= y1:
            continue
        x0, x1 = int(found[0]) * step, min(w, (int(found[-1]) + 1) * step)
        first, end = _longest_run(np.asarray(solid[top : top + tall].all(axis=0)))
        a, b = max(x0, first * step), min(x1, end * step)
        if b - a < BAND_ROWS:
            a = b = x1
        cuts = [(x0, a, False), (a, b, True), (b, x1, False)]
        tiles += [Tile(y0, y1, left, right, sure) for left, right, sure in cuts if right > left]
    return tiles


def _differing(one: Picture, other: Picture) -> list[tuple[slice, slice]]:
    """The part where two pictures differ, as at most one rectangle."""
    differs = (one != other).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not len(rows):
        return []
    return [(slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1))]


def _halved(region: tuple[slice, slice]) -> tuple[slice, slice]:
    """A region of the doubled source in pixels of the box."""
    rows, columns = region
    return slice(rows.start // 2, rows.stop // 2), slice(columns.start // 2, columns.stop // 2)


def _on_grid(alpha: Floats, rig: HeadRig) -> Floats:
    """`alpha` of the box on the rig's grid, its edge continued to whole cells."""
    (gh, gw), (h, w) = rig.x.shape, alpha.shape
    right, below = gw * rig.step - w, gh * rig.step - h
    whole = cv2.copyMakeBorder(alpha, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(whole, (gw, gh), interpolation=cv2.INTER_AREA), np.float32)


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
