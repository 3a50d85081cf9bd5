"""Servers for the pages, compared on what they have to be good at; ours, and those that are installed.

``python -m bench.servers`` starts each with the same small application and prints: how soon a large body
is refused while it still comes; how long a page takes while 200 connections hold half a head; pages a
second over eight kept connections; and how fast one large body is taken. gunicorn and waitress are no
dependencies of ours: whoever wants to compare installs them.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from bench.speed import machine

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HERE, PORT = "127.0.0.1", 18700
HALF_HEADS = 200
PAGES, PAGE_CONNECTIONS = 2000, 8
BODY_BYTES = 200 << 20
PIECE = 1 << 20
GIVE_UP_SECONDS = 10.0


def small_app(environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
    """``/`` answers, ``/full`` refuses without reading, ``/take`` reads everything."""
    if environ["PATH_INFO"] == "/full":
        start("507 Insufficient Storage", [("Content-Length", "4")])
        return [b"full"]
    count = 0
    if environ["PATH_INFO"] == "/take":
        left = int(environ["CONTENT_LENGTH"])
        while left and (piece := environ["wsgi.input"].read(min(left, PIECE))):
            left -= len(piece)
            count += len(piece)
    body = str(count).encode()
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def _ours() -> None:
    from frame.web.server import bind
    from frame.web.serving.front import Front

    front = Front(bind(PORT, HERE), small_app)
    while True:
        front.turn(0.5)


@dataclass(frozen=True)
class Server:
    """How one is started; `needs` is the package that must be there."""

    name: str
    needs: str
    command: tuple[str, ...]


_SELF = (sys.executable, "-m", "bench.servers", "serve")
_APP = "bench.servers:small_app"
_GUNICORN = (
    *(sys.executable, "-m", "gunicorn", "-k", "gthread", "--threads", "16"),
    *("-b", f"{HERE}:{PORT}", "--log-level", "error", _APP),
)
SERVERS = (
    Server("ours (h11)", "h11", _SELF),
    Server("gunicorn gthread, 16 threads", "gunicorn", _GUNICORN),
    Server(
        "waitress, 16 threads",
        "waitress",
        (sys.executable, "-m", "waitress", "--threads=16", f"--listen={HERE}:{PORT}", _APP),
    ),
)


def main() -> int:
    """Measure each; or, with ``serve``, be ours."""
    if sys.argv[1:] == ["serve"]:
        _ours()
    print(machine())
    print("| server | 507 while the body comes | page, 200 half heads | pages/s | one body |")
    print("|---|---|---|---|---|")
    for server in SERVERS:
        if importlib.util.find_spec(server.needs) is None:
            print(f"| {server.name} | not installed | | | |")
            continue
        cells = []
        for measure in (refusal, half_heads, pages, one_body):
            with running(server):
                cells.append(measure())
        print(f"| {server.name} | " + " | ".join(cells) + " |")
    return 0


@contextlib.contextmanager
def running(server: Server) -> Iterator[None]:
    process = subprocess.Popen(server.command)
    try:
        _wait_for(lambda: ask("GET", "/") is not None)
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def ask(method: str, path: str, seconds: float = GIVE_UP_SECONDS) -> float | None:
    """Seconds until the answer over a new connection; None without one in time."""
    began = time.monotonic()
    link = http.client.HTTPConnection(HERE, PORT, timeout=seconds)
    try:
        link.request(method, path)
        link.getresponse().read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        link.close()
    return time.monotonic() - began


def refusal() -> str:
    """A body of 200 MB is announced, a hundredth of it sent, and nothing more."""
    began = time.monotonic()
    with socket.create_connection((HERE, PORT), timeout=GIVE_UP_SECONDS) as link:
        link.sendall(
            f"PUT /full HTTP/1.1\r\nHost: x\r\nContent-Length: {BODY_BYTES}\r\n\r\n".encode()
        )
        try:
            link.sendall(bytes(BODY_BYTES // 100))
            link.recv(100)
        except TimeoutError:
            return f"none in {GIVE_UP_SECONDS:.0f} s"
        except OSError:
            return "cut without a word"
    return f"{(time.monotonic() - began) * 1000:.0f} ms"


def half_heads() -> str:
    with contextlib.ExitStack() as stack:
        for _ in range(HALF_HEADS):
            link = stack.enter_context(socket.create_connection((HERE, PORT), timeout=5))
            link.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        time.sleep(0.5)
        found = [each for each in (ask("GET", "/") for _ in range(5)) if each is not None]
    return f"{median(found) * 1000:.0f} ms" if found else f"none in {GIVE_UP_SECONDS:.0f} s"


def pages() -> str:
    def some() -> None:
        link = http.client.HTTPConnection(HERE, PORT, timeout=GIVE_UP_SECONDS)
        for _ in range(PAGES // PAGE_CONNECTIONS):
            link.request("GET", "/")
            link.getresponse().read()
        link.close()

    began = time.monotonic()
    threads = [threading.Thread(target=some) for _ in range(PAGE_CONNECTIONS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return f"{PAGES / (time.monotonic() - began):,.0f}"


def one_body() -> str:
    link = http.client.HTTPConnection(HERE, PORT, timeout=60)
    began = time.monotonic()
    piece = bytes(PIECE)
    body = (piece for _ in range(BODY_BYTES // PIECE))
    link.request("PUT", "/take", body, {"Content-Length": str(BODY_BYTES)})
    taken = int(link.getresponse().read())
    link.close()
    speed = BODY_BYTES / (time.monotonic() - began) / 1e6
    return f"{speed:,.0f} MB/s" if taken == BODY_BYTES else "not taken"


def _wait_for(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + GIVE_UP_SECONDS
    while not is_so():
        if time.monotonic() > end:
            raise RuntimeError("the server does not start")
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
