"""The caged process that opens a photo. Started by `frame.library.decode`, never imported.

Standard input is the photo, already opened; standard output takes one line of JSON and then exactly
width x height x 3 bytes. Any exception whatsoever ends as a refusal: what a decoder raises depends on
which of its many checks a damaged file met first.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from frame.library import formats
from frame.library.cage import Limits, close_cage, set_limits

STRIP_ROWS = 128
"""Rows copied at a time: the picture is never in memory twice."""


def main(most_pixels: int) -> None:
    """Answer about the photo on standard input."""
    set_limits(Limits())
    with os.fdopen(sys.stdout.fileno(), "wb", buffering=0, closefd=False) as out:
        try:
            _answer(out.fileno(), most_pixels)
        except MemoryError:
            _say(out.fileno(), {"refused": "too_large"})


def _answer(out: int, most_pixels: int) -> None:
    with os.fdopen(0, "rb") as photo:
        kind = formats.recognise(photo.read(formats.HEAD_BYTES))
        if kind is None or not kind.is_photo:
            code = "camera_raw" if kind is formats.RAW else "not_a_photo"
            _say(out, {"refused": code, "kind": kind.name if kind else None})
            return
        photo.seek(0)
        from frame.library import pixels

        try:
            opener = pixels.prepare(kind)
            cage = close_cage()
            loaded = pixels.load(photo, opener, most_pixels)
        except pixels.Unfit as unfit:
            _say(out, {"refused": str(unfit), "kind": kind.name})
            return
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - see the module's docstring
            _say(out, {"refused": "damaged", "kind": kind.name})
            return
    image = loaded.image
    _say(
        out,
        {
            "width": image.width,
            "height": image.height,
            "original": loaded.original_size,
            "kind": kind.name,
            "year": loaded.camera.year,
            "taken": loaded.camera.taken,
            "place": loaded.camera.place,
            "dpi": loaded.dpi,
            "cage": cage,
        },
    )
    for top in range(0, image.height, STRIP_ROWS):
        bottom = min(top + STRIP_ROWS, image.height)
        _write(out, image.crop((0, top, image.width, bottom)).tobytes())


def _say(out: int, header: dict[str, object]) -> None:
    _write(out, json.dumps(header).encode() + b"\n")


def _write(out: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(out, view) :]


if __name__ == "__main__":
    main(int(sys.argv[1]))
