"""Where a photograph is scratched, cracked, torn, spotted or stained.

A small network looks at the picture at a working scale, and once more at each face if that is small
there. Its belief has to pass a bar that is higher on faces (see `zones`): what is taken for damage is
painted over, and wrinkles, lashes and spectacles are not to be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from renderer.faces.planes import IntBox, Mask, grown, resized_bytes
from renderer.faces.types import Face, Floats, Picture
from renderer.models import ModelStore
from renderer.prepare.hue import hue_of
from renderer.prepare.tiles import tiles
from renderer.prepare.zones import face_area, features, needed

Told = Callable[[float], None]

DETECTOR = "damage"
WORKING_PIXELS = 2.6e6
"""Larger pictures are looked at reduced to this: a scratch narrower than a pixel then is not seen on a
panel either, and 12 megapixels take 1.5 s instead of 6."""
FACE_SEEN_AT = 190.0
"""Face height in pixels at which a face is looked at again if it is smaller at the working scale: the
middle of the faces that the network was taught on."""
AROUND_FACE = 1.7
"""Side of what is looked at again, in face heights."""

BELIEVED = 0.55
"""Belief from which a pixel away from faces counts as damaged."""
CONTINUED = 0.35
"""Belief from which it does if it touches one that counts, as a scratch goes on where it is faint."""
VEILED = 0.75
"""Belief from which a pixel away from faces counts as veiled: clouds and clothes look so too."""
MOSTLY = 0.5
"""Share of a patch that lies away from faces if it comes from there."""
BESIDE = 8.0
"""How far what is only veiled may lie from what is lost, in pixels: a fold lies along its broken ridge.
What merely looks clouded is more often a white dress, a lit forehead or a wall out of focus."""
COLOURED_LEAST = 0.0125
"""Share of a photo in colour under which nothing in it counts as damaged. Seams, buttons and window bars
look like scratches; sound portraits in colour read up to 0.007, torn and cracked ones 0.02 to 0.07, and
a picture without a scratch must come out as it went in. Prints of one hue are old enough to be asked."""
HANGS_TOGETHER = 0.4
"""Share of a damaged patch that may lie on eyes, brows or lips: a crack crosses a lip, it does not lie
on it."""
MOST = 0.22
"""Share of a picture that is believed damaged at most; a higher bar is set until it is no more. What
looks damaged all over is a pattern or an engraving, and could not be filled from its surroundings."""
MOST_OF_A_FACE = 0.15
"""The same of each face."""


@dataclass(frozen=True)
class Look:
    """A part of the picture, `box` in its pixels, and the `factor` it was reduced by to be seen."""

    box: IntBox
    factor: float

    @property
    def part(self) -> tuple[slice, slice]:
        x0, y0, x1, y1 = self.box
        return slice(y0, y1), slice(x0, x1)


@dataclass(frozen=True)
class DamageMask:
    """`mask` ``(H, W) bool``: what is to be painted anew, lost or veiled; `veil` ``(H, W) bool``: the
    part of it where the picture still shows through. `share` of the picture and `face_share` of the
    faces are 0..1. `looks` says how it was found: a later one holds where it overlaps an earlier."""

    mask: Mask
    veil: Mask
    share: float
    face_share: float
    looks: tuple[Look, ...]


def find_damage(
    picture: Picture, faces: Sequence[Face], store: ModelStore, progress: Told = lambda _: None
) -> DamageMask:
    """Look for damage in `picture`. Raises `ModelError` if the network is missing.

    `progress` hears the share that is done, 0..1.
    """
    height, width = picture.shape[:2]
    looks = plan_looks((width, height), faces)
    lost, veil = np.zeros((height, width), bool), np.zeros((height, width), bool)
    for number, look in enumerate(looks):
        there = [face.shifted(-look.box[0], -look.box[1]) for face in faces]
        said = _looked_at(
            picture[look.part],
            there,
            look.factor,
            store,
            lambda done, before=number: progress((before + done) / len(looks)),  # type: ignore[misc]
        )
        lost[look.part], veil[look.part] = said
    mask = lost | veil
    if mask.mean() < COLOURED_LEAST and hue_of(picture, mask) is None:
        lost, veil = np.zeros_like(lost), np.zeros_like(veil)
    return _measured(lost, veil, faces, looks)


def plan_looks(size: tuple[int, int], faces: Sequence[Face]) -> tuple[Look, ...]:
    """The whole picture of `size` (width, height), then every face that is small in that look."""
    width, height = size
    factor = min(1.0, (WORKING_PIXELS / (height * width)) ** 0.5)
    looks = [Look((0, 0, width, height), factor)]
    if factor < 1:
        for face in faces:
            if face.height_px * factor < FACE_SEEN_AT:
                closer = min(1.0, FACE_SEEN_AT / face.height_px)
                looks.append(Look(_around(face, width, height), closer))
    return tuple(looks)


def _around(face: Face, width: int, height: int) -> IntBox:
    points = face.mesh.points[:, :2]
    x, y = (points.min(0) + points.max(0)) / 2
    reach = AROUND_FACE * face.height_px / 2
    return (
        *(max(0, round(float(x) - reach)), max(0, round(float(y) - reach))),
        *(min(width, round(float(x) + reach)), min(height, round(float(y) + reach))),
    )


def _looked_at(
    picture: Picture, faces: Sequence[Face], factor: float, store: ModelStore, progress: Told
) -> tuple[Mask, Mask]:
    """What is lost and what is veiled of `picture`, judged by it reduced by `factor`."""
    size = (max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor)))
    small = resized_bytes(picture, size)
    belief = believed(small, store, progress)
    here = [face.scaled(factor) for face in faces]
    lost, veil = decide(belief, here)
    whole = (picture.shape[1], picture.shape[0])
    return _enlarged(lost, whole), _enlarged(veil, whole)


def believed(picture: Picture, store: ModelStore, progress: Told = lambda _: None) -> Floats:
    """The network's belief ``(H, W, 2) float32`` 0..1 that a pixel is lost, or veiled."""
    network = store.session(DETECTOR)
    height, width = picture.shape[:2]
    belief = np.empty((height, width, 2), np.float32)
    every = list(tiles(height, width))
    for number, tile in enumerate(every, 1):
        answer = network.run(image=tile.cut(picture)[None])["belief"][0]
        belief[tile.core] = answer[tile.inner]
        progress(number / len(every))
    return belief


