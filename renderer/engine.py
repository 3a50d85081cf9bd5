"""The geometric animator: every pixel comes from the photo, moved at its full resolution.

faces -> gates -> stage -> driver -> rehearsal -> film. This file only leads through these steps; each
is a module of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from renderer.animator import Progress, Request
from renderer.badge import make_badge
from renderer.clip import FPS, ClipWriter
from renderer.faces.attributes import Attributes, read_attributes
from renderer.faces.find import find_faces
from renderer.faces.mood import read_mood
from renderer.faces.segment import person_mask
from renderer.faces.types import Face, Picture
from renderer.framing import (
    Framing,
    face_in_clip,
    frame_crop,
    frame_photo,
    frame_view,
    is_seen,
    is_whole,
    working_picture,
)
from renderer.gates import STILL, FaceVerdict, judge_faces, overall_verdict
from renderer.models import ModelStore
from renderer.motion.casting import cast, length_of
from renderer.motion.choice import Chosen, choose_driver
from renderer.motion.expression import expression_basis
from renderer.picture.shade import crease_basis
from renderer.prepare.coach import look_over
from renderer.prepare.crop import working_crop
from renderer.prepare.damage import Damage, DamageReader
from renderer.prepare.headwear import NETWORK as HEADWEAR
from renderer.prepare.scan import Scan
from renderer.reasons import Reason, reason
from renderer.rehearsal import Rehearsed, rehearse_all
from renderer.report import Report, Verdict, describe_face, nearest
from renderer.stage import Craft, Role, SetStage, set_stage
from renderer.takes import Take, film_until_it_holds, lead, performed, subtler
from renderer.watch import Watch

ASPECTS = {"square": 1.0, "portrait": 4 / 5}
"""Crops for sharing; 4:5 is the tallest that picture feeds show whole."""

SHARES = {"faces": 0.08, "matte": 0.12, "key poses": 0.15, "frames": 0.63, "finish": 0.02}
"""Each stage's share of the whole time, in their order, measured on a 1080p portrait."""


@dataclass(frozen=True)
class Look:
    """A photo after the first look: who is in it, and what each face may do."""

    faces: tuple[Face, ...]
    attributes: tuple[Attributes, ...]
    verdicts: tuple[FaceVerdict, ...]
    verdict: Verdict
    reasons: tuple[Reason, ...]


