"""How well a waking photo hides where the still ends and the clip begins, in numbers and side by side.

``wakeframe bench handover [PHOTO ...] [--sheets DIR]``: renders each photo's clip, plays it as the wall
does and holds every displayed frame of both hand-overs against the displayed still. Without a photo,
all test portraits.

All pictures are ``(H, W, 3) uint8`` RGB, as displayed: the photo's own rectangle, nothing around it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from bench.contact_sheet import save, sheet
from bench.data import portraits
from bench.seam import likeness
from bench.speed_process import AnimateFailedError, animate
from frame.core.layout import Placed
from frame.core.photos import Approval, Door, Photo, View
from frame.display.film import CagedProjector, wait_until_ready
from frame.display.wake import Wake
from frame.library.decode import decode_file
from renderer.faces.types import Picture
from renderer.framing import frame_photo, working_picture

MOST_SHIFT_LEVELS = 0.5
LEAST_PSNR_DB = 42.0
MOST_SHARPNESS_STEP = 0.03


@dataclass(frozen=True)
class Seam:
    """The worst of one hand-over. `shift` in grey levels, `psnr` in dB, `step` as a share."""

    shift: float
    psnr: float
    step: float

    @property
    def is_hidden(self) -> bool:
        return (
            self.shift <= MOST_SHIFT_LEVELS
            and self.psnr >= LEAST_PSNR_DB
            and self.step <= MOST_SHARPNESS_STEP
        )


def measure(still: Picture, shown: Sequence[Picture]) -> Seam:
    """Of the frames shown in one hand-over, in their order, the first next to the still.

    For a hand-over back to the still, hand in the frames in reverse.
    """
    sharp = [sharpness(still), *(sharpness(picture) for picture in shown)]
    likenesses = [likeness(still, picture) for picture in shown]
    return Seam(
        shift=max(abs(found.shift) for found in likenesses),
        psnr=min(found.psnr_db for found in likenesses),
        step=max(abs(after / before - 1) if before else 0.0 for before, after in pairwise(sharp)),
    )


def sharpness(picture: Picture) -> float:
    """The variance of the Laplacian of luma: what falls when a codec smooths grain away."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


@dataclass(frozen=True)
class Played:
    """What was displayed of one wake, in order: into the clip, a few frames of it, out of it."""

    into: list[Picture]
    between: list[Picture]
    out: list[Picture]


CLIP_HEIGHT = 1080
TICK_SECONDS = 1 / 240
"""Finer than any panel: no frame of the hand-over is left out of the measurement."""

EVERY = 16
"""Of the frames between, one in so many is kept for the sheet."""


def play(still: Picture, clip: Path) -> Played:
    """The clip over its still as the wall plays it, on a clock of our own. Raises `FilmError`."""
    height, width = still.shape[:2]
    placed = Placed(_NOBODY, View((0, 0, width, height), width, height), 0, 0)
    projector = CagedProjector()
    film = projector.open(clip)
    played = Played([], [], [])
    try:
        wait_until_ready(film)
        wake = Wake(still, placed, film, 0.0)
        last, now = film.frames - 1, 0.0
        while not wake.is_over:
            frame = wake.draw(now)
            shown = wake.shown[-1] if wake.shown else None
            if frame is not None and shown is not None:
                kept = {0: played.into, last: played.out}.get(shown.index, played.between)
                if kept is not played.between or shown.index % EVERY == 0:
                    kept.append(frame.copy())
            if frame is None and shown is not None and 0 < shown.index < last:
                film.wait(0.002)  # or the clock would run ahead of the decoder
            now += TICK_SECONDS
    finally:
        film.close()
        projector.close()
    return played


_NOBODY = Photo(
    id=0,
    sha256="",
    suffix="",
    door=Door.SAMPLE,
    name="",
    sender="",
    arrived=0,
    taken=None,
    size=(1, 1),
    decoded=(1, 1),
    approval=Approval.APPROVED,
    is_favourite=False,
    is_deleted=False,
    prepared="",
    look=None,
)


def main() -> int:
    """Measure and print; 1 if a seam shows."""
    options = _arguments()
    photos = options.photos or portraits()
    hidden = measured = 0
    print(f"{'photo':38s} {'frames':>6s} {'shift':>6s} {'PSNR':>6s} {'step':>7s}   into, out of")
    with tempfile.TemporaryDirectory(prefix="wakeframe-handover-") as folder:
        for photo in photos:
            clip = Path(folder) / f"{photo.stem}.mp4"
            try:
                animate(photo, clip, "auto")
            except AnimateFailedError:
                print(f"{photo.stem[:38]:38s} stays a still")
                continue
            pixels = decode_file(photo).pixels
            framing = frame_photo(pixels.shape[1], pixels.shape[0], CLIP_HEIGHT)
            still = working_picture(pixels, framing)
            played = play(still, clip)
            seams = measure(still, played.into), measure(still, played.out[::-1])
            measured += 1
            hidden += all(seam.is_hidden for seam in seams)
            for seam, shown in zip(seams, (played.into, played.out), strict=True):
                print(
                    f"{photo.stem[:38]:38s} {len(shown):6d} {seam.shift:6.3f} {seam.psnr:6.1f}"
                    f" {seam.step:7.2%}   {'hidden' if seam.is_hidden else 'SHOWS'}"
                )
            if options.sheets:
                _draw(photo.stem, still, played, options.sheets)
    print(f"{measured} clips, {measured - hidden} with a seam that shows")
    return int(hidden < measured)


def _draw(name: str, still: Picture, played: Played, folder: Path) -> None:
    """The still and every frame of the hand-overs side by side, and some of what lies between."""
    folder.mkdir(parents=True, exist_ok=True)
    height = 300
    rows = [still, *played.into, *played.between[:8], *played.out, still]
    size = (round(still.shape[1] * height / still.shape[0]), height)
    small = [
        np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA), np.uint8) for each in rows
    ]
    save(sheet(f"{name}: still, into, between, out of, still", small), folder / f"{name}.png")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="*", type=Path)
    parser.add_argument("--sheets", type=Path, metavar="DIR", help="contact sheets go here")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
