"""Which crops train the restorer and which are held out.

`INDEX.csv` of ``train_crops_256`` names sources and licences. People 080 to 102 of the London set are
held out everywhere in this project, composites resemble them and are used for nothing, and of every
other source a fixed share is held out, drawn by the hash of the file's name.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.build.damage_scene import Picture

HELD_OUT_PEOPLE = range(80, 103)
HELD_OUT_SHARE = 0.08
ALIKE = 3.0
"""Mean difference in grey levels of 24-pixel thumbnails below which two crops are one picture."""


@dataclass(frozen=True)
class Crop:
    file: Path
    source: str
    licence: str
    is_held_out: bool


def crops(data: Path) -> list[Crop]:
    """Every usable crop of ``data/train_crops_256``; raises OSError where there is no INDEX.csv."""
    folder = data / "train_crops_256"
    with (folder / "INDEX.csv").open(encoding="utf-8", newline="") as index:
        rows = [row for row in csv.DictReader(index) if row["source"] != "composite"]
    return [
        Crop(
            folder / row["file"],
            row["source"],
            row["licence"],
            _held_out(row["file"], row["source"]),
        )
        for row in rows
    ]


def _held_out(file: str, source: str) -> bool:
    if source == "London":
        person = next(part for part in file.split("_") if part.isdigit())
        return int(person) in HELD_OUT_PEOPLE
    draw = int.from_bytes(hashlib.sha256(file.encode()).digest()[:4], "big") / 2**32
    return draw < HELD_OUT_SHARE


def read(path: Path) -> Picture:
    """RGB ``(H, W, 3) uint8``."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise OSError(f"{path} is no picture")
    return np.ascontiguousarray(picture[..., ::-1])


def is_surely_sound(crop: Crop) -> bool:
    """Whether the picture cannot have damage of its own: prints older than a century may."""
    return crop.source != "voteview_pre1927"


def without_doubles(training: list[Crop], held_out: list[Picture]) -> list[Crop]:
    """`training` without pictures that are (nearly) among `held_out`, mirrored or not."""
    theirs = np.stack([_thumb(p) for p in held_out] + [_thumb(p[:, ::-1]) for p in held_out])
    return [
        each
        for each in training
        if np.abs(theirs - _thumb(read(each.file))).mean((1, 2)).min() >= ALIKE
    ]


def _thumb(picture: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    small = cv2.resize(picture, (24, 24), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
