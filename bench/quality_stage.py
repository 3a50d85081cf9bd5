"""A subject made ready to be measured: decoded, looked at and staged exactly as for a clip, once.

The engine draws a clip and forgets; here the stage stays, so that single frames can be drawn again for
every measurement without encoding anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.quality_subjects import Subject
from frame.library.decode import decode_file
from renderer.animator import seed_of
from renderer.faces.attributes import read_attributes
from renderer.faces.find import find_faces
from renderer.faces.segment import person_mask
from renderer.faces.types import Picture
from renderer.framing import face_in_clip, frame_photo, working_picture
from renderer.gates import Caps, judge_faces
from renderer.models import ModelStore
from renderer.motion.casting import Part, cast, length_of
from renderer.motion.channels import FaceCurves
from renderer.motion.expression import expression_basis
from renderer.picture.shade import crease_basis
from renderer.rehearsal import Rehearsed, rehearse_all
from renderer.stage import Craft, Role, SetStage, set_stage

HEIGHT = 1080
DRIVERS = ("joy", "nostalgia", "reunion", "blink-and-nod")


@dataclass(frozen=True)
class Prepared:
    """A photo with its stage. `names` are the performers' places in the picture, from the left."""

    subject: Subject
    set: SetStage
    seed: int
    people: int

    @property
    def still(self) -> Picture:
        return self.set.stage.picture

    @property
    def lead(self) -> int:
        """The performer with the largest face, as the engine chooses."""
        return int(np.argmax([p.face.height_px for p in self.set.stage.performers]))

    def place(self, performer: int) -> int:
        """A performer's number among the picture's faces; -1 in a picture of one."""
        return self.set.order[performer] if self.people > 1 else -1

    def parts(self, driver: str) -> tuple[Part, ...]:
        return cast(self.set.caps, driver, self.seed, 1.0, self.lead)


def prepare(subject: Subject, store: ModelStore) -> Prepared | None:
    """The stage of `subject`; None where nobody may move."""
    photo = decode_file(subject.path)
    faces = find_faces(photo.pixels, store)
    attributes = [read_attributes(photo.pixels, face) for face in faces]
    verdicts = judge_faces(faces, attributes, (photo.pixels.shape[1], photo.pixels.shape[0]))
    if not any(verdict.moves for verdict in verdicts):
        return None
    framing = frame_photo(photo.pixels.shape[1], photo.pixels.shape[0], HEIGHT)
    placed = [face_in_clip(face, framing) for face in faces]
    acting = {
        k: Role(placed[k], attributes[k], verdict.caps)
        for k, verdict in enumerate(verdicts)
        if verdict.moves
    }
    still = working_picture(photo.pixels, framing)
    stage = set_stage(still, dict(enumerate(placed)), acting, craft(store))
    return Prepared(subject, stage, seed_of(photo.sha256), len(faces))


def craft(store: ModelStore) -> Craft:
    """What the engine draws with."""
    arrays = store.arrays("expression")
    return Craft(
        expression_basis(arrays), crease_basis(arrays), lambda crop: person_mask(crop, store)
    )


def rehearsed(prepared: Prepared, driver: str, store: ModelStore) -> tuple[Rehearsed, ...]:
    """What everybody would play in the clip, the ladder walked."""
    parts = prepared.parts(driver)
    stage, caps = prepared.set.stage, prepared.set.caps
    return rehearse_all(stage, parts, caps, length_of(driver), store, lambda _: None)


def natural(prepared: Prepared, driver: str) -> tuple[FaceCurves, ...]:
    """The curves that are cast at natural intensity, before any rehearsal."""
    seconds = length_of(driver)
    caps: tuple[Caps, ...] = prepared.set.caps
    parts = prepared.parts(driver)
    return tuple(part.curves(cap, seconds) for part, cap in zip(parts, caps, strict=True))
