"""The pairs of a neutral and a smiling photo, measured: where each landmark went, in head axes.

Face Research Lab London Set (DeBruine and Jones 2017, CC BY 4.0): same camera, same pose, but
people move between two photos, so the smiling head is first laid onto the neutral one by landmarks
over bone, which a smile leaves alone.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.types import Face, Mesh, Picture

FloatArray = NDArray[np.float64]

HELD_OUT = range(80, 103)
"""Never trained on, by anything: people 080 to 102."""

OVER_BONE = [10, 151, 9, 8, 168, 6, 33, 133, 362, 263, 127, 356]
"""Forehead, bridge of the nose, eye corners, temples: they stay put in a smile, within 0.4 mm."""

CLOSED_GAP_MM = 3.1
"""Largest opening between the inner lips in which the photos of the set show no teeth."""

CHEEKS = [50, 280]
"""The lower face is everything under the mean height of these two landmarks."""

Finder = Callable[[Picture], Face]


@dataclass(frozen=True)
class Smile:
    """One person's smile against their own neutral face.

    rest: ``(468, 3)`` millimetres, head axes (x picture's right, y down the face, z away).
    moved: ``(468, 3)`` displacement of each landmark, same axes. gap: opening between the lips in
    the smile, gap_grown: how much of it the smile added; millimetres.
    neutral, smiling: the pictures. neutral_face, smiling_mesh_found: as found in them;
    smiling_mesh: laid onto the head of the neutral photo. smiling_to_neutral: ``(2, 3)`` affine that
    lays the smiling picture there.
    """

    person: str
    rest: FloatArray
    moved: FloatArray
    gap: float
    gap_grown: float
    neutral: Picture
    smiling: Picture
    neutral_face: Face
    smiling_mesh: Mesh
    smiling_mesh_found: Mesh
    smiling_to_neutral: FloatArray

    @property
    def is_held_out(self) -> bool:
        return int(self.person) in HELD_OUT

    @property
    def is_closed(self) -> bool:
        return self.gap < CLOSED_GAP_MM


def measured_smiles(
    folder: Path, find: Finder, only: Container[int] | None = None
) -> Iterator[Smile]:
    """The pairs of `folder` (all, or those whose number is in `only`), in the order of numbers."""
    for path in sorted(folder.glob("*_neutral.jpg")):
        person = path.name.split("_")[0]
        if only is not None and int(person) not in only:
            continue
        neutral, smiling = _read(path), _read(path.with_name(f"{person}_smile.jpg"))
        yield measured(person, neutral, smiling, find(neutral), find(smiling))


def lower_face_error(smile: Smile, moved: NDArray[np.floating]) -> float:
    """Mean distance of the lower face's landmarks from the real smile, in the picture, millimetres.

    moved: ``(468, 3)`` displacement from the neutral face in picture pixels, as predicted.
    """
    face = smile.neutral_face
    rest = face.mesh.points[:468]
    low = rest[:, 1] > rest[CHEEKS, 1].mean()
    missing = (smile.smiling_mesh.points[:468] - rest - moved)[low, :2]
    return float(np.linalg.norm(missing, axis=1).mean() / face.pose.px_per_mm)


def similarity(source: FloatArray, target: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Scale, rotation, shift that lay `source` onto `target` (Umeyama 1991); points as rows."""
    from_mean, to_mean = source.mean(0), target.mean(0)
    u, sigma, vt = np.linalg.svd((target - to_mean).T @ (source - from_mean))
    flip = np.ones(source.shape[1])
    flip[-1] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * flip) @ vt
    scale = float((sigma * flip).sum() / ((source - from_mean) ** 2).sum())
    return scale, rotation, to_mean - scale * rotation @ from_mean


def measured(person: str, neutral: Picture, smiling: Picture, at_rest: Face, smile: Face) -> Smile:
    """One pair, with the face found in each picture."""
    rest, smiled = (face.mesh.points.astype(np.float64) for face in (at_rest, smile))
    scale, rotation, shift = similarity(smiled[OVER_BONE], rest[OVER_BONE])
    aligned = scale * smiled @ rotation.T + shift
    flat_scale, flat_rotation, flat_shift = similarity(smiled[OVER_BONE, :2], rest[OVER_BONE, :2])
    pose = at_rest.pose
    rest_mm = (rest[:468] - pose.origin) @ pose.rotation / pose.px_per_mm
    moved_mm = (aligned - rest)[:468] @ pose.rotation / pose.px_per_mm
    gaps = [float(np.linalg.norm(p[13] - p[14])) for p in (rest_mm, rest_mm + moved_mm)]
    return Smile(
        person=person,
        rest=rest_mm,
        moved=moved_mm,
        gap=gaps[1],
        gap_grown=gaps[1] - gaps[0],
        neutral=neutral,
        smiling=smiling,
        neutral_face=at_rest,
        smiling_mesh=Mesh(aligned.astype(np.float32), smile.mesh.presence),
        smiling_mesh_found=smile.mesh,
        smiling_to_neutral=np.c_[flat_scale * flat_rotation, flat_shift],
    )


def _read(path: Path) -> Picture:
    stored = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if stored is None:
        raise FileNotFoundError(path)
    return np.asarray(stored, np.uint8)
