"""Blind readings of the lids network against the painted lid, and its figures.

``python -m bench.lids sheets --network FILE --out DIR`` draws thirty held-out portraits at 100 %: open,
half closed and closed, by A and by B. Which of the two is the network's is drawn by chance for every
portrait and every reading and goes into ``key.json``.
``python -m bench.lids answer --out DIR --reading 1 01=A 02==`` logs a verdict per portrait (A, B, or
``=``; ``01=A!`` where the other one is grotesque), and ``python -m bench.lids verdict --out DIR`` opens
the key, once both readings are logged, and counts.
``python -m bench.lids figures --network FILE`` prints seams and read-back openings.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from bench.data import data_folder, portraits
from bench.eyes_sheet import GLASSES, working_picture
from models.build.lids_file import LearnedLids
from renderer.faces import topology
from renderer.faces.find import find_faces
from renderer.faces.judge import judge_crop, landmarks68_of_frames
from renderer.faces.types import Face, Picture
from renderer.models import ModelStore
from renderer.picture.eyes import EyeRig, build_eyes, render_eye
from renderer.readback import apertures, look_at_still

WANTED, READINGS, PER_PAGE = 30, (1, 2), 5
HELD_OUT_LONDON = range(80, 103)
HALF = 0.6
MARGIN = 0.75
"""Eye distances shown to the sides of the eyes' middle."""
SEED = 1839
LEAST_WIDE_EYE = 18.0
"""Pixels: smaller eyes show nothing at 100 %."""

Rigs = tuple[EyeRig, EyeRig]


@dataclass(frozen=True)
class Case:
    name: str
    picture: Picture
    face: Face
    painted: Rigs
    learned: Rigs


def _files() -> Iterator[tuple[str, Path]]:
    for path in portraits():
        yield path.name[:2], path
    folder = data_folder("expression_pairs")
    for person in HELD_OUT_LONDON:
        path = folder / f"{person:03d}_neutral.jpg" if folder else Path()
        if path.is_file():
            yield f"L{person:03d}", path


def cases(network: Path) -> Iterator[Case]:
    """The first thirty faces, the test portraits' before the held-out people's, that may blink."""
    store, net, count = ModelStore(), LearnedLids(network), 0
    for name, path in _files():
        if count == WANTED:
            return
        picture = working_picture(path)
        faces = find_faces(picture, store)
        if not faces:
            continue
        face = max(faces, key=lambda one: one.height_px)
        rigs = build_eyes(picture, face.mesh, glasses=name in GLASSES)
        if not any(rig.may_blink and rig.eye.width >= LEAST_WIDE_EYE for rig in rigs):
            continue
        count += 1
        yield Case(name, picture, face, rigs, net.rigs(picture, face.mesh, rigs))


def drawn(case: Case, rigs: Rigs, blink: float) -> Picture:
    moved = case.picture.copy()
    for rig in rigs:
        x0, y0, x1, y1 = rig.box
        moved[y0:y1, x0:x1] = np.round(render_eye(rig, blink, (0.0, 0.0), 0.0))
    return moved


