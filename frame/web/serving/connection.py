"""One connection, as the loop holds it."""

from __future__ import annotations

import contextlib
import os
import socket
from collections import deque
from enum import StrEnum

from frame.web.serving.answer import FileBody, Stream
from frame.web.serving.head import Head
from frame.web.serving.work import Peer

AT_ONCE = 256 << 10
"""Bytes that one connection is given in one turn of the loop; the others want theirs too."""


class Phase(StrEnum):
    """What a connection is at."""

    READING = "reading"  # a head has begun
    IDLE = "idle"  # nothing has begun
    FORM = "form"  # a short body is coming
    WORKING = "working"  # a thread has it
    SENDING = "sending"
    STREAMING = "streaming"
    LINGERING = "lingering"  # refused; what still comes is thrown away


_WAITS = frozenset({Phase.READING, Phase.IDLE, Phase.FORM, Phase.LINGERING})
"""Phases in which nothing is being done for anybody."""

SLOW_SECONDS = 5.0
SLOW_BYTES = 16 << 10
"""Who takes an answer more slowly than so many bytes a second over such a time, or takes nothing for so
long, is no better than who asks for nothing. A player that has buffered enough of a clip is among them,
and comes back. (The kernel takes the first megabytes at once, so the time begins again and again.)"""


class Connection:
    """`since` is when its phase began, or when it last got on with its answer; monotonic seconds."""

    def __init__(self, link: socket.socket, peer: Peer, number: int) -> None:
        self.link = link
        self.peer = peer
        self.number = number
        self.phase = Phase.IDLE
        self.since = 0.0
        self.buffer = bytearray()
        self.searched = 0
        self.head: Head | None = None
        self.is_last = False
        self.stream: Stream | None = None
        self.asked = 0.0
        self.thrown_away = 0
        self._out: deque[bytes | memoryview | FileBody] = deque()
        self._span_began = 0.0
        self._span_sent = 0
        self._is_slow = False

    def enter(self, phase: Phase, now: float) -> None:
        self.phase, self.since = phase, now

    def put(self, piece: bytes | FileBody) -> None:
        """To be sent after what is waiting to be."""
        if piece or isinstance(piece, FileBody):
            self._out.append(piece)

    @property
    def has_to_send(self) -> bool:
        return bool(self._out)

    def keeps_waiting(self, now: float) -> bool:
        """Whether it may have to make room for somebody else."""
        if self.phase is not Phase.SENDING:
            return self.phase in _WAITS
        return self._is_slow or now - self.since > SLOW_SECONDS

    def begin_answer(self, now: float) -> None:
        self.enter(Phase.SENDING, now)
        self._span_began, self._span_sent, self._is_slow = now, 0, False

    def send(self, now: float) -> None:
        """Send what goes without waiting. Raises OSError."""
        sent = 0
        while self._out and sent < AT_ONCE:
            try:
                sent += self._send_some(self._out[0])
            except BlockingIOError:
                break
        if sent:
            self.since = now
            self._span_sent += sent
            span = now - self._span_began
            if span > SLOW_SECONDS:
                self._is_slow = self._span_sent < SLOW_BYTES * span
                self._span_began, self._span_sent = now, 0

    def _send_some(self, piece: bytes | memoryview | FileBody) -> int:
        if not isinstance(piece, FileBody):
            count = self.link.send(piece)
            if count == len(piece):
                self._out.popleft()
            else:
                self._out[0] = memoryview(piece)[count:]
            return count
        left = piece.stop - piece.start
        count = 0
        if left > 0:
            count = os.sendfile(
                self.link.fileno(), piece.file.fileno(), piece.start, min(left, AT_ONCE)
            )
            if not count:
                raise ConnectionAbortedError("the file has become shorter")
            piece.start += count
        if piece.start >= piece.stop:
            piece.close()
            self._out.popleft()
        return count

    def end_stream(self) -> None:
        if self.stream is not None:
            self.stream.close()
            self.stream = None

    def close(self) -> None:
        """Free everything that it holds."""
        for piece in self._out:
            if isinstance(piece, FileBody):
                piece.close()
        self._out.clear()
        self.end_stream()
        with contextlib.suppress(OSError):
            self.link.close()
