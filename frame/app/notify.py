"""Telling systemd how we are: ready once a picture hangs, alive only while one does."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping

PICTURE_SECONDS = 20.0
"""Older than this, the last presented frame is no picture any more (P3)."""


class Notifier:
    """Speaks to the socket in ``NOTIFY_SOCKET``, if there is one."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        environment = os.environ if environment is None else environment
        self._address = environment.get("NOTIFY_SOCKET", "")
        half = environment.get("WATCHDOG_USEC", "")
        self._interval = int(half) / 2e6 if half.isdigit() else None
        self._fed = float("-inf")
        self._is_ready = False

    def look(self, now: float, presented: float | None) -> None:
        """Called often; `presented` is when the display last presented a frame, monotonic."""
        if presented is None or now - presented > PICTURE_SECONDS:
            return
        if not self._is_ready:
            self._is_ready = True
            self._send("READY=1\nSTATUS=A picture hangs.")
        if self._interval is not None and now - self._fed >= self._interval / 2:
            self._fed = now
            self._send("WATCHDOG=1")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def _send(self, text: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        # Nobody listening is not our trouble, and a full socket must not hold the frame up.
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
        ):
            sender.setblocking(False)
            sender.sendto(text.encode(), address)
