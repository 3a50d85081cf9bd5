"""What `wakeframe doctor` looks at because this machine is to be a frame: screen, library, clock."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from frame.app.alone import running
from frame.commands.doctor import Finding
from frame.commands.library import library_folder
from frame.library.places import Places
from frame.library.space import usual_reserve
from frame.settings import read

OLDEST_SQLITE = (3, 37)
"""The first with STRICT tables."""

FEW_WATCHES = 8192
"""One is needed for each folder below a watched one; a family's share has a few thousand."""

PROBE_SECONDS = 15.0

_DRIVERS = """\
import os, sys
os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
import pygame
from frame.display.screen import choose_driver, open_screen
from frame.display.panel import find_panel
screen = open_screen(windowed=True, size=(64, 64))
panel = find_panel(screen.driver)
print(pygame.version.ver, ".".join(map(str, pygame.get_sdl_version())), choose_driver(os.environ),
      screen.driver, panel.name, sep="|")
"""


def check_settings() -> Iterator[Finding]:
    """What was skipped in the owner's file."""
    reading = read()
    for problem in reading.problems:
        yield Finding(
            "warning", "settings", str(problem), "Correct it; `wakeframe settings` helps."
        )
    if not reading.problems:
        changed = len(reading.sources)
        yield Finding("ok", "settings", f"{changed} changed" if changed else "the defaults")


def check_screen() -> Iterator[Finding]:
    """Which way leads to the panel; asked in a process of its own, which may break over it."""
    if _is_running():
        yield Finding("ok", "screen", "in use by the running frame")
        return
    try:
        result = subprocess.run(
            [sys.executable, "-c", _DRIVERS],
            check=False,
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
            stdin=subprocess.DEVNULL,
        )
        parts = result.stdout.strip().split("|")
    except subprocess.TimeoutExpired:
        parts = []
    if len(parts) != 5:
        yield Finding(
            *("warning", "screen", "none could be opened"),
            "Is somebody else using it? `wakeframe run --windowed` uses a window.",
        )
        return
    pygame, sdl, wanted, opened, panel = parts
    detail = f"{opened} (pygame-ce {pygame}, SDL {sdl})"
    if opened == "offscreen":
        cure = "Fine for trying it: a browser on this machine sees the screen. For a panel, connect one"
        yield Finding(
            "warning", "screen", detail, f"{cure} and add this user to `video` and `render`."
        )
    elif opened != wanted:
        yield Finding("warning", "screen", f"{detail}; {wanted} did not open", "Is it in use?")
    else:
        yield Finding("ok", "screen", detail)
    can_switch = panel not in ("none", "no panel")
    yield Finding(
        "ok" if can_switch else "warning",
        "panel switch",
        panel,
        ""
        if can_switch
        else "At night the picture is black but lit; wlopm, xset or a backlight helps.",
    )


def _is_running() -> bool:
    return running(library_folder(None, read().settings)) is not None


def check_other_pygame() -> Iterator[Finding]:
    """Both write to the same place; whichever came last wins, and only one knows KMSDRM."""
    with contextlib.suppress(PackageNotFoundError):
        found = version("pygame")
        yield Finding(
            *("fault", "pygame", f"{found} beside pygame-ce"),
            "pip uninstall pygame pygame-ce; pip install pygame-ce",
        )


def check_library() -> Iterator[Finding]:
    """The folder of the photos: there, ours, in one piece, with room."""
    library = library_folder(None, read().settings)
    if not library.exists():
        above = next(each for each in library.parents if each.exists())
        fit = os.access(above, os.W_OK)
        yield Finding(
            "ok" if fit else "fault",
            "library",
            f"{library}, made at the first start" if fit else f"{above} is not writable",
            "" if fit else f"Give {above} to this user, or set `library` to another folder.",
        )
        library = above
    else:
        yield from _check_existing(library)
    room = shutil.disk_usage(library)
    reserve = usual_reserve(room.total)
    fit = room.free > 2 * reserve
    yield Finding(
        "ok" if fit else "warning",
        "room for photos",
        f"{room.free / 1e9:.1f} GB free, {reserve / 1e9:.1f} GB of it are kept free",
        "" if fit else "Free some space, or move the library to a larger disk.",
    )


def _check_existing(library: Path) -> Iterator[Finding]:
    places = Places(library)
    try:
        with tempfile.TemporaryFile(dir=library) as trial:
            trial.write(b"x")
            trial.flush()
            os.fsync(trial.fileno())
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        yield Finding(
            *("fault", "library", f"{library}: {why}"),
            "Give the folder to this user, or check the disk.",
        )
        return
    there = [each for each in (places.originals, places.incoming, places.inbox) if each.exists()]
    if (
        len({each.stat().st_dev for each in (places.originals, places.incoming) if each.exists()})
        > 1
    ):
        yield Finding(
            *("fault", "library", "originals/.incoming is on another file system"),
            "It must be a plain folder: a photo is renamed into place in one step.",
        )
    elif there and any(each.stat().st_dev != library.stat().st_dev for each in there):
        yield Finding("ok", "library", f"{library}, over several disks")
    else:
        yield Finding("ok", "library", str(library))


def check_sqlite() -> Iterator[Finding]:
    """The catalogue's engine."""
    fit = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    wanted = ".".join(map(str, OLDEST_SQLITE))
    yield Finding(
        "ok" if fit else "fault",
        "SQLite",
        sqlite3.sqlite_version,
        "" if fit else f"Use a Python whose SQLite is {wanted} or newer.",
    )


def check_watches(proc: Path = Path("/proc/sys/fs/inotify")) -> Iterator[Finding]:
    """How many folders the system will tell us about."""
    try:
        watches = int((proc / "max_user_watches").read_text())
    except (OSError, ValueError):
        yield Finding(
            "warning", "folder watching", "not on this system", "Photos are found by walking."
        )
        return
    fit = watches >= FEW_WATCHES
    yield Finding(
        "ok" if fit else "warning",
        "folder watching",
        f"{watches} folders at most",
        ""
        if fit
        else "sysctl fs.inotify.max_user_watches=65536; without it photos are found later.",
    )


def check_clock() -> Iterator[Finding]:
    """Whether the time of day can be believed: the night hours wait until it can."""
    from frame.display.clock import SystemClock

    is_known = SystemClock().local() is not None
    yield Finding(
        "ok" if is_known else "warning",
        "clock",
        "synchronised" if is_known else "not synchronised",
        "" if is_known else "timedatectl set-ntp true; until then the night hours are not kept.",
    )


FRAME_CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    check_settings,
    check_screen,
    check_other_pygame,
    check_library,
    check_sqlite,
    check_watches,
    check_clock,
)