def _cut(case: Case, picture: Picture) -> Picture:
    """Both eyes at 100 %."""
    points = case.face.mesh.points[[33, 133, 362, 263], :2]
    middle = points.mean(0)
    apart = float(np.linalg.norm(points[3] - points[0]))
    wide, high = round(2 * MARGIN * apart), round(0.62 * apart)
    place = np.array([[1, 0, wide / 2 - middle[0]], [0, 1, high / 2 - middle[1]]], np.float32)
    return np.asarray(
        cv2.warpAffine(picture, place, (wide, high), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _row(case: Case, first: Rigs, second: Rigs) -> Picture:
    """Two lines: A and B, each open, half closed and closed."""
    opened = _cut(case, case.picture)
    lines = [
        np.hstack([opened, *(_cut(case, drawn(case, rigs, b)) for b in (HALF, 1.0))])
        for rigs in (first, second)
    ]
    for letter, line in zip("AB", lines, strict=True):
        cv2.putText(
            line, f"{case.name} {letter}", (3, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 255, 0), 1
        )
    return np.vstack(lines)


def sheets(network: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    everything = list(cases(network))
    key: dict[str, dict[str, str]] = {}
    for reading in READINGS:
        rng = np.random.default_rng((SEED, reading, *hashlib.sha256(network.read_bytes()).digest()))
        order = rng.permutation(len(everything))
        key[str(reading)] = {}
        rows = []
        for k in order:
            case, is_first = everything[int(k)], bool(rng.integers(2))
            pair = (case.learned, case.painted) if is_first else (case.painted, case.learned)
            key[str(reading)][case.name] = "A" if is_first else "B"
            rows.append(_row(case, *pair))
        for page, start in enumerate(range(0, len(rows), PER_PAGE)):
            some = rows[start : start + PER_PAGE]
            width = max(row.shape[1] for row in some)
            padded = [np.pad(r, ((0, 6), (0, width - r.shape[1]), (0, 0))) for r in some]
            cv2.imwrite(str(out / f"reading{reading}_{page}.png"), np.vstack(padded)[:, :, ::-1])
    (out / "key.json").write_text(json.dumps(key), encoding="utf-8")
    print(f"{len(everything)} portraits")


def answer(out: Path, reading: int, answers: list[str]) -> None:
    """Log verdicts; what is logged is not changed again."""
    path = out / "answers.json"
    log: dict[str, dict[str, str]] = json.loads(path.read_text()) if path.exists() else {}
    mine = log.setdefault(str(reading), {})
    for each in answers:
        name, verdict = each.split("=", 1)
        if verdict.rstrip("!") not in {"A", "B", "="}:
            raise SystemExit(f"{each}: A, B or = is needed")
        if name in mine:
            raise SystemExit(f"{name} is answered already")
        mine[name] = verdict
    path.write_text(json.dumps(log, indent=1), encoding="utf-8")
    print(f"reading {reading}: {len(mine)} answers")


def verdict(out: Path) -> None:
    key = json.loads((out / "key.json").read_text())
    log = json.loads((out / "answers.json").read_text())
    for reading in map(str, READINGS):
        if set(log.get(reading, {})) != set(key[reading]):
            raise SystemExit(f"reading {reading} is not complete")
    for reading in map(str, READINGS):
        said: dict[str, list[str]] = {"network": [], "painted": [], "alike": [], "grotesque": []}
        for name, given in sorted(log[reading].items()):
            is_network = given[0] == key[reading][name]
            side = "alike" if given[0] == "=" else "network" if is_network else "painted"
            said[side].append(name)
            if given.endswith("!"):
                said["grotesque"].append(name + (" painted" if is_network else " network"))
        for side, names in said.items():
            print(f"reading {reading}, {side}: {len(names)} ({' '.join(names)})")


def _opening68(points: np.ndarray) -> float:
    """Mean distance of the lids over the width of the eyes, by the 68-point network."""
    found = []
    for eye in (points[topology.LEFT_EYE_68], points[topology.RIGHT_EYE_68]):
        width = np.linalg.norm(eye[3] - eye[0])
        found.append(
            (np.linalg.norm(eye[1] - eye[5]) + np.linalg.norm(eye[2] - eye[4])) / 2 / width
        )
    return float(np.mean(found))


def figures(network: Path) -> None:
    store = ModelStore()
    print("portrait  seam  change in grey levels  opening by 68 points  by contours")
    sums = []
    for case in cases(network):
        rest = drawn(case, case.learned, 0.0).astype(int) - case.picture
        shut = [drawn(case, rigs, 1.0) for rigs in (case.painted, case.learned)]
        still = look_at_still(case.picture, case.face.mesh, store)
        points = landmarks68_of_frames([case.picture, *shut], judge_crop(case.face.mesh), store)
        openings = [_opening68(one) for one in points]
        by_68 = [one / openings[0] for one in openings[1:]]
        seen = [np.mean(apertures(one, still.eye_crops, store)) for one in shut]
        by_eye = [float(one / np.mean(still.aperture)) for one in seen]
        changed = np.abs(shut[1].astype(int) - shut[0])
        change = float(changed[changed.max(-1) > 0].mean()) if changed.any() else 0.0
        sums.append([float(np.abs(rest).max()), change, *by_68, *by_eye])
        print(f"{case.name:8} " + " ".join(f"{one:7.3f}" for one in sums[-1]))
    print("worst seam", max(row[0] for row in sums))
    print("medians  " + " ".join(f"{one:7.3f}" for one in np.median(sums, 0)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("what", choices=("sheets", "answer", "verdict", "figures"))
    parser.add_argument("--network", type=Path)
    parser.add_argument("--out", type=Path, default=Path("sheets"))
    parser.add_argument("--reading", type=int, choices=READINGS, default=1)
    parser.add_argument("answers", nargs="*")
    given = parser.parse_intermixed_args()
    if given.what in {"sheets", "figures"} and given.network is None:
        parser.error("--network is needed")
    if given.what == "sheets":
        sheets(given.network, given.out)
    elif given.what == "figures":
        figures(given.network)
    elif given.what == "answer":
        answer(given.out, given.reading, given.answers)
    else:
        verdict(given.out)


if __name__ == "__main__":
    main()
