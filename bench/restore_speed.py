"""How long a scan of 12 megapixels takes to be restored, and how much memory: stage by stage.

``python -m bench.restore_speed [--scan FILE] [--faces 1 4] [--runs 3]`` runs the command that people
type. Without a scan of one's own it is the sample astronaut at 4000 x 3000, once and four times over,
faded, grainy, cracked and specked, so that every stage has work. Medians of the times; memory is that
of the process and its children together, watched in a run of its own. 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from bench.quality_figures import table
from bench.speed import machine
from bench.speed_process import family_memory
from bench.speed_scene import scene
from models.build import damage_lines, damage_spots
from renderer.faces.types import Picture

WIDTH, HEIGHT = 4000, 3000
FACE_PX = {1: 1300.0, 4: 620.0}
"""Height of the faces: a portrait and a row of people."""

SEED = 1839
UNIT = 4.0
"""Pixels of this scan for one of the pictures that damage is drawn for."""

TIMES = 4
"""So often each kind of damage is laid over it."""

FADED, GRAIN = (64.0, 0.6), 6.0
"""Black and what is left of the contrast; deviation of the grain in levels."""

RUNS = 3
MOST_SECONDS, MOST_MB = 10.0, 600.0
SAMPLE_SECONDS = 0.01


class RestoreFailedError(Exception):
    """The command did not restore; the message is what it said."""


@dataclass(frozen=True)
class Run:
    """`wall` seconds of the whole process, `stages` of each part, `mended` what was undone."""

    wall: float
    stages: dict[str, float]
    mended: tuple[str, ...]


def main() -> int:
    """Measure and print; 1 if a bar is missed or the scan could not be restored."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scan", type=Path, help="a scan of one's own")
    parser.add_argument("--faces", type=int, nargs="*", default=[1, 4], choices=sorted(FACE_PX))
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args()
    kept = True
    print(machine())
    with tempfile.TemporaryDirectory(prefix="restore-") as name:
        folder = Path(name)
        scans = {f"{n} faces": scan(folder, n) for n in options.faces}
        if options.scan is not None:
            scans = {options.scan.name: options.scan}
        for title, path in scans.items():
            try:
                kept = _measure(title, path, folder, options.runs) and kept
            except RestoreFailedError as failed:
                print(failed, file=sys.stderr)
                return 1
    return 0 if kept else 1


def scan(folder: Path, faces: int) -> Path:
    """A JPEG of 12 megapixels in `folder`, aged and damaged; always the same."""
    clean = cv2.imread(str(scene(folder, WIDTH, HEIGHT, FACE_PX[faces], faces)))
    if clean is None:
        raise OSError(f"{folder} cannot be read")
    path = folder / f"scan_{faces}.jpg"
    aged = _aged(np.asarray(clean, np.uint8))
    if not cv2.imwrite(str(path), aged, [cv2.IMWRITE_JPEG_QUALITY, 92]):
        raise OSError(f"{path} cannot be written")
    return path


def _aged(clean: Picture) -> Picture:
    rng = np.random.default_rng(SEED)
    tones = clean.astype(np.float32)
    makers = (damage_lines.cracks, damage_lines.scratches, damage_spots.dust) * TIMES
    for coat in (coat for make in makers for coat in make(rng, (WIDTH, HEIGHT), UNIT)):
        alpha = np.clip(coat.alpha, 0, 1)[..., None]
        tones += alpha * (coat.colour - tones)
    tones = FADED[0] + FADED[1] * tones
    tones += rng.normal(0, GRAIN, tones.shape[:2]).astype(np.float32)[..., None]
    return np.clip(np.rint(tones), 0, 255).astype(np.uint8)


def _measure(title: str, path: Path, folder: Path, runs: int) -> bool:
    peaks = watched(path, folder)
    made = [restored(path, folder) for _ in range(runs)]
    wall, peak = median(run.wall for run in made), max(peaks.values())
    rows = [
        (name, f"{median(run.stages[name] for run in made):.2f}", f"{peaks.get(name, 0.0):.0f}")
        for name in made[0].stages
    ]
    told = sum(median(run.stages[name] for run in made) for name in made[0].stages)
    rows.append(("starting and ending", f"{wall - told:.2f}", f"{peaks.get('', 0.0):.0f}"))
    rows.append(("**whole**", f"**{wall:.1f}**", f"**{peak:.0f}**"))
    rows.append(("must be", f"<= {MOST_SECONDS:.0f}", f"<= {MOST_MB:.0f}"))
    print(f"\n{title}: {', '.join(made[0].mended) or 'nothing'}\n")
    print(table(("stage", f"seconds, median of {runs}", "most memory, MB"), rows))
    return wall <= MOST_SECONDS and peak <= MOST_MB


def restored(path: Path, folder: Path) -> Run:
    """Run the command once, unwatched: watching costs time."""
    report = folder / "report.json"
    start = time.monotonic()
    with _started(path, folder, ["--quiet"]) as process:
        _, said = process.communicate()
    wall = time.monotonic() - start
    _check(process.returncode, said)
    told = json.loads(report.read_text(encoding="utf-8"))
    stages = {each["name"]: float(each["seconds"]) for each in told["stages"]}
    return Run(wall, stages, tuple(told["mended"]))


def watched(path: Path, folder: Path) -> dict[str, float]:
    """Run the command once more: the most that was resident in each stage, in MB of 10^6 bytes."""
    peaks: dict[str, float] = {}
    stage = [""]
    said: list[str] = []
    with _started(path, folder, []) as process:
        assert process.stderr is not None
        errors = process.stderr

        def listen() -> None:
            for line in errors:
                text = line.decode(errors="replace").strip()
                said.append(text)
                if text.endswith(" ..."):
                    stage[0] = text.removesuffix(" ...")

        listener = threading.Thread(target=listen)
        listener.start()
        while process.poll() is None:
            held = family_memory(process.pid).resident
            peaks[stage[0]] = max(peaks.get(stage[0], 0.0), held)
            time.sleep(SAMPLE_SECONDS)
        listener.join()
    _check(process.returncode, "\n".join(said).encode())
    return peaks


def _started(path: Path, folder: Path, more: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "frame.cli", "restore", str(path)]
    command += ["-o", str(folder / "restored.png"), "--report", str(folder / "report.json"), *more]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def _check(code: int, said: bytes) -> None:
    if code != 0:
        raise RestoreFailedError(said.decode(errors="replace").strip())


if __name__ == "__main__":
    sys.exit(main())
