"""Bringing an archive back while the frame goes on: one at a time, in a thread of its own.

Whatever ends it (the power, a restart, the button), what came back by then stays, and doing it once more
goes on from there.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from flask import current_app

from frame.errors import WakeframeError
from frame.library.archive import BadArchive
from frame.library.catalogue import Catalogue
from frame.library.ingest import Ingest
from frame.library.restore import Progress, opened, restore
from frame.settings import save
from frame.settings.restore import usable
from frame.web.catalogue import context
from frame.web.context import Context

_log = logging.getLogger(__name__)


class Stage(StrEnum):
    """Of the last restore."""

    NONE = "none"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True)
class Standing:
    """How far it is. `name` is the archive's, `settings` how many were restored, None for none asked;
    `trouble` is a code: ``bad`` (no archive, or not whole), ``full``, ``failed``."""

    stage: Stage = Stage.NONE
    name: str = ""
    progress: Progress = Progress()  # noqa: RUF009 - frozen, and the same for all
    settings: int | None = None
    trouble: str = ""


class Restoring:
    """See the module. Any thread may ask."""

    def __init__(
        self, here: Context, taker: Callable[[Context, Catalogue], Ingest] | None = None
    ) -> None:
        self._here = here
        self._taker = taker or _ingest
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._standing = Standing()

    @property
    def standing(self) -> Standing:
        return self._standing

    def start(
        self, archive: Path, name: str, *, with_settings: bool, then: Callable[[], None]
    ) -> bool:
        """Begin, unless one is under way; whether it began. `then` is called when all came back."""
        with self._turn:
            if self._thread is not None and self._thread.is_alive():
                return False
            self._stop.clear()
            self._standing = Standing(Stage.RUNNING, name)
            self._thread = threading.Thread(
                target=self._run, args=(archive, with_settings, then), name="restoring", daemon=True
            )
            self._thread.start()
            return True

    def stop(self) -> None:
        """Soon: after the photo in hand."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Until it has ended, or so long."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _run(self, archive: Path, with_settings: bool, then: Callable[[], None]) -> None:  # noqa: FBT001
        try:
            progress = self._restored(archive)
            if self._stop.is_set():
                self._standing = replace(self._standing, stage=Stage.STOPPED)
                return
            count = self._settle(progress) if with_settings else None
            self._standing = replace(
                self._standing, stage=Stage.DONE, progress=progress, settings=count
            )
            then()
        except BadArchive as error:
            self._failed("bad", error)
        except (WakeframeError, sqlite3.Error, OSError) as error:
            self._failed("full" if "full" in str(error) else "failed", error)

    def _restored(self, archive: Path) -> Progress:
        places = self._here.places
        with opened(archive) as stream, Catalogue(places.catalogue) as catalogue:
            return restore(
                places,
                catalogue,
                self._taker(self._here, catalogue),
                stream,
                heard=self._heard,
                is_ending=self._stop.is_set,
                disk=self._here.disk,
            )

    def _settle(self, progress: Progress) -> int:
        changes, _ = usable(progress.settings or {})
        save(self._here.settings_file, changes)
        return len(changes)

    def _heard(self, progress: Progress) -> None:
        self._standing = replace(self._standing, progress=progress)

    def _failed(self, trouble: str, error: Exception) -> None:
        _log.warning("an archive was not restored", extra={"why": str(error)})
        self._standing = replace(self._standing, stage=Stage.FAILED, trouble=trouble)


def restoring() -> Restoring:
    """The one of the application that is answering."""
    found: Restoring | None = current_app.extensions.get("wakeframe.restoring")
    if found is None:
        found = current_app.extensions["wakeframe.restoring"] = Restoring(context())
    return found


def _ingest(here: Context, catalogue: Catalogue) -> Ingest:
    return Ingest(here.places, catalogue, here.disk, lambda: int(here.now()), reserve=here.reserve)
