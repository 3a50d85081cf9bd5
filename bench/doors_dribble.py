"""500 connections that never quite ask, or never listen, while the owner opens a page."""

from __future__ import annotations

import contextlib
import http.client
import selectors
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from bench.web_house import HERE, Caller, WebHouse, calling, sources
from frame.web.visitor import FORM_COOKIE, csrf_of

CONNECTIONS, ADDRESSES = 500, 100
BAR_SECONDS = 1.0
LOOK_SECONDS = 0.25
BETWEEN_BYTES = 1.0
AGAIN_SECONDS = 1.0
"""A connection that was cut comes back after this long."""

KINDS = ("head", "form", "silent", "deaf")
"""A head that does not end; a form of the login page that does not end; not a byte; and pages asked for,
again and again, that nobody takes."""


@dataclass
class Dribbler:
    """One of them."""

    kind: str
    source: str
    link: socket.socket | None = None
    due: float = 0.0
    sent: int = 0


@dataclass
class Attack:
    """All of them, driven by one thread until `done`."""

    house: WebHouse
    done: threading.Event = field(default_factory=threading.Event)
    counts: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        places = sources(ADDRESSES)
        dribblers = [
            Dribbler(KINDS[number % len(KINDS)], places[number % ADDRESSES])
            for number in range(CONNECTIONS)
        ]
        with selectors.DefaultSelector() as selector:
            while not self.done.is_set():
                now = time.monotonic()
                for each in dribblers:
                    if now >= each.due:
                        self._dribble(each, now, selector)
                for key, _ in selector.select(0.05):
                    self._listen(key.data, selector)
            for each in dribblers:
                self._cut(each, selector)

    def _dribble(self, each: Dribbler, now: float, selector: selectors.BaseSelector) -> None:
        if each.link is None:
            self._come(each, selector)
            each.due = now + BETWEEN_BYTES
            return
        each.due = now + BETWEEN_BYTES
        try:
            each.link.send(self._next(each))
            self.counts["pieces"] += 1
        except BlockingIOError:
            pass
        except OSError:
            self._cut(each, selector)

    def _come(self, each: Dribbler, selector: selectors.BaseSelector) -> None:
        link = socket.socket()
        link.setblocking(False)
        if each.kind == "deaf":
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(BlockingIOError):
            link.bind((each.source, 0))
            link.connect((HERE, self.house.port))
        each.link, each.sent = link, 0
        self.counts["connected"] += 1
        if each.kind != "deaf":
            selector.register(link, selectors.EVENT_READ, each)

    def _next(self, each: Dribbler) -> bytes:
        each.sent += 1
        host = self.house.host
        if each.kind == "head":
            return (
                f"GET /login HTTP/1.1\r\nHost: {host}\r\nX: ".encode() if each.sent == 1 else b"x"
            )
        if each.kind == "form":
            key = "f" * 22
            head = (
                f"POST /login HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
                f"Cookie: {FORM_COOKIE}={key}\r\nX-CSRF-Token: {csrf_of(key)}\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n"
            )
            return head.encode() if each.sent == 1 else b"x"
        if each.kind == "deaf":
            return f"GET /static/wakeframe.css HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        return b""

    def _listen(self, each: Dribbler, selector: selectors.BaseSelector) -> None:
        try:
            data = each.link.recv(4096) if each.link else b""
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.counts[f"told {data[9:12].decode('ascii', 'replace')}"] += 1
        else:
            self._cut(each, selector)

    def _cut(self, each: Dribbler, selector: selectors.BaseSelector) -> None:
        if each.link is None:
            return
        with contextlib.suppress(KeyError, ValueError):
            selector.unregister(each.link)
        each.link.close()
        each.link, each.due = None, time.monotonic() + AGAIN_SECONDS
        self.counts["cut"] += 1


def dribble(seconds: float) -> bool:
    """Whether the owner's page came within a second, each time."""
    print(f"\n## {CONNECTIONS} dribbling connections from {ADDRESSES} addresses, {seconds:.0f} s\n")
    waits: list[float] = []
    failures = 0
    with WebHouse() as house:
        attack = Attack(house)
        thread = threading.Thread(target=attack.run)
        before = house.memory_mb()
        thread.start()
        time.sleep(2.0)
        end = time.monotonic() + seconds
        most_memory, most_threads = before, 0
        try:
            while time.monotonic() < end:
                time.sleep(LOOK_SECONDS)
                try:
                    with calling(Caller.owner(house)) as owner:
                        said = owner.ask("GET", "/frame")
                    failures += said.status != 200
                    waits.append(said.seconds)
                except (OSError, http.client.HTTPException):
                    failures += 1
                most_memory = max(most_memory, house.memory_mb())
                most_threads = max(most_threads, house.threads())
        finally:
            attack.done.set()
            thread.join()
    said_to = ", ".join(f"{key} {count}" for key, count in sorted(attack.counts.items()))
    print("| owner's page | times | median | worst | failed | server memory | threads |")
    print("|---|---|---|---|---|---|---|")
    print(
        f"| over a new connection | {len(waits)} | {median(waits) * 1000:.0f} ms |"
        f" {max(waits):.2f} s | {failures} | {before:.0f} -> {most_memory:.0f} MB | {most_threads} |"
    )
    print(f"\nattackers: {said_to}")
    return failures == 0 and max(waits) <= BAR_SECONDS
