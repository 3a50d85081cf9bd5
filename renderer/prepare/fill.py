"""Paints anew what damage took from a photograph, and nothing else.

The hole is filled smoothly from its rim, coarse scales first; where the network for it is present, it
then says what was there; and grain and weave are taken from beside the hole. Pixels farther than
`FEATHER` from the mask stay bit for bit what they were.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.planes import Mask, floats, grown, resized_bytes
from renderer.faces.types import Floats, Picture
from renderer.models import ModelStore
from renderer.prepare.damage_mask import DamageMask, Look
from renderer.prepare.hue import Hue, hue_of
from renderer.prepare.texture import best_shifts
from renderer.prepare.tiles import tiles

Told = Callable[[float], None]

FILLER = "fill"
RIM = 1.0
"""Pixels by which the mask is grown before filling: damage has soft edges."""
FEATHER = 2
"""Pixels beyond the mask, at the scale it was found at, outside of which nothing changes."""
RADIUS = 3.0
"""Of the smooth fill (Telea 2004), in pixels."""
SHALLOW, DEEP = 2.0, 5.0
"""Depths in a hole, in pixels, from which the next coarser scale begins to speak and speaks alone: from
its own rim a wide hole is filled with streaks."""
COARSEST = 24
"""Side in pixels below which there is no coarser scale."""
FINE = 1.0
"""Deviation in pixels of what counts as structure; finer is grain."""
GRAIN = 0.5
"""How much of the neighbouring grain a fill is given where it was filled at full size. All of it looks
best and none of it errs least; this is where the fill's deviation is no longer seen as a smear."""
ROWS = 256
"""Rows of the whole picture that are put together at a time."""


def fill_damage(
    picture: Picture,
    damage: DamageMask,
    store: ModelStore | None,
    progress: Told = lambda _: None,
) -> Picture:
    """A new picture with `damage` filled; the very same array where there is none.

    Without `store`, or where it has no network for it, the classical fill is used. `progress` hears
    the share that is done, 0..1.
    """
    if not damage.mask.any():
        return picture
    result = picture.copy()
    hue = hue_of(picture, damage.mask)
    for number, look in enumerate(damage.looks):
        if damage.mask[look.part].any():
            # A face looked at more closely is filled from the picture as it was, not twice.
            result[look.part] = _filled(
                picture[look.part], damage.mask[look.part], damage.veil[look.part], look, store
            )
        progress((number + 1) / len(damage.looks))
    if hue is not None:
        _keep_hue(result, picture, hue)
    return result


def _keep_hue(result: Picture, picture: Picture, hue: Hue) -> None:
    """In place: whatever was filled in a print of one hue is of that hue."""
    for top in range(0, picture.shape[0], ROWS):
        rows = slice(top, top + ROWS)
        changed = (result[rows] != picture[rows]).any(axis=2)
        if changed.any():
            result[rows][changed] = hue.laid_on(result[rows][changed])


def _filled(
    picture: Picture, mask: Mask, veil: Mask, look: Look, store: ModelStore | None
) -> Picture:
    factor = look.factor
    size = (max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor)))
    small = resized_bytes(picture, size)
    hole = grown(_reduced(mask, size), RIM)
    through = _reduced(veil, size) & ~_reduced(mask & ~veil, size)
    base = small.copy()
    grain = np.zeros((*hole.shape, 2), np.int32)
    for tile in tiles(*hole.shape):
        if hole[tile.core].any():
            seen = tile.seen
            inner = _inner(tile.core, seen)
            lost = hole[seen] & ~through[seen]
            smooth = smooth_fill(small[seen], lost)
            if store is not None and store.has(FILLER):
                smooth = _asked(smooth, lost, hole[seen] & through[seen], store)
            base[tile.core] = smooth[inner]
            grain[tile.core] = best_shifts(small[seen], hole[seen])[inner]
    return _put_together(picture, small, base, hole, grain)


def _inner(core: tuple[slice, slice], seen: tuple[slice, slice]) -> tuple[slice, slice]:
    rows, columns = (
        slice(c.start - s.start, c.stop - s.start) for c, s in zip(core, seen, strict=True)
    )
    return rows, columns


def _reduced(mask: Mask, size: tuple[int, int]) -> Mask:
    if mask.shape == size[::-1]:
        return mask
    grey = mask.astype(np.uint8) * np.uint8(255)
    result: Mask = cv2.resize(grey, size, interpolation=cv2.INTER_AREA) > 50
    return result


