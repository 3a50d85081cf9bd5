"""How good, how fast and how sure of themselves the mattes are.

``python -m bench.matte [--people N] [--network FILE]`` prints two tables and skips what it has no data
for.

1. Held-out sitters photographed before plain paper give a true alpha; laid over strange backgrounds
   they are cut out again, by the closed-form solver and, if asked, by the network of `FILE`, from one
   and the same outline: the one that the renderer decides from the person mask, and the true one made
   wrong by up to 8 px. Measured on the full photo above the chin (`bench.matte_measures`).
2. Every portrait: processor time of mattes and plates, and each head's trust.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from bench.data import data_folder, portraits
from bench.matte_measures import Errors, errors
from models.build.damage_scene import aged
from models.build.expression_pairs import HELD_OUT
from models.build.matte_file import LearnedEdge
from models.build.matte_planes import FACE_PX
from models.build.matte_scenes import displaced
from models.build.matte_truth import Sitter, sit
from models.build.restorer_data import crops, read
from renderer.faces import matte
from renderer.faces.edge import Surroundings
from renderer.faces.find import find_faces
from renderer.faces.matte_solved import SOLVE_FACE_PX, solved
from renderer.faces.outline import head_outline
from renderer.faces.person import PersonMask, ask_mask
from renderer.faces.planes import IntBox, floats, resized, resized_bytes
from renderer.faces.segment import person_mask
from renderer.faces.types import Floats, Picture
from renderer.models import ModelStore
from renderer.picture.plate import background_plate, unveil

WRONG_PX = (0, 2, 4, 8)
"""Most by which an outline is displaced, in pixels of the photo, where a face is some 310 px tall."""
MASK_SOFT = 0.012
"""Deviation of a person mask's soft edge, in face heights: a cell of the network in its usual crop."""
SEED = 1888
WORKING_HEIGHT = 1080
CHIN = 152

Planes = tuple[Floats, Floats, Floats]
Edge = Callable[[Surroundings], Floats]


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


def pictures(sitter: Sitter, number: int) -> dict[str, Picture]:
    """The sitter before each of the `walls`, before part of a held-out photo, and that aged."""
    side = sitter.alpha.shape[0]
    found = {name: sitter.before(wall) for name, wall in walls(side).items()}
    folder = data_folder("train_crops_256")
    if folder is not None:
        spare = [crop for crop in crops(folder.parent) if crop.is_held_out]
        photo = read(spare[97 * number % len(spare)].file)[: 256 - 96, : 256 - 96]
        large = cv2.resize(photo, (side, side), interpolation=cv2.INTER_CUBIC)
        found["photo"] = sitter.before(floats(large))
        found["old print"] = aged(np.random.default_rng((SEED, number)), found["photo"])
    return found


def _cloud(rng: np.random.Generator, side: int, fall: float) -> np.ndarray:
    """Noise whose amplitude falls with frequency to the power `fall`: mean 0, deviation 1."""
    radius = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    radius[0, 0] = 1
    phase = rng.normal(size=radius.shape) + 1j * rng.normal(size=radius.shape)
    noise = np.fft.irfft2(phase / radius**fall, s=(side, side))
    return np.asarray((noise - noise.mean()) / noise.std())


def outline_of_mask(picture: Picture, sitter: Sitter, box: IntBox, ask: PersonMask) -> Planes:
    """Outline, mask and the mask's doubt over `box`, as the renderer decides them."""
    size = (box[2] - box[0], box[3] - box[1])
    mean, spread = ask_mask(picture, sitter.face, box, size, ask)
    own = head_outline(picture, [sitter.face], 0, box, None, mean, spread)
    return own, mean, spread


def outline_of_truth(sitter: Sitter, box: IntBox, wrong: float, seed: int) -> Planes:
    """The same of somebody who knows the true outline, but displaced by up to `wrong` pixels."""
    x0, y0, x1, y1 = box
    true = floats(sitter.alpha[y0:y1, x0:x1] > 0.5)
    (own,) = displaced(np.random.default_rng((SEED, seed)), [true], wrong)
    soft = cv2.GaussianBlur(own, (0, 0), MASK_SOFT * sitter.face.height_px)
    return floats(own > 0.5), floats(soft), np.zeros_like(soft)


