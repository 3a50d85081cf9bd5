"""Composites to train and test the matte network on: a cut-out sitter before another background.

Everything that the renderer would decide before the soft edge is decided by the renderer itself, on the
composite: the person mask in three crops, the outline, in groups who is in front. So the outline is
wrong in the ways in which it will be wrong; `displaced` makes it wrong by up to eight pixels more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from models.build.damage_layers import Random, cloud
from models.build.damage_scene import aged
from models.build.matte_planes import FACE_PX, REACH_IN, REACH_OUT
from models.build.matte_truth import Sitter
from renderer.faces.edge import Surroundings
from renderer.faces.matte import around, head_box
from renderer.faces.outline import filled_oval, head_outline
from renderer.faces.person import PersonMask, ask_mask
from renderer.faces.planes import IntBox, floats, grown, resized, resized_bytes
from renderer.faces.types import Face, Floats, Picture

LEAST_FACE_PX = 60
SIDE = 256
"""Side of a training cut."""
WRONG_PX = 8.0
"""Most by which an outline is displaced, at the network's resolution."""
NEIGHBOUR_SHARE, REAR_SHARE = 0.25, 0.5
"""How often somebody else stands beside the sitter, and of those how often in front."""
AGED_SHARE = 0.7


@dataclass(frozen=True)
class Scene:
    """One head of one composite at the network's scale: ``(h, w)`` uint8 planes (`rgb` has three),
    0..255; `outline` is the decided one; `face`, `box` and `unit` as in `renderer.faces.matte`."""

    rgb: Picture
    mean: Picture
    spread: Picture
    outline: Picture
    oval: Picture
    seen: Picture
    truth: Picture
    face: Face
    box: IntBox
    unit: float


class Example(NamedTuple):
    """A training cut: what is known beforehand, the true alpha, and the weight of each pixel."""

    known: Surroundings
    truth: Floats
    weight: Floats


def wall(rng: Random, side: int, photos: Sequence[Picture]) -> Floats:
    """A background ``(side, side, 3)`` 0..255: part of a photo, a texture, a plain wall."""
    draw = rng.random()
    if draw < 0.55:
        photo = photos[int(rng.integers(len(photos)))]
        zoom = float(rng.uniform(1.0, 3.0))
        cut = max(32, int(min(photo.shape[:2]) / zoom))
        x, y = (int(rng.integers(0, photo.shape[axis] - cut + 1)) for axis in (1, 0))
        part = floats(photo[y : y + cut, x : x + cut])
        tones = resized(part, (side, side), cv2.INTER_CUBIC)
        if rng.random() < 0.5:
            tones = floats(cv2.flip(tones, -1 if rng.random() < 0.4 else 1))
        if rng.random() < 0.5:
            tones += rng.uniform(2, 14) * _tinted(rng, side, rng.uniform(2, 12))
        if rng.random() < 0.35:
            tones = floats(cv2.GaussianBlur(tones, (0, 0), rng.uniform(1, 12)))
    elif draw < 0.85:
        tones = _texture(rng, side)
    else:
        tones = np.full((side, side, 3), rng.uniform(20, 235, 3), np.float32)
        tones += rng.uniform(0, 30) * cloud(rng, (side, side), 300, 1)[..., None]
    return floats(np.clip(tones, 0, 255))


def _tinted(rng: Random, side: int, lump: float) -> Floats:
    grey = cloud(rng, (side, side), lump)[..., None]
    tint = np.dstack([cloud(rng, (side, side), 2 * lump, 1) for _ in range(3)])
    return floats(grey + rng.uniform(0, 0.6) * tint)


