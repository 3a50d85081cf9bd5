"""When the machine is too hot: hysteresis, and sensors as Linux and the Pi's firmware show them."""

from __future__ import annotations

from pathlib import Path

import pytest

from frame import thermometer
from frame.studio.heat import is_hot
from frame.thermometer import FIRMWARE_FLAGS, Thermometer, Warmth


@pytest.mark.parametrize(
    ("celsius", "throttled", "was_hot", "hot"),
    [
        (None, False, False, False),
        (None, False, True, False),
        (79.9, False, False, False),
        (80.0, False, False, True),
        (75.0, False, True, True),
        (75.0, False, False, False),
        (69.9, False, True, False),
        (40.0, True, False, True),
    ],
)
def test_hot_until_clearly_cooler(celsius, throttled, was_hot, hot) -> None:
    assert is_hot(Warmth(celsius, throttled), was_hot=was_hot) is hot


def zone(root: Path, number: int, kind: str, temperature: str) -> Path:
    folder = root / f"sys/class/thermal/thermal_zone{number}"
    folder.mkdir(parents=True)
    (folder / "type").write_text(f"{kind}\n")
    (folder / "temp").write_text(temperature)
    return folder


def test_the_hottest_zone_of_the_processor_counts(tmp_path: Path) -> None:
    zone(tmp_path, 0, "cpu-thermal", "61200\n")
    zone(tmp_path, 1, "GPU-therm", "64000\n")
    zone(tmp_path, 2, "iwlwifi_1", "99000\n")
    zone(tmp_path, 3, "soc0-thermal", "-273000\n")
    zone(tmp_path, 4, "x86_pkg_temp", "broken")
    assert Thermometer(tmp_path).read() == Warmth(64.0, False)


def test_a_machine_without_sensors_is_never_hot(tmp_path: Path) -> None:
    assert Thermometer(tmp_path).read() == Warmth(None, False)


@pytest.mark.parametrize(
    ("flags", "throttled"),
    [("0", False), ("1", True), ("8", True), ("50000", False), ("50005", True), ("?", False)],
)
def test_the_firmware_says_throttled_now_or_only_once_before(tmp_path, flags, throttled) -> None:
    path = tmp_path / FIRMWARE_FLAGS
    path.parent.mkdir(parents=True)
    path.write_text(f"{flags}\n")
    assert Thermometer(tmp_path).read().is_throttled is throttled


def test_the_firmwares_program_is_asked_now_and_then(tmp_path: Path, monkeypatch) -> None:
    asked = tmp_path / "asked"
    program = tmp_path / "vcgencmd"
    program.write_text(f"#!/bin/sh\necho x >> {asked}\necho throttled=0x4\n")
    program.chmod(0o755)
    now = [0.0]
    meter = Thermometer(tmp_path, lambda: now[0])
    meter._program = str(program)
    assert [meter.read().is_throttled for _ in range(5)] == [True] * 5
    now[0] += thermometer.FLAGS_EVERY_SECONDS
    program.write_text("#!/bin/sh\nexit 1\n")
    assert not meter.read().is_throttled
    assert asked.read_text().count("x") == 1
