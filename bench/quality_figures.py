"""Measured numbers as plain rows, their files, and what is read off many: medians, worst cases.

One row says what was measured, on which photo, face and driver, and how much it was. Every table of
``bench.quality`` is made from such rows alone, so a run can be interrupted and carried on, and a table
can be laid out anew without measuring again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Figure:
    """One measured number. `face` counts from the left of the picture, -1: the whole picture; `frame`
    is where a worst case occurred, -1: nowhere in particular; `text` says what no number can."""

    photo: str
    quantity: str
    value: float
    face: int = -1
    driver: str = ""
    frame: int = -1
    text: str = ""

    @property
    def where(self) -> str:
        """``07.2 joy f48``: photo, face in a group, driver, frame."""
        face = f".{self.face}" if self.face >= 0 else ""
        frame = f"f{self.frame}" if self.frame >= 0 else ""
        return " ".join(part for part in (self.photo + face, self.driver, frame) if part)


def pick(figures: Iterable[Figure], quantity: str, driver: str | None = None) -> list[Figure]:
    """The rows of one quantity, of one driver or of all."""
    return [f for f in figures if f.quantity == quantity and driver in (None, f.driver)]


def median(figures: Sequence[Figure]) -> float:
    """NaN when there are none."""
    return float(np.median([f.value for f in figures])) if figures else float("nan")


def least(figures: Sequence[Figure]) -> Figure:
    return min(figures, key=_value)


def most(figures: Sequence[Figure]) -> Figure:
    return max(figures, key=_value)


def farthest(figures: Sequence[Figure], target: float) -> Figure:
    """The row farthest from `target`, on either side."""
    distance: Callable[[Figure], float] = lambda f: abs(f.value - target)  # noqa: E731
    return max(figures, key=distance)


def _value(figure: Figure) -> float:
    return figure.value


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A GitHub table; with no rows, a sentence."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    if not lines:
        return "Nothing measured.\n"
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *lines]) + "\n"


@dataclass(frozen=True)
class Notebook:
    """The rows of every photo, one file each: ``folder/NAME.json``, by the part that measured them."""

    folder: Path

    def has(self, photo: str, part: str) -> bool:
        return part in self._read(photo)

    def write(self, photo: str, part: str, figures: Sequence[Figure]) -> None:
        """Keep the rows of one part, in one step, beside those of the other parts."""
        parts = {**self._read(photo), part: list(figures)}
        content = {name: [asdict(f) for f in rows] for name, rows in parts.items()}
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{photo}.part"
        unfinished.write_text(json.dumps(content, indent=0), encoding="utf-8")
        unfinished.replace(self._path(photo))

    def read(self, photos: Iterable[str]) -> list[Figure]:
        """All rows of these photos, in their order."""
        return [f for photo in photos for rows in self._read(photo).values() for f in rows]

    def _read(self, photo: str) -> dict[str, list[Figure]]:
        try:
            content = json.loads(self._path(photo).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return {part: [Figure(**row) for row in rows] for part, rows in content.items()}

    def _path(self, photo: str) -> Path:
        return self.folder / f"{photo}.json"
