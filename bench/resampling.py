"""What moving a photo by a fraction of a pixel costs in sharpness, for each way of reading it.

``python -m bench.resampling`` prints the Laplacian energy that is kept, mean and worst over random
shifts: one cubic read of the photo itself, against the doubled source of `renderer.picture.resample`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from bench.data import portraits
from bench.quality_figures import table
from renderer.faces.types import Floats
from renderer.picture.resample import double

PHOTOS = ("03", "05", "23")
"""A sharp small scan, a soft large one, a studio picture."""

SHIFTS, SEED, BORDER = 12, 0, 40


def main() -> int:
    """Print the table; 1 without photos."""
    chosen = [path for path in portraits() if path.name[:2] in PHOTOS]
    if not chosen:
        print("There are no test photos here (see bench/data.py).", file=sys.stderr)
        return 1
    rows = [row for path in chosen for row in measure(path)]
    print(table(["photo", "read", "energy kept, mean", "worst shift"], rows))
    return 0


def measure(path: Path) -> list[list[str]]:
    """One photo's rows."""
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise OSError(f"{path} cannot be read")
    photo = np.asarray(grey, np.float32)
    fine = double(photo)
    ways: dict[str, Callable[[float, float], Floats]] = {
        "linear, once": lambda dx, dy: _read(photo, dx, dy, 1, cv2.INTER_LINEAR),
        "cubic, once": lambda dx, dy: _read(photo, dx, dy, 1, cv2.INTER_CUBIC),
        "doubled, cubic": lambda dx, dy: _read(fine, dx, dy, 2, cv2.INTER_CUBIC),
    }
    shifts = np.random.default_rng(SEED).random((SHIFTS, 2))
    rows = []
    for name, way in ways.items():
        kept = [_energy(way(float(dx), float(dy))) / _energy(photo) for dx, dy in shifts]
        rows.append([path.name[:2], name, f"{np.mean(kept):.3f}", f"{np.min(kept):.3f}"])
    return rows


def _read(source: Floats, dx: float, dy: float, scale: int, kernel: int) -> Floats:
    h, w = source.shape[0] // scale, source.shape[1] // scale
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    map_x = np.asarray((x + dx) * scale, np.float32)
    map_y = np.asarray((y + dy) * scale, np.float32)
    return np.asarray(cv2.remap(source, map_x, map_y, kernel), np.float32)


def _energy(image: Floats) -> float:
    inner = cv2.Laplacian(image, cv2.CV_32F)[BORDER:-BORDER, BORDER:-BORDER]
    return float(np.asarray(inner).var())


if __name__ == "__main__":
    sys.exit(main())
