"""One studio for a library: two would render the same photo twice."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from frame.studio.kit import Stop

_log = logging.getLogger(__name__)

LOCK = "studio.lock"
IDLE_SECONDS = 1.0


@contextlib.contextmanager
def alone(root: Path, stop: Stop) -> Iterator[bool]:
    """Wait until no other studio works on this library; False where told to stop before."""
    is_told = False
    while not stop.is_set():
        with only_one(root) as is_ours:
            if is_ours:
                yield True
                return
        if not is_told:
            _log.info("another studio is at work on this library")
            is_told = True
        stop.wait(IDLE_SECONDS)
    yield False


@contextlib.contextmanager
def only_one(root: Path) -> Iterator[bool]:
    """Whether we are the library's only studio; we stay it inside the block.

    The system lets go of the lock when a process dies, however it dies. Raises OSError.
    """
    descriptor = os.open(root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _taken(descriptor)
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        if error.errno in (errno.ENOLCK, errno.ENOTSUP, errno.EINVAL):
            return True  # a file system without locks: one machine, one supervisor, as good as ever
        raise
    return True
