"""`wakeframe run`: the appliance, until somebody ends it."""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from frame import logs
from frame.app.alone import claim
from frame.app.mishaps import remember_mishaps
from frame.app.order import Order
from frame.app.renewals import SettingsFiles
from frame.app.reporter import Reporter
from frame.app.supervisor import Outside, Supervisor
from frame.commands.library import library_folder
from frame.errors import UsageError, WakeframeError
from frame.settings import Reading, Settings, owner_file, read
from frame.settings.read import SYSTEM_FILE
from frame.words import language_from

_log = logging.getLogger("frame")

REBUILD_SECONDS = 5.0
"""A start waits so long for photos that a damaged catalogue has lost; upkeep finds the rest."""


@dataclass(frozen=True)
class Wanted:
    """What was typed; None where the settings decide."""

    library: Path | None = None
    is_windowed: bool = False
    port: int | None = None
    size: tuple[int, int] | None = None
    still_seconds: float | None = None
    wake_every: float | None = None
    is_quiet: bool = False
    is_verbose: bool = False


def run(wanted: Wanted) -> int:
    """Run until told to end; the exit code. Raises `WakeframeError`."""
    logs.set_up("frame", is_verbose=wanted.is_verbose)
    library = library_folder(wanted.library, settings_with_problems_told())
    try:
        with claim(library) as live:
            remember_mishaps(live, "frame")

            def order_now() -> Order:
                return _order(library, live, wanted)

            files = SettingsFiles((SYSTEM_FILE, owner_file()), order_now)
            order = order_now()
            outside = Outside(
                recover=_recover, look=_reporter(order, wanted), renewed=files.renewed
            )
            return Supervisor(order, outside).run()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"The library {library} cannot be used: {why}.") from error


def _order(library: Path, live: Path, wanted: Wanted) -> Order:
    """What everybody is told, from the settings as they are now and from what was typed."""
    settings = _with_what_was_typed(read().settings, wanted)
    return Order(
        library=library,
        live=live,
        settings=settings,
        wake_seconds=_wake_seconds(settings, wanted),
        is_windowed=wanted.is_windowed,
        size=wanted.size,
        is_verbose=wanted.is_verbose,
    )


def settings_with_problems_told() -> Settings:
    """The settings, with a line in the log for what was skipped."""
    reading = read()
    for problem in reading.problems:
        _log.warning("a setting was skipped", extra={"why": str(problem)})
    return reading.settings


def _with_what_was_typed(settings: Settings, wanted: Wanted) -> Settings:
    if wanted.port is not None:
        settings = replace(settings, port=wanted.port)
    if wanted.still_seconds is not None:
        settings = replace(settings, still_seconds=wanted.still_seconds)
    return settings


def _wake_seconds(settings: Settings, wanted: Wanted) -> float:
    return settings.wake_minutes * 60 if wanted.wake_every is None else wanted.wake_every


def _recover(library: Path) -> None:
    """Put the library in order. What fails here fails quietly where a picture may still be had."""
    from frame.library.catalogue import CatalogueError, CatalogueTooNew
    from frame.library.places import Places
    from frame.library.recovery import recover

    try:
        recover(Places(library), int(time.time()), seconds=REBUILD_SECONDS)
    except CatalogueTooNew as error:
        raise WakeframeError(str(error)) from error
    except (CatalogueError, OSError, sqlite3.Error) as error:
        _log.error("the library could not be put in order", extra={"why": str(error)})


def _reporter(order: Order, wanted: Wanted) -> Callable[[], None]:
    """Lines for whoever watches; a journal has its own."""
    if wanted.is_quiet or "JOURNAL_STREAM" in os.environ:
        return lambda: None
    language = language_from(order.settings.language, os.environ)
    reporter = Reporter(order.library, order.live, language, partial(print, flush=True))
    reporter.welcome()
    return reporter.look


def settings_in_effect() -> Reading:
    """The settings, with the problems printed: for commands that only ask."""
    reading = read()
    for problem in reading.problems:
        print(f"wakeframe: {problem}", file=sys.stderr)
    return reading
