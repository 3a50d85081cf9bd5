"""Everybody who is connected, and what the loop waits for from each."""

from __future__ import annotations

import contextlib
import selectors
import socket
from collections import Counter
from collections.abc import Iterator

from frame.web.serving.connection import Connection, Phase
from frame.web.serving.crowd import Waiting, room_for
from frame.web.serving.limits import Limits
from frame.web.serving.work import Peer


class Hall:
    """The connections. None is left when it has been closed."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._selector = selectors.DefaultSelector()
        self._everybody: dict[int, Connection] = {}
        self._counts: Counter[str] = Counter()
        self._number = 0

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._everybody.values()))

    def __len__(self) -> int:
        return len(self._everybody)

    def __contains__(self, connection: Connection) -> bool:
        return connection.number in self._everybody

    def listen(self, to: socket.socket) -> None:
        """Tell in `happenings` when something comes from this socket, which is no connection."""
        self._selector.register(to, selectors.EVENT_READ)

    def ignore(self, what: socket.socket) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(what)

    def happenings(self, seconds: float) -> list[tuple[socket.socket | Connection, bool]]:
        """For whom something can be done now, and whether that is to send."""
        found: list[tuple[socket.socket | Connection, bool]] = []
        for key, events in self._selector.select(seconds):
            assert isinstance(key.fileobj, socket.socket)
            found.append((key.data or key.fileobj, bool(events & selectors.EVENT_WRITE)))
        return found

    def has_room(self, address: str, now: float) -> bool:
        """Whether one more may come from there; somebody may have to leave for it."""
        limits = self._limits
        if self._counts[address] < limits.per_address and len(self) < limits.connections:
            return True
        waiting = [
            Waiting(each.number, each.peer.address, now - each.since, each.phase is not Phase.IDLE)
            for each in self
            if each.keeps_waiting(now)
        ]
        room = room_for(address, self._counts, waiting, limits)
        if room.leaves is not None:
            self.drop(self._everybody[room.leaves])
        return not room.is_none

    def welcome(self, link: socket.socket, address: str, now: float) -> None:
        link.setblocking(False)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        local = link.getsockname()
        self._number += 1
        new = Connection(link, Peer(address, str(local[0]), int(local[1])), self._number)
        # Who connects and says nothing has the time of a head, not that of a pause.
        new.enter(Phase.READING, now)
        self._everybody[new.number] = new
        self._counts[address] += 1
        self.read_from(new)

    def read_from(self, connection: Connection) -> None:
        self._watch(connection, selectors.EVENT_READ)

    def send_to(self, connection: Connection) -> None:
        self._watch(connection, selectors.EVENT_WRITE)

    def leave_alone(self, connection: Connection) -> None:
        """A thread has it."""
        self.ignore(connection.link)

    def drop(self, connection: Connection) -> None:
        if self._everybody.pop(connection.number, None) is None:
            return
        address = connection.peer.address
        self._counts[address] -= 1
        if not self._counts[address]:
            del self._counts[address]
        self.ignore(connection.link)
        connection.close()

    def close(self) -> None:
        for each in self:
            self.drop(each)
        self._selector.close()

    def _watch(self, connection: Connection, events: int) -> None:
        try:
            self._selector.modify(connection.link, events, connection)
        except KeyError:
            self._selector.register(connection.link, events, connection)
