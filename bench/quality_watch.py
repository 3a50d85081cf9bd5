"""How a still reads before anything is filmed: noise, and single motions tried one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import readback
from bench.quality_figures import Figure
from bench.quality_stage import Prepared
from bench.sharpness import Skin, skin_of
from renderer.faces.canonical import canonical_face
from renderer.models import ModelStore
from renderer.motion.channels import SHUTTER_SAMPLES, FaceCurves
from renderer.motion.rig import Motion, carry
from renderer.performer import Performer, draw_performer

TRIALS = (
    Motion(smile_left=0.4, smile_right=0.4),
    Motion(yaw_deg=5.0),
    Motion(pitch_deg=4.0),
    Motion(roll_deg=4.0),
)
"""One motion at a time, in the order of the channels: to see what it does to the reading of others."""


Curve = NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """One motion on one drawing, as ``(8,)`` channels: told, read from where the rig takes the still's
    points, and seen by the judge."""

    told: Curve
    taken: Curve
    seen: Curve


@dataclass(frozen=True)
class Watcher:
    """How the still reads, once per performer and for all drivers."""

    watch: readback.Watch
    noise: Curve
    leak: Curve
    trials: tuple[Trial, ...]
    skin: Skin


def watchers(prepared: Prepared, store: ModelStore) -> list[Watcher]:
    """A watcher for every performer on the stage."""
    canonical = canonical_face(store)
    made = []
    for performer in prepared.set.stage.performers:
        rig, still = performer.layer.rig, prepared.still
        watch = readback.start_watching(still, performer.face, rig, canonical, store)
        looks = readback.noise(still, watch, store)
        trials = tuple(_try(prepared, performer, watch, m, store) for m in TRIALS)
        leak = _leak(trials)
        made.append(Watcher(watch, looks, leak, trials, skin_of(still, performer.face)))
    return made


def _try(
    prepared: Prepared,
    performer: Performer,
    watch: readback.Watch,
    motion: Motion,
    store: ModelStore,
) -> Trial:
    canvas = prepared.still.copy()
    pixels = draw_performer(performer, held(motion), 0)
    if pixels is not None:
        x0, y0, x1, y1 = performer.box
        canvas[y0:y1, x0:x1] = pixels
    rig = performer.layer.rig
    taken = np.asarray(carry(rig, motion, watch.still.points), np.float32)
    return Trial(
        told=readback.commanded(held(motion), rig)[0],
        taken=readback.read(watch, readback.Seen(taken, watch.still.eyes), motion),
        seen=readback.read(watch, readback.look(canvas, watch, motion, store), motion),
    )


def _leak(trials: Sequence[Trial]) -> Curve:
    """``(8, 8)`` what a unit of each channel alone (row) adds to the reading of the others (column).

    To the judge a smile is also a nod of a degree or two, and a turn a little tilt: this is taken out
    before scoring. A channel's own reading is never touched, nor are the lids.
    """
    leak = np.zeros((len(readback.CHANNELS),) * 2)
    for source, trial in enumerate(trials):
        leak[source] = trial.seen / trial.told[source]
    np.fill_diagonal(leak, 0.0)
    leak[:, 6:] = 0.0
    return leak


def trial_figures(prepared: Prepared, watching: Sequence[Watcher]) -> list[Figure]:
    """The gain of single drawn motions in two steps: where the rig takes the points of a perfect
    judge, and what our judge sees of that."""
    figures = []
    for k, watcher in enumerate(watching):
        for source, trial in enumerate(watcher.trials):
            name = f"trial.{readback.CHANNELS[source]}"
            taken, seen = (float(v[source] / trial.told[source]) for v in (trial.taken, trial.seen))
            photo, place = prepared.subject.name, prepared.place(k)
            figures.append(Figure(photo, f"{name}.rig", taken, place))
            figures.append(Figure(photo, f"{name}.judge", seen / taken if taken else 0.0, place))
    return figures


def held(motion: Motion) -> FaceCurves:
    """One frame of a motion, symmetrical, the eyes at rest."""
    still = np.zeros(1, np.float32)
    eyes = np.zeros((1, SHUTTER_SAMPLES, 2), np.float32)
    angles = (motion.yaw_deg, motion.pitch_deg, motion.roll_deg)
    yaw, pitch, roll = (np.full(1, angle, np.float32) for angle in angles)
    smile = np.full((1, 2), motion.smile_left, np.float32)
    return FaceCurves(eyes, eyes, smile, still, still, yaw, pitch, roll)
