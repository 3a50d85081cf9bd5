"""The process that answers browsers: it finds a free port, says which, and serves until told to end."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import logging
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from frame.errors import WakeframeError
from frame.live import say
from frame.web.guard import HEADERS
from frame.web.hosts import is_at_home
from frame.web.serving.front import Front

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger(__name__)

PROCESS = "web"
EVERYWHERE = "0.0.0.0"
"""IPv4 alone: every home network has it, and its addresses end at the router. A home's IPv6 addresses
are the whole world's, and not every router stands before them."""

PORTS_TRIED = 10
"""The wanted port and those after it; somebody else may have it."""

BACKLOG = 1024
"""Whoever finds it full tries again a second later, which is how a crowd keeps the owner waiting."""

TURN_SECONDS = 0.5
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""Of mallopt(3)."""

STUCK_SECONDS = 90.0
"""No page takes this long. When all threads do, the process is replaced."""


class Ending(Protocol):
    """Whether to end; being asked is a sign of life."""

    def is_set(self) -> bool: ...


class NoPort(WakeframeError):  # noqa: N818
    """Every port that we tried belongs to somebody else; another `port` in the settings helps."""


class Stuck(WakeframeError):  # noqa: N818
    """No page gets on any more; starting again helps."""


def keep_memory_flat() -> None:
    """Give memory back that a password's hash has used, whichever thread it was: 19 MiB each time. For
    a process of our own; where the C library knows no such thing, nothing happens."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, 2)
        libc.mallopt(_M_MMAP_THRESHOLD, 1 << 20)


def bind(port: int, address: str = EVERYWHERE) -> socket.socket:
    """A socket that listens at that port, or at one of the next. Raises `NoPort` and OSError."""
    for each in range(port, min(port + PORTS_TRIED, 65536)):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            # One that another program listens on is refused all the same; one we just left is not.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, each))
            listener.listen(BACKLOG)
            return listener
        except OSError as error:
            listener.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            _log.warning("the port is taken, the next is tried", extra={"port": each})
    raise NoPort(f"Ports {port} to {port + PORTS_TRIED - 1} are all taken.")


def serve(listener: socket.socket, app: WSGIApplication, live: Path, ending: Ending) -> None:
    """Answer until `ending` is set. Raises `Stuck`."""
    front = Front(listener, app, common=HEADERS, may_come=is_at_home)
    try:
        say(live, PROCESS, {"port": front.port})
        while not ending.is_set():
            front.turn(TURN_SECONDS)
            if front.stuck_seconds() > STUCK_SECONDS:
                raise Stuck("No page gets on any more.")
    finally:
        front.close()
