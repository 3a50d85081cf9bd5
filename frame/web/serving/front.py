"""The loop that holds every connection and spends a thread only on a request that is complete.

A head must be whole before anybody thinks about it; a short body too, once the application has said
that it is welcome. Long bodies are read by threads of their own kind, so that uploads, however many,
keep no page waiting.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from frame.web.serving.answer import Answer, plain
from frame.web.serving.body import WORD, Body, Pace
from frame.web.serving.connection import Connection, Phase
from frame.web.serving.hall import Hall
from frame.web.serving.head import Fault, Head, has_head, read_head
from frame.web.serving.limits import Limits
from frame.web.serving.threads import Kind, Threads
from frame.web.serving.work import ask

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger(__name__)

RECEIVED_AT_ONCE = 64 << 10
ACCEPTED_AT_ONCE = 64
SWEEP_SECONDS = 0.25


class Front:
    """Serves `app` on `listener`. `turn` is called again and again by one thread; then `close`.

    `may_come` says from which address anybody may connect at all; `common` are fields of the answers
    that do not come from the application.
    """

    def __init__(
        self,
        listener: socket.socket,
        app: WSGIApplication,
        *,
        common: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        may_come: Callable[[str], bool] = lambda _: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._listener = listener
        self._app = app
        self._common = common or {}
        self._limits = limits or Limits()
        self._may_come = may_come
        self._clock = clock
        self._hall = Hall(self._limits)
        self._threads = Threads(self._limits, clock)
        self._done: deque[tuple[Connection, Answer | None]] = deque()
        self._swept = clock()
        self._bell, self._ringer = socket.socketpair()
        for each in (listener, self._bell, self._ringer):
            each.setblocking(False)
        self._hall.listen(listener)
        self._hall.listen(self._bell)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def stuck_seconds(self) -> float:
        """How long no page has got on; 0 while there is a thread for the next one."""
        return self._threads.stuck_seconds()

    def turn(self, timeout: float) -> None:
        """Do what there is to do; wait at most so many seconds for it."""
        streams = [each.stream for each in self._hall if each.stream is not None]
        pause = min([timeout, SWEEP_SECONDS, *(stream.every for stream in streams)])
        for what, can_send in self._hall.happenings(pause):
            if isinstance(what, Connection):
                self._get_on(what, self._send if can_send else self._receive)
            elif what is self._listener:
                self._accept()
            else:
                with contextlib.suppress(BlockingIOError):
                    self._bell.recv(4096)
        while self._done:
            self._take_back(*self._done.popleft())
        for each in self._hall if streams else ():
            self._ask_stream(each)
        if self._clock() - self._swept >= SWEEP_SECONDS:
            self._sweep()

    def close(self) -> None:
        """Accept nobody any more, let answers that are being made be sent, then end all."""
        self._hall.ignore(self._listener)
        self._listener.close()
        for each in self._hall:
            each.is_last = True
            if each.phase not in (Phase.WORKING, Phase.SENDING):
                self._hall.drop(each)
        end = self._clock() + self._limits.stop_seconds
        while self._hall and self._clock() < end:
            self.turn(0.05)
        for each in self._hall:
            with contextlib.suppress(OSError):
                each.link.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads it
        self._threads.close()
        while self._done:
            self._take_back(*self._done.popleft())
        self._hall.close()
        self._bell.close()
        self._ringer.close()

    def _accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                link, (address, *_) = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:  # no more descriptors: those we hold go on
                _log.warning("nobody can come in", extra={"why": error.strerror})
                return
            now = self._clock()
            if self._may_come(address) and self._hall.has_room(address, now):
                self._hall.welcome(link, address, now)
            else:
                link.close()

    def _get_on(self, connection: Connection, step: Callable[[Connection], None]) -> None:
        """Whatever goes wrong with one connection is its own affair."""
        try:
            if connection in self._hall:
                step(connection)
        except Fault as fault:
            self._refuse(connection, fault.status)
        except OSError:
            self._hall.drop(connection)

    def _receive(self, connection: Connection) -> None:
        try:
            data = connection.link.recv(RECEIVED_AT_ONCE)
        except BlockingIOError:
            return
        if connection.phase is Phase.LINGERING and data:
            connection.thrown_away += len(data)
            if connection.thrown_away > self._limits.linger_bytes:
                self._hall.drop(connection)
        elif not data or connection.phase is Phase.STREAMING:
            # A viewer has nothing more to say: whatever is heard of it now is that it has gone.
            self._hall.drop(connection)
        else:
            connection.buffer += data
            if connection.phase is Phase.IDLE:
                connection.enter(Phase.READING, self._clock())
            self._read_on(connection)

    def _read_on(self, connection: Connection) -> None:
        """See what the bytes that are here amount to. Raises `Fault`."""
        buffer, head = connection.buffer, connection.head
        if connection.phase is Phase.FORM and head is not None:
            if len(buffer) >= head.length:
                self._ask_with_form(connection, head)
        elif has_head(buffer, connection.searched):
            head, rest = read_head(bytes(buffer), self._limits.head_bytes)
            connection.head, connection.buffer, connection.searched = head, bytearray(rest), 0
            self._begin(connection, head)
        else:
            connection.searched = len(buffer)
            if len(buffer) > self._limits.head_bytes:
                raise Fault(431)

    def _begin(self, connection: Connection, head: Head) -> None:
        if head.length > self._limits.form_bytes or not head.has_form:
            begun, connection.buffer = bytes(connection.buffer), bytearray()
            body = Body(
                *(connection.link, begun, head.length),
                Pace(self._limits, self._clock, self._threads.is_pressed),
                wants_word=head.wants_word and not begun,
            )
            self._spend(Kind.BODY, connection, head, body)
        elif len(connection.buffer) >= head.length:
            self._ask_with_form(connection, head)
        else:
            self._spend(Kind.PAGE, connection, head, b"", is_rehearsal=True)

    def _ask_with_form(self, connection: Connection, head: Head) -> None:
        body = bytes(connection.buffer[: head.length])
        del connection.buffer[: head.length]
        self._spend(Kind.PAGE, connection, head, body)

    def _spend(
        self,
        kind: Kind,
        connection: Connection,
        head: Head,
        body: Body | bytes,
        *,
        is_rehearsal: bool = False,
    ) -> None:
        """A thread for this request, when there is one."""
        self._hall.leave_alone(connection)
        connection.enter(Phase.WORKING, self._clock())

        def work() -> Answer:
            return ask(
                *(self._app, head, connection.peer, body, connection.link, self._common),
                self._limits.send_seconds,
                is_rehearsal=is_rehearsal,
            )

        self._threads.spend(kind, work, partial(self._hand_back, connection))

    def _hand_back(self, connection: Connection, answer: Answer | None) -> None:
        """Called by the thread."""
        self._done.append((connection, answer))
        with contextlib.suppress(OSError):
            self._ringer.send(b"!")

    def _take_back(self, connection: Connection, answer: Answer | None) -> None:
        if answer is None:
            self._hall.drop(connection)
        elif connection not in self._hall:
            answer.close()
        elif answer.goes_on:
            self._get_on(connection, self._take_form)
        else:
            self._get_on(connection, partial(self._answer, answer=answer))

    def _take_form(self, connection: Connection) -> None:
        """Its body is welcome: from now on the loop reads it."""
        connection.enter(Phase.FORM, self._clock())
        self._hall.read_from(connection)
        if connection.head is not None and connection.head.wants_word:
            connection.link.send(WORD)
        self._read_on(connection)

    def _answer(self, connection: Connection, answer: Answer) -> None:
        connection.link.setblocking(False)
        connection.is_last |= answer.is_last
        connection.put(answer.head)
        for piece in answer.pieces:
            connection.put(piece)
        if answer.stream is not None:
            connection.stream = answer.stream
            if sum(each.stream is not None for each in self._hall) > self._limits.streams:
                connection.end_stream()
        self._begin_sending(connection)

    def _begin_sending(self, connection: Connection) -> None:
        connection.begin_answer(self._clock())
        self._hall.send_to(connection)
        self._get_on(connection, self._send)

    def _send(self, connection: Connection) -> None:
        now = self._clock()
        connection.send(now)
        if connection.has_to_send:
            return
        self._hall.read_from(connection)
        if connection.stream is not None:
            connection.enter(Phase.STREAMING, now)
        elif connection.is_last:
            self._linger(connection)
        elif connection.buffer:
            connection.enter(Phase.READING, now)
            self._read_on(connection)
        else:
            connection.enter(Phase.IDLE, now)

    def _linger(self, connection: Connection) -> None:
        """Closing while bytes still come would take the answer away from its reader."""
        connection.link.shutdown(socket.SHUT_WR)
        connection.enter(Phase.LINGERING, self._clock())

    def _refuse(self, connection: Connection, status: int) -> None:
        connection.buffer.clear()
        connection.is_last = True
        connection.put(plain(status, self._common).head)
        self._begin_sending(connection)

    def _ask_stream(self, connection: Connection) -> None:
        stream, now = connection.stream, self._clock()
        if stream is None or connection.phase is not Phase.STREAMING:
            return
        if now - connection.asked < stream.every:
            return
        connection.asked = now
        try:
            piece = stream.read()
        except OSError:
            piece = None
        if piece is None:
            connection.end_stream()
            self._get_on(connection, self._linger)
        elif piece:
            connection.put(piece)
            self._begin_sending(connection)

    def _sweep(self) -> None:
        now = self._swept = self._clock()
        limits = self._limits
        patience = {
            Phase.READING: limits.head_seconds,
            Phase.FORM: limits.form_seconds,
            Phase.IDLE: limits.idle_seconds,
            Phase.SENDING: limits.send_seconds,
            Phase.LINGERING: limits.linger_seconds,
        }
        for each in self._hall:
            if now - each.since <= patience.get(each.phase, float("inf")):
                continue
            if each.phase in (Phase.READING, Phase.FORM) and each.buffer:
                self._refuse(each, 408)
            else:
                self._hall.drop(each)
