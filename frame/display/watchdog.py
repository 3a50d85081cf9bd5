"""Tells systemd that pictures are reaching the screen (sd_notify(3)); silent where nobody listens.

Fed by the loop only after a frame was really presented, or, while the panel is off by schedule, by its
tick: a loop that hangs is to be restarted, and only a picture proves that it does not.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping

FEED_SECONDS = 2.0
"""At most one message in this time: a wake presents 60 frames a second."""


class Watchdog:
    """The line to the service manager named in ``NOTIFY_SOCKET``."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        name = (os.environ if environment is None else environment).get("NOTIFY_SOCKET", "")
        # "@" stands for the NUL that begins the name of an abstract socket.
        self._address = "\0" + name[1:] if name.startswith("@") else name
        self._line: socket.socket | None = None
        if name.startswith(("/", "@")):
            self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._line.setblocking(False)
        self._is_ready = False
        self._fed = -FEED_SECONDS

    def presented(self, now: float) -> None:
        """A frame is on the screen, or the panel is rightly off, at `now` (monotonic seconds).

        The first time also says that the service is up.
        """
        if not self._is_ready:
            self._is_ready = True
            self._say("READY=1")
        if now - self._fed >= FEED_SECONDS:
            self._fed = now
            self._say("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line for ``systemctl status``."""
        self._say("STATUS=" + " ".join(text.split())[:200])

    def stopping(self) -> None:
        """The end was asked for."""
        self._say("STOPPING=1")

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _say(self, words: str) -> None:
        """Without waiting: a manager that does not listen must not hold up the picture."""
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.sendto(words.encode(), self._address)
