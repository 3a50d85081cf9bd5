"""The backlight of a built-in panel, through the kernel's files: it can be switched and dimmed."""

from __future__ import annotations

import os
from pathlib import Path

_ON, _OFF = "0", "4"
"""FB_BLANK_UNBLANK and FB_BLANK_POWERDOWN, as ``bl_power`` takes them."""

LEAST_SHARE = 0.01
"""A backlight set to 0 is off on some panels; dimmed is not off."""


class Backlight:
    """One folder under ``/sys/class/backlight``. Its files answer at once, so they need no deadline."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most
        self.name = "backlight"

    def set_power(self, *, is_on: bool) -> bool:
        return self._write("bl_power", _ON if is_on else _OFF)

    def set_brightness(self, share: float) -> bool:
        kept = min(max(share, LEAST_SHARE), 1.0)
        return self._write("brightness", str(max(1, round(kept * self._most))))

    def can_write(self) -> bool:
        """Whether writing back what is there works: a missing udev rule shows here, not at night."""
        try:
            return self._write("brightness", (self._folder / "brightness").read_text().strip())
        except (OSError, UnicodeDecodeError):
            return False

    def _write(self, name: str, value: str) -> bool:
        try:
            # Never makes a file where there is none.
            file = os.open(self._folder / name, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
            try:
                os.write(file, value.encode())
            finally:
                os.close(file)
        except OSError:
            return False
        return True


def find_backlight(sys: Path) -> list[Backlight]:
    """The backlights that let us write, in the order of their names."""
    try:
        folders = sorted((sys / "class" / "backlight").iterdir())
    except OSError:
        return []
    found = []
    for folder in folders:
        try:
            most = int((folder / "max_brightness").read_text())
        except (OSError, ValueError):
            continue
        backlight = Backlight(folder, most)
        if most > 0 and backlight.can_write():
            found.append(backlight)
    return found