def _texture(rng: Random, side: int) -> Floats:
    """Leaves, cloth, planks, panes: lumps and bars of any size, contrast and tint."""
    tones: NDArray[np.floating] = rng.uniform(30, 220, 3) + rng.uniform(8, 60) * _tinted(
        rng, side, rng.uniform(3, 90)
    )
    if rng.random() < 0.5:
        y, x = np.mgrid[0:side, 0:side].astype(np.float32)
        turn = rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)])
        u = (
            x * np.cos(turn)
            + y * np.sin(turn)
            + rng.uniform(0, 8) * cloud(rng, (side, side), 90, 1)
        )
        period = np.exp(rng.uniform(np.log(8), np.log(160)))
        edge = np.exp(rng.uniform(np.log(1), np.log(12)))
        bars = np.tanh(edge * (np.sin(u * 2 * np.pi / period) - rng.uniform(-0.6, 0.6)))
        tones = tones + rng.uniform(8, 70) * bars[..., None] * rng.uniform(0.6, 1.0, 3)
    if rng.random() < 0.5:
        tones = floats(cv2.GaussianBlur(floats(tones), (0, 0), rng.uniform(0.6, 4)))
    return floats(tones)


def _relit(rng: Random, sitter: Sitter) -> Floats:
    """The sitter's premultiplied colours under other light, other hair and skin tones included."""
    solid = sitter.alpha[..., None]
    tones = sitter.premultiplied * rng.uniform(0.75, 1.2, 3).astype(np.float32)
    if rng.random() < 0.5:
        gamma = float(np.exp(rng.normal(0, 0.3)))
        straight = np.clip(tones / np.maximum(solid, 0.02), 0, 255) / 255
        tones = floats(255 * straight**gamma * solid)
    if rng.random() < 0.3:
        side = sitter.alpha.shape[0]
        tones = floats(tones * (1 + 0.2 * cloud(rng, (side, side), 300, 1)[..., None]))
    return floats(np.clip(tones, 0, 255 * solid))


def _shifted(plane: Floats, dx: int, dy: int) -> Floats:
    move = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    return floats(cv2.warpAffine(plane, move, (plane.shape[1], plane.shape[0])))


def scene(
    rng: Random, sitters: Sequence[Sitter], photos: Sequence[Picture], ask: PersonMask
) -> Scene:
    """One composite; the first of `sitters` is the one whose head is wanted, a second may join."""
    sitter = sitters[0]
    side = sitter.alpha.shape[0]
    tones, alpha = _relit(rng, sitter), sitter.alpha
    picture = wall(rng, side, photos)
    faces, covered = [sitter.face], None
    if len(sitters) > 1 and rng.random() < NEIGHBOUR_SHARE:
        other = sitters[1]
        dx = int(rng.choice([-1, 1]) * rng.uniform(0.28, 0.5) * side)
        dy = int(rng.uniform(-0.1, 0.25) * side)
        theirs = _shifted(other.alpha, dx, dy)
        their_tones = _shifted(_relit(rng, other), dx, dy)
        faces.append(other.face.shifted(dx, dy))
        if rng.random() < REAR_SHARE:
            covered = theirs
            picture = tones + (1 - alpha[..., None]) * picture
            picture = their_tones + (1 - theirs[..., None]) * picture
        else:
            picture = their_tones + (1 - theirs[..., None]) * picture
            picture = tones + (1 - alpha[..., None]) * picture
    else:
        picture = tones + (1 - alpha[..., None]) * picture
    face_px = float(np.exp(rng.uniform(np.log(LEAST_FACE_PX), np.log(sitter.face.height_px))))
    if rng.random() < 0.5:
        face_px = sitter.face.height_px
    photo, by = _photographed(rng, floats(picture), face_px / sitter.face.height_px)
    if covered is not None:
        covered = resized(covered, (photo.shape[1], photo.shape[0]))
    return cut_scene(photo, [face.scaled(by) for face in faces], alpha, covered, ask)


def _photographed(rng: Random, picture: Floats, by: float) -> tuple[Picture, float]:
    """The composite as a print, a scan or a file of `by` its size, and the factor it came to."""
    side = round(picture.shape[0] * by)
    photo = resized_bytes(np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8), (side, side))
    if rng.random() < AGED_SHARE:
        photo = aged(rng, photo)
    if rng.random() < 0.15:
        less = round(side * rng.uniform(0.4, 0.8))
        small = resized_bytes(photo, (less, less))
        photo = np.asarray(cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)
    if rng.random() < 0.4:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))]
        packed = cv2.imencode(".jpg", photo[..., ::-1], quality)[1]
        opened = cv2.imdecode(packed, cv2.IMREAD_COLOR)
        if opened is not None:
            photo = np.asarray(opened[..., ::-1], np.uint8)
    return np.ascontiguousarray(photo, np.uint8), side / picture.shape[0]


