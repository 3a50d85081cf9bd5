"""Photos waking on a real screen, recorded pixel for pixel: is there a seam? Numbers and contact sheets.

``python -m bench.wakes [--photos 22 23 02] [--out out/wakes]`` runs the whole frame on a virtual
screen of 1920x1080, asks each photo to wake, records what the screen shows, and holds every frame of
both hand-overs against the still that hung before. Measured is the smallest rectangle that moves at
all, so that nothing still can flatter the figures. Bars: 0.5 grey level, 42 dB, sharpness 3 % a frame.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from bench.contact_sheet import save, sheet, stack
from bench.data import portraits
from bench.handover import Seam, measure
from bench.household import Household, drop
from bench.speed import machine
from bench.x11 import VirtualScreen, virtual_screen
from frame.display.wake import HANDOVER_FRAMES
from renderer.clip import FPS
from renderer.faces.types import Picture

READY_SECONDS = 600.0
WAKE_SECONDS = 12.0
RECORD_FPS = 60
HANDOVER_SECONDS = HANDOVER_FRAMES / FPS - 1 / RECORD_FPS
"""The recording knows the time of a frame to one of its own."""
ACROSS, ACROSS_HEIGHT = 12, 240
CROP = 280
AMPLIFIED = 16


@dataclass(frozen=True)
class Wake:
    """One recorded wake: the still before it, the frames shown and when (monotonic seconds), when it
    began, when the still was back bit for bit, and what moved: (top, bottom, left, right)."""

    name: str
    still: Picture
    frames: Sequence[Picture]
    times: Sequence[float]
    began: float
    ended: float
    box: tuple[int, int, int, int]

    def moved(self, picture: Picture) -> Picture:
        top, bottom, left, right = self.box
        return picture[top:bottom, left:right]

    @property
    def seams(self) -> tuple[Seam, Seam]:
        """At the beginning and at the end."""
        still = self.moved(self.still)
        begin, end = ([self.moved(each) for each in frames] for frames in self.handovers)
        return measure(still, begin), measure(still, end)

    @property
    def handovers(self) -> tuple[list[Picture], list[Picture]]:
        """The frames of both hand-overs, each from the still on: what was shown within their time. Only
        what moves is taken from a clip; where nothing did yet, that is the still."""
        seen = list(zip(self.times, self.frames, strict=True))
        begin = [frame for when, frame in seen if when < self.began + HANDOVER_SECONDS]
        end = [frame for when, frame in seen if when > self.ended - HANDOVER_SECONDS]
        return begin or [self.still], end[::-1] or [self.still]


def main() -> int:
    """Record, measure, print, draw; 1 if a bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", nargs="+", default=["22", "23", "02"])
    parser.add_argument("--out", type=Path, default=Path("out/wakes"))
    options = parser.parse_args()
    wanted = [path for path in portraits() if path.name.split("_")[0] in options.photos]
    if not wanted:
        print("No portraits here: set WAKEFRAME_DATA to the folder with the test data.")
        return 0
    options.out.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack_:
        screen = stack_.enter_context(virtual_screen())
        folder = Path(stack_.enter_context(tempfile.TemporaryDirectory(prefix="wakes-")))
        wakes = [_record(screen, folder / path.stem, path) for path in wanted]
    print(machine())
    print("photo                             hand-over    shift     PSNR  sharpness step")
    for wake in wakes:
        for end, seam in zip(("still to clip", "clip to still"), wake.seams, strict=True):
            print(
                f"{wake.name[:32]:32s} {end} {seam.shift:6.2f} {seam.psnr:7.1f} dB {seam.step:10.2%}"
                f"{'' if seam.is_hidden else '   missed'}"
            )
        print(f"{'':32s} {len(wake.frames)} frames, then the still again, bit for bit")
        save(_page(wake), options.out / f"{Path(wake.name).stem}.png")
    print(f"contact sheets: {options.out}")
    return int(not all(seam.is_hidden for wake in wakes for seam in wake.seams))


def _record(screen: VirtualScreen, library: Path, photo: Path) -> Wake:
    """Hang one photo alone, wait for its clip, wake it, record it."""
    with Household(library, ["--wake-every", "0"], screen.environment) as home:
        drop(photo, home.places.inbox)
        if home.wait_for(lambda: _has_clip(home), READY_SECONDS) is None:
            raise SystemExit(f"{photo.name} never got its clip: see {home.log}")
        home.wait_for(lambda: home.says("display").get("state") == "hanging", 60)
        time.sleep(8)  # everything else is at rest, and the still has hung for a while
        frames: list[Picture] = []
        times: list[float] = []
        with screen.recording(RECORD_FPS) as pictures:
            _, still = next(pictures)
            screen.press("w")
            end, began = time.monotonic() + WAKE_SECONDS, float("inf")
            for when, picture in pictures:
                if when > end:
                    break
                is_awake = home.says("display").get("state") == "waking"
                began = min(began, when) if is_awake else began
                if np.array_equal(picture, still):
                    if frames and not is_awake:
                        return _cut(photo.name, still, frames, times, (began, times[-1]))
                elif not frames or picture is not frames[-1]:
                    frames.append(picture)
                    times.append(when)
    raise SystemExit(f"{photo.name} did not come back to its still: see {home.log}")


def _has_clip(home: Household) -> bool:
    with home.catalogue() as catalogue:
        return catalogue.clips.count() > 0


def _cut(
    name: str,
    still: Picture,
    frames: Sequence[Picture],
    times: Sequence[float],
    span: tuple[float, float],
) -> Wake:
    moved = np.zeros(still.shape[:2], bool)
    for frame in frames:
        moved |= np.any(frame != still, axis=2)
    rows, columns = np.flatnonzero(moved.any(axis=1)), np.flatnonzero(moved.any(axis=0))
    box = (int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)
    return Wake(name, still, frames, times, *span, box)


def _page(wake: Wake) -> Picture:
    """The wake at a glance, then both hand-overs at 100 % with what differs from the still."""
    across = np.linspace(0, len(wake.frames) - 1, ACROSS).round().astype(int)
    width = round(ACROSS_HEIGHT * wake.still.shape[1] / wake.still.shape[0])
    small = [cv2.resize(wake.frames[index], (width, ACROSS_HEIGHT)) for index in across]
    pages = [sheet(f"{wake.name}: the screen during one wake", small, columns=4)]
    top, bottom, left, right = wake.box
    row = max(0, top + (bottom - top) // 3 - CROP // 2)
    column = max(0, (left + right) // 2 - CROP // 2)
    begin, end = wake.handovers
    for title, frames in (
        ("still, then the hand-over to the clip", begin),
        ("still, then the hand-over back, last frame first", end),
    ):
        shown = [wake.still, *frames]
        crops = [each[row : row + CROP, column : column + CROP] for each in shown]
        differ = [
            np.clip(128 + (crop.astype(int) - crops[0]) * AMPLIFIED, 0, 255).astype(np.uint8)
            for crop in crops
        ]
        pages.append(sheet(f"{title}; 100 %", crops, columns=5))
        pages.append(sheet(f"the same, less the still, times {AMPLIFIED}", differ, columns=5))
    return stack(pages)


if __name__ == "__main__":
    sys.exit(main())
