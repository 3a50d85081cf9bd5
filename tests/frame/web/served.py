"""A server on the loopback address, in a thread, and raw conversations with it."""

from __future__ import annotations

import _socket
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from frame.web.server import bind, serve


class Served:
    """`port`, while it is served."""

    def __init__(self, port: int) -> None:
        self.port = port

    @contextlib.contextmanager
    def connected(self, address: str = "127.0.0.1", source: str = "") -> Iterator[socket.socket]:
        with socket.socket() as client:
            client.settimeout(5)
            if source:
                client.bind((source, 0))
            # The fixture that keeps tests from the network is about Python's connect; this is loopback.
            _socket.socket.connect(client, (address, self.port))
            yield client

    def ask(self, request: str | bytes, *, seconds: float = 3.0, source: str = "") -> bytes:
        """The raw answer, until the server ends it, or it is complete, or `seconds` are over."""
        data = request if isinstance(request, bytes) else request.replace("\n", "\r\n").encode()
        with self.connected(source=source) as client:
            client.sendall(data)
            return heard(client, seconds)

    def get(
        self, path: str, method: str = "GET", *, seconds: float = 3.0, head: str = ""
    ) -> tuple[int, bytes, bytes]:
        """Status, head and body."""
        request = f"{method} {path} HTTP/1.1\nHost: localhost:{self.port}\n{head}\n"
        return parted(self.ask(request, seconds=seconds))


def heard(client: socket.socket, seconds: float = 3.0) -> bytes:
    answer, end = b"", time.monotonic() + seconds
    client.settimeout(0.1)
    while time.monotonic() < end and not is_complete(answer):
        try:
            part = client.recv(1 << 16)
        except TimeoutError:
            continue
        except ConnectionResetError:
            break
        if not part:
            break
        answer += part
    return answer


def is_complete(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b": ")
        if name.lower() == b"content-length" and found:
            return len(body) >= int(value)
    return False


def parted(answer: bytes) -> tuple[int, bytes, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head, body


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return min(int(probe.getsockname()[1]), 65000)


@contextlib.contextmanager
def listening(port: int = 0) -> Iterator[socket.socket]:
    with bind(port or free_port(), "127.0.0.1") as listener:
        yield listener


@contextlib.contextmanager
def serving(listener: socket.socket, app, live: Path) -> Iterator[Served]:
    """Serve until the block ends; then everything is over within three seconds."""
    ending = threading.Event()
    port = listener.getsockname()[1]
    thread = threading.Thread(target=serve, args=(listener, app, live, ending), name="loop")
    thread.start()
    try:
        yield Served(port)
    finally:
        ending.set()
        thread.join(4)
        assert not thread.is_alive(), "it does not end"
