"""How a photo fits the panel: what of it hangs, how large, and where. No head is ever cut.

A view depends on the photo and the panel alone, never on its neighbour: one still and one clip serve a
photo that hangs alone and in a pair.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from frame.core.layout import Layout, Placed
from frame.core.photos import Head, Photo, Region, View

MAX_UPSCALE = 2.0
"""More than this only enlarges the grain; the renderer keeps to the same figure."""

MAX_LOSS = 0.18
"""A crop may take this share of a photo to fill the panel: all that a 3:2 photo gives to a 16:9 panel
(15.6 %), and not what a 4:3 photo would (25 %): a quarter of somebody's picture is not ours to take."""

MAX_LOSS_UNPEOPLED = 0.16
"""Where no head was found nothing says what matters: 3:2 on 16:9 still, and a little from each side."""

HEAD_MARGIN = 0.02
"""A head keeps this much of the photo's side between itself and a cut: one that touches the panel's
edge looks cut even when it is whole."""

FACES_CENTRE = (0.5, 0.42)
"""Where the faces' middle goes in a crop, if it can: a little above half height, as portraits are
composed."""

GAP_SHARE = 0.02
"""The least space between two photos, as a share of the panel's longer side: 38 pixels of 1920."""

MOST_UNEQUAL = 0.6
"""Two photos hang side by side when the lower is at least this share as high as the other."""


def view_of(photo: Photo, panel: tuple[int, int]) -> View:
    """What of `photo` hangs on `panel` (width, height in pixels), and how large.

    The whole photo, as large as fits, at most twice its size; or, once it was looked at, a crop that
    fills the panel where that costs little and touches no head.
    """
    crop = _filling_crop(photo, panel)
    if crop is None:
        return _whole(photo, panel)
    return View(crop, *(side // 2 * 2 for side in panel))


def layout_of(photos: Sequence[Photo], panel: tuple[int, int]) -> Layout:
    """One photo in the middle, or two side by side (one above the other on an upright panel).

    The spaces beside and between two photos are alike. Raises ValueError for two that `are_a_pair`
    denies, and for any other number.
    """
    if len(photos) == 1:
        view = view_of(photos[0], panel)
        return Layout(panel, (_placed(photos[0], view, panel, (0, 0)),))
    if len(photos) != 2 or not are_a_pair(photos[0], photos[1], panel):
        raise ValueError(f"{len(photos)} photos that do not hang together")
    views = [view_of(photo, panel) for photo in photos]
    axis = _long_axis(panel)
    sides = [(view.width, view.height)[axis] for view in views]
    space = panel[axis] - sum(sides)
    starts = (space // 3, space // 3 + sides[0] + (space - space // 3 * 2))
    placed = []
    for photo, view, start in zip(photos, views, starts, strict=True):
        offset = ((panel[0] - view.width) // 2, (panel[1] - view.height) // 2)
        x, y = (start, offset[1]) if axis == 0 else (offset[0], start)
        placed.append(Placed(photo, view, x, y))
    return Layout(panel, tuple(placed))


def may_pair(aspect: float, panel: tuple[int, int]) -> bool:
    """Whether a photo of this aspect has room beside itself for another: a portrait on a wide panel, a
    landscape on an upright one, narrow enough for half of it."""
    width, height = panel
    if width == height or (aspect < 1) is not (width > height):
        return False
    if width > height:
        return height * aspect <= _cell(panel)
    return width / aspect <= _cell(panel)


def are_a_pair(first: Photo, second: Photo, panel: tuple[int, int]) -> bool:
    """Whether two photos can hang together: each with room for the other, and of like size."""
    if not all(may_pair(_aspect(photo), panel) for photo in (first, second)):
        return False
    across = 1 - _long_axis(panel)
    views = [view_of(photo, panel) for photo in (first, second)]
    along = [(view.width, view.height)[1 - across] for view in views]
    if max(along) > _cell(panel):
        return False
    sides = sorted((view.width, view.height)[across] for view in views)
    return sides[0] >= sides[1] * MOST_UNEQUAL


def _long_axis(panel: tuple[int, int]) -> int:
    return 0 if panel[0] >= panel[1] else 1


def _cell(panel: tuple[int, int]) -> int:
    """What each of two photos may take of the panel's longer side."""
    longer = max(panel)
    return (longer - round(longer * GAP_SHARE)) // 2


def _aspect(photo: Photo) -> float:
    return photo.decoded[0] / photo.decoded[1]


def _placed(photo: Photo, view: View, room: tuple[int, int], at: tuple[int, int]) -> Placed:
    return Placed(
        photo, view, at[0] + (room[0] - view.width) // 2, at[1] + (room[1] - view.height) // 2
    )


def _whole(photo: Photo, panel: tuple[int, int]) -> View:
    size = photo.decoded
    scale = min(panel[0] / size[0], panel[1] / size[1], MAX_UPSCALE)
    # Even, because clips are 4:2:0; never more than the panel, whose own sides may be odd.
    width, height = (
        max(2, min(2 * round(side * scale / 2), limit // 2 * 2))
        for side, limit in zip(size, panel, strict=True)
    )
    return View((0, 0, *size), width, height)


def _filling_crop(photo: Photo, panel: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """The crop that fills the panel, or None where the photo hangs whole."""
    if photo.look is None or may_pair(_aspect(photo), panel):
        return None
    width, height = photo.decoded
    if max(panel[0] / width, panel[1] / height) > MAX_UPSCALE:
        return None  # it would not fill the panel anyway
    wanted = panel[0] / panel[1]
    axis = 0 if width / height > wanted else 1
    whole = photo.decoded[axis]
    kept = min(whole, round(height * wanted) if axis == 0 else round(width / wanted))
    heads = photo.look.heads
    loss = 1 - kept / whole
    if kept == whole or loss > (MAX_LOSS if heads else MAX_LOSS_UNPEOPLED):
        return None
    start = _best_start(heads, axis, whole, kept)
    if start is None:
        return None
    if axis == 0:
        return (start, 0, start + kept, height)
    return (0, start, width, start + kept)


def _best_start(heads: Sequence[Head], axis: int, whole: int, kept: int) -> int | None:
    """Where the crop begins along the cut axis, in pixels; None where it would touch a head."""
    if not heads:
        return (whole - kept) // 2
    low = min(_ends(head.keep, axis)[0] for head in heads) - HEAD_MARGIN
    high = max(_ends(head.keep, axis)[1] for head in heads) + HEAD_MARGIN
    latest = min(whole - kept, int(max(0.0, low) * whole))
    earliest = max(0, math.ceil(min(1.0, high) * whole) - kept)
    if earliest > latest:
        return None
    faces = [_ends(head.face, axis) for head in heads]
    middle = (min(face[0] for face in faces) + max(face[1] for face in faces)) / 2
    ideal = round(middle * whole - FACES_CENTRE[axis] * kept)
    return min(max(ideal, earliest), latest)


def _ends(region: Region, axis: int) -> tuple[float, float]:
    return (region.x0, region.x1) if axis == 0 else (region.y0, region.y1)
