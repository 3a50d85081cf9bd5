"""One driver on one photo, drawn and measured frame by frame, before any encoding.

Every performer who passed its rehearsal is watched. What is drawn is what the clip would hold; only
the frames that tell something are drawn: every third one, all of a blink, and one quiet stretch in a
row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from bench import background, jitter, readback
from bench.quality_figures import Figure
from bench.quality_stage import Prepared, rehearsed
from bench.quality_watch import Watcher
from bench.readback_scores import EYES_OPEN, after_blinks, apexes, around_blinks, score
from bench.sharpness import Skin, ratio
from renderer.faces.mesh import steady_mesh
from renderer.faces.types import Picture
from renderer.models import ModelStore
from renderer.motion.channels import FaceCurves
from renderer.performer import Performer, draw_frame, motion_at

EVERY = 3
BACKGROUND_EVERY = 9
AROUND_BLINK = 1
"""Frames between those that are looked at; a blink is looked at in every frame, and this many more on
both sides."""

FLOW_HEIGHT = 320
"""Faces are reduced to this height for the optical flow."""

LEAST_APERTURE = 0.12
"""Eyes less open than this in the still are no measure of closing (`renderer.readback`)."""

Curve = NDArray[np.float64]


@dataclass
class Watched:
    """One performer while a driver is being played: what was told, and what has been seen so far."""

    index: int
    performer: Performer
    curves: FaceCurves
    watch: readback.Watch
    noise: Curve
    leak: Curve
    told: Curve
    skin: Skin
    quiet: int
    seen: dict[int, Curve] = field(default_factory=dict)
    meshed: dict[int, float] = field(default_factory=dict)
    sharp: dict[int, float] = field(default_factory=dict)
    faces: list[Picture] = field(default_factory=list)

    @property
    def frames(self) -> set[int]:
        """The frames that are to be looked at."""
        blinking = np.flatnonzero(around_blinks(self.told[:, 6], window=AROUND_BLINK))
        quiet = range(self.quiet, self.quiet + jitter.STRETCH)
        return {*range(0, len(self.told), EVERY), *blinking.tolist(), *quiet}

    @cached_property
    def closed(self) -> list[int]:
        """The most closed frame of every blink."""
        return apexes(self.told[:, 6])

    @cached_property
    def calm(self) -> list[int]:
        """Frames after the last blink in which the lids should be as in the still."""
        curves = self.curves
        narrowing = np.maximum(curves.smile.mean(axis=1), curves.squint)
        narrowing = np.maximum(narrowing, np.abs(curves.gaze[..., 1]).mean(axis=1))
        calm = after_blinks(self.told[:, 6], narrowing.astype(np.float64))
        return [frame for frame in sorted(self.frames) if calm[frame]]

    @property
    def open_again(self) -> int:
        """One of them, -1 when there is none."""
        return self.calm[0] if self.calm else -1


def play(
    prepared: Prepared, driver: str, watching: Sequence[Watcher], store: ModelStore
) -> list[Figure]:
    """Everything that is measured on drawn frames of one driver."""
    done = rehearsed(prepared, driver, store)
    curves = [each.curves for each in done]
    acting = [k for k, each in enumerate(done) if not each.part.is_still]
    figures = [_part(prepared, driver, k, done[k].part.driver, done[k].part.intensity)
               for k in range(len(done))]  # fmt: skip
    if not acting:
        return figures
    watched = [_start(prepared, k, curves[k], watching[k]) for k in acting]
    figures += _draw(prepared, driver, curves, watched, store)
    for one in watched:
        figures += _scores(prepared, driver, one)
    return figures


def _part(prepared: Prepared, driver: str, k: int, played: str, strength: float) -> Figure:
    text = "" if played == driver else played
    return Figure(prepared.subject.name, "played", strength, prepared.place(k), driver, text=text)


def _start(prepared: Prepared, k: int, curves: FaceCurves, watcher: Watcher) -> Watched:
    performer = prepared.set.stage.performers[k]
    told = readback.commanded(curves, performer.layer.rig)
    quiet = jitter.quietest(told)
    return Watched(
        k, performer, curves, watcher.watch, watcher.noise, watcher.leak, told, watcher.skin, quiet
    )


def _draw(
    prepared: Prepared,
    driver: str,
    curves: Sequence[FaceCurves],
    watched: Sequence[Watched],
    store: ModelStore,
) -> list[Figure]:
    """Draw the frames that anybody is to be looked at in; what concerns the whole picture."""
    stage, name = prepared.set.stage, prepared.subject.name
    last = curves[0].frames - 1
    canvas = stage.picture.copy()
    outside: dict[int, int] = {}
    ends: dict[int, int] = {}
    for frame in sorted({last}.union(*(one.frames for one in watched))):
        draw_frame(stage, curves, frame, canvas)
        if frame in (0, last):
            ends[frame] = int(cv2.absdiff(canvas, stage.picture).max())
        if frame % BACKGROUND_EVERY == 0:
            outside[frame] = background.outside_pixels(canvas, stage, curves, frame)
        for one in watched:
            if frame in one.frames:
                _look(one, canvas, frame, store)
    worst = max(outside, key=lambda frame: outside[frame])
    return [
        Figure(name, "background.pixels", outside[worst], driver=driver, frame=worst),
        Figure(name, "seam.drawn", max(ends.values()), driver=driver),
    ]


def _look(one: Watched, canvas: Picture, frame: int, store: ModelStore) -> None:
    motion = motion_at(one.curves, frame)
    one.seen[frame] = readback.read(
        one.watch, readback.look(canvas, one.watch, motion, store), motion
    )
    if frame in one.closed or frame == one.open_again:
        mesh = steady_mesh(canvas, one.performer.face.mesh, store)
        one.meshed[frame] = readback.mesh_opening(mesh)
    if frame % EVERY == 0:
        one.sharp[frame] = ratio(canvas, one.skin, one.performer.layer.rig, motion)
    if one.quiet <= frame < one.quiet + jitter.STRETCH:
        one.faces.append(_face(canvas, one.performer))


def _face(canvas: Picture, performer: Performer) -> Picture:
    """The face as it stands in the frame, at no more than `FLOW_HEIGHT`."""
    points = performer.face.mesh.points[:468, :2]
    x0, y0 = np.maximum(np.floor(points.min(axis=0)), 0).astype(int)
    x1, y1 = np.ceil(points.max(axis=0)).astype(int)
    part = canvas[y0:y1, x0:x1]
    if part.shape[0] <= FLOW_HEIGHT:
        return part.copy()
    size = (round(part.shape[1] * FLOW_HEIGHT / part.shape[0]), FLOW_HEIGHT)
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)


def _scores(prepared: Prepared, driver: str, one: Watched) -> list[Figure]:
    photo, place = prepared.subject.name, prepared.place(one.index)

    def figure(quantity: str, value: float, frame: int = -1) -> Figure:
        return Figure(photo, quantity, value, place, driver, frame)

    found = []
    for name, leak in (("", one.leak), ("raw.", np.zeros_like(one.leak))):
        for channel, (peak, correlation, gain) in _channels(one, leak).items():
            if not name:
                found.append(figure(f"{channel}.over_noise", peak))
            if np.isfinite(correlation):
                found.append(figure(f"{name}{channel}.correlation", correlation))
                found.append(figure(f"{name}{channel}.gain", gain))
    found += [figure(f"{kind}.{net}", *value) for kind, net, value in _lids(one)]
    softest = min(one.sharp, key=lambda frame: one.sharp[frame])
    found.append(figure("sharpness", one.sharp[softest], softest))
    return found + [figure(f"jitter.{kind}", value) for kind, value in _jitter(one)]


def _channels(one: Watched, leak: Curve) -> dict[str, tuple[float, float, float]]:
    """Of every channel: commanded peak over the noise, correlation, gain; `leak` is taken out of the
    reading."""
    blinking = around_blinks(one.told[:, 6])
    deviation = one.noise.std(axis=0)
    scores = {}
    for column, channel in enumerate(readback.CHANNELS):
        if channel.startswith("blink"):
            wanted = [f for f in sorted(one.seen) if blinking[f]]
        elif channel.startswith("gaze"):
            wanted = [f for f in sorted(one.seen) if f % EVERY == 0 and one.told[f, 6] <= EYES_OPEN]
        else:
            wanted = [f for f in sorted(one.seen) if f % EVERY == 0]
        read = np.array([one.seen[f][column] - one.told[f] @ leak[:, column] for f in wanted])
        result = score(read, one.told[wanted, column], float(deviation[column]))
        over = result.peak / max(result.noise, 1e-6)
        scores[channel] = (over, result.correlation, result.gain)
    return scores


def _lids(one: Watched) -> list[tuple[str, str, tuple[float, int]]]:
    """Opening of the eyes at the least closed apex, and afterwards, by both networks."""
    if min(readback.openness(one.watch)) < LEAST_APERTURE:
        return []
    closed, after = one.closed, one.calm
    rows: list[tuple[str, str, tuple[float, int]]] = []
    for net, column in (("iris", 6), ("68", 7)):
        if closed:
            opening = {frame: 1.0 - float(one.seen[frame][column]) for frame in closed}
            worst = max(opening, key=lambda frame: opening[frame])
            rows.append(("lids_apex", net, (opening[worst], worst)))
        if closed and after:
            again = float(np.median([1.0 - one.seen[frame][column] for frame in after]))
            rows.append(("lids_after", net, (again, after[0])))
    still = max(readback.mesh_opening(one.performer.face.mesh), 1e-6)
    shares = {frame: opening / still for frame, opening in one.meshed.items()}
    if closed:
        worst = max(closed, key=lambda frame: shares[frame])
        rows.append(("lids_apex", "mesh", (shares[worst], worst)))
    if closed and after:
        rows.append(("lids_after", "mesh", (shares[one.open_again], one.open_again)))
    return rows


def _jitter(one: Watched) -> list[tuple[str, float]]:
    stretch = range(one.quiet, one.quiet + jitter.STRETCH)
    read = jitter.tremble(np.array([one.seen[frame] for frame in stretch]))
    told = jitter.tremble(one.told[list(stretch)])
    judge = jitter.tremble(one.noise)
    rows = []
    for column, channel in ((1, "yaw"), (2, "pitch"), (3, "roll")):
        rows += [
            (channel, float(read[column])),
            (f"{channel}_told", float(told[column])),
            (f"{channel}_judge", float(judge[column])),
        ]
    return [*rows, ("flow", jitter.warped_error(one.faces))]
