"""Holds the motion curves against recorded life and draws them.

``python -m bench.physiology [--out DIR]`` prints how the blink's shape compares with the recordings
of Kroumpas et al. (skipped where they are absent), measures every driver over many
seeds against the bounds of docs/motion.md, and draws all drivers for three seeds.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.data import data_folder
from renderer.motion import curves
from renderer.motion.channels import FPS
from renderer.motion.drivers import DRIVERS, perform, score_of
from renderer.motion.strength import PEAKS

Series = NDArray[np.float64]

SAMPLE_HZ = 300.0
HIGH, LOW = 0.75, 0.15
"""Recorded windows begin with the lid already falling, so durations run between these two levels
of openness, the same for life and for the curve."""


def recorded_blinks(path: Path) -> Iterator[Series]:
    """Openness 0..1 of single full blinks in Kroumpas' file.

    Many series are written twice in a row, and recordings of a whole session sit among them: a
    series is kept once, if it is one blink long and opens again. The file's involuntary blinks do
    not (650 of 677 are shorter than 12 samples), so these are blinks on request, which are slower
    than the ones nobody notices.
    """
    csv.field_size_limit(10**9)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            for side in ("left", "right"):
                text = row[f"eye_openness_{side}_series"]
                values = np.array([float("nan" if v in ("", "NA") else v) for v in text.split(",")])
                half = len(values) // 2
                if len(values) % 2 == 0 and np.array_equal(values[:half], values[half:]):
                    values = values[:half]
                if not 12 <= len(values) <= 150 or np.isnan(values).any():
                    continue
                ends = min(values[:2].max(), values[-2:].max())
                if ends < 3.0 or values.min() > 0.1 * ends:
                    continue
                yield np.clip(values / values[-2:].max(), 0.0, 1.0)


def crossing_times(openness: Series, hertz: float) -> tuple[float, float, float]:
    """Seconds of closing (HIGH to LOW), of being shut (under LOW) and of opening (LOW to HIGH)."""
    shut = np.flatnonzero(openness <= LOW)
    first, last = int(shut[0]), int(shut[-1])
    before = np.flatnonzero(openness[: first + 1] >= HIGH)
    after = np.flatnonzero(openness[last:] >= HIGH)
    start = int(before[-1]) if len(before) else 0
    end = last + (int(after[0]) if len(after) else len(openness) - 1 - last)
    return (first - start) / hertz, (last - first) / hertz, (end - last) / hertz


def phase_shape(openness: Series, *, opening: bool) -> Series | None:
    """One flank resampled to 21 points between LOW and HIGH, as time against level."""
    shut = np.flatnonzero(openness <= LOW)
    if opening:
        flank = openness[int(shut[-1]) :]
    else:
        flank = openness[: int(shut[0]) + 1][::-1]
    flank = np.maximum.accumulate(flank)
    reached = np.flatnonzero(flank >= HIGH)
    if not len(reached) or reached[0] < 3:
        return None
    flank = flank[: reached[0] + 1]
    levels = np.linspace(LOW, HIGH, 21)
    times = np.interp(levels, flank, np.arange(len(flank), dtype=float))
    times -= times[0]
    return np.asarray(times / times[-1]) if times[-1] > 0 else None


def modelled_blink(closing: float, closed: float, opening: float, hertz: float) -> Series:
    """Openness of our own blink at `hertz`."""
    t = np.arange(0.0, closing + closed + opening, 1.0 / hertz)
    return 1.0 - curves.blink(t, 0.0, closing, closed, opening)


def compare_blink(path: Path, out: Path) -> None:
    blinks = list(recorded_blinks(path))
    life = np.array([crossing_times(b, SAMPLE_HZ) for b in blinks]) * 1000
    ours = []
    for seed in range(400):
        for blink in score_of("nostalgia", seed).blinks:
            shape = modelled_blink(blink.closing, blink.closed, blink.opening, 3000.0)
            ours.append(crossing_times(shape, 3000.0))
    made = np.array(ours) * 1000
    print(f"{len(blinks)} recorded full blinks (eyes), {len(made)} of ours")
    print(
        f"{'ms between openness ' + str(HIGH) + ' and ' + str(LOW):34}{'life p10/50/90':>20}"
        f"{'ours p10/50/90':>20}"
    )
    for i, name in enumerate(("closing", "shut (under 0.15)", "opening")):
        row = [np.percentile(x[:, i], (10, 50, 90)).round().astype(int) for x in (life, made)]
        print(f"{name:34}{'/'.join(map(str, row[0])):>20}{'/'.join(map(str, row[1])):>20}")
    levels = np.linspace(LOW, HIGH, 21)
    for opening in (False, True):
        name = "opening" if opening else "closing"
        shapes = [s for b in blinks if (s := phase_shape(b, opening=opening)) is not None]
        median = np.median(shapes, axis=0)
        model = phase_shape(modelled_blink(0.085, 0.03, 0.170, 3000.0), opening=opening)
        assert model is not None
        rms = float(np.sqrt(np.mean((model - median) ** 2)))
        spread = float(np.sqrt(np.mean((np.array(shapes) - median) ** 2)))
        print(
            f"{name}: shape RMS to the median blink {rms:.3f} of the phase "
            f"(single blinks differ from it by {spread:.3f}, n={len(shapes)})"
        )
        pair = [(median, levels), (model, levels)]
        draw_lines(out / f"blink_{name}.png", pair, f"{name}: life black, ours red")
    skew_scan(blinks)


def skew_scan(blinks: list[Series]) -> None:
    """Which `OPENING_SKEW` fits best: the constant in curves.py comes from here."""
    shapes = [s for b in blinks if (s := phase_shape(b, opening=True)) is not None]
    median = np.median(shapes, axis=0)
    levels = np.linspace(LOW, HIGH, 21)
    best = []
    for skew in np.arange(0.5, 1.05, 0.02):
        x = np.linspace(0, 1, 4001)
        rise = curves.minimum_jerk(x**skew)
        times = np.interp(levels, rise, x)
        times = (times - times[0]) / (times[-1] - times[0])
        best.append((float(np.sqrt(np.mean((times - median) ** 2))), float(skew)))
    rms, skew = min(best)
    print(f"best opening skew {skew:.2f} (RMS {rms:.3f}); in use {curves.OPENING_SKEW}")


def measure_drivers() -> None:
    print(
        f"\n{'driver':15}{'blinks 1/2 %':>14}{'smile max':>11}{'yaw':>7}{'pitch':>7}{'roll':>7}"
        f"{'gaze':>7}{'sway>2Hz':>10}{'frame 1 deg':>13}"
    )
    for name in DRIVERS:
        made = [perform(name, seed) for seed in range(200)]
        counts = np.array([len(score_of(name, seed).blinks) for seed in range(200)])
        peaks = [
            max(float(np.abs(getattr(c, key)).max()) for c in made)
            for key in ("smile", "yaw_deg", "pitch_deg", "roll_deg", "gaze")
        ]
        first = max(float(np.abs(c.yaw_deg[1])) for c in made)
        print(
            f"{name:15}{(counts == 1).mean() * 100:8.0f}/{(counts == 2).mean() * 100:3.0f}"
            f"{peaks[0]:13.2f}{peaks[1]:7.1f}{peaks[2]:7.1f}{peaks[3]:7.1f}{peaks[4]:7.2f}"
            f"{sway_energy_above(2.0):10.1e}{first:13.1e}"
        )


def sway_energy_above(hertz: float) -> float:
    """Share of the idle sway's power above a frequency, worst of 50 seeds (5 s at 25 fps)."""
    t = np.arange(125) / FPS
    worst = 0.0
    for seed in range(50):
        power = np.abs(np.fft.rfft(curves.idle_sway(t, t[-1], 0.6, seed), 1024)) ** 2
        worst = max(worst, float(power[np.fft.rfftfreq(1024, 1 / FPS) > hertz].sum() / power.sum()))
    return worst


