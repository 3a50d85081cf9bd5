"""The threads: some for pages, others for long bodies, so that neither waits for the other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum

from frame.web.serving.answer import Answer
from frame.web.serving.limits import Limits
from frame.web.serving.mishap import told

_log = logging.getLogger(__name__)


class Kind(StrEnum):
    """What a thread is for."""

    PAGE = "page"
    BODY = "body"


class Threads:
    """`spend` gives a piece of work to the next free thread of its kind."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._page_threads = limits.page_threads
        self._clock = clock
        self._pools = {
            Kind.PAGE: ThreadPoolExecutor(limits.page_threads, "page"),
            Kind.BODY: ThreadPoolExecutor(limits.body_threads, "body"),
        }
        self._lock = threading.Lock()
        self._bodies_waiting = 0
        self._pages_since: dict[object, float] = {}

    def spend(
        self, kind: Kind, work: Callable[[], Answer], done: Callable[[Answer | None], None]
    ) -> None:
        """`done` is called by the thread, with None where the work failed or was given up."""
        job = object()
        if kind is Kind.BODY:
            self._count_waiting(1)

        def do() -> Answer:
            if kind is Kind.BODY:
                self._count_waiting(-1)
                return work()
            self._pages_since[job] = self._clock()
            try:
                return work()
            finally:
                del self._pages_since[job]

        self._pools[kind].submit(do).add_done_callback(lambda future: done(_result(future)))

    def is_pressed(self) -> bool:
        """Whether a body waits for a thread."""
        return self._bodies_waiting > 0

    def stuck_seconds(self) -> float:
        """How long every thread for pages has been busy with what it has; 0 while one is free."""
        since = list(self._pages_since.values())
        return self._clock() - max(since) if len(since) >= self._page_threads else 0.0

    def close(self) -> None:
        """Wait for those that are at work; the rest is given up."""
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)

    def _count_waiting(self, change: int) -> None:
        with self._lock:
            self._bodies_waiting += change


def _result(future: Future[Answer]) -> Answer | None:
    if future.cancelled():
        return None
    error = future.exception()
    if error is None:
        return future.result()
    if not isinstance(error, OSError):  # an OSError is a visitor who went away
        _log.error("an answer failed", extra=told(error))
    return None
