"""Clips of the test portraits against the identity gate: how far people drift, and wrong faces.

Every driver is rehearsed and drawn as for a clip, only not encoded; the frames that the gate looks at
are looked at here. Then each performer's frames get everybody else's face.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.identity_people import main_face, read
from bench.quality_stage import DRIVERS, Prepared, prepare, rehearsed
from bench.quality_subjects import Subject
from bench.wrong_faces import Guest, face_mask, guest, swapped
from renderer.faces.find import find_faces, is_profile
from renderer.faces.identity import SIZE, STEADY, chip_at, lock_face, own_null
from renderer.faces.mesh import mesh_of
from renderer.key_poses import key_frames
from renderer.likeness import Drift, Witness, chip_in
from renderer.models import ModelStore
from renderer.performance import still_frame
from renderer.performer import Stage
from renderer.rehearsal import Rehearsed

ALIGNMENTS = ("stays", "goes with the commanded head", "follows the mesh, frame by frame")
ALIGNED = 1
"""The way that the gate takes."""

LEAST_EYES = 24.0
"""Faces with fewer pixels between the eyes are not moved, so nobody swaps them in a clip."""


@dataclass(frozen=True)
class Played:
    """One performer in one driver. rungs: what was tried on the way down; drift: None where they rest
    in the end."""

    photo: str
    face: int
    driver: str
    rungs: int
    drift: Drift | None

    @property
    def where(self) -> str:
        return self.photo + (f".{self.face}" if self.face >= 0 else "")


@dataclass(frozen=True)
class OwnNull:
    """A performer's own null: distances by circumstance."""

    photo: str
    face: int
    interocular_px: float
    null: dict[str, float]


@dataclass(frozen=True)
class Clips:
    """Everything that was measured on one photo. aligned: the worst distance of each clip, for each of
    `ALIGNMENTS`. visited: for each clip, whether it was stopped with somebody else's face in it."""

    played: list[Played]
    nulls: list[OwnNull]
    aligned: list[tuple[float, ...]]
    visited: list[bool]


def measure(subject: Subject, visitor: Guest | None, store: ModelStore) -> Clips | None:
    """All drivers on one photo; None where nobody may move. `visitor` is laid over everybody once."""
    prepared = prepare(subject, store)
    if prepared is None:
        return None
    found = Clips([], [], [], [])
    stage = prepared.set.stage
    for k, performer in enumerate(stage.performers):
        null = own_null(stage.picture, performer.face, store)
        place = prepared.place(k)
        found.nulls.append(OwnNull(subject.name, place, performer.face.interocular_px, null))
    for driver in DRIVERS:
        _play(prepared, driver, visitor, found, store)
    return found


def visitor_of(subject: Subject, store: ModelStore) -> Guest | None:
    """The largest face of a photo, ready to be laid over others; None where there is none."""
    picture = read(subject.path)
    faces = [face for face in find_faces(picture, store) if not is_profile(face)]
    return guest(picture, main_face(faces), SIZE) if faces else None


def _play(
    prepared: Prepared, driver: str, visitor: Guest | None, found: Clips, store: ModelStore
) -> None:
    stage = prepared.set.stage
    parts = rehearsed(prepared, driver, store)
    curves = [each.curves for each in parts]
    witness = Witness(stage, curves, [None if p.part.is_still else p.held for p in parts])
    for number in witness.wanted:
        witness.see(number, still_frame(stage, curves, number))
    for k, (part, drift) in enumerate(zip(parts, witness.drifts(), strict=True)):
        name, place = prepared.subject.name, prepared.place(k)
        found.played.append(Played(name, place, driver, len(part.attempts), drift))
        if drift is not None:
            _vary(prepared, k, part, visitor, found, store)


def _vary(
    prepared: Prepared,
    k: int,
    part: Rehearsed,
    visitor: Guest | None,
    found: Clips,
    store: ModelStore,
) -> None:
    """The key poses with the chip laid in other ways, and with the visitor's face."""
    stage = prepared.set.stage
    performer, held = stage.performers[k], part.held.first
    chips, visits = [], []
    mask = face_mask(performer.face, held.chip, SIZE)
    for number in key_frames(part.curves):
        frame = still_frame(Stage(stage.picture, (performer,)), (part.curves,), number)
        mesh = mesh_of(frame, performer.face.mesh, store, passes=1)
        followed = chip_at(mesh.points[list(STEADY), :2])
        places = (held.chip, chip_in(performer, part.curves, number), followed)
        cut = [place.sample(frame, SIZE) for place in places]
        chips.append(cut)
        if visitor is not None:
            visits.append(swapped(cut[ALIGNED], mask, visitor))
    by_way = np.swapaxes(np.array(chips, np.float32), 0, 1)
    found.aligned.append(tuple(float(held.distances(pixels).max()) for pixels in by_way))
    if visits:
        told = held.distances(np.stack(visits)) > held.threshold
        found.visited.append(bool(told.all()))


@dataclass(frozen=True)
class Swaps:
    """Guests laid over hosts: how many were tried, how many were told, and how near the nearest came to
    a threshold (distance less threshold) and who that was."""

    tried: int
    told: int
    nearest: float
    margin: float
    who: str


def wrong_faces(photos: Sequence[Subject], store: ModelStore) -> Swaps:
    """Everybody's face over everybody else's, at the host's own threshold."""
    people = []
    for subject in photos:
        picture = read(subject.path)
        faces = [face for face in find_faces(picture, store) if not is_profile(face)]
        people += [
            (subject.name, number, picture, face)
            for number, face in enumerate(faces)
            if face.interocular_px >= LEAST_EYES
        ]
    guests = [guest(picture, face, SIZE) for _, _, picture, face in people]
    tried = told = 0
    nearest, margin, who = np.inf, np.inf, ""
    for k, (name, number, picture, face) in enumerate(people):
        held = lock_face(picture, face, store)
        mask = face_mask(face, held.chip, SIZE)
        still = held.chip.sample(picture, SIZE)
        others = [other for j, other in enumerate(guests) if j != k]
        distances = held.distances(np.stack([swapped(still, mask, other) for other in others]))
        tried += len(distances)
        told += int((distances > held.threshold).sum())
        nearest = min(nearest, float(distances.min()))
        if float(distances.min()) - held.threshold < margin:
            margin, who = float(distances.min()) - held.threshold, f"{name}.{number}"
    return Swaps(tried, told, nearest, margin, who)
