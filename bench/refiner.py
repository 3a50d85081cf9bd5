"""Would a learned refiner make moved faces look more like a camera had seen them?

``python -m bench.refiner --network FILE [--people N]`` moves photos of held-out people as the renderer
does, beside the truth (`models.build.refiner_pairs`), and prints how near the moved picture is as it
is, blurred, sharpened by the amount that was best on other people, and with the network of `FILE`: eyes,
mouth and the edge of the hair, unmoved stretches, trembling in slow movements, likeness, time.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from bench.data import data_folder
from bench.quality_figures import table
from bench.restore_measures import Sums, sums
from bench.speed import machine
from models.build.expression_pairs import HELD_OUT
from models.build.refiner_file import LearnedDetail
from models.build.refiner_pairs import Field, Moved, as_large, field, move, photo_of
from models.build.restorer_data import read
from renderer.faces.find import only_face
from renderer.faces.identity import lock_face
from renderer.faces.planes import Mask
from renderer.faces.topology import EYE_RINGS, LIPS_OUTER_LOWER, LIPS_OUTER_UPPER, OVAL
from renderer.faces.types import Face, Floats, Picture
from renderer.models import ModelStore

SEED = 1872
MOVEMENTS = (1.0, 1.0, 0.15)
"""Strengths: two frames far from the still, one near it."""
AMOUNTS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
SOFT_PX, SHARP_PX = 0.5, 1.0
TUNED_ON = 20
"""People 001 and on, on whom the sharpening is chosen."""
STRETCH_FRAMES, STEP_PX = 8, 0.13
"""A slow stretch: so many frames, each so far from the one before."""
GROWN = {"eyes": 1.5, "mouth": 1.3}
RUNS, TIMED = 20, 256

Way = Callable[[Moved], Floats]


@dataclass(frozen=True)
class Sitter:
    """One held-out photo, large, with the parts of its face in the photo's pixels."""

    large: Floats
    photo: Picture
    face: Face
    parts: dict[str, Mask]


def sitter(path: Path, store: ModelStore) -> Sitter:
    """Raises LookupError where no face is found."""
    large = as_large(read(path))
    photo = _bytes(photo_of(large))
    face = only_face(photo, store)
    return Sitter(large, photo, face, _parts(face, photo.shape[:2]))


def _parts(face: Face, size: tuple[int, int]) -> dict[str, Mask]:
    points = face.mesh.points[:, :2].astype(np.float64)
    eyes = [_hull(points[list(ring)], GROWN["eyes"], size) for ring in EYE_RINGS]
    mouth = points[[*LIPS_OUTER_UPPER, *LIPS_OUTER_LOWER]]
    # Hair begins above and beside the oval and ends about half a face further out.
    hair = _hull(points[list(OVAL)], 1.7, size) & ~_hull(points[list(OVAL)], 1.0, size)
    hair[int(points[list(OVAL), 1].mean()) :] = False
    return {"eyes": eyes[0] | eyes[1], "mouth": _hull(mouth, GROWN["mouth"], size), "hair": hair}


def _hull(points: np.ndarray, grown: float, size: tuple[int, int]) -> Mask:
    middle = points.mean(axis=0)
    outline = cv2.convexHull((middle + grown * (points - middle)).astype(np.float32))
    mask = np.zeros(size, np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1)
    inside: Mask = mask > 0
    return inside


def as_moved(moved: Moved) -> Floats:
    return np.ascontiguousarray(moved.planes[..., :3])


def blurred(moved: Moved) -> Floats:
    return np.asarray(cv2.GaussianBlur(as_moved(moved), (0, 0), SOFT_PX), np.float32)


def sharpened(amount: float) -> Way:
    """The movement's softness undone by unsharp masking of `amount`, gated as the network is."""

    def way(moved: Moved) -> Floats:
        picture = as_moved(moved)
        detail = picture - cv2.GaussianBlur(picture, (0, 0), SHARP_PX)
        return np.asarray(np.clip(picture + amount * moved.gate[..., None] * detail, 0, 1))

    return way


