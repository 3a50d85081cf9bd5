"""Do the gates let life pass and stop the rest? Every driver at its natural strength, twice that, and
with mouths and eyes broken on purpose.

``python -m bench.gates [--out DIR] [--only 04 22]`` prints what the geometry and the read-back measure
in the worst frame of every clip, beside the bounds of `renderer.motion.geometry`,
`renderer.readback` and `renderer.unmoved`, which were set from this. Wrong faces are in
`bench.identity`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.broken import BREAKS
from bench.quality_figures import Figure, Notebook, least, median, most, pick, table
from bench.quality_stage import DRIVERS, Prepared, natural, prepare
from bench.quality_subjects import subjects
from renderer.faces.types import Picture
from renderer.key_poses import key_frames
from renderer.models import ModelStore
from renderer.motion import geometry
from renderer.motion.channels import FaceCurves
from renderer.motion.geometry import Geometry, judge_geometry
from renderer.motion.rig import carry
from renderer.motion.strength import too_strong
from renderer.performer import Performer, Stage, draw_performer, motion_at
from renderer.readback import MOST_ASTRAY, STILL_OPEN, look_at_still, read_back
from renderer.unmoved import LEAST_LIDS, LEAST_MOUTH, look_at_parts, read_parts

EVERY = 5
"""Frames between those whose geometry is judged, besides the key poses: as the rehearsal does it."""

STRENGTHS = {"natural": 1.0, "doubled": 2.0}

LOWEST = ("least_area", "face_least_area", "face_least_stretch", "mouth", "lids_way")
HIGHEST = ("most_stretch", "face_most_stretch", "astray", "lids")
BOUNDS = {
    "least_area": geometry.LEAST_AREA,
    "face_least_area": geometry.LEAST_FACE_AREA,
    "face_least_stretch": geometry.LEAST_FACE_STRETCH,
    "most_stretch": geometry.MOST_STRETCH,
    "face_most_stretch": geometry.MOST_FACE_STRETCH,
    "astray": MOST_ASTRAY,
    "lids": STILL_OPEN,
    "mouth": LEAST_MOUTH,
    "lids_way": LEAST_LIDS,
}


def main() -> int:
    """Measure, print the tables; 1 without photos."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/quality"))
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    chosen = subjects(options.only)
    if not chosen:
        print("There are no test photos here (see bench/data.py).", file=sys.stderr)
        return 1
    store, notebook = ModelStore(), Notebook(options.out / "photos")
    for subject in chosen:
        if not notebook.has(subject.name, "gates"):
            print(subject.name, file=sys.stderr, flush=True)
            prepared = prepare(subject, store)
            figures = [] if prepared is None else measure(prepared, store)
            notebook.write(subject.name, "gates", figures)
    print(tables(notebook.read(subject.name for subject in chosen)))
    return 0


def measure(prepared: Prepared, store: ModelStore) -> list[Figure]:
    """Every performer in every driver, at both strengths; lids and points are read back there too."""
    figures = []
    for driver in DRIVERS:
        for k, curves in enumerate(natural(prepared, driver)):
            if not _moves(curves):
                continue
            for name, strength in STRENGTHS.items():
                stronger = scaled(curves, strength)
                part, caps = prepared.parts(driver)[k], prepared.set.caps[k]
                excess = too_strong(stronger, part, caps)
                figures += _measure(prepared, driver, k, name, stronger, excess, store)
    return figures


def scaled(curves: FaceCurves, strength: float) -> FaceCurves:
    """All curves times `strength`; lids no more than closed, gaze no farther than an eye turns."""
    stronger = FaceCurves(
        **{name: values * np.float32(strength) for name, values in vars(curves).items()}
    )
    return replace(
        stronger,
        blink=np.clip(stronger.blink, 0.0, 1.0),
        gaze=np.clip(stronger.gaze, -1.0, 1.0),
        squint=np.clip(stronger.squint, 0.0, 1.0),
        brow=np.clip(stronger.brow, -2.0, 2.0),
    )


def _moves(curves: FaceCurves) -> bool:
    return any(bool(np.any(values)) for values in vars(curves).values())


