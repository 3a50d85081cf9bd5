"""`wakeframe run` as people type it, with every real process, on photos made on the spot."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from frame.live import heard
from tests.frame import photos
from tests.frame.app.family import is_alive, wait_for
from tests.frame.app.test_signals import children_of
from tests.paths import ROOT

pytestmark = pytest.mark.slow


class House:
    """A frame with a library, a folder for its live files, and what it said."""

    def __init__(self, folder: Path) -> None:
        self.library, self.said = folder / "library", folder / "said"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("WAKEFRAME", "NOTIFY"))},
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "SDL_VIDEODRIVER": "offscreen",
            "WAKEFRAME_FINDABLE": "off",
            "LANG": "C.UTF-8",
        }
        (folder / "run").mkdir()

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "frame.cli", *arguments, "--library", str(self.library)]

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), cwd=ROOT, env=self.environment, timeout=60,
            capture_output=True, text=True,
        )  # fmt: skip

    def status(self) -> dict:
        return json.loads(self.call("status", "--json").stdout)

    @property
    def live(self) -> Path:
        (folder,) = Path(self.environment["XDG_RUNTIME_DIR"]).iterdir()
        return folder

    def presented_after(self, moment: float) -> bool:
        return (heard(self.live, "display").get("presented") or 0) > moment


@pytest.fixture
def house(tmp_path) -> Iterator[House]:
    house = House(tmp_path)
    options = ("--windowed", "--size", "320x180", "--port", "18431", "--still-seconds", "5")
    with house.said.open("w") as said:
        process = subprocess.Popen(
            house.command("run", *options), cwd=ROOT, env=house.environment, stdin=subprocess.DEVNULL,
            stdout=said, stderr=said,
        )  # fmt: skip
    house.process = process  # type: ignore[attr-defined]
    yield house
    if process.poll() is None:
        process.terminate()
        process.wait(15)


def test_a_frame_from_the_first_start_to_the_end(house, tmp_path):
    process = house.process
    wait_for(lambda: (tmp_path / "run").exists() and any((tmp_path / "run").iterdir()), 20)
    wait_for(lambda: heard(house.live, "display").get("state") == "empty", 20)
    wait_for(lambda: (house.live / "screen.jpg").exists(), 10)  # where photos come from
    wait_for(lambda: heard(house.live, "doors"), 20)

    # A photo, a text that calls itself one, and how both are told of.
    part = tmp_path / "part"
    part.write_bytes(photos.encoded(photos.scene(640, 480), "JPEG"))
    part.rename(house.library / "inbox" / "Oma \x1b[2J.jpg")
    part.write_text("a shopping list")
    part.rename(house.library / "inbox" / "list.jpg")
    wait_for(lambda: heard(house.live, "display").get("photos"), 30)
    wait_for(lambda: len(house.status()["refusals"]) == 1, 20)
    wait_for(lambda: house.status()["photos"][0]["state"] == "still", 40)
    status = house.status()
    (photo,) = status["photos"]
    assert status["running"]
    assert status["wall"]["photos"] == [photo["id"]]
    assert photo["name"].startswith("Oma ") and photo["name"].isprintable()
    assert photo["reasons"]
    assert status["refusals"][0]["place"].endswith("list.jpg")
    assert {"display", "doors", "web", "looker", "studio"} <= set(status["health"]["processes"])
    assert status["panel"] == [320, 180]
    readable = house.call("status").stdout
    assert "\x1b" not in readable
    assert "On the wall: Oma" in readable

    # A second frame on the same library says so and touches nothing.
    second = house.call("run")
    assert second.returncode == 2
    assert "already runs" in second.stderr
    assert process.poll() is None

    # Whoever is killed is back, and so is the picture.
    struck = time.monotonic()
    os.kill(heard(house.live, "display")["pid"], signal.SIGKILL)
    wait_for(lambda: house.presented_after(struck), 20)

    family = children_of(process.pid)
    assert len(family) >= 4
    process.terminate()
    process.wait(15)
    assert process.returncode == 0
    wait_for(lambda: not any(map(is_alive, family)), 3)
    assert not house.status()["running"]
    said = house.said.read_text()
    assert "Traceback" not in said
    assert "1 photo taken in" in said
    assert "\x1b" not in said
