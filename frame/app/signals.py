"""Signals as bytes in a pipe, so that nothing runs in the middle of something else."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def as_bytes(*numbers: signal.Signals) -> Iterator[int]:
    """While open, each of these signals is one byte, its number, in the descriptor that is yielded.

    Reading from it does not wait. For the main thread only; whatever handled them before does again
    afterwards.
    """
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    before = {each: signal.signal(each, _nothing) for each in numbers}
    old_writer = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(old_writer)
        for each, handler in before.items():
            signal.signal(each, handler)
        os.close(reader)
        os.close(writer)


def _nothing(_: int, __: FrameType | None) -> None:
    """The byte in the pipe is all that shall happen."""
