"""Contact sheets of moved eyes, to be looked at: one row a face, one column a motion.

``python -m bench.eyes_sheet [--out DIR] [--only 04 22] [--zoom 1.0]`` writes ``lids.png`` and
``gaze.png`` for the test portraits, and prints what each eye may do and why not.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from bench.data import portraits
from renderer.faces.find import find_faces
from renderer.faces.types import Face, Picture
from renderer.models import ModelStore
from renderer.picture.eyes import EyeRig, build_eyes, render_eye

Motion = tuple[float, tuple[float, float], float]

LIDS: tuple[Motion, ...] = tuple((b, (0.0, 0.0), 0.0) for b in (0.0, 0.3, 0.5, 0.8, 1.0))
GAZE: tuple[Motion, ...] = (
    (0.0, (-0.5, 0.0), 0.0),
    (0.0, (0.5, 0.0), 0.0),
    (0.0, (0.0, -0.4), 0.0),
    (0.0, (0.0, 0.4), 0.0),
    (0.0, (0.0, 0.0), 0.4),
)
WORKING_HEIGHT, MOST_ENLARGED = 1080, 2.0
GLASSES = ("19", "20", "21", "28")
"""Portraits of people with glasses, by the first letters of their file names."""
CELL_W, CELL_H = 330, 120


def working_picture(path: Path) -> Picture:
    """A portrait at the size at which it would be animated."""
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise ValueError(f"not a picture: {path}")
    scale = min(WORKING_HEIGHT / pixels.shape[0], MOST_ENLARGED)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(pixels[:, :, ::-1], None, fx=scale, fy=scale, interpolation=how)
    return np.ascontiguousarray(resized, np.uint8)


def row(
    picture: Picture,
    face: Face,
    rigs: tuple[EyeRig, EyeRig],
    motions: tuple[Motion, ...],
    zoom: float,
) -> Picture:
    """Both eyes of one face in every motion, side by side, at `zoom` of their size."""
    eyes = face.mesh.points[[33, 263], :2].mean(0)
    cells = []
    for motion in motions:
        moved = picture.copy()
        for rig in rigs:
            x0, y0, x1, y1 = rig.box
            moved[y0:y1, x0:x1] = np.round(render_eye(rig, *motion))
        place = np.array(
            [[zoom, 0, CELL_W / 2 - zoom * eyes[0]], [0, zoom, CELL_H / 2 - zoom * eyes[1]]],
            np.float32,
        )
        how = cv2.INTER_NEAREST if zoom == 1 else cv2.INTER_CUBIC
        cells.append(cv2.warpAffine(moved, place, (CELL_W, CELL_H), flags=how))
    return np.hstack(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("sheets"))
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--zoom", type=float, default=1.0)
    options = parser.parse_args()
    store = ModelStore()
    lids: list[Picture] = []
    gaze: list[Picture] = []
    for path in portraits():
        name = path.name[:2]
        if options.only and name not in options.only:
            continue
        picture = working_picture(path)
        faces = find_faces(picture, store)
        if not faces:
            print(f"{name}: no face")
            continue
        face = max(faces, key=lambda one: one.height_px)
        rigs = build_eyes(picture, face.mesh, glasses=name in GLASSES)
        for side, rig in zip(("left", "right"), rigs, strict=True):
            allowed = f"blink {rig.may_blink}, gaze {rig.may_gaze}"
            print(f"{name} {side}: {rig.eye.width:.0f} px, {allowed} {rig.reason}")
        for rows, motions in ((lids, LIDS), (gaze, GAZE)):
            strip = row(picture, face, rigs, motions, options.zoom)
            cv2.putText(strip, name, (3, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 255, 0), 1)
            rows.append(strip)
    if not lids:
        print("no portraits to show")
        return
    options.out.mkdir(parents=True, exist_ok=True)
    for title, rows in (("lids", lids), ("gaze", gaze)):
        cv2.imwrite(str(options.out / f"{title}.png"), np.vstack(rows)[:, :, ::-1])


if __name__ == "__main__":
    main()