def smooth_fill(picture: Picture, hole: Mask) -> Picture:
    """`picture` with `hole` filled from its rim; deep holes from a coarser scale of the same."""
    if not hole.any():
        return picture
    if hole.all():
        return np.full_like(picture, 127)
    filled = cv2.inpaint(picture, hole.astype(np.uint8), RADIUS, cv2.INPAINT_TELEA)
    depth = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 5)
    height, width = hole.shape
    if float(depth.max()) <= SHALLOW or min(height, width) < 2 * COARSEST:
        return np.asarray(filled, np.uint8)
    half = (width // 2, height // 2)
    sound = np.repeat(floats(~hole)[..., None], 3, 2)
    weight = cv2.resize(sound, half, interpolation=cv2.INTER_AREA)
    sums = cv2.resize(picture * sound, half, interpolation=cv2.INTER_AREA)
    less = np.rint(sums / np.maximum(weight, 1e-3)).clip(0, 255).astype(np.uint8)
    coarse = smooth_fill(less, weight[..., 0] < 0.25)
    enlarged = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    trust = np.clip((depth - SHALLOW) / (DEEP - SHALLOW), 0, 1)[..., None]
    mixed = filled + trust * (enlarged.astype(np.float32) - filled)
    return np.asarray(np.rint(mixed), np.uint8)


def _asked(smooth: Picture, lost: Mask, veiled: Mask, store: ModelStore) -> Picture:
    """What the network makes of the smoothly filled picture."""
    height, width = lost.shape
    pad = [(0, -height % 16), (0, -width % 16), (0, 0)]
    image = np.pad(smooth, pad, mode="symmetric").astype(np.float32)
    mask = np.pad(np.dstack([lost, veiled]).astype(np.float32), pad, mode="symmetric")
    answer = store.session(FILLER).run(image=image[None], mask=mask[None])["picture"][0]
    return np.asarray(np.rint(answer[:height, :width]).clip(0, 255), np.uint8)


def _put_together(
    picture: Picture, small: Picture, base: Picture, hole: Mask, grain: NDArray[np.int32]
) -> Picture:
    """`picture` with `base` and grain in the `hole`; those are at the small size."""
    height, width = picture.shape[:2]
    scale = np.array([small.shape[1] / width, small.shape[0] / height], np.float32)
    is_same = small.shape == picture.shape
    structure = np.asarray(cv2.GaussianBlur(small, (0, 0), FINE), np.uint8)
    soft = floats(cv2.GaussianBlur(floats(hole), (0, 0), 0.7))
    soft[~grown(hole, 1.0)] = 0
    result = picture.copy()
    for top in range(0, height, ROWS):
        bottom = min(top + ROWS, height)
        weight = _sampled_rows(soft, top, bottom, (width, height))
        y, x = np.nonzero(weight > 0.02)
        if len(y) == 0:
            continue
        here = np.column_stack([x, y + top]).astype(np.float32)
        at = (here + 0.5) * scale - 0.5
        nearest = np.rint(at).astype(np.int32).clip(0, (small.shape[1] - 1, small.shape[0] - 1))
        shift = grain[nearest[:, 1], nearest[:, 0]]
        # Grain may not begin where the hole's own soft rim is: shifts are chosen for the hole.
        source = np.rint(here + shift / scale).astype(np.int32).clip(0, (width - 1, height - 1))
        finer = picture[source[:, 1], source[:, 0]].astype(np.float32)
        finer -= _sampled(structure, (source + np.float32(0.5)) * scale - np.float32(0.5))
        finer[(shift == 0).all(1)] = 0
        value = _sampled(base, at) + (GRAIN if is_same else 1.0) * finer
        share = weight[y, x][:, None]
        old = picture[y + top, x].astype(np.float32)
        result[y + top, x] = np.rint(old + share * (value - old)).clip(0, 255)
    return result


def _sampled(plane: Picture, at: Floats) -> Floats:
    """`plane` ``(h, w, 3)`` at the points `at` ``(n, 2)``, linearly, ``(n, 3) float32``."""
    x, y = floats(at[:, 0]), floats(at[:, 1])
    # OpenCV's remap takes no image higher or wider than 32,767.
    columns = 4096
    padded = -len(x) % columns
    grid_x = np.pad(x, (0, padded)).reshape(-1, columns)
    grid_y = np.pad(y, (0, padded)).reshape(-1, columns)
    found = cv2.remap(plane, grid_x, grid_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return floats(np.asarray(found).reshape(-1, 3)[: len(x)])


def _sampled_rows(plane: Floats, top: int, bottom: int, size: tuple[int, int]) -> Floats:
    """Rows `top` to `bottom` of `plane` enlarged to `size` (width, height)."""
    if plane.shape == size[::-1]:
        return plane[top:bottom]
    width, height = size
    scale_y, scale_x = plane.shape[0] / height, plane.shape[1] / width
    move = np.array(
        [
            [scale_x, 0, (scale_x - 1) / 2],
            [0, scale_y, (top + 0.5) * scale_y - 0.5],
        ],
        np.float64,
    )
    return floats(
        cv2.warpAffine(
            plane,
            move,
            (width, bottom - top),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )
