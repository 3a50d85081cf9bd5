"""Ends the process when it was told to stop and the drawing does not hear it.

Some steps of the drawing take longer than anybody waits for a process to end: it would be killed,
and a kill counts as a try.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from frame.studio.kit import Stop

STOP_SECONDS = 1.5
"""What a step may take to hear it. Processes get 3 seconds to end."""

LOOK_SECONDS = 0.2


@contextmanager
def last_resort(stop: Stop, tidy: Callable[[], None]) -> Iterator[None]:
    """Inside, the process ends at most `STOP_SECONDS` after `stop`, having done `tidy` in a thread."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(LOOK_SECONDS):
            if stop.is_set() and not done.wait(STOP_SECONDS):
                try:
                    tidy()
                finally:
                    os._exit(0)

    thread = threading.Thread(target=watch, name="last-resort", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
