"""Strikes the running frame down at random moments and counts what was lost.

``python -m bench.kills [--points 200] [--seed 1] [--out DIR]`` drops photos into the inbox of a real
frame all the while, and ends one of its processes with SIGKILL at random moments: during ingest,
looking, rendering, playback. After each blow the picture must be back (bar 20 s); at the end every
photo must be there with its own bytes (bar 0 lost), and every clip must decode to its last frame.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from bench.data import portraits
from bench.household import PROCESSES, Household
from bench.speed import machine
from renderer.clip import ClipError, probe, read_frames

PICTURE_BACK_SECONDS = 20.0
PANEL = "640x360"
"""Small, so that clips are finished between two blows and every kind of moment is hit."""

SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 2.4
"""Seconds between two blows."""

BLOWS_A_START = 8
"""The whole frame is stopped and started again after so many: ten early deaths in a row would mean a
fault to it, and it would show stills only."""

PHOTO_EVERY = 2.0
SETTLE_SECONDS = 240.0
SIDE = 720
"""Longer side of the photos that are dropped."""


@dataclass
class Tally:
    """What was seen. `back` holds the seconds until the picture was back after the display was struck;
    `oldest_picture` the longest time between two presented frames: a still is presented each 10 s."""

    struck: Counter[str] = field(default_factory=Counter)
    back: list[float] = field(default_factory=list)
    oldest_picture: float = 0.0
    next_photo: float = 0.0
    doing: Counter[str] = field(default_factory=Counter)
    late: int = 0
    dropped: dict[str, str] = field(default_factory=dict)


def main() -> int:
    """Strike, count, print; 1 if anything was lost or late."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="keep the library here")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        out = options.out
        if out is None:
            out = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kills-")))
        out.mkdir(parents=True, exist_ok=True)
        lots = random.Random(options.seed)
        frame = ["--windowed", "--size", PANEL, "--wake-every", "4"]
        home = stack.enter_context(Household(out / "library", frame))
        tally = _strike(home, lots, options.points, _photos(lots))
        lost, wrong, broken = _count_losses(home, tally)
    print(f"{machine()}; seed {options.seed}")
    print(_table(tally))
    points = tally.struck.total()
    print(
        f"{points} points, {len(tally.dropped)} photos dropped: {lost} lost, {wrong} with wrong bytes,"
        f" {broken} half files, picture late {tally.late} times"
    )
    is_dark = tally.late or tally.oldest_picture > PICTURE_BACK_SECONDS
    return int(bool(lost or wrong or broken or is_dark))


def _photos(lots: random.Random) -> Iterator[bytes]:
    """Endless different photos: the portraits, each time cut and lit a little differently."""
    pictures = [cv2.imread(str(path)) for path in portraits()]
    while True:
        picture = lots.choice([each for each in pictures if each is not None])
        scale = SIDE / max(picture.shape[:2])
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        cut = lots.randrange(0, 24)
        lit = np.clip(small[cut:, cut:] * lots.uniform(0.9, 1.1), 0, 255).astype(np.uint8)
        quality = [cv2.IMWRITE_JPEG_QUALITY, lots.randrange(85, 96)]
        yield cv2.imencode(".jpg", lit, quality)[1].tobytes()


def _strike(home: Household, lots: random.Random, points: int, photos: Iterator[bytes]) -> Tally:
    tally = Tally()
    if home.wait_for(lambda: home.presented_after(home.started), 30) is None:
        raise SystemExit("the frame never showed a picture: see " + str(home.log))
    for struck in range(points):
        if struck and struck % BLOWS_A_START == 0:
            home.stop()
            home.start()
        _live_on(
            home, tally, photos, time.monotonic() + lots.uniform(SHORTEST_PAUSE, LONGEST_PAUSE)
        )
        alive = [name for name in PROCESSES if home.pid_of(name) is not None]
        while not alive:
            _live_on(home, tally, photos, time.monotonic() + SHORTEST_PAUSE)
            alive = [name for name in PROCESSES if home.pid_of(name) is not None]
        victim = lots.choice(alive)
        tally.doing[_moment(home, victim)] += 1
        pid = home.pid_of(victim)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        tally.struck[victim] += 1
        if victim == "display":
            blow = time.monotonic()
            back = home.wait_for(partial(home.presented_after, blow), PICTURE_BACK_SECONDS)
            tally.late += back is None
            tally.back.append((back or time.monotonic()) - blow)
        _progress(struck + 1, points)
    return tally


def _live_on(home: Household, tally: Tally, photos: Iterator[bytes], end: float) -> None:
    """Drop a photo now and then, and watch that the picture is never older than it may be."""
    while time.monotonic() < end:
        if time.monotonic() >= tally.next_photo:
            _drop(home, next(photos), tally)
            tally.next_photo = time.monotonic() + PHOTO_EVERY
        presented = home.says("display").get("presented")
        if isinstance(presented, int | float):
            tally.oldest_picture = max(tally.oldest_picture, time.monotonic() - presented)
        time.sleep(0.02)


def _drop(home: Household, data: bytes, tally: Tally) -> None:
    digest = hashlib.sha256(data).hexdigest()
    name = f"photo {len(tally.dropped):04d}.jpg"
    with (home.places.inbox / name).open("wb") as file:
        half = len(data) // 2
        file.write(data[:half])
        file.flush()
        time.sleep(0.02)
        file.write(data[half:])
    tally.dropped[digest] = name


def _moment(home: Household, victim: str) -> str:
    facts = home.says(victim)
    doing = str(facts.get("stage") or facts.get("state") or "")
    return f"{victim}: {doing}".rstrip(": ")


def _progress(done: int, points: int) -> None:
    if sys.stderr.isatty() or done % 20 == 0:
        print(
            f"\r{done} of {points}", end="\n" if done == points else "", file=sys.stderr, flush=True
        )


def _count_losses(home: Household, tally: Tally) -> tuple[int, int, int]:
    """Photos lost, photos with wrong bytes, half files, once the frame has had time to settle."""
    home.stop()
    home.start()
    home.wait_for(lambda: not any(home.places.inbox.iterdir()), SETTLE_SECONDS)
    home.stop()
    lost = wrong = 0
    with home.catalogue() as catalogue:
        for digest in tally.dropped:
            photo = catalogue.photos.find(digest)
            original = home.places.original_of(photo) if photo else None
            if original is None or not original.is_file():
                lost += 1
            elif hashlib.sha256(original.read_bytes()).hexdigest() != digest:
                wrong += 1
        rows = catalogue.clips.files()
    return lost, wrong, sum(not _is_whole(home.places.clip(file)) for file in rows)


def _is_whole(clip: Path) -> bool:
    try:
        return probe(clip).frames == sum(1 for _ in read_frames(clip))
    except (ClipError, OSError):
        return False


def _table(tally: Tally) -> str:
    struck = ", ".join(f"{victim} {count}" for victim, count in sorted(tally.struck.items()))
    lines = [f"struck: {struck}"]
    if tally.back:
        lines.append(
            f"picture back after the display was struck: median {float(np.median(tally.back)):.2f} s,"
            f" worst {max(tally.back):.2f} s; longest without a new frame {tally.oldest_picture:.1f} s"
        )
    lines.append("while: " + ", ".join(f"{what} {n}" for what, n in tally.doing.most_common()))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