class GeometricAnimator:
    """The `Animator` that this project is about. One instance may animate many photos, one at a time.

    `clock` gives seconds that only ever grow; it times the stages for the report. `damage` can tell
    scratches from what belongs to the picture; without it nothing is said of them.
    """

    def __init__(
        self,
        store: ModelStore,
        clock: Callable[[], float] = time.monotonic,
        damage: DamageReader | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._damage = damage

    def check(self, photo: Picture, scan: Scan | None = None) -> Report:
        """What gates and coach find, without rendering. Raises `ModelError` like `animate`."""
        look = self._look(photo)
        scan = scan or Scan()
        damage = self._damage(photo, look.faces) if self._damage else None
        acting = any(verdict.moves for verdict in look.verdicts)
        chosen = self._choose(photo, look, scan.year, damage) if acting else None
        learned = self._store.arrays(HEADWEAR)
        findings = look_over(
            photo, look.faces, look.attributes, look.verdicts, chosen, scan, learned, damage
        )
        moving = [look.faces[verdict.face] for verdict in look.verdicts if verdict.moves]
        crop = working_crop((photo.shape[1], photo.shape[0]), moving, scan.panel)
        return replace(self._describe(look), findings=findings, crop=crop)

    def animate(self, photo: Picture, output: Path, request: Request, progress: Progress) -> Report:
        """See `renderer.animator.Animator`. Raises `ModelError` and `ClipError`."""
        watch = Watch(self._clock, progress, SHARES)
        asked = _asked_view(photo, request)
        look = watch.time("faces", lambda _: self._look(photo, asked))
        report = replace(self._describe(look), requested_driver=request.driver)
        if look.verdict != "animated":
            return replace(report, stages=watch.stages)
        framing = asked or _frame(photo, look.faces, request)
        stage = watch.time("matte", lambda _: self._set_stage(photo, framing, look))
        driver, why = self._driver(photo, look, request)
        rehearsed = watch.time(
            "key poses", lambda told: self._rehearse(stage, driver, request, told)
        )
        take = self._film(stage, framing, rehearsed, driver, output, request, watch)
        report = replace(
            report,
            reasons=(*report.reasons, *stage.reasons, *why, *subtler(stage, take.rehearsed)),
            ladder=tuple(attempt for each in take.rehearsed for attempt in each.attempts),
            stages=watch.stages,
            models=self._store.loaded,
        )
        leading = lead(stage, take.rehearsed)
        if leading is None:
            return replace(report, verdict="still")
        faces = performed(report.faces, stage, take)
        return replace(
            report,
            faces=faces,
            main_face=stage.order[leading],
            driver=take.rehearsed[leading].part.driver,
            identity=nearest(face.identity for face in faces),
            frames=take.rehearsed[leading].curves.frames,
            fps=float(FPS),
            width=framing.width,
            height=framing.height,
        )

    def _film(
        self,
        stage: SetStage,
        framing: Framing,
        rehearsed: tuple[Rehearsed, ...],
        driver: str,
        output: Path,
        request: Request,
        watch: Watch,
    ) -> Take:
        width, height = framing.width, framing.height
        return film_until_it_holds(
            stage,
            rehearsed,
            length_of(driver),
            self._store,
            watch,
            lambda: ClipWriter(output, width, height, request.title),
            make_badge(width, height) if request.badge else None,
        )

    def _look(self, photo: Picture, view: Framing | None = None) -> Look:
        faces = find_faces(photo, self._store)
        attributes = tuple(read_attributes(photo, face) for face in faces)
        size = (photo.shape[1], photo.shape[0])
        if view is None:
            verdicts = judge_faces(faces, attributes, size)
        else:
            verdicts = _judge_in_view(faces, attributes, size, view)
        verdict, reasons = overall_verdict(verdicts)
        return Look(faces, attributes, verdicts, verdict, reasons)

    def _describe(self, look: Look) -> Report:
        faces = tuple(
            replace(describe_face(face), caps=verdict.caps)
            for face, verdict in zip(look.faces, look.verdicts, strict=True)
        )
        return Report(look.verdict, look.reasons, faces, models=self._store.loaded)

    def _driver(
        self, photo: Picture, look: Look, request: Request
    ) -> tuple[str, tuple[Reason, ...]]:
        """The driver to play, and why where the choice was ours."""
        if request.driver != "auto":
            return request.driver, ()
        if request.damage is not None:
            damage: Damage | None = Damage(request.damage, ())
        else:
            damage = self._damage(photo, look.faces) if self._damage else None
        chosen, why = self._choose(photo, look, request.year, damage)
        return chosen, (why,)

    def _choose(
        self, photo: Picture, look: Look, year: int | None, damage: Damage | None
    ) -> Chosen:
        """What `auto` plays."""
        acting = [k for k, verdict in enumerate(look.verdicts) if verdict.moves]
        moods = [read_mood(photo, look.faces[k], self._store) for k in acting]
        return choose_driver(
            [look.attributes[k] for k in acting],
            year,
            None if damage is None else damage.worst,
            is_sad=any(mood.is_sad for mood in moods),
        )

    def _set_stage(self, photo: Picture, framing: Framing, look: Look) -> SetStage:
        store = self._store
        craft = Craft(
            basis=expression_basis(store.arrays("expression")),
            creases=crease_basis(store.arrays("expression")),
            person_mask=lambda crop: person_mask(crop, store),
        )
        faces = {
            k: face_in_clip(face, framing)
            for k, face in enumerate(look.faces)
            if is_seen(face, framing)
        }
        acting = {
            k: Role(faces[k], look.attributes[k], verdict.caps)
            for k, verdict in enumerate(look.verdicts)
            if verdict.moves and k in faces
        }
        return set_stage(working_picture(photo, framing), faces, acting, craft)

    def _rehearse(
        self, stage: SetStage, driver: str, request: Request, told: Callable[[float], None]
    ) -> tuple[Rehearsed, ...]:
        heights = [performer.face.height_px for performer in stage.stage.performers]
        lead = int(np.argmax(heights))
        parts = cast(stage.caps, driver, request.seed, request.intensity, lead)
        seconds = length_of(driver)
        return rehearse_all(stage.stage, parts, stage.caps, seconds, self._store, told)


def _asked_view(photo: Picture, request: Request) -> Framing | None:
    """The crop and size that were asked for, if they were. Raises ValueError."""
    if request.crop is None or request.size is None:
        return None
    return frame_view(photo.shape[1], photo.shape[0], request.crop, request.size)


def _judge_in_view(
    faces: Sequence[Face], attributes: Sequence[Attributes], size: tuple[int, int], view: Framing
) -> tuple[FaceVerdict, ...]:
    """The gates' verdicts where the picture ends at the view's edge, as the clip does.

    Faces are found in the whole photo, since a detector sees more with more around a face.
    """
    x0, y0, x1, y1 = view.crop
    moved = [face.shifted(-x0, -y0) for face in faces]
    judged = judge_faces(moved, attributes, (x1 - x0, y1 - y0))
    return tuple(
        verdict if is_whole(face, view, size) else _resting(k, is_cut=is_seen(face, view))
        for k, (face, verdict) in enumerate(zip(faces, judged, strict=True))
    )


def _resting(face: int, *, is_cut: bool) -> FaceVerdict:
    found = reason("cut_off" if is_cut else "out_of_view", face)
    return FaceVerdict(face, False, STILL, (found,))


def _frame(photo: Picture, faces: tuple[Face, ...], request: Request) -> Framing:
    height, width = photo.shape[:2]
    if request.framing == "photo":
        return frame_photo(width, height, request.height)
    return frame_crop(width, height, faces, ASPECTS[request.framing], request.height)