def cut_scene(
    photo: Picture, faces: Sequence[Face], alpha: Floats, covered: Floats | None, ask: PersonMask
) -> Scene:
    """The head of the first of `faces`, whose true `alpha` (of any size) is known, as a `Scene`."""
    face = faces[0]
    box = head_box(face, photo.shape[1], photo.shape[0])
    x0, y0, x1, y1 = box
    scale = min(1.0, FACE_PX / face.height_px)
    size = (max(8, round((x1 - x0) * scale)), max(8, round((y1 - y0) * scale)))
    hidden = None if covered is None else covered[y0:y1, x0:x1]
    mean, spread = ask_mask(photo, face, box, size, ask)
    own = resized(head_outline(photo, faces, 0, box, hidden, mean, spread), size)
    true = resized(resized(alpha, (photo.shape[1], photo.shape[0]))[y0:y1, x0:x1], size)
    seen = np.ones(size[::-1], np.float32) if hidden is None else 1 - resized(floats(hidden), size)
    oval = floats(filled_oval(face, box, size))
    return Scene(
        resized_bytes(np.ascontiguousarray(photo[y0:y1, x0:x1]), size),
        mean=_bytes(mean),
        spread=_bytes(spread),
        outline=_bytes(own),
        oval=_bytes(oval),
        seen=_bytes(seen),
        truth=_bytes(true),
        face=face,
        box=box,
        unit=face.height_px * scale,
    )


def _bytes(plane: Floats) -> Picture:
    """0..1 as 0..255."""
    return np.asarray(np.rint(255 * np.clip(plane, 0, 1)), np.uint8)


def known(made: Scene, outline: Floats, mean: Floats) -> Surroundings:
    """`made` as the renderer would know it, with this `outline` and `mean` 0..1."""
    small, spread = (floats(plane) / np.float32(255) for plane in (made.rgb, made.spread))
    hidden = made.seen <= 127
    return around(made.face, made.box, small, outline, mean, spread, hidden, made.unit)


def displaced(rng: Random, planes: Sequence[Floats], most: float) -> list[Floats]:
    """`planes` pushed about by a smooth field of at most `most` pixels."""
    height, width = planes[0].shape
    scale = rng.uniform(20, 120)
    push = [cloud(rng, (width, height), scale, 1) for _ in range(2)]
    amount = most / max(float(np.hypot(*push).max()), 1e-3)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return [
        floats(
            cv2.remap(
                plane,
                floats(x + amount * push[0]),
                floats(y + amount * push[1]),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
        )
        for plane in planes
    ]


def example(rng: Random, made: Scene) -> Example:
    """A head with its outline as decided, or (half of the time) wrong by up to `WRONG_PX` more."""
    outline, mean = (floats(plane) / np.float32(255) for plane in (made.outline, made.mean))
    if rng.random() < 0.5:
        most = float(rng.uniform(0, WRONG_PX))
        grow = float(rng.uniform(-most, most)) / 2 if rng.random() < 0.5 else 0.0
        outline, mean = displaced(rng, (outline, mean), most)
        outline = floats(grown(outline > 0.5, grow))
    there = known(made, outline, mean)
    true = floats(made.truth) / np.float32(255)
    return Example(there, true, weights(there))


def weights(there: Surroundings) -> Floats:
    """What each pixel counts: the wide band around outline and head fully, the rest a little; shirts
    (white before light paper, badly known) least; what somebody hides, nothing."""
    near = (there.depth < REACH_IN * there.unit) & (there.depth > -REACH_OUT * there.unit)
    above = np.clip((0.85 - there.along) / 0.1, 0.05, 1)
    return floats((0.1 + 0.9 * near) * above * there.seen)
