"""Filming until a take holds: nothing is published in which somebody no longer looks like themselves.

Rehearsals see key poses; this sees the frames that are really filmed. Whoever strays goes on down the
ladder, and everything is filmed again; at its foot they rest, and when nobody moves any more there is
no clip.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from renderer.badge import Badge
from renderer.clip import ClipWriter
from renderer.likeness import Drift, Witness
from renderer.models import ModelStore
from renderer.performance import film
from renderer.reasons import Reason, reason
from renderer.rehearsal import Rehearsed, rehearse_again
from renderer.report import FaceReport, commanded
from renderer.stage import SetStage
from renderer.watch import Watch


@dataclass(frozen=True)
class Take:
    """What everybody played in the end, and how far each strayed, in the stage's order; where there is
    no clip, nobody plays."""

    rehearsed: tuple[Rehearsed, ...]
    drifts: tuple[Drift | None, ...]


def film_until_it_holds(
    stage: SetStage,
    rehearsed: tuple[Rehearsed, ...],
    seconds: float,
    store: ModelStore,
    watch: Watch,
    writer: Callable[[], ClipWriter],
    badge: Badge | None,
) -> Take:
    """Film what was rehearsed and publish it, or what is left of it once everybody holds.

    `writer` makes a writer for the one clip, a fresh one for every take. Raises `ClipError`.
    """
    while lead(stage, rehearsed) is not None:
        curves = [each.curves for each in rehearsed]
        held = [None if each.part.is_still else each.held for each in rehearsed]
        witness = Witness(stage.stage, curves, held)
        with writer() as clip:
            watch.time(
                "frames",
                partial(film, stage.stage, curves, clip, badge=badge, see=witness.see),
            )
            drifts = witness.drifts()
            if not any(drift.astray for drift in drifts if drift is not None):
                watch.time("finish", partial(_publish, clip))
                return Take(rehearsed, drifts)
        again = partial(rehearse_again, stage.stage, rehearsed, drifts, seconds, store)
        rehearsed = watch.time("key poses", again)
    return Take(rehearsed, (None,) * len(rehearsed))


def _publish(clip: ClipWriter, told: Callable[[float], None]) -> None:
    clip.publish()
    told(1.0)


def lead(stage: SetStage, rehearsed: Sequence[Rehearsed]) -> int | None:
    """The largest performer who moves; None when everybody rests."""
    moving = [k for k, each in enumerate(rehearsed) if not each.part.is_still]
    if not moving:
        return None
    return max(moving, key=lambda k: stage.stage.performers[k].face.height_px)


def subtler(stage: SetStage, rehearsed: Sequence[Rehearsed]) -> tuple[Reason, ...]:
    """Who plays something subtler than planned, does not blink after all, or rests, and why."""
    reasons = []
    for face, caps, each in zip(stage.order, stage.caps, rehearsed, strict=True):
        unlike = "_unlike" if each.strayed else ""
        if each.part.is_still and each.attempts:
            reasons.append(reason(f"rests{unlike}", face))
            continue
        if len(each.attempted) > 1:
            reasons.append(reason(f"subtler{unlike}", face))
        if caps.blink and not each.caps.blink:
            reasons.append(reason("no_blink", face))
    return tuple(reasons)


def performed(faces: tuple[FaceReport, ...], stage: SetStage, take: Take) -> tuple[FaceReport, ...]:
    """The faces' reports with what each was told to do and how like themselves they stayed."""
    told = list(faces)
    for face, each, drift in zip(stage.order, take.rehearsed, take.drifts, strict=True):
        told[face] = replace(
            told[face],
            caps=each.caps,
            moved=not each.part.is_still,
            identity=None if drift is None else drift.score,
            commanded=() if each.part.is_still else commanded(each.curves),
        )
    return tuple(told)