COLOURS = ((20, 20, 20), (40, 40, 220), (200, 110, 20), (40, 150, 40), (180, 60, 180))
WIDTH, PLOT_HEIGHT, MARGIN = 560, 130, 14


def draw_lines(path: Path, lines: list[tuple[Series, Series]], title: str) -> None:
    canvas = np.full((360, 480, 3), 255, np.uint8)
    for (x, y), colour in zip(lines, COLOURS, strict=False):
        points = np.stack([20 + x * 440, 340 - y * 300], axis=-1).astype(np.int32)
        cv2.polylines(canvas, [points], False, colour, 2, cv2.LINE_AA)
    cv2.putText(canvas, title, (20, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
    cv2.imwrite(str(path), canvas)


def draw_driver(name: str, seeds: tuple[int, ...]) -> NDArray[np.uint8]:
    """One column of plots per seed: lids and smile, gaze, head."""
    columns = []
    for seed in seeds:
        c = perform(name, seed)
        groups = (
            ("blink, smile L R, brow", 1.0, (c.blink.mean(1)[:, 0], *c.smile.T, c.brow)),
            ("gaze x, y (iris radii)", 0.7, tuple(c.gaze.mean(1).T)),
            ("yaw, pitch, roll (deg)", 10.0, (c.yaw_deg, c.pitch_deg, c.roll_deg)),
        )
        rows = []
        for label, scale, lines in groups:
            canvas = np.full((PLOT_HEIGHT, WIDTH, 3), 255, np.uint8)
            middle, half = PLOT_HEIGHT / 2, PLOT_HEIGHT / 2 - MARGIN
            cv2.line(canvas, (0, int(middle)), (WIDTH, int(middle)), (200, 200, 200), 1)
            for second in range(8):
                mark = int(second * FPS / c.frames * WIDTH)
                cv2.line(canvas, (mark, 0), (mark, PLOT_HEIGHT), (235, 235, 235), 1)
            for values, colour in zip(lines, COLOURS, strict=False):
                x = np.arange(c.frames) / c.frames * WIDTH
                points = np.stack([x, middle - values / scale * half], -1).round().astype(np.int32)
                cv2.polylines(canvas, [points], False, colour, 1, cv2.LINE_AA)
            cv2.putText(
                canvas,
                f"{name} {seed}: {label} +-{scale}",
                (6, 11),
                cv2.FONT_HERSHEY_SIMPLEX,
                0.36,
                (90, 90, 90),
                1,
                cv2.LINE_AA,
            )
            rows.append(canvas)
        columns.append(np.vstack(rows))
    return np.hstack(columns)


def print_peaks(seeds: int = 2000) -> None:
    """How far each driver goes at most over many seeds, beside `renderer.motion.strength`."""
    print("\n| driver | smile | yaw | pitch | roll | allowed |\n|---|---|---|---|---|---|")
    for name in DRIVERS:
        most = np.zeros(4)
        for seed in range(seeds):
            curves = perform(name, seed)
            signed = (curves.yaw_deg, curves.pitch_deg, curves.roll_deg)
            reached = [float(curves.smile.max()), *(float(np.abs(c).max()) for c in signed)]
            most = np.maximum(most, reached)
        cells = " | ".join(f"{value:.2f}" for value in most)
        peaks = PEAKS[name]
        allowed = (peaks.smile, peaks.yaw_deg, peaks.pitch_deg, peaks.roll_deg)
        print(f"| {name} | {cells} | {', '.join(str(value) for value in allowed)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/physiology"))
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    recordings = data_folder("motion_curves")
    if recordings is None:
        print("no recordings: the blink's comparison is skipped")
    else:
        compare_blink(recordings / "kroumpas_blink" / "dataset.csv", out)
    measure_drivers()
    print_peaks()
    for name in DRIVERS:
        cv2.imwrite(str(out / f"{name}.png"), draw_driver(name, (1, 2, 3)))
    print(f"plots in {out}")


if __name__ == "__main__":
    main()
