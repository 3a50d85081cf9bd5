"""How long a photo takes from its file to a finished clip, how much memory, and how that compares.

``python -m bench.speed [--photo P] [--runs 5]`` animates a 1920x1080 picture with one face at 40 % of
its height by the command that people type, in turns with the reference: encoding the same frames
alone, from RGB in memory to an MP4, with x264 `veryfast` at CRF 18. Medians are printed, stage by
stage; memory is measured in a run of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.quality_figures import table
from bench.speed_process import AnimateFailedError, Run, animate
from bench.speed_scene import scene
from renderer.clip import FPS, read_frames
from renderer.faces.types import Picture

WIDTH, HEIGHT, FACE_SHARE = 1920, 1080, 0.4
DRIVER = "nostalgia"
RUNS = 5
MOST_SECONDS, MOST_RATIO, MOST_MB = 10.0, 3.0, 600.0
REFERENCE = {"preset": "veryfast", "crf": "18"}


def main() -> int:
    """Measure and print; 1 if the picture could not be animated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photo", type=Path, help="a portrait to make the picture from")
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="speed-") as name:
        folder = Path(name)
        picture = scene(folder, WIDTH, HEIGHT, FACE_SHARE * HEIGHT, photo=options.photo)
        try:
            print(machine())
            print(measure(picture, folder, options.runs))
        except AnimateFailedError as failed:
            print(failed, file=sys.stderr)
            return 1
    return 0


def measure(picture: Path, folder: Path, runs: int) -> str:
    """The tables: time in turns with the reference, then memory."""
    clip = folder / "clip.mp4"
    peak = animate(picture, clip, DRIVER, watch_memory=True)
    frames = list(read_frames(clip))
    ours: list[Run] = []
    reference: list[float] = []
    for number in range(runs):
        print(f"run {number + 1} of {runs}", file=sys.stderr, flush=True)
        ours.append(animate(picture, clip, DRIVER))
        reference.append(encode_alone(frames, folder / "reference.mp4"))
    return f"{_summary(ours, reference, peak)}\n{_stages(ours)}"


def encode_alone(frames: Sequence[Picture], path: Path) -> float:
    """Seconds to make an MP4 of RGB frames in memory with the reference settings: conversion to
    YUV 4:2:0, encoding on all cores and writing the file; no start of a process."""
    import av

    start = time.monotonic()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options=REFERENCE)
        context = stream.codec_context
        context.height, context.width = frames[0].shape[:2]
        context.pix_fmt = "yuv420p"
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))
    return time.monotonic() - start


def machine() -> str:
    """Processor, cores and how busy they are."""
    names = [
        line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if "model name" in line
    ]
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    cores = os.cpu_count() or 1
    busy = "" if os.getloadavg()[0] < 0.5 else " **Not quiet: these times mean little.**"
    return f"{names[0] if names else 'unknown processor'}, {cores} cores, load {load}.{busy}\n"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _summary(ours: Sequence[Run], reference: Sequence[float], peak: Run) -> str:
    wall = median(run.wall for run in ours)
    alone = median(reference)
    ratio = median(run.wall / each for run, each in zip(ours, reference, strict=True))
    spread = f"{min(run.wall for run in ours):.1f} to {max(run.wall for run in ours):.1f}"
    rows = [
        ("photo to finished MP4, s", f"{wall:.1f}", spread, f"<= {MOST_SECONDS:.0f}"),
        ("... of processor time, s", f"{median(run.cpu for run in ours):.1f}", "", ""),
        (
            f"encoding the {ours[0].frames} frames alone, s",
            f"{alone:.1f}",
            f"{min(reference):.1f} to {max(reference):.1f}",
            "",
        ),
        ("ratio, median of the pairs", f"{ratio:.2f}", "", f"<= {MOST_RATIO:.0f}"),
        (
            "peak memory of all processes, MB (resident)",
            f"{peak.memory.resident:.0f}",
            "",
            f"<= {MOST_MB:.0f}",
        ),
        ("... shared pages divided (proportional)", f"{peak.memory.proportional:.0f}", "", ""),
    ]
    return table(("measure", f"median of {len(ours)}", "range", "must be"), rows)


def _stages(ours: Sequence[Run]) -> str:
    names = list(ours[0].stages)
    total = median(run.wall for run in ours)
    rows = []
    for name in names:
        seconds = median(run.stages[name] for run in ours)
        rows.append((name, f"{seconds:.2f}", f"{100 * seconds / total:.0f} %"))
    told = sum(median(run.stages[name] for run in ours) for name in names)
    rows.append(
        ("starting, loading, ending", f"{total - told:.2f}", f"{100 - 100 * told / total:.0f} %")
    )
    return table(("stage", "seconds", "share"), rows)


if __name__ == "__main__":
    sys.exit(main())
