"""The undamaged side of the training pictures: framing, real lines drawn in, and old prints' looks.

What is drawn here is *part of the picture* and labelled clean: spectacles, chains, lace, hair, print
borders, captions, woven and engraved lines. Detectors of lines mistake exactly these for damage.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.build.damage_layers import Canvas, Floats, Random, cloud, wander

Picture = NDArray[np.uint8]
SIDE = 256
"""Side of a training picture; the networks are run on tiles of about this size."""


def framed(rng: Random, pictures: list[Picture]) -> tuple[Picture, float]:
    """A `SIDE` square cut from the first picture, or several laid beside each other, and its unit.

    The unit is the pixels that one pixel of the usual crop measures here: larger where enlarged.
    """
    draw = rng.random()
    if draw < 0.12:
        half = SIDE // 2
        cells = [_fitted(rng, picture, half) for picture in pictures[:4]]
        sheet = np.vstack([np.hstack(cells[:2]), np.hstack(cells[2:])])
        return np.ascontiguousarray(sheet), 1.0
    if draw < 0.5:
        return _fitted(rng, pictures[0], SIDE), 1.0
    zoom = float(rng.uniform(1.0, 2.2))
    large = cv2.resize(pictures[0], None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    x, y = (int(rng.integers(0, large.shape[1 - axis] - SIDE + 1)) for axis in (0, 1))
    cut = np.asarray(large[y : y + SIDE, x : x + SIDE], np.uint8)
    return _flipped(rng, cut), zoom**0.7


def _fitted(rng: Random, picture: Picture, side: int) -> Picture:
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    return _flipped(rng, np.asarray(small))


def _flipped(rng: Random, picture: Picture) -> Picture:
    if rng.random() < 0.5:
        picture = picture[:, ::-1]
    if rng.random() < 0.06:
        picture = np.rot90(picture, int(rng.integers(1, 4)))
    return np.ascontiguousarray(picture)


def with_real_lines(rng: Random, picture: Picture) -> Picture:
    """`picture` with one or two things made of lines that belong to it."""
    tools = (
        *(_spectacles, _chain, _lace, _strands, _border, _caption, _weave, _engraving),
        *(_wrinkles, _wrinkles, _glints, _spectacles, _spectacles, _cloth, _dots, _dots),
    )
    for _ in range(int(rng.integers(1, 4))):
        tool = tools[int(rng.integers(len(tools)))]
        alpha, tone = tool(rng, (picture.shape[1], picture.shape[0]))
        mix = np.clip(alpha, 0, 1)[..., None] * np.float32(rng.uniform(0.4, 1.0))
        picture = _bytes(picture * (1 - mix) + tone * mix)
    return picture


def _tone(rng: Random) -> Floats:
    return np.full(3, rng.uniform(0, 255), np.float32)


def _spectacles(rng: Random, size: tuple[int, int]) -> tuple[Floats, Floats]:
    canvas = Canvas(size)
    middle = np.array([rng.uniform(0.35, 0.65), rng.uniform(0.3, 0.6)]) * np.array(size)
    apart, radius = rng.uniform(18, 40), rng.uniform(9, 19)
    width = [rng.uniform(0.7, 3.0)]
    angles = np.linspace(0, 2 * np.pi, 40)
    squash, power = rng.uniform(0.65, 1.0), rng.uniform(0.6, 1.0)
    ring = np.column_stack([np.cos(angles), np.sin(angles) * squash])
    ring = np.sign(ring) * np.abs(ring) ** power * radius
    tilt = rng.normal(0, 0.12)
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    for side in (-1, 1):
        centre = np.array([side * apart, 0.0])
        canvas.stroke((ring + centre) @ turn.T + middle, width)
        arm = np.array([[side * (apart + radius), -2], [side * (apart + radius + 30), 2]])
        canvas.stroke(arm @ turn.T + middle, width)
    bridge = np.array([[-apart + radius, -2], [0, -5], [apart - radius, -2]])
    canvas.stroke(bridge @ turn.T + middle, width)
    return canvas.alpha(rng.uniform(0.2, 0.8)), _tone(rng)


def _chain(rng: Random, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """A necklace or watch chain: a hanging curve, plain or of beads."""
    canvas = Canvas(size)
    t = np.linspace(-1, 1, int(rng.integers(14, 60)))
    across, drop = rng.uniform(25, 80), rng.uniform(8, 50)
    at = rng.uniform(0.3, 0.7) * size[0], rng.uniform(0.6, 0.95) * size[1]
    path = np.column_stack([at[0] + t * across, at[1] - drop * t**2])
    if rng.random() < 0.5:
        canvas.stroke(path, [rng.uniform(0.6, 2.0)])
    else:
        for x, y in path:
            canvas.stroke(np.array([[x, y], [x + 0.1, y]]), [rng.uniform(1.5, 4.5)])
    return canvas.alpha(rng.uniform(0.2, 0.7)), _tone(rng)


def _lace(rng: Random, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """An openwork pattern in the lower part of the picture, slightly warped."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x = x + 3 * cloud(rng, size, 60, 1)
    y = y + 3 * cloud(rng, size, 60, 1)
    period, turn = rng.uniform(6, 16), rng.uniform(0, 1.6)
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    net = np.cos(u * 2 * np.pi / period) * np.cos(v * 2 * np.pi / period)
    rings = np.cos(np.hypot(np.mod(u, period) - period / 2, np.mod(v, period) - period / 2) * 1.6)
    pattern = np.clip((net if rng.random() < 0.5 else rings) * 3 + rng.uniform(-1, 1), 0, 1)
    place = rng.uniform(0.55, 0.85) * height
    where = np.clip((y + 12 * cloud(rng, size, 70, 1) - place) / 3, 0, 1)
    return (pattern * where).astype(np.float32), _tone(rng)


