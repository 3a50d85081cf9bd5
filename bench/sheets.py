"""Contact sheets of every driver on portraits of every kind, to be looked at.

``python -m bench.sheets [--out DIR] [--only 04 22] [--drivers joy]`` leaves two PNGs for every portrait
and driver: twelve frames of the clip, and crops at full size of eyes, mouth and hair at the key poses
(the still first). They show people: keep them out of the repository. ``--gallery DIR`` makes small
sheets of the free sample photos instead, which may be shown.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from bench import contact_sheet, samples
from bench.quality_stage import DRIVERS, Prepared, prepare, rehearsed
from bench.quality_subjects import Subject, subjects
from bench.sheets_crops import WINDOWS, crops, cut, grid
from renderer.faces.types import Picture
from renderer.key_poses import key_frames
from renderer.models import ModelStore
from renderer.motion.rig import Motion
from renderer.performance import still_frame
from renderer.performer import Performer, motion_at
from renderer.rehearsal import Rehearsed

KINDS = ("02", "04", "06", "10", "11", "17", "20", "23", "25", "26")
"""Beard, elderly, a hand at the chin, a group, three-quarter, damaged, glasses, studio and dark skin, a
toddler, very old."""

FRAMES = 12
POSES = 6
HEAD_SIDE, HEAD_UP = 2.1, 0.1
"""The square that the gallery shows, and how far its middle lies above the face's; in face heights."""

GALLERY_HEIGHT, GALLERY_QUALITY = 150, 85
FIRST, SIX_HEIGHT = "astronaut", 200
"""The sample on the first screen of the README, and its height there."""


def main() -> int:
    """Draw the sheets and print where they are; 1 without photos."""
    options = _arguments()
    if options.gallery:
        return _gallery(options.gallery, options.drivers)
    chosen = subjects(options.only or KINDS)
    if not chosen:
        print("There are no test photos here (see bench/data.py).", file=sys.stderr)
        return 1
    store = ModelStore()
    for subject in chosen:
        prepared = prepare(subject, store)
        if prepared is None:
            print(f"{subject.name}: nobody may move")
            continue
        for driver in options.drivers:
            for path in draw(prepared, driver, options.out, store):
                print(path)
    return 0


def draw(prepared: Prepared, driver: str, out: Path, store: ModelStore) -> list[Path]:
    """The sheet of twelve frames, and one of crops for every performer."""
    done = rehearsed(prepared, driver, store)
    name = f"{prepared.subject.name}_{driver}"
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"{name}.png"]
    contact_sheet.save(twelve(prepared, driver, done, contact_sheet.CELL_HEIGHT), paths[0])
    for k, each in enumerate(done):
        if not each.part.is_still:
            place = f"_{prepared.place(k)}" if prepared.place(k) >= 0 else ""
            paths.append(out / f"{name}{place}_crops.png")
            contact_sheet.save(_details(prepared, done, k), paths[-1])
    return paths


def twelve(
    prepared: Prepared, driver: str, done: Sequence[Rehearsed], height: int, *, near: bool = False
) -> Picture:
    """Twelve frames of the clip under a line of text, `height` pixels each; `near`: only the head."""
    curves = [each.curves for each in done]
    stage, lead = prepared.set.stage, prepared.lead
    numbers = telling(curves[0].frames, key_frames(curves[lead]))
    frames = [still_frame(stage, curves, number) for number in numbers]
    if near:
        frames = [_head(frame, stage.performers[lead]) for frame in frames]
    frames = [_reduced(frame, height) for frame in frames]
    parts = {f"{each.part.driver} {each.part.intensity:.2f}" for each in done}
    title = f"{prepared.subject.name} {driver} ({', '.join(sorted(parts))})"
    return contact_sheet.sheet(title, frames)


