"""Panels that are switched by the tool of the system they hang on.

Tools hang: a compositor is gone, a monitor does not answer on its wire. Each call has a deadline, is
killed after it, and is then a call that did not work.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SECONDS = 4.0
"""ddcutil takes 2 s on slow monitors; the others answer in a tenth."""

Lines = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Tool:
    """A way to talk to panels: what to type. An empty command means that this cannot be done.

    `probe` succeeds only where the tool works for this screen. `expects` must be in what it prints.
    """

    name: str
    driver: tuple[str, ...]
    probe: tuple[str, ...]
    expects: str
    on: Lines
    off: Lines
    dim: Callable[[int], Lines] | None = None


TOOLS = (
    Tool(
        "wlopm",
        ("wayland",),
        probe=("wlopm",),
        expects="o",  # "HDMI-A-1 on"; nothing where the compositor lacks the protocol
        on=(("wlopm", "--on", "*"),),
        off=(("wlopm", "--off", "*"),),
    ),
    Tool(
        "xset",
        ("x11",),
        probe=("xset", "q"),
        expects="DPMS is",  # a server without DPMS says "Server does not have the DPMS Extension"
        # Its own timers off first, or X switches on and off by itself.
        on=(("xset", "s", "off"), ("xset", "dpms", "0", "0", "0"), ("xset", "dpms", "force", "on")),
        off=(
            ("xset", "+dpms"),
            ("xset", "dpms", "0", "0", "0"),
            ("xset", "dpms", "force", "off"),
        ),
    ),
    Tool(
        "vcgencmd",
        ("kmsdrm", "x11"),
        probe=("vcgencmd", "display_power"),
        expects="display_power=",  # only the Pi's old firmware driver answers so
        on=(("vcgencmd", "display_power", "1"),),
        off=(("vcgencmd", "display_power", "0"),),
    ),
    Tool(
        "ddcutil",
        ("kmsdrm", "wayland", "x11"),
        probe=("ddcutil", "getvcp", "10", "--terse"),
        expects="VCP 10 C",
        on=(("ddcutil", "setvcp", "d6", "1", "--noverify"),),
        # 4 is standby: a monitor that is off (5) does not hear us switch it on.
        off=(("ddcutil", "setvcp", "d6", "4", "--noverify"),),
        dim=lambda percent: (("ddcutil", "setvcp", "10", str(percent), "--noverify"),),
    ),
)


class CommandPanel:
    """A panel behind one tool."""

    def __init__(self, tool: Tool, seconds: float = SECONDS) -> None:
        self._tool = tool
        self._seconds = seconds
        self.name = tool.name
        self.can_dim = tool.dim is not None

    def set_power(self, *, is_on: bool) -> bool:
        return self._all(self._tool.on if is_on else self._tool.off)

    def set_brightness(self, share: float) -> bool:
        if self._tool.dim is None:
            return False
        return self._all(self._tool.dim(max(1, round(100 * min(max(share, 0.0), 1.0)))))

    def answers(self) -> bool:
        """Whether the tool is there and works here."""
        if shutil.which(self._tool.probe[0]) is None:
            return False
        said = _run(self._tool.probe, self._seconds)
        return said is not None and self._tool.expects in said

    def _all(self, commands: Lines) -> bool:
        return bool(commands) and all(_run(each, self._seconds) is not None for each in commands)


def find_commands(driver: str, seconds: float = SECONDS) -> list[CommandPanel]:
    """The tools that work for a screen of this driver, best first."""
    panels = (CommandPanel(tool, seconds) for tool in TOOLS if driver in tool.driver)
    return [panel for panel in panels if panel.answers()]


def _run(command: Sequence[str], seconds: float) -> str | None:
    """What it printed; None where it failed, is not there, or took too long (it is killed then)."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace")