def decide(belief: Floats, faces: Sequence[Face]) -> tuple[Mask, Mask]:
    """Lost and veiled ``(H, W)`` from the network's `belief`, `faces` in the same picture."""
    height, width = belief.shape[:2]
    protected = features(faces, (width, height))
    areas = [face_area([face], (width, height)) for face in faces]
    marks = []
    for channel, elsewhere in enumerate((BELIEVED, VEILED)):
        plane = np.ascontiguousarray(belief[..., channel])
        bars = needed(faces, (width, height), elsewhere)
        mark = _grown_on(plane, bars) | _coming_from_outside(plane, bars, elsewhere)
        mark = _without_features(mark, protected)
        for area in areas:
            mark = _capped(mark, plane, area, MOST_OF_A_FACE)
        marks.append(_capped(mark, plane, np.ones_like(mark), MOST))
    lost, veiled = marks
    return lost, _beside(veiled & ~lost, lost)


def _grown_on(belief: Floats, bars: Floats) -> Mask:
    """Pixels above their bar, and fainter ones that hang together with them."""
    faint = belief >= bars - np.float32(BELIEVED - CONTINUED)
    _, labels = cv2.connectedComponents(faint.astype(np.uint8), connectivity=8)
    sure = np.zeros(int(labels.max()) + 1, bool)
    sure[labels[belief >= bars]] = True
    sure[0] = False
    result: Mask = sure[labels]
    return result


def _coming_from_outside(belief: Floats, bars: Floats, elsewhere: float) -> Mask:
    """What is believed without regard to faces, where most of it lies away from them: a crack does not
    end at an ear because faces ask for more."""
    mark = _grown_on(belief, np.full_like(bars, elsewhere))
    _, labels = cv2.connectedComponents(mark.astype(np.uint8), connectivity=8)
    whole = np.bincount(labels.ravel())
    outside = np.bincount(labels[bars <= np.float32(elsewhere)], minlength=len(whole))
    kept = outside >= MOSTLY * whole
    kept[0] = False
    result: Mask = kept[labels]
    return result


def _beside(veiled: Mask, lost: Mask) -> Mask:
    """What of `veiled` hangs together with something lost and lies beside it."""
    near = grown(lost, BESIDE) & (veiled | lost)
    _, labels = cv2.connectedComponents(near.astype(np.uint8), connectivity=8)
    touches = np.zeros(int(labels.max()) + 1, bool)
    touches[labels[lost]] = True
    touches[0] = False
    result: Mask = veiled & touches[labels]
    return result


def _without_features(mark: Mask, protected: Mask) -> Mask:
    """`mark` without patches that lie mostly on eyes, brows or lips."""
    if not (mark & protected).any():
        return mark
    _, labels = cv2.connectedComponents(mark.astype(np.uint8), connectivity=8)
    whole = np.bincount(labels.ravel())
    on_them = np.bincount(labels[protected], minlength=len(whole))
    kept = on_them <= HANGS_TOGETHER * whole
    kept[0] = False
    result: Mask = kept[labels]
    return result


def _capped(mark: Mask, belief: Floats, area: Mask, most: float) -> Mask:
    """`mark` with the least believed pixels of `area` given up where they are more than `most` of it."""
    size = int(area.sum())
    inside = mark & area
    if size == 0 or int(inside.sum()) <= most * size:
        return mark
    bar = np.quantile(belief[inside], 1 - most * size / int(inside.sum()))
    return mark & ~(inside & (belief < bar))


def _enlarged(mark: Mask, size: tuple[int, int]) -> Mask:
    """`mark` at `size` (width, height), its steps smoothed."""
    if mark.shape == size[::-1]:
        return mark
    grey = mark.astype(np.uint8) * np.uint8(255)
    result: Mask = cv2.resize(grey, size, interpolation=cv2.INTER_LINEAR) > 127
    return result


def _measured(lost: Mask, veil: Mask, faces: Sequence[Face], looks: tuple[Look, ...]) -> DamageMask:
    mask = lost | veil
    height, width = mask.shape
    area = face_area(faces, (width, height))
    on_faces = float(mask[area].mean()) if area.any() else 0.0
    return DamageMask(mask, veil & ~lost, float(mask.mean()), on_faces, looks)