def best_amount(folder: Path) -> float:
    """Of `AMOUNTS`, the one that leaves the smallest squared error on people not held out."""
    paths = [p for p in sorted(folder.glob("*_neutral.jpg")) if int(p.name[:3]) <= TUNED_ON]
    errors: dict[float, float] = defaultdict(float)
    for number, path in enumerate(paths):
        large = as_large(read(path))
        rng = np.random.default_rng((SEED, 2, number))
        moved = move(large, field(rng, large.shape[0] // 2))
        for amount in AMOUNTS:
            errors[amount] += float(np.square(sharpened(amount)(moved) - moved.true).mean())
    return min(errors, key=lambda amount: errors[amount])


def nearness(people: list[Sitter], ways: dict[str, Way]) -> list[list[str]]:
    """Rows: part, way, PSNR, gradient similarity, Laplacian energy over the truth's."""
    totals: dict[tuple[str, str], Sums] = defaultdict(Sums)
    energies: dict[tuple[str, str], list[float]] = defaultdict(list)
    for number, each in enumerate(people):
        for turn, strength in enumerate(MOVEMENTS):
            rng = np.random.default_rng((SEED, number, turn))
            where = field(rng, each.photo.shape[0], strength)
            moved = move(each.large, where)
            true = _bytes(moved.true)
            parts = {name: _carried(mask, where) for name, mask in each.parts.items()}
            for way, act in ways.items():
                shown = _bytes(act(moved))
                for part, mask in parts.items():
                    totals[part, way] += sums(shown, true, mask)
                    energies[part, way].append(_energy(shown, mask) / _energy(true, mask))
    return [
        [
            *(part, way, f"{total.psnr:.2f}", f"{total.mean_gradients:.4f}"),
            *(f"{np.median(energies[part, way]):.3f}", f"{np.min(energies[part, way]):.3f}"),
        ]
        for (part, way), total in totals.items()
    ]


def _carried(mask: Mask, where: Field) -> Mask:
    moved = cv2.remap(mask.astype(np.uint8), where.x, where.y, cv2.INTER_NEAREST)
    inside: Mask = moved > 0
    return inside


def _energy(picture: Picture, mask: Mask) -> float:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return float(np.square(cv2.Laplacian(grey, cv2.CV_32F))[mask].mean())


def likeness(people: list[Sitter], ways: dict[str, Way], store: ModelStore) -> list[list[str]]:
    """Rows: way, distance of the embedding from that of the truth, median and worst."""
    found: dict[str, list[float]] = defaultdict(list)
    for number, each in enumerate(people):
        where = field(np.random.default_rng((SEED, number, 0)), each.photo.shape[0])
        moved = move(each.large, where)
        true = _bytes(moved.true)
        try:
            lock = lock_face(true, only_face(true, store), store)
        except LookupError:
            continue
        for way, act in ways.items():
            chip = lock.chip.sample(_bytes(act(moved)), 150)
            found[way].append(float(lock.distances(chip[None])[0]))
    return [[way, f"{np.median(d):.4f}", f"{np.max(d):.4f}"] for way, d in found.items()]


def trembling(people: list[Sitter], ways: dict[str, Way]) -> list[list[str]]:
    """Rows: way, by how many grey levels its error changes from one frame to the next, in the face."""
    found: dict[str, list[float]] = defaultdict(list)
    for each in people:
        before: dict[str, Floats] = {}
        inside = each.parts["eyes"] | each.parts["mouth"]
        for frame in range(1, STRETCH_FRAMES + 1):
            moved = move(each.large, _slid(each.photo.shape[0], frame * STEP_PX))
            for way, act in ways.items():
                error = 255 * (act(moved) - moved.true)
                if way in before:
                    found[way].append(float(np.abs(error - before[way])[inside].mean()))
                before[way] = error
    return [[way, f"{np.median(d):.3f}", f"{np.max(d):.3f}"] for way, d in found.items()]


def _slid(size: int, pixels: float) -> Field:
    y, x = np.mgrid[:size, :size].astype(np.float32)
    return Field(x + np.float32(pixels), y + np.float32(0.6 * pixels))


def unmoved(people: list[Sitter], way: Way) -> float:
    """Largest difference that `way` makes where nothing moves."""
    still = _slid(people[0].photo.shape[0], 0.0)
    moved = move(people[0].large, still)
    return float(np.abs(way(moved) - np.clip(as_moved(moved), 0, 1)).max())


def milliseconds(way: Way) -> float:
    """Processor time for `TIMED` by `TIMED` pixels, the fastest tenth."""
    rng = np.random.default_rng(SEED)
    planes = rng.random((TIMED, TIMED, 7)).astype(np.float32)
    moved = Moved(planes, np.ones((TIMED, TIMED), np.float32), planes[..., :3])
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        way(moved)
        times.append(time.process_time() - start)
    return 1000 * float(np.percentile(times, 10))


def _bytes(picture: Floats) -> Picture:
    return np.asarray(np.round(255 * np.clip(picture, 0, 1)), np.uint8)


def main() -> int:
    """Print the tables; 1 without data."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--network", type=Path, required=True)
    parser.add_argument("--people", type=int, default=len(HELD_OUT))
    options = parser.parse_args()
    folder = data_folder("expression_pairs")
    if folder is None:
        print("There are no pairs of expressions here (see bench/data.py).", file=sys.stderr)
        return 1
    store = ModelStore()
    asked = set(HELD_OUT[: options.people])
    files = [path for path in sorted(folder.glob("*.jpg")) if int(path.name[:3]) in asked]
    people = [sitter(path, store) for path in files]
    network = LearnedDetail(options.network, threads=1)
    amount = best_amount(folder)
    ways: dict[str, Way] = {
        "as moved": as_moved,
        "blurred": blurred,
        f"sharpened by {amount}": sharpened(amount),
        "network": network,
    }
    print(machine())
    print(f"\n{len(people)} photos, {len(MOVEMENTS)} movements each\n")
    head = ["part", "way", "PSNR, dB", "gradient similarity", "energy, median", "lowest"]
    print(table(head, nearness(people, ways)))
    print(
        "\n" + table(["way", "likeness: distance, median", "worst"], likeness(people, ways, store))
    )
    print("\n" + table(["way", "trembling, grey levels, median", "worst"], trembling(people, ways)))
    print(f"\nWhere nothing moves the network changes {unmoved(people, network):.6f} of 1.")
    print(f"{milliseconds(network):.1f} ms for {TIMED} x {TIMED} pixels, one thread.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
