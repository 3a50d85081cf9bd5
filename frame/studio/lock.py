"""One studio for a library: two would render the same photo twice."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

LOCK = "studio.lock"


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
