"""Panels are switched by what works, within a deadline, and never raise."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from frame.display.panel import NoPanel, find_panel
from frame.display.panel_backlight import find_backlight
from frame.display.panel_commands import find_commands
from frame.display.ports import Panel


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def tool(folder: Path, name: str, script: str) -> Path:
    """A tool that notes how it was called; the script only knows what the shell itself can do."""
    path, notes = folder / name, folder / f"{name}.calls"
    path.write_text(f'#!/bin/sh\necho "$@" >> "{notes}"\n{script}\n')
    path.chmod(0o755)
    return notes


def light(root: Path, most: int = 200) -> Path:
    folder = root / "class" / "backlight" / "10-0045"
    folder.mkdir(parents=True)
    (folder / "max_brightness").write_text(f"{most}\n")
    (folder / "brightness").write_text("90\n")
    (folder / "bl_power").write_text("0\n")
    return folder


def test_wayland_is_switched_by_wlopm(tools: Path, tmp_path: Path):
    calls = tool(tools, "wlopm", "echo 'HDMI-A-1 on'")
    panel = find_panel("wayland", tmp_path)
    assert panel.name == "wlopm+none"
    assert panel.set_power(is_on=False) and panel.set_power(is_on=True)
    assert calls.read_text().split("\n")[1:3] == ["--off *", "--on *"]
    assert not panel.set_brightness(0.5)


def test_x11_is_switched_by_xset_where_the_server_can(tools: Path, tmp_path: Path):
    calls = tool(tools, "xset", "echo '  DPMS is Enabled'")
    panel = find_panel("x11", tmp_path)
    assert panel.set_power(is_on=False)
    assert "dpms force off" in calls.read_text()
    tool(tools, "xset", "echo 'Server does not have the DPMS Extension'")
    assert find_panel("x11", tmp_path).name == "none"


def test_a_built_in_panel_is_dimmed_and_switched(tools: Path, tmp_path: Path):
    folder = light(tmp_path)
    panel = find_panel("kmsdrm", tmp_path)
    assert panel.name == "backlight"
    assert panel.set_brightness(0.25) and (folder / "brightness").read_text() == "50"
    assert panel.set_brightness(0.0) and int((folder / "brightness").read_text()) >= 1
    assert panel.set_power(is_on=False) and (folder / "bl_power").read_text() == "4"
    assert panel.set_power(is_on=True) and (folder / "bl_power").read_text() == "0"


def test_a_monitor_on_its_wire_is_dimmed(tools: Path, tmp_path: Path):
    calls = tool(tools, "ddcutil", "echo 'VCP 10 C 50 100'")
    panel = find_panel("kmsdrm", tmp_path)
    assert panel.name == "ddcutil" and panel.set_brightness(0.3)
    assert "setvcp 10 30 --noverify" in calls.read_text()


def test_a_tool_that_hangs_is_killed(tools: Path):
    tool(tools, "wlopm", "while :; do :; done")
    began = time.monotonic()
    assert find_commands("wayland", seconds=0.3) == []
    assert time.monotonic() - began < 5


def test_a_tool_that_stops_working_is_a_no(tools: Path, tmp_path: Path):
    tool(tools, "wlopm", "echo on")
    panel = find_panel("wayland", tmp_path)
    tool(tools, "wlopm", "exit 1")
    assert not panel.set_power(is_on=False)
    (tools / "wlopm").unlink()
    assert not panel.set_power(is_on=True)


@pytest.mark.parametrize("wrong", ["", "many", "-5", "0"])
def test_a_backlight_that_lies_is_left_alone(tmp_path: Path, wrong: str):
    folder = light(tmp_path)
    (folder / "max_brightness").write_text(wrong)
    assert find_backlight(tmp_path) == []


def test_a_backlight_that_vanishes_is_a_no(tmp_path: Path):
    folder = light(tmp_path)
    (found,) = find_backlight(tmp_path)
    for file in folder.iterdir():
        file.unlink()
    assert not found.set_brightness(0.5) and not found.set_power(is_on=False)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("driver", ["offscreen", "wayland", "x11", "kmsdrm", "nonsense"])
def test_without_anything_it_is_the_panel_that_can_nothing(
    tools: Path, tmp_path: Path, driver: str
):
    panel: Panel = find_panel(driver, tmp_path)
    assert panel.name == "none"
    assert not panel.set_power(is_on=True) and not panel.set_brightness(1.0)
    assert not NoPanel().set_power(is_on=False)
