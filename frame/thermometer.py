"""How warm this machine is, and whether its firmware slows it down: its own sensors, read."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ZONES = ("cpu", "soc", "gpu", "x86_pkg", "acpitz", "package")
"""Words in the types of zones that tell how hot the processor is; others measure batteries or Wi-Fi."""

PLAUSIBLE_C = (-20.0, 130.0)

NOW_BITS = 0b1111
"""Of the Pi's flags: under-voltage, capped frequency, throttled, soft limit, right now. Bits from 16
on only tell that it happened once."""

FIRMWARE_FLAGS = Path("sys/devices/platform/soc/soc:firmware/get_throttled")
ASK_SECONDS = 2.0
FLAGS_EVERY_SECONDS = 10.0
"""Asking the firmware means starting a program."""


@dataclass(frozen=True)
class Warmth:
    """`celsius` of the hottest zone, None where nothing measures; `is_throttled` by the firmware."""

    celsius: float | None = None
    is_throttled: bool = False


class Thermometer:
    """Reads the machine's own sensors below `root`."""

    def __init__(self, root: Path = Path("/"), clock: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._clock = clock
        self._zones = [zone for zone in sorted(self._folder.glob("thermal_zone*")) if _tells(zone)]
        self._program = shutil.which("vcgencmd") if root == Path("/") else None
        self._flags_at = float("-inf")
        self._flags = 0

    @property
    def _folder(self) -> Path:
        return self._root / "sys/class/thermal"

    def read(self) -> Warmth:
        """How it is now; what cannot be read is left out."""
        found = [value for zone in self._zones if (value := _celsius(zone)) is not None]
        return Warmth(max(found, default=None), bool(self._throttled() & NOW_BITS))

    def _throttled(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            return int((self._root / FIRMWARE_FLAGS).read_text(), 16)
        if self._program is None:
            return 0
        if self._clock() - self._flags_at >= FLAGS_EVERY_SECONDS:
            self._flags_at, self._flags = self._clock(), _ask(self._program)
        return self._flags


def _tells(zone: Path) -> bool:
    try:
        kind = (zone / "type").read_text().lower()
    except OSError:
        return False
    return any(word in kind for word in ZONES)


def _celsius(zone: Path) -> float | None:
    try:
        value = int((zone / "temp").read_text()) / 1000
    except (OSError, ValueError):
        return None
    return value if PLAUSIBLE_C[0] < value < PLAUSIBLE_C[1] else None


def _ask(program: str) -> int:
    """``throttled=0x50005``, as the firmware puts it."""
    try:
        told = subprocess.run(
            [program, "get_throttled"],
            capture_output=True,
            text=True,
            timeout=ASK_SECONDS,
            check=True,
        ).stdout
        return int(told.partition("=")[2], 16)
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0