def _measure(
    prepared: Prepared,
    driver: str,
    k: int,
    name: str,
    curves: FaceCurves,
    excess: Sequence[int],
    store: ModelStore,
) -> list[Figure]:
    stage, performer = prepared.set.stage, prepared.set.stage.performers[k]
    poses = _geometry(performer, curves)
    numbers = key_frames(curves)
    frames = [_drawn(stage, performer, curves, number) for number in numbers]
    still = look_at_still(stage.picture, performer.face.mesh, store)
    original = look_at_parts(stage.picture, performer.face)
    rig = performer.layer.rig
    found = read_back(frames, numbers, curves, rig, still, store)
    readings = dict(zip(numbers, found, strict=True))
    parts = dict(zip(numbers, read_parts(frames, numbers, curves, rig, original), strict=True))
    faults = {f for pose in poses.values() for f in pose.faults}
    faults |= {f for reading in readings.values() for f in reading.faults}
    faults |= {f for part in parts.values() for f in part.faults}
    faults |= {"too_strong"} if excess else set()

    def figure(quantity: str, value: float, frame: int = -1, text: str = "") -> Figure:
        place = prepared.place(k)
        quantity = f"gate.{name}.{quantity}"
        return Figure(prepared.subject.name, quantity, value, place, driver, frame, text)

    rows = [figure("caught", float(bool(faults)), text=", ".join(sorted(faults)))]
    for quantity in LOWEST[:3]:
        values = {frame: float(getattr(pose, quantity)) for frame, pose in poses.items()}
        frame = min(values, key=lambda f: values[f])
        rows.append(figure(quantity, values[frame], frame))
    for quantity in HIGHEST[:2]:
        values = {frame: float(getattr(pose, quantity)) for frame, pose in poses.items()}
        frame = max(values, key=lambda f: values[f])
        rows.append(figure(quantity, values[frame], frame))
    for quantity in HIGHEST[2:]:
        values = {
            frame: float(value)
            for frame, reading in readings.items()
            if (value := getattr(reading, quantity)) is not None
        }
        if values:
            frame = max(values, key=lambda f: values[f])
            rows.append(figure(quantity, values[frame], frame))
    for quantity, values in (
        ("mouth", {n: part.mouth for n, part in parts.items()}),
        ("lids_way", {n: part.lids for n, part in parts.items() if part.lids is not None}),
    ):
        if values:
            frame = min(values, key=lambda f: values[f])
            rows.append(figure(quantity, values[frame], frame))
    if name == "natural":
        for kind, spoil in BREAKS.items():
            spoilt = [
                spoil(drawn, carry(rig, motion_at(curves, n), performer.face.mesh.points[:, :2]))
                for n, drawn in zip(numbers, frames, strict=True)
            ]
            told = read_parts(spoilt, numbers, curves, rig, original)
            codes = sorted({fault for part in told for fault in part.faults})
            best = max(part.mouth for part in told)
            if "mouth" not in kind:
                best = min((p.lids for p in told if p.lids is not None), default=1.0)
            place = prepared.place(k)
            rows.append(
                Figure(
                    *(prepared.subject.name, f"gate.broken.{kind}", best, place, driver),
                    text=", ".join(codes),
                )
            )
    return rows


def _geometry(performer: Performer, curves: FaceCurves) -> dict[int, Geometry]:
    numbers = sorted({*key_frames(curves), *range(0, curves.frames, EVERY)})
    rig, points, inside = performer.layer.rig, performer.face.mesh.points, performer.inside
    return {n: judge_geometry(rig, motion_at(curves, n), points, inside) for n in numbers}


def _drawn(stage: Stage, performer: Performer, curves: FaceCurves, frame: int) -> Picture:
    canvas = stage.picture.copy()
    pixels = draw_performer(performer, curves, frame)
    if pixels is not None:
        x0, y0, x1, y1 = performer.box
        canvas[y0:y1, x0:x1] = pixels
    return canvas


def tables(figures: Sequence[Figure]) -> str:
    """What passed and was caught, and how near the bounds are."""
    return f"{_shares(figures)}\n{_escaped(figures)}\n{_broken(figures)}\n{_bounds(figures)}"


def _shares(figures: Sequence[Figure]) -> str:
    rows = []
    for driver in DRIVERS:
        passed = pick(figures, "gate.natural.caught", driver)
        caught = pick(figures, "gate.doubled.caught", driver)
        by_field = [f for f in caught if f.text not in ("", "too_strong")]
        if caught:
            rows.append(
                (
                    driver,
                    f"{sum(f.value == 0 for f in passed)} of {len(passed)}",
                    f"{sum(f.value == 1 for f in caught)} of {len(caught)}",
                    f"{len(by_field)} of {len(caught)}",
                )
            )
    head = ("driver", "natural, passed", "doubled, caught", "of these, not by amplitude alone")
    return table(head, rows)


def _broken(figures: Sequence[Figure]) -> str:
    """How many clips with every key pose spoilt in one way were caught, pixel by pixel alone."""
    rows = []
    missed = []
    for kind in BREAKS:
        found = pick(figures, f"gate.broken.{kind}")
        caught = [f for f in found if f.text]
        missed += [f"{kind}: {f.where}" for f in found if not f.text]
        if found:
            rows.append((kind, f"{len(caught)} of {len(found)}"))
    if not rows:
        return ""
    escaped = "\n\nBroken, yet passed: " + "; ".join(missed) if missed else ""
    return table(("broken on purpose", "clips caught"), rows) + escaped + "\n"


def _escaped(figures: Sequence[Figure]) -> str:
    """One line naming every clip on the wrong side."""
    stopped = [f for f in pick(figures, "gate.natural.caught") if f.value == 1]
    missed = [f for f in pick(figures, "gate.doubled.caught") if f.value == 0]
    lines = []
    if stopped:
        lines.append("Natural, yet stopped: " + "; ".join(f"{f.where} ({f.text})" for f in stopped))
    if missed:
        lines.append("Doubled, yet passed: " + "; ".join(f.where for f in missed))
    return (
        "\n\n".join(lines) + "\n" if lines else "No natural clip stopped, no doubled one passed.\n"
    )


def _bounds(figures: Sequence[Figure]) -> str:
    rows = []
    for quantity in (*LOWEST, *HIGHEST):
        worst = least if quantity in LOWEST else most
        cells = [quantity, f"{BOUNDS[quantity]:.2f}"]
        for name in STRENGTHS:
            found = pick(figures, f"gate.{name}.{quantity}")
            if not found:
                cells += ["-", "-"]
                continue
            extreme = worst(found)
            cells += [f"{median(found):.2f}", f"{extreme.value:.2f} ({extreme.where})"]
        rows.append(tuple(cells))
    head = ("measure", "bound", "natural: median", "worst", "doubled: median", "most extreme")
    return table(head, rows)


if __name__ == "__main__":
    sys.exit(main())