def measure_truth(
    people: Sequence[Path], store: ModelStore, edges: Mapping[str, tuple[int, Edge]]
) -> None:
    """Table 1."""
    ask = partial(person_mask, store=store)
    found: dict[tuple[str, str, str], list[Errors]] = defaultdict(list)
    spent: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for number, path in enumerate(people):
        sitter = sit(_read(path), store)
        face = sitter.face
        for wall, picture in pictures(sitter, number).items():
            box = matte.head_box(face, picture.shape[1], picture.shape[0])
            x0, y0, x1, y1 = box
            crop = np.ascontiguousarray(picture[y0:y1, x0:x1])
            chin = int(face.mesh.points[CHIN, 1] - 0.12 * face.height_px) - y0
            true = floats(sitter.alpha[y0:y1, x0:x1][:chin])
            told = {"as segmented": outline_of_mask(picture, sitter, box, ask)}
            for wrong in WRONG_PX:
                told[f"true, {wrong} px off"] = outline_of_truth(sitter, box, wrong, number)
            for case, planes in told.items():
                found[case, wall, "mask"].append(errors(floats(planes[1][:chin]), true))
                for name, (face_px, edge) in edges.items():
                    scale = min(1.0, face_px / face.height_px)
                    size = (round((x1 - x0) * scale), round((y1 - y0) * scale))
                    small = floats(resized_bytes(crop, size)) / np.float32(255)
                    own, mean, spread = (resized(plane, size) for plane in planes)
                    scene = matte.around(
                        face, box, small, own, mean, spread, None, scale * face.height_px
                    )
                    start, ticks = time.perf_counter(), time.process_time()
                    said = edge(scene)
                    spent[name].append((time.perf_counter() - start, time.process_time() - ticks))
                    alpha = matte.whole_head(crop, scene, said)[1]
                    found[case, wall, name].append(errors(floats(alpha[:chin]), true))
    _print_truth(len(people), found, spent)


def _print_truth(
    people: int,
    found: Mapping[tuple[str, str, str], Sequence[Errors]],
    spent: Mapping[str, Sequence[tuple[float, float]]],
) -> None:
    cases, backgrounds, names = (list(dict.fromkeys(key[i] for key in found)) for i in range(3))
    print(f"{people} sitters; SAD / gradient / connectivity, in thousands, above the chin\n")
    print("| outline | edge | " + " | ".join((*backgrounds, "all")) + " |")
    print("|---" * (len(backgrounds) + 3) + "|")
    for case in cases:
        for name in names:
            lists = [found[case, wall, name] for wall in backgrounds]
            lists.append([each for one in lists for each in one])
            cells = [np.mean(one, axis=0) for one in lists]
            texts = " | ".join(f"{s:.2f} / {g:.2f} / {c:.2f}" for s, g, c in cells)
            print(f"| {case} | {name} | {texts} |")
    print("\n| edge | wall, ms | processor, ms |\n|---|---|---|")
    for name, times in spent.items():
        wall_ms, cpu_ms = 1000 * np.median(times, axis=0)
        print(f"| {name} | {wall_ms:.0f} | {cpu_ms:.0f} |")


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
    parser.add_argument("--people", type=int, default=99, help="sitters of the first table")
    parser.add_argument(
        "--network", type=Path, help="a file of models.build.export_matte to compare"
    )
    options = parser.parse_args(arguments)
    store = ModelStore()
    edges: dict[str, tuple[int, Edge]] = {"solver": (SOLVE_FACE_PX, solved)}
    if options.network is not None:
        edges["network"] = (FACE_PX, LearnedEdge(options.network))
    pairs = data_folder("expression_pairs")
    if pairs is None:
        print("no expression_pairs: the first table is skipped")
    else:
        paths = [
            path
            for path in sorted(pairs.glob("*_neutral.jpg"))
            if int(path.stem.split("_")[0]) in HELD_OUT
        ]
        measure_truth(paths[: options.people], store, edges)
    if not portraits():
        print("no portraits: the second table is skipped")
    measure_portraits(portraits(), store)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