def _strands(rng: Random, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """A lock of hair, a beard, feathers: many fine strokes that run together."""
    canvas = Canvas(size)
    root = rng.uniform(0.1, 0.9, 2) * np.array(size)
    heading, spread = rng.uniform(0, 2 * np.pi), rng.uniform(3, 14)
    length, bend = rng.uniform(25, 110), rng.uniform(0.05, 0.6)
    for _ in range(int(rng.integers(30, 80))):
        start = root + rng.normal(0, spread, 2)
        turned = heading + rng.normal(0, 0.2)
        path = wander(rng, start, turned, length * rng.uniform(0.4, 1), 5, 0.02, bend)
        canvas.stroke(path, [rng.uniform(0.5, 1.3)], rng.uniform(0.3, 1.0))
    return canvas.alpha(rng.uniform(0, 0.5)), _tone(rng)


def _wrinkles(rng: Random, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """A group of short soft curves side by side, as on a forehead, about an eye, in a sleeve."""
    canvas = Canvas(size)
    start = rng.uniform(0.15, 0.85, 2) * np.array(size)
    heading = rng.uniform(0, np.pi)
    aside = np.array([-np.sin(heading), np.cos(heading)])
    apart, length, bend = rng.uniform(3, 9), rng.uniform(12, 60), rng.uniform(0, 0.5)
    for number in range(int(rng.integers(2, 8))):
        begin = start + aside * apart * number + rng.normal(0, 2, 2)
        turned = heading + rng.normal(0, 0.12)
        path = wander(rng, begin, turned, length * rng.uniform(0.5, 1), 4, 0.04, bend)
        thick = rng.uniform(0.6, 2.2) * np.sin(np.linspace(0.3, 2.9, len(path)))
        canvas.stroke(path, thick.tolist(), rng.uniform(0.3, 0.9))
    return canvas.alpha(rng.uniform(0.5, 1.4)), _tone(rng)


def _glints(rng: Random, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Catch-lights, buttons, pearls, sequins: small round lights in a row, a pair or a cluster."""
    canvas = Canvas(size)
    start = rng.uniform(0.15, 0.85, 2) * np.array(size)
    step = rng.normal(0, 9, 2)
    radius = rng.uniform(1.0, 3.5)
    for number in range(int(rng.integers(2, 9))):
        at = start + step * number + rng.normal(0, 0.8, 2)
        canvas.stroke(np.array([at, at + 0.1]), [2 * radius])
    return canvas.alpha(rng.uniform(0.2, 0.6)), np.full(3, rng.uniform(150, 255), np.float32)


def _cloth(rng: Random, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Printed calico, embroidery, knitting: one small figure repeated over a bent lattice."""
    width, height = size
    side = int(rng.integers(5, 18))
    figure = np.zeros((side, side), np.uint8)
    middle, reach = (side // 2, side // 2), max(1, round(side * rng.uniform(0.12, 0.4)))
    kind = rng.integers(4)
    if kind == 0:
        cv2.circle(figure, middle, reach, 255, -1, cv2.LINE_AA)
    elif kind == 1:
        cv2.circle(figure, middle, reach, 255, 1, cv2.LINE_AA)
    elif kind == 2:
        cv2.line(figure, (middle[0] - reach, middle[1]), (middle[0] + reach, side - 2), 255, 1)
        cv2.line(figure, (middle[0], middle[1] - reach), (1, middle[1] + reach), 255, 1)
    else:
        figure[:] = 255 * (rng.random((side, side)) < 0.2)
    tiled = np.tile(figure, (height * 2 // side + 1, width * 2 // side + 1)).astype(np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bent_x = x + 8 * cloud(rng, size, 80, 1) + width / 3
    bent_y = y + 8 * cloud(rng, size, 80, 1) + height / 3
    pattern = np.asarray(cv2.remap(tiled, bent_x, bent_y, cv2.INTER_LINEAR), np.float32) / 255
    where = np.clip(cloud(rng, size, 90, 1) * 6 + rng.uniform(-5, 1), 0, 1)
    return np.asarray(pattern * where, np.float32), _tone(rng)


def _dots(rng: Random, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Dotted cloth in folds: figures as uneven as blots, but in rows that bend with the cloth."""
    canvas = Canvas(size)
    pitch, turn = rng.uniform(7, 30), rng.uniform(0, np.pi)
    steps = np.arange(-1.5 * max(size) / pitch / 2, 1.5 * max(size) / pitch / 2)
    u, v = (each.ravel() for each in np.meshgrid(steps, steps * rng.uniform(0.7, 1.4)))
    u = u + (0.5 * (np.round(v) % 2) if rng.random() < 0.5 else 0)
    u, v = (each + rng.normal(0, rng.uniform(0.02, 0.16), each.shape) for each in (u, v))
    across = pitch * np.column_stack([u, v])
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    at = across @ spin.T + np.array(size) / 2
    bends = [cloud(rng, size, 70, 1) for _ in range(3)]
    at = at[((at > 0) & (at < np.array(size))).all(1)]
    place = at.astype(int)
    bent = np.column_stack([bend[place[:, 1], place[:, 0]] for bend in bends[:2]]) * pitch / 3
    radius, unevenness = pitch * rng.uniform(0.12, 0.38), rng.uniform(0.0, 0.35)
    has_eye = rng.random() < 0.4
    angles = np.linspace(0, 2 * np.pi, 9)[:-1]
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    for centre in at + bent:
        reach = radius * np.exp(rng.normal(0, unevenness, (8, 1)) + rng.normal(0, unevenness / 2))
        shape = ring * reach * np.array([1, rng.uniform(0.6, 1)])
        strength = rng.uniform(0.5, 1.0)
        canvas.polygon(centre + shape, strength)
        if has_eye and rng.random() < 0.7:
            canvas.polygon(centre + 0.45 * shape, strength * rng.uniform(0, 0.6))
    shaded = np.clip(0.75 + 0.35 * bends[2], 0.15, 1)
    where = np.clip(cloud(rng, size, 120, 1) * 5 + rng.uniform(0, 6), 0, 1)
    return np.asarray(canvas.alpha(rng.uniform(0.2, 1.0)) * shaded * where, np.float32), _tone(rng)


def _border(rng: Random, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """The mount or white border of a print: straight, oval, or rounded, with or without a rule."""
    width, height = size
    margin = rng.uniform(3, 26)
    mask = np.full((height, width), 255, np.uint8)
    centre = (width // 2, height // 2)
    if rng.random() < 0.45:
        axes = (round(width / 2 - margin / 2), round(height / 2 - margin / 2))
        cv2.ellipse(mask, centre, axes, rng.normal(0, 2), 0, 360, 0, -1, cv2.LINE_AA)
    else:
        inset = round(margin)
        missing = int(rng.integers(4))
        x0, y0 = (0 if missing == 0 else inset), (0 if missing == 1 else inset)
        x1, y1 = width - (0 if missing == 2 else inset), height - (0 if missing == 3 else inset)
        cv2.rectangle(mask, (x0, y0), (x1, y1), 0, -1)
    alpha = mask.astype(np.float32) / 255
    if rng.random() < 0.4:
        alpha = np.abs(alpha - cv2.erode(alpha, np.ones((3, 3), np.uint8), iterations=1))
    return np.asarray(alpha, np.float32), _tone(rng)


def _caption(rng: Random, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """A name or a number written or printed on the picture."""
    ink = np.zeros((size[1], size[0]), np.uint8)
    letters = "".join(rng.choice(list("ABCDEFGHKLMNORSTUaeiourstn .1889-")) for _ in range(12))
    font = int(rng.integers(0, 8))
    place = int(rng.uniform(-0.1, 0.5) * size[0]), int(rng.uniform(0.05, 1.0) * size[1])
    cv2.putText(ink, letters, place, font, rng.uniform(0.3, 1.1), 255, int(rng.integers(1, 3)), 16)
    return ink.astype(np.float32) / np.float32(255), _tone(rng)


def _weave(rng: Random, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Pin stripes, checks, blinds, wainscot: a region of parallel lines with folds in it."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = rng.uniform(0, np.pi)
    phase = x * np.cos(turn) + y * np.sin(turn) + rng.uniform(0, 5) * cloud(rng, size, 90, 1)
    period = rng.uniform(4, 30)
    thin = rng.uniform(1, 12)
    stripes = np.clip((np.cos(phase * 2 * np.pi / period) - 1) * thin + 1, 0, 1)
    where = np.clip(cloud(rng, size, 90, 1) * 4 + rng.uniform(-2, 2), 0, 1)
    return (stripes * where * rng.uniform(0.2, 0.8)).astype(np.float32), _tone(rng)


def _engraving(rng: Random, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Hatching all over, as a steel engraving shades its ground."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn, period = rng.uniform(0, np.pi), rng.uniform(2.5, 6)
    phase = x * np.cos(turn) + y * np.sin(turn) + 2 * cloud(rng, size, 60, 2)
    lines = np.clip(np.cos(phase * 2 * np.pi / period) * 2 + cloud(rng, size, 80, 1), 0, 1)
    return (lines * rng.uniform(0.1, 0.5)).astype(np.float32), _tone(rng)


def aged(rng: Random, picture: Picture) -> Picture:
    """The look of some print: colour or tinted grey, contrast, fading, softness, raster, grain."""
    tones = picture.astype(np.float32)
    if rng.random() < 0.7:
        grey = np.asarray(cv2.cvtColor(tones, cv2.COLOR_RGB2GRAY))
        tint = np.array([1.0, rng.uniform(0.93, 1.0), rng.uniform(0.72, 1.0)], np.float32)
        tones = grey[..., None] * (tint if rng.random() < 0.6 else np.ones(3, np.float32))
    elif rng.random() < 0.3:
        tones = tones * rng.uniform(0.75, 1.1, 3).astype(np.float32)
    if rng.random() < 0.6:
        black, white = rng.uniform(0, 60), rng.uniform(180, 255)
        gamma = np.exp(rng.normal(0, 0.25))
        stretched = black + (white - black) * (np.clip(tones, 0, 255) / 255) ** gamma
        tones = stretched.astype(np.float32)
    if rng.random() < 0.4:
        tones = np.asarray(cv2.GaussianBlur(tones, (0, 0), rng.uniform(0.5, 1.8)), np.float32)
    elif rng.random() < 0.45:
        # Wrinkles, lashes and rims stand out in what a camera or a scanner has sharpened.
        soft = np.asarray(cv2.GaussianBlur(tones, (0, 0), rng.uniform(0.8, 2.0)), np.float32)
        tones = tones + (tones - soft) * np.float32(rng.uniform(0.3, 1.8))
    if rng.random() < 0.08:
        tones = _halftone(rng, tones)
    if rng.random() < 0.8:
        tones = tones + _grain(rng, tones.shape[:2])[..., None]
    return _bytes(tones)


def _halftone(rng: Random, tones: Floats) -> Floats:
    height, width = tones.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn, period = rng.uniform(0, np.pi / 2), rng.uniform(2.2, 5)
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    screen = np.cos(u * 2 * np.pi / period) + np.cos(v * 2 * np.pi / period)
    return np.asarray(tones + screen[..., None] * rng.uniform(4, 28), np.float32)


def _grain(rng: Random, shape: tuple[int, ...]) -> Floats:
    size = (shape[1], shape[0])
    noise = rng.standard_normal(shape).astype(np.float32)
    coarse = rng.random()
    if coarse > 0.4:
        noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), 0.4 + coarse), np.float32)
        noise /= noise.std() + np.float32(1e-6)
    strength = np.float32(np.exp(rng.uniform(np.log(1.0), np.log(12.0))))
    return np.asarray(noise * strength * (1 + 0.2 * cloud(rng, size, 60, 1)), np.float32)


def _bytes(tones: NDArray[Any]) -> Picture:
    return np.asarray(np.clip(np.rint(tones), 0, 255), np.uint8)
