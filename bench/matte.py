"""How good, how fast and how sure of themselves the mattes are.

``python -m bench.matte [--people N]`` prints two tables and skips what it has no data for.

1. Sitters photographed before plain paper give a true alpha (the paper is fitted by a smooth surface);
   laid over strange backgrounds they are cut out again. Errors above the chin: absolute, in
   thousandths of a squared face height, and of the edge's gradient. Beside the matte stand the mask
   it started from and, where pymatting is installed (it is no dependency), closed-form matting of
   the same band at the same scale.
2. Every portrait: processor time of mattes and plates, and each head's trust.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np

from bench.data import data_folder, portraits
from renderer.faces import matte
from renderer.faces.find import find_faces, only_face
from renderer.faces.planes import IntBox, depth_inside, floats, grown, resized, resized_bytes
from renderer.faces.segment import person_mask
from renderer.faces.types import Face, Floats, Picture
from renderer.models import ModelStore
from renderer.picture.plate import background_plate, unveil

PEOPLE = ("082", "085", "088", "091", "094", "096", "099", "100", "102", "080", "084", "086")
"""Held-out people of the expression pairs: nothing here was tuned on them but a few."""
WORKING_HEIGHT = 1080
CHIN = 152

Score = tuple[float, float]


@dataclass(frozen=True)
class Sitter:
    """Somebody whose alpha ``(h, w)`` 0..1 is known; `premultiplied` is RGB 0..255 times alpha."""

    face: Face
    alpha: Floats
    premultiplied: Floats

    def before(self, wall: Floats) -> Picture:
        """The sitter before another background ``(h, w, 3)`` 0..255."""
        mixed = self.premultiplied + (1 - self.alpha[..., None]) * wall
        return np.asarray(np.clip(np.rint(mixed), 0, 255), np.uint8)


def sit(picture: Picture, store: ModelStore) -> Sitter:
    """A sitter before plain paper. Raises `LookupError` without a face."""
    face = only_face(picture, store)
    mask = person_mask(picture, store)
    light = floats(picture)
    paper = _paper(light, grown(mask > 0.02, 15) ^ True)
    off = np.linalg.norm(light - paper, axis=2)
    noise = float(np.median(off[mask < 0.02])) if (mask < 0.02).any() else 2.0
    core = floats(grown(mask > 0.85, -7) & (off > 7 * noise))
    weight = cv2.GaussianBlur(core, (0, 0), 6) + 1e-3 * cv2.GaussianBlur(core, (0, 0), 30)
    near = cv2.GaussianBlur(light * core[..., None], (0, 0), 6)
    near = near + 1e-3 * cv2.GaussianBlur(light * core[..., None], (0, 0), 30)
    axis = near / np.maximum(weight, 1e-9)[..., None] - paper
    along = ((light - paper) * axis).sum(axis=2) / np.maximum((axis**2).sum(axis=2), 1)
    alpha = np.maximum(np.clip((along - 0.06) / 0.86, 0, 1), grown(mask > 0.9, -12))
    alpha = _one_piece(floats(alpha), face)
    return Sitter(face, alpha, floats(light - (1 - alpha[..., None]) * paper))


def _paper(picture: Floats, far: np.ndarray) -> Floats:
    """A cubic surface through the pixels that are `far` from the sitter."""
    height, width = far.shape
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    powers = [(i, j) for i in range(4) for j in range(4 - i)]
    terms = np.stack([x**i * y**j for i, j in powers], axis=-1)
    fit = np.linalg.lstsq(terms[far][::11], picture[far][::11], rcond=None)[0]
    return floats(terms @ fit)


def _one_piece(alpha: Floats, face: Face) -> Floats:
    """`alpha` of what hangs together with the face, without holes."""
    _, parts = cv2.connectedComponents((alpha > 0.15).astype(np.uint8))
    x, y = (int(v) for v in face.mesh.points[:468, :2].mean(axis=0))
    alpha = floats(alpha * grown(parts == parts[y, x], 1))
    air = cv2.copyMakeBorder(
        (alpha < 0.6).astype(np.uint8), 1, 0, 1, 1, cv2.BORDER_CONSTANT, value=1
    )
    _, gaps = cv2.connectedComponents(air)
    holes = ((gaps > 0) & (gaps != gaps[0, 0]))[1:, 1:-1]
    return floats(np.where(holes, 1, alpha))


def walls(side: int) -> dict[str, Floats]:
    """Backgrounds ``(side, side, 3)`` 0..255: leaves, the same in grey, panes, a dim room."""
    rng = np.random.default_rng(5)
    rough, tint = _cloud(rng, side, 1.0), np.dstack([_cloud(rng, side, 1.0) for _ in range(3)])
    leaves = np.array([70, 95, 55]) + 45 * rough[..., None] * np.array([1, 1.1, 0.7]) + 12 * tint
    grey = np.repeat(110 + 50 * _cloud(rng, side, 0.8)[..., None], 3, axis=2)
    x = np.arange(side)
    bars = ((x // 37) % 2)[None, :] * 110 + ((x // 90) % 2)[:, None] * 60 + 40.0
    panes = cv2.GaussianBlur(bars, (0, 0), 1.2)[..., None] * np.array([1.0, 0.93, 0.8]) + 4 * tint
    dim = 60 + 200 * cv2.GaussianBlur(rough, (0, 0), 60)[..., None] * np.array([1.1, 0.9, 0.8])
    dim = dim + rng.normal(0, 3, (side, side, 3))
    found = {"leaves": leaves, "grey leaves": grey, "panes": panes, "dim room": dim}
    return {name: floats(np.clip(wall, 0, 255)) for name, wall in found.items()}


def _cloud(rng: np.random.Generator, side: int, fall: float) -> np.ndarray:
    """Noise whose amplitude falls with frequency to the power `fall`: mean 0, deviation 1."""
    radius = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    radius[0, 0] = 1
    phase = rng.normal(size=radius.shape) + 1j * rng.normal(size=radius.shape)
    noise = np.fft.irfft2(phase / radius**fall, s=(side, side))
    return np.asarray((noise - noise.mean()) / noise.std())


def score(found: Floats, sitter: Sitter, box: IntBox) -> Score:
    """Absolute and gradient error of `found`, over `box` above the chin."""
    x0, y0, x1, y1 = box
    chin = int(sitter.face.mesh.points[CHIN, 1] - 0.12 * sitter.face.height_px) - y0
    ours, true = (floats(a[:chin]) for a in (found, sitter.alpha[y0:y1, x0:x1]))
    unit = sitter.face.height_px
    steepness = [
        np.hypot(cv2.Sobel(a, cv2.CV_32F, 1, 0), cv2.Sobel(a, cv2.CV_32F, 0, 1)) / 8
        for a in (ours, true)
    ]
    gradient = float(((steepness[0] - steepness[1]) ** 2).sum()) / unit
    return 1000 * float(np.abs(ours - true).sum()) / unit**2, gradient


def _closed_form(pymatting: ModuleType, picture: Picture, sitter: Sitter, asked: Floats) -> Floats:
    """The reference in the band around the mask's outline, at our scale and brought up likewise."""
    x0, y0, x1, y1 = matte.head_box(sitter.face, picture.shape[1], picture.shape[0])
    scale = min(1.0, matte.SOLVE_FACE_PX / sitter.face.height_px)
    size = (round((x1 - x0) * scale), round((y1 - y0) * scale))
    crop = np.ascontiguousarray(picture[y0:y1, x0:x1])
    body = resized(asked, size) > 0.5
    unit = matte.SOLVE_FACE_PX
    trimap = np.full(body.shape, 0.5)
    trimap[depth_inside(body) > matte.BAND_IN * unit] = 1
    trimap[depth_inside(~body) > matte.BAND_OUT * unit] = 0
    small = resized_bytes(crop, size) / 255.0
    alpha = floats(pymatting.estimate_alpha_cf(small, trimap, laplacian_kwargs={"epsilon": 1e-5}))
    return resized(alpha, (x1 - x0, y1 - y0), cv2.INTER_CUBIC)


