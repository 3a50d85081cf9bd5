"""The faster variant that agrees: decided from trials, tried by turns, remembered where it can be."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import pytest

from renderer.variants import (
    LEAST_DECIBELS,
    SAME_DECIBELS,
    Memory,
    Trial,
    cache_file,
    fastest,
    key,
    probes,
    try_out,
)

FIRST = Trial("plain.onnx", 10.0, SAME_DECIBELS)


@pytest.mark.parametrize(
    ("others", "chosen"),
    [
        ([], "plain.onnx"),
        ([Trial("a", 5.0, LEAST_DECIBELS)], "a"),
        ([Trial("a", 5.0, LEAST_DECIBELS - 0.01)], "plain.onnx"),
        ([Trial("a", 9.6, 60.0)], "plain.onnx"),
        ([Trial("a", 5.0, 60.0), Trial("b", 4.0, 45.0)], "b"),
        ([Trial("a", 5.0, 60.0), Trial("b", 4.0, 12.0)], "a"),
        ([Trial("a", 5.0, 0.0)], "plain.onnx"),
    ],
)
def test_fast_and_right_wins(others: list[Trial], chosen: str) -> None:
    assert fastest([FIRST, *others]).file == chosen


def answer(shift: float = 0.0, sleep: float = 0.0):
    def run(shown):
        time.sleep(sleep)
        return {"belief": shown["image"] / 255 + np.float32(shift)}

    return run


SHOWN = probes({"image": ("N", 16, "W", 3)})


def test_decibels_are_against_the_first() -> None:
    trials = try_out([("a", answer()), ("b", answer()), ("c", answer(0.01))], SHOWN)
    assert [each.file for each in trials] == ["a", "b", "c"]
    assert trials[0].decibels == trials[1].decibels == SAME_DECIBELS
    spread = float(np.ptp(np.stack([each["image"] / 255 for each in SHOWN])))
    assert trials[2].decibels == pytest.approx(20 * math.log10(spread / 0.01), abs=0.1)


def test_the_slow_one_is_seen_to_be_slow() -> None:
    slow, fast = try_out([("slow", answer(sleep=0.02)), ("fast", answer())], SHOWN[:1])
    assert slow.ms >= 20
    assert fast.ms < slow.ms


def test_answers_that_are_no_numbers_never_win() -> None:
    trials = try_out([("a", answer()), ("b", answer(math.nan))], SHOWN)
    assert trials[1].decibels == 0
    assert fastest(trials).file == "a"


def test_pictures_to_try_with_are_pictures_and_always_the_same() -> None:
    one, other = (probes({"image": ("N", "H", "W", 3), "state": ("N", 7)}) for _ in range(2))
    assert one[0]["image"].shape == (1, 256, 256, 3)
    assert one[0]["state"].shape == (1, 7)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a["image"], b["image"])
        assert a["image"].dtype == np.float32
        assert a["image"].min() >= 0 and a["image"].max() <= 255
    assert np.abs(one[0]["image"] - one[1]["image"]).mean() > 5


def test_a_memory_keeps_what_was_found(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "deep" / "variants.json")
    assert memory.recall("here") is None
    memory.keep("here", [FIRST, Trial("b", 4.0, 45.0)])
    memory.keep("there", [FIRST])
    again = Memory(tmp_path / "deep" / "variants.json")
    assert again.recall("here") == [FIRST, Trial("b", 4.0, 45.0)]
    assert again.recall("there") == [FIRST]
    assert [each.name for each in (tmp_path / "deep").iterdir()] == ["variants.json"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{", '{"here": 3}', '{"here": [{"file": "a"}]}', "\x00"),
        '{"here": [{"file": "a", "ms": 1.0, "decibels": Infinity}]}',
    ],
)
def test_a_damaged_memory_is_an_empty_one(tmp_path: Path, text: str) -> None:
    file = tmp_path / "variants.json"
    file.write_text(text)
    memory = Memory(file)
    assert memory.recall("here") is None
    memory.keep("here", [FIRST])
    assert memory.recall("here") == [FIRST]


def test_a_memory_without_a_disk_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    for memory in (Memory(None), Memory(tmp_path / "a file" / "variants.json")):
        memory.keep("here", [FIRST])
        assert memory.recall("here") is None


def test_another_runtime_provider_or_file_is_asked_anew() -> None:
    keys = {key("1.32", "cpu", ["a"]), key("1.33", "cpu", ["a"]), key("1.32", "cuda", ["a"])}
    keys |= {key("1.32", "cpu", ["b"]), key("1.32", "cpu", ["a", "b"])}
    assert len(keys) == 5
    assert key("1.32", "cpu", ["a"]) in keys


def test_it_lies_in_the_cache(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_file() == tmp_path / "wakeframe" / "variants.json"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_file() == tmp_path / ".cache" / "wakeframe" / "variants.json"
