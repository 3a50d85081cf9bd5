"""How the cost of a clip grows with the picture's area and with the number of faces.

``python -m bench.growth [--photo P]`` prints wall and processor time and peak memory of whole
`wakeframe animate` processes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.quality_figures import table
from bench.speed import DRIVER, FACE_SHARE, machine
from bench.speed_process import AnimateFailedError, Run, animate
from bench.speed_scene import scene

AREAS = ((960, 540), (1360, 764), (1920, 1080))
"""A half, one and two megapixels: clips are at most 1080 high unless someone asks for more."""

FACES = (1, 2, 4)
FACE_AMONG_OTHERS = 0.25
"""Height of each face over the picture's when there are one, two or four: four have to fit."""


def main() -> int:
    """Measure and print; 1 if a picture could not be animated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photo", type=Path, help="a portrait to make the pictures from")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="growth-") as name:
        folder = Path(name)
        try:
            print(machine())
            print(_areas(folder, options.photo))
            print(_faces(folder, options.photo))
        except AnimateFailedError as failed:
            print(failed, file=sys.stderr)
            return 1
    return 0


def _areas(folder: Path, photo: Path | None) -> str:
    rows = []
    for width, height in AREAS:
        picture = scene(folder, width, height, FACE_SHARE * height, photo=photo)
        megapixels = width * height / 1e6
        rows.append((f"{width} x {height}", f"{megapixels:.1f}", *_cells(picture, folder)))
    return table(("picture, one face at 40 % of its height", "megapixels", *HEAD), rows)


def _faces(folder: Path, photo: Path | None) -> str:
    width, height = AREAS[-1]
    rows = []
    for faces in FACES:
        picture = scene(folder, width, height, FACE_AMONG_OTHERS * height, faces, photo)
        rows.append((str(faces), *_cells(picture, folder)))
    return table(("faces, each at 25 % of 1080", *HEAD), rows)


HEAD = ("moved", "wall, s", "processor, s", "peak MB", "faces", "matte", "key poses", "frames")


def _cells(picture: Path, folder: Path) -> Sequence[str]:
    print(picture.stem, file=sys.stderr, flush=True)
    clip = folder / "clip.mp4"
    timed = animate(picture, clip, DRIVER)
    watched: Run = animate(picture, clip, DRIVER, watch_memory=True)
    return (
        str(timed.faces),
        f"{timed.wall:.1f}",
        f"{timed.cpu:.1f}",
        f"{watched.memory.resident:.0f}",
        *(f"{timed.stages.get(stage, 0.0):.2f}" for stage in HEAD[4:]),
    )


if __name__ == "__main__":
    sys.exit(main())
