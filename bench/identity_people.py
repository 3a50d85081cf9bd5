"""People against themselves and against strangers: the distances that the identity gate is set from.

Embeddings live in one call of these functions and are gone; distances come back.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.data import data_folder, portraits
from models.build.expression_pairs import HELD_OUT
from renderer.faces import identity, identity_second
from renderer.faces.find import find_faces, is_profile
from renderer.faces.identity import chip_of, lock_face
from renderer.faces.types import Face, Picture
from renderer.models import ModelStore

Distances = NDArray[np.float64]

REAL = ("voteview_pre1927", "voteview_ge100")
"""Sources of the crops in which every file is another person, by the number in its name."""

SYNTHETIC = "SFHQ-T2I"
SYNTHETIC_PEOPLE = 500
"""Invented faces of one recipe resemble each other more than people do; they are told apart."""

SAME_FILE = 0.05
"""Two crops this near are one photograph under two numbers: recompression alone moves more."""


@dataclass(frozen=True)
class Pairs:
    """Distances between the neutral and the smiling photo of one person (`genuine`, one each), and
    between photos of two (`impostor`); `second` are the same as cosines of the other network.
    `thresholds` are the neutral photos' own, `across` ``(people, others)`` the distances of everybody
    else's smile from each neutral photo."""

    people: int
    genuine: Distances
    impostor: Distances
    thresholds: Distances
    across: Distances
    second: tuple[Distances, Distances]


def expression_pairs(store: ModelStore) -> tuple[Pairs, Pairs] | None:
    """Of the people whom thresholds may be fitted on, and of the held-out ones; None without data."""
    folder = data_folder("expression_pairs")
    if folder is None:
        return None
    people = sorted({int(path.name[:3]) for path in folder.glob("[0-9]*_neutral.jpg")})
    first, second, own = [], [], []
    for person in people:
        pictures = [read(folder / f"{person:03d}_{name}.jpg") for name in ("neutral", "smile")]
        faces = [main_face(find_faces(picture, store)) for picture in pictures]
        looked = [_embed(*each, store) for each in zip(pictures, faces, strict=True)]
        first.append([one[0] for one in looked])
        second.append([one[1] for one in looked])
        own.append(lock_face(pictures[0], faces[0], store).threshold)
    held = np.isin(people, list(HELD_OUT))
    a, b, c = np.array(first), np.array(second), np.array(own)
    return _pairs(a[~held], b[~held], c[~held]), _pairs(a[held], b[held], c[held])


def _embed(
    picture: Picture, face: Face, store: ModelStore
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    chip = chip_of(face)
    one = chip.sample(picture, identity.SIZE)[None]
    other = identity_second.place(chip).sample(picture, identity_second.SIZE)[None]
    return (
        store.session(identity.NETWORK).run(image=one)["embedding"][0],
        store.session(identity_second.NETWORK).run(image=other)["embedding"][0],
    )


def _pairs(first: NDArray[np.float32], second: NDArray[np.float32], thresholds: Distances) -> Pairs:
    """`first`, `second`: ``(people, 2, K)``, neutral and smiling."""
    count = len(first)
    across = np.linalg.norm(first[:, None, 0] - first[None, :, 1], axis=2)
    within = np.linalg.norm(first[:, None, 0] - first[None, :, 0], axis=2)
    alike = second[:, 0] @ second[:, 1].T
    others = ~np.eye(count, dtype=bool)
    upper = np.triu_indices(count, 1)
    return Pairs(
        count,
        np.diag(across).astype(np.float64),
        np.r_[across[others], within[upper]].astype(np.float64),
        thresholds,
        across[others].reshape(count, count - 1).astype(np.float64),
        (np.diag(alike).astype(np.float64), alike[others].astype(np.float64)),
    )


def strangers(store: ModelStore, most: int | None = None) -> dict[str, Distances]:
    """Distances between any two different people: real crops, synthetic ones, the test portraits."""
    found = {}
    folder = data_folder("train_crops_256")
    if folder is not None:
        with (folder / "INDEX.csv").open(newline="", encoding="utf-8") as text:
            rows = list(csv.DictReader(text))
        real = [row for row in rows if row["source"] in REAL][:most]
        made = [row for row in rows if row["source"] == SYNTHETIC]
        made = [
            made[i] for i in np.random.default_rng(0).permutation(len(made))[:SYNTHETIC_PEOPLE]
        ][:most]
        for name, chosen in (("real", real), ("synthetic", made)):
            pictures = [read(folder / row["file"]) for row in chosen]
            numbers = [re.sub(r"\D", "", Path(row["orig_path"]).stem) for row in chosen]
            labels = numbers if name == "real" else [str(i) for i in range(len(chosen))]
            found[name] = _between(pictures, labels, store)
    if portraits():
        pictures = [read(path) for path in portraits()]
        found["portraits"] = _between(pictures, None, store)
    return found


def _between(
    pictures: Iterable[Picture], people: Sequence[str] | None, store: ModelStore
) -> Distances:
    """All distances between two faces that are not in profile and not the same person's. Without
    `people` every face of every picture counts, each as somebody else."""
    embeddings, labels = [], []
    for number, picture in enumerate(pictures):
        faces = [face for face in find_faces(picture, store) if not is_profile(face)]
        if people is not None:
            faces = faces and [main_face(faces)]
        for k, face in enumerate(faces):
            embeddings.append(_embed(picture, face, store)[0])
            labels.append(f"{number}.{k}" if people is None else people[number])
    points, names = np.array(embeddings, np.float64), np.array(labels)
    i, j = np.triu_indices(len(points), 1)
    squares = (points**2).sum(axis=1)
    apart = np.sqrt(np.maximum(squares[i] + squares[j] - 2 * (points @ points.T)[i, j], 0))
    return np.asarray(apart[(names[i] != names[j]) & (apart > SAME_FILE)])


def main_face(faces: Sequence[Face]) -> Face:
    return max(faces, key=lambda face: face.height_px)


def read(path: Path) -> Picture:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert picture is not None, f"{path} is not a picture"
    return np.ascontiguousarray(picture[..., ::-1], np.uint8)


@dataclass(frozen=True)
class Rates:
    """auc: chance that a genuine distance is the smaller one. eer: the rate at which as many genuine
    pairs are refused as strangers pass, and `eer_at` where."""

    auc: float
    eer: float
    eer_at: float


def rates(genuine: Distances, impostor: Distances) -> Rates:
    """Of two samples of distances."""
    order = np.sort(impostor)
    below = np.searchsorted(order, genuine, "left") + np.searchsorted(order, genuine, "right")
    auc = 1.0 - float(below.mean()) / 2 / len(order)
    places = np.sort(np.concatenate([genuine, impostor]))
    refused = 1 - np.searchsorted(np.sort(genuine), places, "right") / len(genuine)
    passed = np.searchsorted(order, places, "right") / len(order)
    k = int(np.argmin(np.abs(refused - passed)))
    return Rates(auc, float(refused[k] + passed[k]) / 2, float(places[k]))