def measure_truth(people: Sequence[Path], store: ModelStore) -> None:
    """Table 1."""
    try:
        pymatting: ModuleType | None = import_module("pymatting")
    except ImportError:
        pymatting = None
    scores: dict[tuple[str, str], list[Score]] = defaultdict(list)
    times: dict[str, list[float]] = defaultdict(list)
    ask = partial(person_mask, store=store)
    for path in people:
        sitter = sit(_read(path), store)
        for wall, colours in walls(sitter.alpha.shape[0]).items():
            picture = sitter.before(colours)
            start = time.process_time()
            (found,) = matte.head_mattes(picture, [sitter.face], ask)
            times["matte"].append(time.process_time() - start)
            x0, y0, x1, y1 = found.box
            asked = ask(np.ascontiguousarray(picture[y0:y1, x0:x1]))
            scores["matte", wall].append(score(found.alpha, sitter, found.box))
            scores["mask", wall].append(score(asked, sitter, found.box))
            if pymatting is not None:
                start = time.process_time()
                reference = _closed_form(pymatting, picture, sitter, asked)
                times["closed form"].append(time.process_time() - start)
                scores["closed form", wall].append(score(reference, sitter, found.box))
    rows = list(dict.fromkeys(row for row, _ in scores))
    columns = list(dict.fromkeys(column for _, column in scores))
    print(f"{len(people)} sitters; absolute error / gradient error")
    print("".join(f"{text:>16}" for text in ("", *columns, "time ms")))
    for row in rows:
        cells = [np.mean(scores[row, column], axis=0) for column in columns]
        spent = f"{1000 * float(np.median(times[row])):.0f}" if times[row] else ""
        texts = (row, *(f"{a:.1f} / {g:.2f}" for a, g in cells), spent)
        print("".join(f"{text:>16}" for text in texts))


