"""How long until the first picture hangs: bars 2 s with 10 photos, 3 s with 50,000 rows.

``python -m bench.startup [--runs 5]`` starts the whole frame on a library of ten photos and on one
whose catalogue holds 50,000 rows, nearly all of them synthetic, and takes the time from starting the
process to the first photo presented: the first start (no state, no cached still) and later ones.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from bench.household import Household
from bench.speed import machine
from frame.core.photos import Door, Finding, Head, Look, Region
from frame.library.catalogue import Catalogue
from frame.library.ingest import Ingest
from frame.library.photos import NewPhoto
from frame.library.places import Places

FEW, MANY = 10, 50_000
BARS = {FEW: 2.0, MANY: 3.0}
PHOTO_SIZE = (2400, 1800)
LONGEST = 60.0


def main() -> int:
    """Measure and print; 1 if a bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(machine())
    print("photos        first start   median later     worst     bar")
    missed = False
    for rows, bar in BARS.items():
        with tempfile.TemporaryDirectory(prefix="startup-") as folder:
            library = Path(folder) / "library"
            fill(library, rows)
            times = [_first_picture(library) for _ in range(options.runs + 1)]
        later = times[1:]
        print(
            f"{rows:6d} {times[0]:16.2f} s {median(later):11.2f} s {max(later):8.2f} s {bar:5.1f} s"
        )
        missed |= median(later) > bar
    return int(missed)


def fill(library: Path, rows: int) -> None:
    """Make a library of ten real photos and as many synthetic rows as it takes to have `rows`."""
    places = Places(library)
    places.make()
    with Catalogue(places.catalogue) as catalogue:
        ingest = Ingest(places, catalogue)
        with tempfile.TemporaryDirectory(prefix="startup-") as folder:
            for number in range(FEW):
                photo = Path(folder) / f"{number}.jpg"
                photo.write_bytes(sample_photo(number))
                ingest.take(photo, Door.INBOX, name=photo.name)
        real = [places.original_of(photo) for photo in catalogue.photos.page(limit=FEW)]
        with catalogue.transaction():
            for number in range(rows - FEW):
                digest = _add_row(catalogue, number)
                stored = places.original(digest, ".jpg")
                stored.parent.mkdir(exist_ok=True)
                os.link(real[number % FEW], stored)


def sample_photo(number: int) -> bytes:
    """A smooth coloured picture with some grain, as large as a small camera's."""
    width, height = PHOTO_SIZE
    lots = np.random.default_rng(number)
    coarse = lots.integers(40, 220, (6, 8, 3), dtype=np.uint8)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    grain = lots.integers(-6, 6, (height, width, 1), dtype=np.int16)
    picture = np.clip(smooth + grain, 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


def _add_row(catalogue: Catalogue, number: int) -> str:
    """A row as real ones are; its made-up hash. The file behind it is one of the ten real photos."""
    day = f"20{number % 24:02d}-{number % 12 + 1:02d}-{number % 28 + 1:02d}T12:00:00"
    digest = hashlib.sha256(f"synthetic {number}".encode()).hexdigest()
    new = NewPhoto(
        sha256=digest,
        suffix=".jpg",
        size_bytes=3_000_000,
        door=Door.FOLDER,
        name=f"IMG_{number:05d}.jpg",
        arrived=int(time.time()) - 1_000_000 - number,
        size=PHOTO_SIZE,
        decoded=PHOTO_SIZE,
        sender=("Anna", "Ben", "Clara", "")[number % 4],
        taken=day,
    )
    face = Region(0.4, 0.3, 0.6, 0.6)
    head = Head(face, Region(0.35, 0.2, 0.65, 0.7), 120.0, 2.0, 1.0, 0.0, can_move=True)
    look = Look("still", (Finding("synthetic", "A synthetic row."),), (head,), "synthetic")
    catalogue.photos.remember_look(catalogue.photos.add(new), look)
    return digest


def _first_picture(library: Path) -> float:
    """Seconds from starting the process to the first frame presented with a photo on it."""
    with Household(library, ["--windowed", "--size", "1920x1080"]) as home:
        when = home.wait_for(lambda: bool(home.says("display").get("photos")), LONGEST)
        if when is None:
            raise SystemExit(f"no picture within {LONGEST:.0f} s")
        return when - home.started


if __name__ == "__main__":
    sys.exit(main())