def telling(frames: int, key: Sequence[int]) -> list[int]:
    """Twelve frame numbers spread over a clip, first and last included; each of the `key` frames takes
    the place of its nearest neighbour, so that no blink falls between them."""
    spread = np.linspace(0, frames - 1, FRAMES).round().astype(int)
    chosen = spread.copy()
    for frame in key:
        nearest = 1 + int(np.argmin(np.abs(spread[1:-1] - frame)))
        chosen[nearest] = frame
    return sorted(chosen.tolist())


def _head(frame: Picture, performer: Performer) -> Picture:
    """A square around the head of the still, inside the picture as far as that has room."""
    tall = performer.face.height_px
    middle = performer.face.mesh.points[:468, :2].mean(axis=0) - (0.0, HEAD_UP * tall)
    size = np.array([frame.shape[1], frame.shape[0]])
    side = min(round(HEAD_SIDE * tall), int(size.min()))
    x, y = np.clip(middle, side / 2, size - side / 2)
    return cut(frame, (float(x), float(y)), (side, side))


def _details(prepared: Prepared, done: Sequence[Rehearsed], k: int) -> Picture:
    """A row for the still and for each key pose of performer `k`: eyes, mouth, hair, side."""
    curves = [each.curves for each in done]
    numbers = key_frames(curves[k])
    spread = np.unique(
        np.linspace(0, len(numbers) - 1, min(POSES, len(numbers))).round().astype(int)
    )
    pictures: list[tuple[Picture, Motion]] = [(prepared.still, Motion())]
    for number in (numbers[i] for i in spread):
        frame = still_frame(prepared.set.stage, curves, number)
        pictures.append((frame, motion_at(curves[k], number)))
    performer = prepared.set.stage.performers[k]
    columns = [crops(pictures, performer, window) for window in WINDOWS.values()]
    return grid(list(zip(*columns, strict=True)))


def _gallery(folder: Path, drivers: Sequence[str]) -> int:
    """Small sheets of the sample photos, one page a photo."""
    folder.mkdir(parents=True, exist_ok=True)
    store = ModelStore()
    for photo in sorted(samples.fetch().glob("*.*")):
        if photo.suffix not in (".png", ".jpg"):
            continue
        prepared = prepare(Subject(photo.stem, photo), store)
        if prepared is None:
            continue
        pages = [
            twelve(prepared, driver, rehearsed(prepared, driver, store), GALLERY_HEIGHT, near=True)
            for driver in drivers
        ]
        path = folder / f"{photo.stem}.jpg"
        _save(contact_sheet.stack(pages), path)
        print(path)
        if photo.stem == FIRST:
            _save(six(prepared, store), folder / "first.jpg")
            print(folder / "first.jpg")
    return 0


def six(prepared: Prepared, store: ModelStore) -> Picture:
    """One row that says what this is: the still, a blink, a look to each side, a smile, the still."""
    done = rehearsed(prepared, "reunion", store)
    curves = [each.curves for each in done]
    mine = curves[prepared.lead]
    telling_frames = [
        0,
        int(mine.yaw_deg.argmin()),
        int(mine.blink.mean(axis=(1, 2)).argmax()),
        int(mine.yaw_deg.argmax()),
        int(mine.smile.mean(axis=1).argmax()),
        mine.frames - 1,
    ]
    stage = prepared.set.stage
    heads = [
        _reduced(
            _head(still_frame(stage, curves, number), stage.performers[prepared.lead]), SIX_HEIGHT
        )
        for number in telling_frames
    ]
    return np.hstack(heads)


def _reduced(frame: Picture, height: int) -> Picture:
    width = round(frame.shape[1] * height / frame.shape[0])
    return np.asarray(cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _save(page: Picture, path: Path) -> None:
    bgr = np.ascontiguousarray(page[..., ::-1])
    if not cv2.imwrite(str(path), bgr, [cv2.IMWRITE_JPEG_QUALITY, GALLERY_QUALITY]):
        raise OSError(f"{path} cannot be written")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/sheets"))
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--drivers", nargs="*", default=DRIVERS, choices=DRIVERS)
    parser.add_argument("--gallery", type=Path, metavar="DIR")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
