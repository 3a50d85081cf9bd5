"""Hands hostile files to the one way in, and writes down what became of each.

``python -m bench.hostile_ingest FOLDER`` takes in every file of a folder, in a process of its own:
should a file kill it, the bench that started it goes on and counts that. It prints one line of JSON for
each file, and one more about itself.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from frame.core.photos import Door
from frame.errors import Refused
from frame.library.catalogue import Catalogue
from frame.library.decode import decode_file
from frame.library.ingest import Ingest
from frame.library.places import Places

STORED, REFUSED, OURS = "stored", "refused", "ours"


@dataclass(frozen=True)
class Fate:
    """What became of one file. `code` is why it was refused or what of ours broke; `is_same` whether a
    second decoding gave the same pixels."""

    name: str
    outcome: str
    code: str = ""
    seconds: float = 0.0
    is_same: bool = True


@dataclass(frozen=True)
class Ending:
    """Of the whole process: MB of 10^6 bytes that a decoder took at most, and that we took at most
    beyond what we held at the begin; what is left lying about; whether rows and originals agree."""

    decoder_mb: float
    ours_mb: float
    leftovers: int
    agrees: bool


def fed(folder: Path, root: Path) -> Iterator[Fate | Ending]:
    """Feed the files of `folder`, in order of their names, to a library in `root`."""
    places = Places(root / "library")
    places.make()
    with Catalogue(places.catalogue) as catalogue:
        ingest = Ingest(places, catalogue, reserve=lambda _: 0)
        held = _status("VmRSS")
        for source in sorted(folder.iterdir()):
            yield _fate(ingest, places, source)
        yield Ending(
            decoder_mb=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1.024e-3,
            ours_mb=_status("VmHWM") - held,
            leftovers=sum(1 for _ in places.incoming.iterdir()),
            agrees=_agrees(places, catalogue),
        )


def _fate(ingest: Ingest, places: Places, source: Path) -> Fate:
    name = source.name.partition(" ")[2]
    start = time.monotonic()
    try:
        taken = ingest.take(source, Door.INBOX, name="photo.jpg")
    except Refused as refused:
        return Fate(name, REFUSED, refused.code, time.monotonic() - start)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the bench looks for
        return Fate(name, OURS, type(error).__name__, time.monotonic() - start)
    seconds = time.monotonic() - start
    is_same = True
    if taken.decoded is not None:
        again = decode_file(places.original_of(taken.photo))
        is_same = np.array_equal(again.pixels, taken.decoded.pixels)
    return Fate(name, STORED, "", seconds, is_same)


def _agrees(places: Places, catalogue: Catalogue) -> bool:
    """Whether there is a row for every original and an original for every row."""
    there = {path.stem for path in places.originals.glob("??/*") if path.is_file()}
    rows = set(catalogue.photos.originals())
    return there == rows


def _status(name: str) -> float:
    """What the kernel says of our memory, in MB of 10^6 bytes: `VmRSS` now, `VmHWM` the most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1.024e-3 for line in lines if line.startswith(name))


def main() -> int:
    """Feed one folder, line by line."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as root:
        for each in fed(Path(sys.argv[1]), Path(root)):
            print(json.dumps(asdict(each)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