def measure_portraits(paths: Sequence[Path], store: ModelStore) -> None:
    """Table 2."""
    ask = partial(person_mask, store=store)
    print(f"\n{'portrait':32}{'faces px':>24}{'mattes ms':>11}{'plates ms':>11}  trust")
    for path in paths:
        picture = _read(path, WORKING_HEIGHT)
        faces = find_faces(picture, store)
        if not faces:
            continue
        start = time.process_time()
        found = matte.head_mattes(picture, faces, ask)
        middle = time.process_time()
        if len(faces) == 1:
            background_plate(picture, found[0], faces[0].height_px)
        else:
            unveil(picture, found, [face.height_px for face in faces])
        end = time.process_time()
        heights = " ".join(f"{face.height_px:.0f}" for face in faces)
        trust = ", ".join(f"{each.trust:.2f} {each.doubt}".strip() for each in found)
        spent = f"{1000 * (middle - start):11.0f}{1000 * (end - middle):11.0f}"
        print(f"{path.stem[:31]:32}{heights:>24}{spent}  {trust}")


def _read(path: Path, height: int | None = None) -> Picture:
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if bgr is None:
        raise OSError(f"{path} is no picture")
    scale = 1.0 if height is None else min(2.0, height / bgr.shape[0])
    size = (round(bgr.shape[1] * scale), round(bgr.shape[0] * scale))
    return resized_bytes(np.asarray(bgr[..., ::-1], np.uint8), size)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.matte", description=__doc__)
    parser.add_argument("--people", type=int, default=6, help="sitters of the first table")
    options = parser.parse_args(arguments)
    store = ModelStore()
    pairs = data_folder("expression_pairs")
    if pairs is None:
        print("no expression_pairs: the first table is skipped")
    else:
        paths = [pairs / f"{number}_neutral.jpg" for number in PEOPLE]
        measure_truth([path for path in paths if path.exists()][: options.people], store)
    if not portraits():
        print("no portraits: the second table is skipped")
    measure_portraits(portraits(), store)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
