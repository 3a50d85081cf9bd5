"""The body of an upload, read by the thread that wants it, at a pace that is not too slow."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable

from frame.web.serving.limits import Limits

WORD = b"HTTP/1.1 100 Continue\r\n\r\n"


class BodyLost(OSError):  # noqa: N818
    """The rest will not come: the sender is gone, or too slow."""


class Pace:
    """Holds a sender to so many bytes in each span of time."""

    def __init__(
        self, limits: Limits, clock: Callable[[], float], is_pressed: Callable[[], bool]
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._is_pressed = is_pressed
        self._began = clock()
        self._bytes = 0

    def came(self, count: int) -> None:
        """So many bytes have come. Raises `BodyLost` where a span ended with too few."""
        self._bytes += count
        span = self._clock() - self._began
        if span < self._patience:
            return
        if self._bytes < self._slowest * span:
            raise BodyLost("too slow")
        self._began, self._bytes = self._clock(), 0

    def now(self) -> float:
        return self._clock()

    def left(self) -> float:
        """Seconds until the span ends."""
        return max(self._began + self._patience - self._clock(), 0.0)

    @property
    def _patience(self) -> float:
        return self._limits.pressed_patience if self._is_pressed() else self._limits.patience

    @property
    def _slowest(self) -> int:
        return self._limits.pressed_slowest if self._is_pressed() else self._limits.slowest


LOOK_SECONDS = 0.5
"""How often it is asked whether the body is still welcome, whether it comes or not."""


class Body(io.RawIOBase):
    """`length` bytes, of which `begun` are here already. Reading raises `BodyLost`."""

    def __init__(
        self, source: socket.socket, begun: bytes, length: int, pace: Pace, *, wants_word: bool
    ) -> None:
        super().__init__()
        self._source = source
        self._begun = begun[:length]
        self._left = length
        self._pace = pace
        self._wants_word = wants_word
        self._is_welcome: Callable[[], bool] = lambda: True
        self._looked = float("-inf")

    def watch(self, is_welcome: Callable[[], bool]) -> None:
        """From now on `is_welcome` is asked twice a second while it is read; once it says no, the rest
        is lost."""
        self._is_welcome = is_welcome

    @property
    def left(self) -> int:
        """Bytes that nobody has read."""
        return self._left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        view = memoryview(buffer)[: self._left]
        if not view:
            return 0
        if self._begun:
            count = min(len(self._begun), len(view))
            view[:count] = self._begun[:count]
            self._begun = self._begun[count:]
        else:
            count = self._receive(view)
        self._left -= count
        return count

    def _receive(self, view: memoryview) -> int:
        if self._wants_word:
            self._wants_word = False
            self._source.sendall(WORD)
        while True:
            self._check()
            self._source.settimeout(min(self._pace.left(), LOOK_SECONDS) or 0.001)
            try:
                count = self._source.recv_into(view)
            except TimeoutError:
                self._pace.came(0)
                continue
            if not count:
                raise BodyLost("gone")
            self._pace.came(count)
            return count

    def _check(self) -> None:
        if self._pace.now() - self._looked < LOOK_SECONDS:
            return
        self._looked = self._pace.now()
        if not self._is_welcome():
            raise BodyLost("not welcome any more")
