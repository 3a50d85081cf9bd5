"""Trains `models/quantized/headwear.npz`: is a hat worn, and what do the edges of a bare face look like?

    python -m models.build.train_headwear --data DIR

`DIR/train_crops_256` holds synthetic faces, American congressmen and their `INDEX.csv`; `headwear.txt`
beside this file names, by eye, those who wear something on the head (hat) and those with something
before the face (hand). Prints how often the hats are right by five-fold cross-validation.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.build.manifest import Table, describe, update
from models.build.packages import QUANTIZED
from renderer.faces.attributes import read_attributes
from renderer.faces.find import SURE_PRESENCE, find_faces
from renderer.faces.types import Picture
from renderer.models import ModelStore
from renderer.motion.expression import Mouth
from renderer.prepare.headwear import cover_measures, hat_measures
from renderer.prepare.surroundings import HeadView, view_head

Matrix = NDArray[np.float64]

LABELS = Path(__file__).with_name("headwear.txt")

EVERY = {"SFHQ": 1, "voteview_ge100": 2, "voteview_pre1927": 3}
"""Of the crops whose names begin so, every how many-th is used: the labels were made on these."""

RIDGE = 100.0
SHAPES = 20
"""Principal shapes of faces that count as usual. Of 10 to 80, 10 and 20 told hands best."""

FOLDS = 5
PLAIN_YAW_DEG = 25.0
LEAST_SPREAD = 0.01


@dataclass(frozen=True)
class Sample:
    """One crop: the measures of its largest face as it is and mirrored."""

    name: str
    hat: tuple[NDArray[np.float32], NDArray[np.float32]]
    face: NDArray[np.float32]
    is_plain: bool


def samples(crops: Path, store: ModelStore) -> list[Sample]:
    found = []
    for start, every in EVERY.items():
        for path in sorted(crops.glob(f"{start}*.jpg"))[::every]:
            picture = _load(path)
            faces = [f for f in find_faces(picture, store) if f.mesh.presence >= SURE_PRESENCE]
            if not faces:
                continue
            face = max(faces, key=lambda each: each.height_px)
            seen = read_attributes(picture, face)
            is_plain = (
                abs(face.pose.yaw_deg) < PLAIN_YAW_DEG
                and seen.mouth is Mouth.CLOSED
                and not seen.dark_glasses
            )
            view = view_head(picture, face)
            hats = hat_measures(view), hat_measures(_mirrored(view))
            found.append(Sample(path.stem, hats, cover_measures(view), is_plain))
    return found


def _load(path: Path) -> Picture:
    image = cv2.imread(str(path))
    if image is None:
        raise SystemExit(f"cannot read {path}")
    return np.ascontiguousarray(image[:, :, ::-1], np.uint8)


def _mirrored(view: HeadView) -> HeadView:
    return replace(view, pixels=np.ascontiguousarray(view.pixels[:, ::-1]))


def fitted(x: Matrix, worn: NDArray[np.bool_]) -> tuple[Matrix, Matrix, Matrix]:
    """Mean, spread, and weights with the bias last, of a ridge logistic regression; both classes weigh
    the same."""
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    z = np.column_stack([(x - mean) / spread, np.ones(len(x))])
    share = np.where(worn, 0.5 / worn.mean(), 0.5 / (1 - worn.mean()))
    ridge = np.append(np.full(x.shape[1], RIDGE), 0.0)
    w = np.zeros(z.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-z @ w))
        gradient = z.T @ (share * (p - worn)) + ridge * w
        step = np.linalg.solve((z.T * (share * p * (1 - p))) @ z + np.diag(ridge), gradient)
        w -= step
        if np.abs(step).max() < 1e-4:
            break
    return mean, spread, w


def both_sides(group: list[Sample]) -> Matrix:
    return np.array([side for each in group for side in each.hat], np.float64)


def cross_validated(group: list[Sample], worn: NDArray[np.bool_]) -> Matrix:
    scores = np.zeros(len(group))
    folds = np.random.default_rng(0).integers(0, FOLDS, len(group))
    for fold in range(FOLDS):
        rest = [each for each, k in zip(group, folds, strict=True) if k != fold]
        mean, spread, w = fitted(both_sides(rest), np.repeat(worn[folds != fold], 2))
        for i in np.flatnonzero(folds == fold):
            scores[i] = (group[i].hat[0] - mean) / spread @ w[:-1] + w[-1]
    return scores


def usual_faces(faces: Matrix) -> dict[str, NDArray[np.generic]]:
    mean = faces.mean(axis=0)
    shapes = np.linalg.svd(faces - mean, full_matrices=False)[2][:SHAPES]
    rest = (faces - mean) - (faces - mean) @ shapes.T @ shapes
    return {
        "face_mean": mean.astype(np.float32),
        "face_shapes": shapes.astype(np.float32),
        "face_spread": (rest.std(axis=0) + LEAST_SPREAD).astype(np.float32),
    }


def main(data: Path, out: Path) -> None:
    labels = {
        name: word for word, name in (line.split() for line in LABELS.open() if line[0] != "#")
    }
    group = samples(data / "train_crops_256", ModelStore())
    worn = np.array([labels.get(each.name) == "hat" for each in group])
    scores = cross_validated(group, worn)
    area = float((scores[worn][:, None] > scores[~worn]).mean())
    right, wrong = float((scores[worn] > 0).mean()), float((scores[~worn] > 0).mean())
    print(f"{worn.sum()} of {len(group)} wear something: area under the curve {area:.4f},")
    print(f"from 0 on {right:.1%} of them told, and {wrong:.1%} of the others")
    doubtful = sorted(zip(scores[~worn], np.array([s.name for s in group])[~worn], strict=True))
    print("most like a hat without one:", *(name for _, name in doubtful[:-25:-1]))
    mean, spread, w = fitted(both_sides(group), np.repeat(worn, 2))
    faces = [each.face for each in group if each.is_plain and each.name not in labels]
    arrays: dict[str, NDArray[np.generic]] = {
        "hat_mean": mean.astype(np.float32),
        "hat_spread": spread.astype(np.float32),
        "hat_weights": w[:-1].astype(np.float32),
        "hat_bias": np.array(w[-1], np.float32),
        **usual_faces(np.array(faces, np.float64)),
    }
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    accuracy: Table = {
        "against": f"five-fold cross-validation on {len(group)} faces, {worn.sum()} with something "
        "on the head",
        "area": round(area, 4),
        "told": round(right, 3),
        "imagined": round(wrong, 3),
    }
    update([_manifest_entry(out, accuracy)], out.parent)


def _manifest_entry(path: Path, accuracy: Table) -> Table:
    return describe(
        path,
        purpose="whether something is worn on the head, and what the edges of a bare face look like",
        source="SFHQ-T2I and portraits of American congressmen",
        member="face crops labelled by eye in models/build/headwear.txt",
        licence="MIT (the synthetic faces), public domain (the portraits); Apache-2.0 (the arrays)",
        accuracy=accuracy,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=QUANTIZED / "headwear.npz")
    given = parser.parse_args()
    main(given.data, given.out)
