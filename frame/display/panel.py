"""Finding what can switch and dim this panel. A call that hangs or fails is a panel without that way.

Each way is an adapter behind `frame.display.ports.Panel`; the first that works on a probe is taken.
Where none does, the loop shows black and darkens its own frames.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from frame.display.panel_backlight import find_backlight
from frame.display.panel_commands import find_commands
from frame.display.panel_kms import find_kms
from frame.display.ports import Panel

_log = logging.getLogger(__name__)

SYS = Path("/sys")


class NoPanel:
    """Nothing can be switched or dimmed."""

    name = "none"

    def set_power(self, *, is_on: bool) -> bool:  # noqa: ARG002 - the protocol's
        return False

    def set_brightness(self, share: float) -> bool:  # noqa: ARG002 - the protocol's
        return False


class PanelOf:
    """One adapter for the power and perhaps another one for the light."""

    def __init__(self, power: Panel, light: Panel) -> None:
        self._power, self._light = power, light
        self.name = power.name if power.name == light.name else f"{power.name}+{light.name}"

    def set_power(self, *, is_on: bool) -> bool:
        return self._power.set_power(is_on=is_on)

    def set_brightness(self, share: float) -> bool:
        return self._light.set_brightness(share)


def find_panel(driver: str, sys: Path = SYS) -> Panel:
    """What works for a screen of SDL's `driver` (see `frame.display.screen`), probed now.

    Takes some seconds at worst: every probe has a deadline.
    """
    nothing = NoPanel()
    if driver not in ("wayland", "x11", "kmsdrm"):
        return nothing  # nobody's panel: the picture is in memory only
    backlight = find_backlight(sys)
    commands = find_commands(driver)
    kernel = find_kms() if driver == "kmsdrm" else []
    power = _first([*kernel, *commands, *backlight], nothing)
    light = _first([*backlight, *(way for way in commands if way.can_dim)], nothing)
    panel = PanelOf(power, light)
    _log.info("the panel is switched and dimmed by %s", panel.name)
    return panel


def _first(ways: Sequence[Panel], otherwise: Panel) -> Panel:
    return next(iter(ways), otherwise)
