"""How often the attributes of a face are read rightly, and the fit behind the detector of glasses.

``python -m bench.attributes`` prints, for the test portraits, every finding that differs
from what a person sees there (`SEEN`), a table of how sharpness falls with blur, and, for the face
crops, how many glasses are missed and imagined. ``--fit`` prints new weights for
`renderer.faces.spectacles` (some minutes).
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench import data
from renderer.faces import spectacles
from renderer.faces.attributes import Attributes, read_attributes
from renderer.faces.chip import cut_chip
from renderer.faces.clarity import flatness, sharpness
from renderer.faces.find import find_faces
from renderer.faces.mood import SAD, read_mood
from renderer.faces.mouth import UNEVEN_MOUTH
from renderer.faces.types import Face, Picture
from renderer.gates import FLATTEST_PHOTO, SOFT
from renderer.models import ModelStore

Matrix = NDArray[np.float64]

LABELS = Path(__file__).with_name("spectacles.txt")
"""Crops whose sitters wear glasses, by file name: from the names of the synthetic ones, and by eye
for the rest, where a first fit was in doubt."""

PENS = ((255, 220, 60), (240, 200, 170), (255, 255, 255), (120, 200, 240))
"""Colours of drawn skin."""

SEEN: dict[str, frozenset[str]] = {
    "01": frozenset({"beard", "grey"}),
    "02": frozenset({"beard", "grey"}),
    "03": frozenset({"beard", "grey"}),
    "04": frozenset({"grey"}),
    "05": frozenset({"beard", "grey"}),
    "06": frozenset({"grey", "uneven"}),
    "07": frozenset({"grey"}),
    "08": frozenset({"grey"}),
    "10": frozenset({"grey"}),
    "11": frozenset({"grey"}),
    "12": frozenset({"grey"}),
    "14": frozenset({"grey", "toothy", "smiling"}),
    "16": frozenset({"grey"}),
    "17": frozenset({"grey"}),
    "18": frozenset({"grey"}),
    "19": frozenset({"glasses", "toothy", "smiling"}),
    "20": frozenset({"glasses", "toothy", "smiling"}),
    "21": frozenset({"glasses", "toothy", "smiling"}),
    "22": frozenset({"toothy", "smiling"}),
    "23": frozenset(),
    "24": frozenset({"toothy", "smiling"}),
    "25": frozenset({"parted", "smiling"}),
    "26": frozenset(),
    "27": frozenset({"toothy", "smiling"}),
    "28": frozenset({"beard", "glasses"}),
    "30": frozenset(),
    "34": frozenset(),
    "35": frozenset({"beard"}),
}
"""What a person sees in the largest face of a portrait, by its number."""


def findings(seen: Attributes) -> frozenset[str]:
    named = {
        "beard": seen.beard,
        "grey": seen.grey,
        "glasses": seen.glasses,
        "dark glasses": seen.dark_glasses,
        "eyes closed": seen.eyes_closed,
        "covered": seen.mouth_covered,
        "uneven": seen.mouth_uneven > UNEVEN_MOUTH,
        "smiling": seen.smiling,
        seen.mouth.name.lower(): True,
    }
    return frozenset(name for name, is_so in named.items() if is_so and name != "closed")


def load(path: Path) -> Picture:
    image = cv2.imread(str(path))
    if image is None:
        raise SystemExit(f"cannot read {path}")
    return np.ascontiguousarray(image[:, :, ::-1], np.uint8)


def largest_faces(store: ModelStore) -> Iterator[tuple[str, Picture, Face]]:
    for path in data.portraits():
        if path.name[:2] in SEEN:
            picture = load(path)
            faces = find_faces(picture, store)
            if faces:
                yield path.name[:2], picture, max(faces, key=lambda face: face.height_px)


def compare_portraits(store: ModelStore) -> None:
    wrong, right = Counter[str](), Counter[str]()
    levels: dict[float, list[float]] = {0.0: [], 0.01: [], 0.02: [], 0.04: [], 0.08: []}
    for number, picture, face in largest_faces(store):
        found = findings(read_attributes(picture, face))
        right.update(found & SEEN[number])
        for name in found ^ SEEN[number]:
            kind = "imagined" if name in found else "missed"
            wrong[f"{name} {kind}"] += 1
            print(f"portrait {number}: {name} {kind}")
        for share, values in levels.items():
            sigma = share * face.interocular_px
            blurred = cv2.GaussianBlur(picture, (0, 0), sigma) if sigma > 0.2 else picture
            values.append(sharpness(np.asarray(blurred, np.uint8), face))
    print("found rightly:", dict(right), "wrongly:", dict(wrong))
    print(f"\nblur (sigma in eye distances)  sharpness p10/50/90   below {SOFT}")
    for share, values in levels.items():
        low, middle, high = np.percentile(values, (10, 50, 90))
        soft = sum(value < SOFT for value in values)
        print(f"{share:28.2f}   {low:.2f}/{middle:.2f}/{high:.2f}      {soft} of {len(values)}")


def measured_crops(crops: Path, store: ModelStore, every: int) -> tuple[Matrix, NDArray[np.bool_]]:
    """``(n, 8)`` logarithms of the measures, and whether each sitter wears glasses."""
    worn = set(LABELS.read_text().split())
    names, rows = [], []
    with (crops / "INDEX.csv").open(newline="") as file:
        listed = [row["file"] for row in csv.DictReader(file) if "pre1927" not in row["file"]]
    labelled = [name for name in listed if Path(name).stem in worn]
    for name in labelled + [name for name in listed if name not in labelled][::every]:
        picture = load(crops / name)
        faces = find_faces(picture, store)
        if faces:
            chip = cut_chip(picture, max(faces, key=lambda face: face.height_px))
            names.append(Path(name).stem)
            rows.append(spectacles.measures(chip))
    logs = np.log(np.maximum(np.array(rows, np.float64), spectacles.SMALLEST))
    return logs, np.array([name in worn for name in names])


def print_glasses(logs: Matrix, worn: NDArray[np.bool_], weights: Matrix, bias: float) -> None:
    scores = logs @ weights + bias
    above = (scores[worn][:, None] > scores[~worn]).mean()
    print(
        f"\nglasses: {worn.sum()} wear them, {(~worn).sum()} do not; area under the curve {above:.4f}"
    )
    for sure in (-1.0, 0.0, 1.0):
        missed, imagined = (scores[worn] < sure).sum(), (scores[~worn] >= sure).sum()
        print(f"  from {sure:+.0f}: {missed} missed, {imagined} imagined")


def fitted(logs: Matrix, worn: NDArray[np.bool_]) -> tuple[Matrix, float]:
    """Weights and bias of a logistic regression, classes weighed alike, ridge 1 on unit features."""
    mean, spread = logs.mean(axis=0), logs.std(axis=0)
    x = np.column_stack([(logs - mean) / spread, np.ones(len(logs))])
    share = np.where(worn, 0.5 / worn.mean(), 0.5 / (1 - worn.mean()))
    ridge = np.diag([*np.ones(logs.shape[1]), 0.0])
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        gradient = x.T @ (share * (p - worn)) + ridge @ w
        w -= np.linalg.solve((x * (share * p * (1 - p))[:, None]).T @ x + ridge, gradient)
    weights = w[:-1] / spread
    return weights, float(w[-1] - weights @ mean)


def print_flatness(crops: Path, store: ModelStore, every: int = 20) -> None:
    """How flat photographed and drawn faces are, beside the bound of `renderer.gates`."""
    photos: list[tuple[float, str]] = []
    for path in [*data.portraits(), *sorted(crops.glob("*.jpg"))[::every]]:
        photos += [(share, path.stem) for share in flat_shares(load(path), store)]
    drawn: list[float] = []
    for kind, quality in product(range(len(PENS)), (None, 85, 50)):
        drawn += flat_shares(drawn_face(PENS[kind], quality), store)
    flattest = max(photos)
    print(
        f"\nflat share: {len(photos)} photographed faces up to {flattest[0]:.2f} ({flattest[1]}), "
        f"{len(drawn)} drawn ones from {min(drawn):.2f}; bound {FLATTEST_PHOTO}"
    )


def print_moods(store: ModelStore) -> None:
    """Who looks sad in the test portraits, beside the bound of `renderer.faces.mood`."""
    shares = []
    for path in data.portraits():
        picture = load(path)
        for number, face in enumerate(find_faces(picture, store)):
            shares.append((read_mood(picture, face, store).sad, f"{path.name[:2]}.{number}"))
    sad = [f"{name} {share:.2f}" for share, name in sorted(shares, reverse=True) if share >= SAD]
    print(f"\nsad, of {len(shares)} faces: {', '.join(sad)}; bound {SAD}")


def flat_shares(picture: Picture, store: ModelStore) -> list[float]:
    return [flatness(cut_chip(picture, face).pixels) for face in find_faces(picture, store)]


def drawn_face(skin: tuple[int, int, int], quality: int | None) -> Picture:
    """A cartoon face ``(480, 480, 3)``, smooth-edged, through JPEG of that quality where given."""
    page = np.full((480, 480, 3), 255, np.uint8)
    black, line = (0, 0, 0), cv2.LINE_AA
    cv2.circle(page, (240, 240), 170, skin, -1, line)
    cv2.circle(page, (240, 240), 170, black, 6, line)
    for x in (180, 300):
        cv2.ellipse(page, (x, 200), (30, 18), 0, 0, 360, (255, 255, 255), -1, line)
        cv2.ellipse(page, (x, 200), (30, 18), 0, 0, 360, black, 3, line)
        cv2.circle(page, (x, 200), 12, (30, 40, 60), -1, line)
        cv2.ellipse(page, (x, 165), (34, 12), 0, 180, 360, (10, 20, 40), 6, line)
    cv2.line(page, (240, 210), (230, 255), black, 4, line)
    cv2.ellipse(page, (240, 290), (70, 30), 0, 10, 170, (180, 40, 40), 8, line)
    if quality is not None:
        coded = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        page = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="fit the detector of glasses again")
    fit: bool = parser.parse_args().fit
    crops = data.data_folder("train_crops_256")
    if crops is None:
        raise SystemExit("no test data: set WAKEFRAME_DATA to its folder")
    store = ModelStore()
    compare_portraits(store)
    print_flatness(crops, store)
    print_moods(store)
    logs, worn = measured_crops(crops, store, every=1 if fit else 5)
    print_glasses(logs, worn, spectacles.WEIGHTS, spectacles.BIAS)
    if fit:
        weights, bias = fitted(logs, worn)
        print_glasses(logs, worn, weights, bias)
        print("WEIGHTS =", weights.round(3).tolist(), "BIAS =", round(bias, 2))


if __name__ == "__main__":
    main()
