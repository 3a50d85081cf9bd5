"""Gathers the eyes that train the lids network, open and closed, into one small file.

    python -m models.build.lids_gather --data DIR --out FILE.npz

`DIR` holds ``train_crops_256`` and ``videos``. Every eye becomes one grey picture in the frame of
`models.build.lids_frame`, kept as a JPEG, with its margins, its opening in eye widths as the mesh says,
and the side of the split it belongs to (`models.build.restorer_data`). Frames of one video count as one
person, who is trained on.
"""

from __future__ import annotations

import argparse
import multiprocessing
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.build.lids_frame import framed
from models.build.restorer_data import crops, read
from renderer.faces.find import find_faces
from renderer.faces.types import Picture
from renderer.models import ModelStore
from renderer.picture.eye_geometry import measure_eye
from renderer.picture.eye_rig import SIDES
from renderer.picture.lids import luma

NARROWEST = 20.0
"""Pixels between the corners of the smallest eye that shows what a lid looks like."""
MOST_TURNED_DEG = 30.0
JPEG_QUALITY = 88
EVERY_FRAME = 2
"""One of so many frames of a video is looked at."""

Row = dict[str, Any]


def eyes_of(picture: Picture, name: str, store: ModelStore, *, is_held_out: bool) -> list[Row]:
    """Both eyes of the largest face, if it looks ahead and is large enough."""
    faces = find_faces(picture, store)
    if not faces:
        return []
    face = max(faces, key=lambda one: one.height_px)
    if abs(face.pose.yaw_deg) > MOST_TURNED_DEG:
        return []
    found = []
    for side in SIDES:
        eye = measure_eye(face.mesh, side, picture.shape)
        if eye.width < NARROWEST:
            continue
        x0, y0, x1, y1 = eye.box
        seen = framed(luma(picture[y0:y1, x0:x1].astype(np.float32)), eye)
        grey = np.clip(np.round(seen.light), 0, 255).astype(np.uint8)
        packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
        found.append(
            {
                "name": f"{name} {side}",
                "jpeg": packed,
                "curves": np.stack([seen.upper, seen.lower, seen.brow]).astype(np.float16),
                "opening": np.float32(eye.opening / eye.width),
                "width": np.float32(eye.width),
                "held_out": is_held_out,
            }
        )
    return found


def _some(tasks: list[tuple[str, str, bool]]) -> list[Row]:
    cv2.setNumThreads(1)
    store = ModelStore()
    rows = []
    for file, name, is_held_out in tasks:
        rows += eyes_of(read(Path(file)), name, store, is_held_out=is_held_out)
    return rows


def _video(path: str) -> list[Row]:
    cv2.setNumThreads(1)
    store = ModelStore()
    rows: list[Row] = []
    video = cv2.VideoCapture(path)
    number = 0
    while True:
        is_there, pixels = video.read()
        if not is_there:
            return rows
        if number % EVERY_FRAME == 0:
            scale = min(1.0, 720 / pixels.shape[0])
            small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            picture = np.ascontiguousarray(small[..., ::-1], np.uint8)
            name = f"{Path(path).stem} {number:05d}"
            rows += eyes_of(picture, name, store, is_held_out=False)
        number += 1


def gather(data: Path, processes: int) -> list[Row]:
    tasks = [(str(c.file), c.file.stem, c.is_held_out) for c in crops(data)]
    parts = [tasks[k::16] for k in range(16)]
    videos = [str(p) for p in sorted((data / "videos").glob("*.mp4"))]
    rows: list[Row] = []
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        waiting = [pool.apply_async(_video, (v,)) for v in videos]
        for k, part in enumerate(pool.imap(_some, parts)):
            rows += part
            print(f"{k + 1} of {len(parts)} parts, {len(rows)} eyes", flush=True)
        for each in waiting:
            rows += each.get()
    return sorted(rows, key=lambda row: str(row["name"]))


def pack(rows: list[Row], path: Path) -> None:
    """`rows` as one ``.npz``: the JPEGs one after another, and where each begins."""
    sizes = np.array([len(row["jpeg"]) for row in rows])
    np.savez_compressed(
        path,
        bytes=np.concatenate([row["jpeg"].reshape(-1) for row in rows]),
        ends=np.cumsum(sizes),
        curves=np.stack([row["curves"] for row in rows]),
        name=np.array([row["name"] for row in rows]),
        opening=np.array([row["opening"] for row in rows]),
        width=np.array([row["width"] for row in rows]),
        held_out=np.array([row["held_out"] for row in rows]),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    gathered = gather(given.data, given.processes)
    pack(gathered, given.out)
    print(f"{len(gathered)} eyes, {given.out.stat().st_size} bytes")
