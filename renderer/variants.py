"""Which of a network's variants runs here: timed once on this machine, the faster that agrees is kept.

Whether INT8 pays depends on the processor: with dot-product instructions it may be faster, without
them it is slower, and on some it saturates and is wrong. So every variant is shown the same
pictures, and is taken only if its answers are those of the first to within `LEAST_DECIBELS`. What was
found is remembered in the user's cache for this machine, this runtime and these files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.onnx_file import Shape

Arrays = dict[str, NDArray[np.float32]]
Run = Callable[[Arrays], Arrays]

LEAST_DECIBELS = 40.0
"""Peak signal-to-noise ratio of a variant's answers against those of the first."""

SAME_DECIBELS = 200.0
"""Put for no difference at all, and for the first variant itself: reports know no infinity."""

FASTER = 0.95
"""Share of the first variant's time that another one may take: less is noise, and not worth a change."""

ROUNDS = 7
"""Each variant runs so often, by turns; its fastest counts, since other work can only ever add."""

FREE_SIZE = 256
"""Pixels put for a size that the network leaves open."""

SEED = 1839


@dataclass(frozen=True)
class Trial:
    """One variant on this machine: milliseconds for the probe, and decibels against the first variant
    (0 to `SAME_DECIBELS`)."""

    file: str
    ms: float
    decibels: float

    @property
    def agrees(self) -> bool:
        return self.decibels >= LEAST_DECIBELS


def fastest(trials: Sequence[Trial]) -> Trial:
    """The fastest that agrees with the first; the first where none is clearly faster."""
    first = trials[0]
    faster = (each for each in trials[1:] if each.agrees and each.ms <= FASTER * first.ms)
    return min(faster, key=lambda each: each.ms, default=first)


def try_out(runs: Sequence[tuple[str, Run]], shown: Sequence[Arrays]) -> list[Trial]:
    """Time every variant (its file's name and how it runs) on the same pictures, and compare answers."""
    answers = [[run(each) for each in shown] for _, run in runs]  # also warms up
    best = [math.inf] * len(runs)
    for _ in range(ROUNDS):
        for number, (_, run) in enumerate(runs):
            start = time.perf_counter()
            run(shown[0])
            best[number] = min(best[number], time.perf_counter() - start)
    return [
        Trial(file, round(1000 * seconds, 3), _decibels(answer, answers[0]))
        for (file, _), seconds, answer in zip(runs, best, answers, strict=True)
    ]


def _decibels(answer: Sequence[Arrays], reference: Sequence[Arrays]) -> float:
    """The worst output's PSNR over all pictures; its peak is the range of the reference."""
    worst = SAME_DECIBELS
    for name in reference[0]:
        wanted = np.concatenate([each[name].ravel() for each in reference]).astype(np.float64)
        given = np.concatenate([each[name].ravel() for each in answer]).astype(np.float64)
        error, peak = float(np.mean((given - wanted) ** 2)), float(np.ptp(wanted))
        if error == 0:
            continue
        if not math.isfinite(error) or peak == 0:
            return 0.0
        worst = min(worst, 10 * math.log10(peak**2 / error))
    return round(max(worst, 0.0), 2)


def probes(inputs: dict[str, Shape], count: int = 3) -> list[Arrays]:
    """Made-up pictures for a network, tinted as photos are: soft shapes, scratches and grain, 0..255."""
    return [
        {
            name: _picture(tuple(_size(n, axis) for axis, n in enumerate(shape)), SEED + k)
            for name, shape in inputs.items()
        }
        for k in range(count)
    ]


def _size(size: int | str, axis: int) -> int:
    if isinstance(size, int):
        return size
    return 1 if axis == 0 else FREE_SIZE


def _picture(shape: tuple[int, ...], seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    if len(shape) != 4:
        return rng.uniform(0, 255, shape).astype(np.float32)
    _, height, width, channels = shape
    light, tint = rng.uniform(50, 210, (5, 5, 1)), rng.uniform(-15, 15, (5, 5, channels))
    soft = (light + tint).astype(np.float32)
    picture = cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC)
    picture = np.ascontiguousarray(picture.reshape(height, width, channels))
    for _ in range(12):
        ends = rng.integers(0, (width, height), (2, 2))
        scratch = (float(rng.choice((20, 245))),) * channels
        cv2.line(picture, ends[0].tolist(), ends[1].tolist(), scratch, int(rng.integers(1, 4)))
    picture += rng.normal(0, 5, picture.shape).astype(np.float32)
    return np.asarray(np.clip(picture, 0, 255)[None], np.float32)


class Memory:
    """What was found out on this machine, in one small file; without a `file` or a disk, nothing.

    It saves a fraction of a second at a start, so nothing that goes wrong with it is an error.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def recall(self, key: str) -> list[Trial] | None:
        """The trials under that key."""
        found: Any = self._read().get(key)
        try:
            trials = [Trial(str(e["file"]), float(e["ms"]), float(e["decibels"])) for e in found]
        except (KeyError, TypeError, ValueError):
            return None
        # They go into reports, which know neither infinity nor what is no number.
        is_sound = all(math.isfinite(each.ms) and math.isfinite(each.decibels) for each in trials)
        return trials if is_sound else None

    def keep(self, key: str, trials: Sequence[Trial]) -> None:
        if self._file is None:
            return
        known = {**self._read(), key: [asdict(each) for each in trials]}
        part = self._file.with_suffix(f".{os.getpid()}.part")
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(known, indent=1), "utf-8")
            part.replace(self._file)

    def _read(self) -> dict[str, Any]:
        if self._file is None:
            return {}
        try:
            known = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}


def cache_file() -> Path | None:
    """``$XDG_CACHE_HOME/wakeframe/variants.json``; None where nobody has a home."""
    base = os.environ.get("XDG_CACHE_HOME")
    with contextlib.suppress(RuntimeError):
        return (Path(base) if base else Path.home() / ".cache") / "wakeframe" / "variants.json"
    return None


def key(runtime: str, provider: str, hashes: Sequence[str]) -> str:
    """Names this processor, the runtime with its version, where it runs, and the files."""
    said = "\n".join([platform.machine(), _processor(), runtime, provider, *hashes])
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _processor() -> str:
    """The processor's model and instructions, as Linux tells them."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return platform.processor()
    telling = ("model name", "flags", "Features", "CPU part")
    return "\n".join(sorted({line for line in lines if line.startswith(telling)}))
