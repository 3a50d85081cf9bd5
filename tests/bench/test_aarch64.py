"""The same numbers on another processor: how differences are told, and which wheels are asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench import aarch64
from bench.aarch64 import apart, decibels
from renderer.models import ModelStore
from renderer.variants import probes

ONE = {"a|0": np.array([0.0, 2.0], np.float32), "a|1": np.array([1.0, 2.0], np.float32)}


def test_a_difference_is_a_share_of_the_range() -> None:
    other = {**ONE, "a|0": np.array([0.0, 1.9], np.float32)}
    assert apart(ONE, ONE) == 0
    assert apart(ONE, other) == pytest.approx(0.05)
    assert apart(ONE, {**ONE, "a|1": np.array([np.nan, 0], np.float32)}) == float("inf")
    assert decibels(ONE, ONE) == float("inf")
    assert decibels(ONE, other) == pytest.approx(10 * np.log10(4 / (0.01 / 4)), abs=1e-3)


def test_the_pinned_wheels_are_asked_for() -> None:
    pins = dict(pin.split("==") for pin in aarch64._pins().split())
    assert set(pins) == {"numpy", "onnxruntime"}
    text = (Path(aarch64.__file__).parents[1] / "requirements.txt").read_text()
    assert all(f"{name}=={version}" in text for name, version in pins.items())


def test_what_runs_there_answers_as_here(tmp_path: Path) -> None:
    file = "face_short.onnx"
    models = ModelStore().directory
    shown = {file: probes({"image": ("N", 128, 128, 3)}, 2)}
    mine = aarch64.here(shown, models)
    (tmp_path / file).write_bytes((models / file).read_bytes())
    np.savez(
        tmp_path / "shown.npz",
        **{f"{file}|image|{k}": fed["image"] for k, fed in enumerate(shown[file])},
    )
    script = Path(aarch64.__file__).with_name("aarch64_run.py")
    subprocess.run([sys.executable, script, tmp_path], check=True, capture_output=True)
    with np.load(tmp_path / "answers.npz") as found:
        theirs = {key.partition("|")[2]: found[key] for key in found.files}
    assert apart(mine[file], theirs) < 1e-6
