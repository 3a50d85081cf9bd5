"""Restores the test portraits: a table of what was measured and done, and before/after sheets to see.

``python -m bench.restore_portraits [--out DIR] [NUMBER ...]``: without numbers, all of them. The sheets
show faces of the test data: they are for looking at, never for the docs.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Sequence
from pathlib import Path

import cv2

from bench.data import portraits
from frame.library.decode import decode_file
from renderer.faces.types import Picture
from renderer.models import ModelStore
from renderer.prepare.restore import Restoration, Restorer
from renderer.prepare.sheet import before_after

COLUMNS = (
    "portrait",
    "black",
    "white",
    "cast",
    "noise",
    "blocks",
    "damage %",
    "done",
    "changed %",
    "identity: restored / left / threshold (kept)",
    "s",
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("numbers", nargs="*", type=int)
    parser.add_argument("--out", type=Path, help="a folder for the sheets")
    options = parser.parse_args(arguments)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
    restorer = Restorer(ModelStore())
    print(f"| {' | '.join(COLUMNS)} |")
    print("|" + "---|" * len(COLUMNS))
    for path in portraits():
        number = int(re.match(r"\d+", path.name)[0])  # type: ignore[index]
        if options.numbers and number not in options.numbers:
            continue
        picture = decode_file(path).pixels
        start = time.monotonic()
        found = restorer.restore(picture, lambda _, __: None)
        print(_row(number, found, time.monotonic() - start), flush=True)
        if options.out is not None and found.is_changed:
            sheet = before_after(picture, found.picture, found.faces)
            _save(options.out / f"{number:02d}.png", sheet)


def _row(number: int, found: Restoration, seconds: float) -> str:
    measured = found.measured
    cells = (
        f"{number:02d}",
        f"{measured['black']:.0f}",
        f"{measured['white']:.0f}",
        f"{measured['cast']:.0f}",
        f"{measured['noise']:.1f}",
        f"{measured['blocks']:.1f}",
        f"{100 * found.damage:.2f}, faces {100 * found.face_damage:.2f}",
        ", ".join(
            f"{' and '.join(step.kinds)} {step.strength:.2f} ({100 * step.changed:.1f} %)"
            for step in found.steps
        )
        or "nothing",
        f"{100 * found.changed:.1f}" if found.is_changed else "0, the same array",
        ", ".join(
            f"{each.restored:.3f} / {each.final:.3f} / {each.threshold:.3f} ({each.kept:.2f})"
            for each in found.likenesses
        )
        or "-",
        f"{seconds:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def _save(path: Path, sheet: Picture) -> None:
    cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
