"""The desk in a thread of its own, so that the picture never waits for a disk."""

from __future__ import annotations

import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from typing import Protocol

from frame.core.layout import Layout
from frame.display.desk import UNREADABLE, Desk, Job, News, Ready
from frame.errors import WakeframeError

_log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""Between two looks at the catalogue's counter."""

ENDING_SECONDS = 30.0
"""What the thread is given to end in: more than the decoder's own deadline."""

Task = Callable[[Desk], object]
Result = Ready | News


class LoaderLost(WakeframeError):  # noqa: N818 - reads as what it says
    """The library cannot be read; the display starts again."""


class Helper(Protocol):
    """Somebody who works at the desk while the picture goes on."""

    def prepare(self, job: Job) -> None:
        """Its `Ready` will be among the results."""
        ...

    def do(self, task: Task) -> None:
        """Something to be written down; after what was asked for before."""
        ...

    def watch(self, layout: Layout) -> None:
        """What hangs now: news tell of its clips."""
        ...

    def results(self) -> list[Result]:
        """What is finished since the last call; never waits. Raises `LoaderLost`."""
        ...

    def close(self) -> None: ...


class Loader:
    """See the module. `open_desk` is called in the thread."""

    def __init__(self, open_desk: Callable[[], Desk]) -> None:
        self._open_desk = open_desk
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._newest_request = 0
        self._lost: str | None = None
        self._is_ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wall-loader", daemon=True)
        self._thread.start()

    def prepare(self, job: Job) -> None:
        self._newest_request = job.request
        self._tasks.put(lambda desk: self._prepare(desk, job))

    def do(self, task: Task) -> None:
        self._tasks.put(task)

    def watch(self, layout: Layout) -> None:
        def task(desk: Desk) -> None:
            desk.watched = layout

        self._tasks.put(task)

    def results(self) -> list[Result]:
        if self._lost is not None:
            raise LoaderLost(f"The library cannot be read: {self._lost}.")
        found: list[Result] = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._results.get_nowait())
        return found

    def close(self) -> None:
        self._is_ending.set()
        self._tasks.put(None)
        self._thread.join(ENDING_SECONDS)

    def _prepare(self, desk: Desk, job: Job) -> None:
        if job.request < self._newest_request:
            return  # void already: nobody waits for it
        try:
            ready = desk.prepare(job)
        except (sqlite3.OperationalError, OSError) as error:
            _not_answered(error)
            ready = Ready(job.request, None, None, job.place, UNREADABLE)
        self._results.put(ready)
        desk.announce()  # after the picture, which must not wait for a write

    def _run(self) -> None:
        try:
            desk = self._open_desk()
        except (WakeframeError, sqlite3.Error, OSError) as error:
            self._lost = str(error).rstrip(".")
            return
        try:
            self._work(desk)
        except Exception as error:  # noqa: BLE001 - the thread's edge: the loop must hear of it
            _log.exception("the wall's loader ended")
            self._lost = f"{type(error).__name__}: {error}".rstrip(".")
        finally:
            desk.close()

    def _work(self, desk: Desk) -> None:
        while not self._is_ending.is_set():
            task: Task | None
            try:
                task = self._tasks.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                task = _look
            if task is None:
                return
            try:
                task(desk)
                news = desk.news() if self._tasks.empty() else None
            except (sqlite3.OperationalError, OSError) as error:
                _not_answered(error)
                continue
            if news is not None:
                self._results.put(news)


def _look(desk: Desk) -> None:
    """Nothing to do but to see what is new."""


def _not_answered(error: Exception) -> None:
    """Busy, or a disk that failed for once: nothing is lost, and the wall asks again."""
    _log.warning("the library did not answer", extra={"why": str(error)})
