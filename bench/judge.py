"""What the judges see in real people: their gain, their noise, their blind spots.

``python -m bench.judge`` prints tables over a real film and real pairs of photos in which nothing is
animated. Read-back of drawn frames is to be read beside them: a judge that reports 0.9 of a real turn
will not report more of a drawn one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.data import data_folder
from bench.quality_figures import table
from bench.readback import mesh_opening
from models.build.expression_pairs import HELD_OUT
from renderer.faces import topology
from renderer.faces.canonical import canonical_face
from renderer.faces.find import find_faces, only_face
from renderer.faces.iris import eye_crops, look_at_eye
from renderer.faces.judge import judge_crop, landmarks68, pose_of_68, read
from renderer.faces.mesh import steady_mesh
from renderer.faces.pose import head_pose
from renderer.faces.types import Floats, HeadPose, Mesh, Picture
from renderer.models import ModelStore
from renderer.readback import opening

FILM = "WolfgangLanger_Pexels.mp4"
EVERY = 6
"""Frames of the film between those that are looked at: a quarter of a second."""

CLOSED = (range(24, 85), range(444, 471))
OPEN = (range(150, 281), range(300, 421))
"""Frames in which both eyes are closed, or open and not covered by a hand, as looked up by eye."""

EYE_SAMPLES = 3

Angles = tuple[float, float, float]


@dataclass(frozen=True)
class FilmLook:
    """One frame of the film: opening of both eyes by each network, pose by judge and by mesh."""

    frame: int
    by_68: tuple[float, float]
    by_iris: tuple[float, float]
    by_mesh: float
    judge: Angles
    mesh: Angles


@dataclass(frozen=True)
class PairLook:
    """One person, neutral to smiling: change of pose by judge and by mesh in degrees, and corner
    travel in millimetres by both, the eyes held fast."""

    judge: Angles
    mesh: Angles
    judge_mm: float
    mesh_mm: float


def main() -> int:
    """Print the tables; 1 without the data."""
    text = page(ModelStore())
    print(text or "There are no films or pairs here (see bench/data.py).")
    return 0 if text else 1


def page(store: ModelStore) -> str:
    """All tables, each under its heading; empty without the data."""
    films, pairs = data_folder("videos"), data_folder("expression_pairs")
    if films is None or pairs is None:
        return ""
    film = look_at_film(films / FILM, store)
    people = [look_at_pair(pairs, f"{k:03d}", store) for k in HELD_OUT if _is_there(pairs, k)]
    sections = {
        f"The judges on a real person's lids ({FILM})": lid_table(film),
        "The judge's gain on real heads": pose_table(film, people),
        "The judge's gain on real smiles, people 080 to 102": smile_table(people),
    }
    return "\n".join(f"### {title}\n\n{text}" for title, text in sections.items())


def look_at_film(path: Path, store: ModelStore) -> list[FilmLook]:
    """Every sixth frame of the film, the one face in it tracked."""
    canonical = canonical_face(store)
    looks = []
    mesh: Mesh | None = None
    for number, picture in _frames(path):
        if mesh is None:
            mesh = max(find_faces(picture, store), key=lambda face: face.height_px).mesh
        mesh = steady_mesh(picture, mesh, store)
        points = landmarks68(picture, judge_crop(mesh), store)
        left, right = (
            opening(look_at_eye(picture, crop, store, EYE_SAMPLES)) for crop in eye_crops(mesh)
        )
        lids = read(points).aperture
        looks.append(
            FilmLook(
                number,
                (float(lids[0]), float(lids[1])),
                (left, right),
                mesh_opening(mesh),
                _angles(pose_of_68(points, canonical)),
                _angles(head_pose(mesh, canonical)),
            )
        )
    return looks


def look_at_pair(folder: Path, person: str, store: ModelStore) -> PairLook:
    """Both photos of one person."""
    neutral = _look(folder / f"{person}_neutral.jpg", store)
    smiling = _look(folder / f"{person}_smile.jpg", store)
    return PairLook(
        judge=_change(neutral.judge, smiling.judge),
        mesh=_change(neutral.mesh, smiling.mesh),
        judge_mm=_travel(neutral.corners_judge, smiling.corners_judge),
        mesh_mm=_travel(neutral.corners_mesh, smiling.corners_mesh),
    )


@dataclass(frozen=True)
class _PhotoLook:
    """A photo: pose, and mouth corners ``(2, 2)`` in millimetres from between the eyes, by both."""

    judge: Angles
    mesh: Angles
    corners_judge: Floats
    corners_mesh: Floats


def _look(path: Path, store: ModelStore) -> _PhotoLook:
    picture = _photo(path)
    face, canonical = only_face(picture, store), canonical_face(store)
    points = landmarks68(picture, judge_crop(face.mesh), store)
    same = face.mesh.points[topology.of(topology.MESH_OF_68), :2]
    by_judge, by_mesh = (
        read(p).corners * (_eye_distance(p) / face.pose.px_per_mm) for p in (points, same)
    )
    return _PhotoLook(_angles(pose_of_68(points, canonical)), _angles(face.pose), by_judge, by_mesh)


def lid_table(looks: Sequence[FilmLook]) -> str:
    """How each network reads open and closed eyes."""
    rows = []
    for name, key in (
        ("iris network", "by_iris"),
        ("68-point network", "by_68"),
        ("mesh", "by_mesh"),
    ):
        closed, opened = (
            np.array([getattr(look, key) for look in looks if _within(look.frame, where)])
            for where in (CLOSED, OPEN)
        )
        share = float(np.median(closed) / np.median(opened))
        rows.append((name, _spread(opened), _spread(closed), f"{share:.2f}"))
    head = ("judge", "open: median (5 to 95 %)", "closed: median (5 to 95 %)", "closed over open")
    return table(head, rows)


def pose_table(film: Sequence[FilmLook], people: Sequence[PairLook]) -> str:
    """The judge's angles against the mesh's, where real heads moved: slope, and what is left."""
    rows = []
    for column, name in enumerate(("yaw", "pitch", "roll")):
        cells = [name]
        steady = [look for look in film if not _hand_in_the_face(look.frame)]
        for looks in (steady, people):
            judge = np.array([look.judge[column] for look in looks])
            mesh = np.array([look.mesh[column] for look in looks])
            slope, offset = np.polyfit(mesh, judge, 1)
            left = float(np.std(judge - slope * mesh - offset))
            cells += [f"{np.ptp(mesh):.0f}", f"{slope:.2f}", f"{left:.1f}"]
        rows.append(tuple(cells))
    head = ("angle", "film: range, degrees", "slope", "left, degrees",
            "neutral to smile: range", "slope", "left")  # fmt: skip
    return table(head, rows)


def smile_table(people: Sequence[PairLook]) -> str:
    """Corner travel by judge and mesh; and whether a smile looks like a nod to the judge."""
    judge = np.array([look.judge_mm for look in people])
    mesh = np.array([look.mesh_mm for look in people])
    ratio = judge / np.maximum(mesh, 1e-6)
    nod = np.array([look.judge[1] - look.mesh[1] for look in people])
    rows = [
        ("corner travel by the mesh, mm", f"{np.median(mesh):.1f}", _range(mesh)),
        ("corner travel by the judge, mm", f"{np.median(judge):.1f}", _range(judge)),
        ("judge over mesh", f"{np.median(ratio):.2f}", _range(ratio)),
        ("pitch that a smile adds, judge less mesh, degrees", f"{np.median(nod):.1f}", _range(nod)),
    ]
    return table(("measure", "median", "5 to 95 %"), rows)


def _hand_in_the_face(frame: int) -> bool:
    return not (_within(frame, CLOSED[1:]) or _within(frame, OPEN) or frame < CLOSED[0].stop - 18)


def _within(frame: int, ranges: Sequence[range]) -> bool:
    return any(frame in one for one in ranges)


def _spread(values: NDArray[np.floating]) -> str:
    return f"{np.median(values):.2f} ({_range(values)})"


def _range(values: NDArray[np.floating]) -> str:
    low, high = np.percentile(values, (5, 95))
    return f"{low:.2f} to {high:.2f}"


def _travel(before: Floats, after: Floats) -> float:
    return float(np.linalg.norm(after - before, axis=1).mean())


def _eye_distance(points: Floats) -> float:
    left, right = points[topology.LEFT_EYE_68], points[topology.RIGHT_EYE_68]
    return float(np.linalg.norm(right.mean(axis=0) - left.mean(axis=0)))


def _angles(pose: HeadPose) -> Angles:
    return pose.yaw_deg, pose.pitch_deg, pose.roll_deg


def _change(before: Angles, after: Angles) -> Angles:
    return after[0] - before[0], after[1] - before[1], after[2] - before[2]


def _is_there(folder: Path, person: int) -> bool:
    return (folder / f"{person:03d}_smile.jpg").is_file()


def _photo(path: Path) -> Picture:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise OSError(f"{path} is not a picture")
    return np.ascontiguousarray(pixels[..., ::-1], np.uint8)


def _frames(path: Path) -> Iterator[tuple[int, Picture]]:
    """Every sixth frame with its number."""
    reader = cv2.VideoCapture(str(path))
    try:
        number = 0
        while reader.grab():
            if number % EVERY == 0:
                _, frame = reader.retrieve()
                yield number, np.ascontiguousarray(frame[..., ::-1], np.uint8)
            number += 1
    finally:
        reader.release()


if __name__ == "__main__":
    sys.exit(main())
