"""The gathered eyes (`models.build.lids_gather`), and which of them are closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from models.build.lids_frame import LEVEL, Framed, U
from renderer.faces.types import Floats

CLOSED_OPENING, OPEN_OPENING = 0.10, 0.2
"""Openings, in eye widths as the mesh says, under which an eye is closed and over which it is open."""
CLEAR_LINE = 0.35
"""Darkness of the line of a closed eye, as a share of the lightness of the skin over and under it."""
LINE_SEARCH = np.arange(-5.0, 6.0, 0.5)
"""Pixels by which the line of a closed eye is looked for about where the mesh has it."""


@dataclass(frozen=True)
class Stored:
    """One eye of the file. `width` is its width in the picture it came from, in pixels."""

    name: str
    eye: Framed
    opening: float
    width: float
    is_held_out: bool

    @property
    def person(self) -> str:
        """The picture or the video it is from."""
        return self.name.split(" ")[0]

    @property
    def is_video(self) -> bool:
        return len(self.name.split(" ")) == 3


def load(path: Path) -> list[Stored]:
    with np.load(path) as file:
        stored = {key: file[key] for key in file.files}
    ends = stored["ends"]
    eyes = []
    for k, end in enumerate(ends):
        packed = stored["bytes"][ends[k - 1] if k else 0 : end]
        light = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
        if light is None:
            raise OSError(f"{path}: eye {k} is no picture")
        upper, lower, brow = stored["curves"][k].astype(np.float32)
        eyes.append(
            Stored(
                str(stored["name"][k]),
                Framed(light.astype(np.float32), upper, np.maximum(lower, upper), brow),
                float(stored["opening"][k]),
                float(stored["width"][k]),
                bool(stored["held_out"][k]),
            )
        )
    return eyes


def closed_line(eye: Framed) -> tuple[Floats, float]:
    """Rows of the line of a closed eye, per column, and how dark it is beside the skin about it."""
    inner = (U > 0.1) & (U < 0.9)
    columns = np.flatnonzero(inner)
    middle = 0.5 * (eye.upper + eye.lower)
    calm = np.asarray(cv2.GaussianBlur(eye.light, (0, 0), 0.8), np.float32)
    bend = 4 * U * (1 - U)
    best, line, dark = -1.0, middle, 0.0
    for sag in (-2.0, 0.0, 2.0, 4.0):
        for shift in LINE_SEARCH:
            rows = middle + shift + sag * np.clip(bend, -0.5, 1)
            on, over, under = (
                _read(calm, rows[columns] + away, columns) for away in (0.0, -6.0, 6.0)
            )
            contrast = 1 - on / np.maximum(0.5 * (over + under), 4)
            worth = float(np.clip(contrast, -0.2, 0.6).mean())
            if worth > best:
                best, line, dark = worth, rows, worth
    return line.astype(np.float32), dark


def _read(
    light: Floats, rows: Floats, columns: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> Floats:
    at = np.clip(np.round(rows + LEVEL).astype(int), 0, light.shape[0] - 1)
    return np.asarray(light[at, columns], np.float32)


def is_closed(each: Stored) -> bool:
    return each.opening < CLOSED_OPENING and closed_line(each.eye)[1] > CLEAR_LINE


def with_line(each: Stored) -> Stored:
    """A closed eye with both of its margins on its line."""
    line = closed_line(each.eye)[0]
    return replace(each, eye=replace(each.eye, upper=line, lower=line))
