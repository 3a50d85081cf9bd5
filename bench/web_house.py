"""The pages of a frame in a process of their own, on a library of their own: what the attacks attack.

Only this machine is ever asked: the server listens on the loopback address, and whoever asks it comes
from one, 127.0.0.2 and those after it standing for many.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask

from frame.core.passes import Pass, Terms
from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.live import heard
from frame.settings import Settings
from frame.web.app import create_app
from frame.web.context import Context
from frame.web.hosts import Names
from frame.web.password import hashed
from frame.web.server import PROCESS, bind, keep_memory_flat, serve
from frame.web.visitor import DEVICE_COOKIE, FORM_COOKIE, GUEST_COOKIE, OWNER_COOKIE, csrf_of
from sync.passes import hash_of, issue

HERE = "127.0.0.1"
ANNOUNCED = "wakeframe.local"
"""What it is called in the network."""

FIRST_PORT = 18600
START_SECONDS = 30.0
PASSWORD = "a horse and a half"  # noqa: S105 - of nobody: the library is thrown away
REACHED = 222
"""What a hollow page answers: it was reached, and does nothing."""

OWNER, DEVICE, FORM = "o" * 22, "d" * 22, "f" * 22


@dataclass(frozen=True)
class Said:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class WebHouse:
    """A context manager: the process runs inside. `is_hollow` has pages that do nothing but answer that
    they were reached."""

    def __init__(self, *, is_hollow: bool = False) -> None:
        self._is_hollow = is_hollow
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="bench-doors-")
        self.root = Path(self._folder.name)
        self.places, self.live = Places(self.root / "library"), self.root / "live"
        self.port = 0

    def __enter__(self) -> WebHouse:
        self.places.make()
        self.live.mkdir()
        with Catalogue(self.places.catalogue) as catalogue:
            now = int(time.time())
            catalogue.ownership.set_password(hashed(PASSWORD), now)
            catalogue.ownership.begin(hash_of(OWNER), now, now + 86400)
            catalogue.ownership.remember(hash_of(DEVICE), now)
        command = [sys.executable, "-m", "bench.web_house", self._folder.name]
        self._process = subprocess.Popen([*command, "hollow"] if self._is_hollow else command)
        end = time.monotonic() + START_SECONDS
        while not (port := heard(self.live, PROCESS).get("port")):
            if time.monotonic() > end or self._process.poll() is not None:
                raise RuntimeError("the pages do not start")
            time.sleep(0.05)
        self.port = int(port)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def host(self) -> str:
        return f"{HERE}:{self.port}"

    def give_pass(self, name: str, terms: Terms | None = None) -> tuple[str, Pass]:
        """A pass for a relative, and its token."""
        with Catalogue(self.places.catalogue) as catalogue:
            return issue(catalogue, name, terms or Terms(), int(time.time()))

    def memory_mb(self) -> float:
        """Resident memory of the process."""
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(text.partition("VmRSS:")[2].split()[0]) / 1024

    def threads(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/task"))


class Caller:
    """Asks from one loopback address, over one connection that is kept. `name` is what it calls us."""

    name = HERE

    def __init__(self, house: WebHouse, source: str = HERE, **cookies: str) -> None:
        self._house = house
        self._source = source
        self.cookies = {FORM_COOKIE: FORM, **cookies}
        self._link: http.client.HTTPConnection | None = None

    @classmethod
    def owner(cls, house: WebHouse, source: str = HERE) -> Caller:
        return cls(house, source, **{OWNER_COOKIE: OWNER})

    @classmethod
    def guest(cls, house: WebHouse, token: str, source: str = HERE) -> Caller:
        return cls(house, source, **{GUEST_COOKIE: token})

    @classmethod
    def known(cls, house: WebHouse, source: str = HERE) -> Caller:
        """A browser that has been the owner's and is logged out."""
        return cls(house, source, **{DEVICE_COOKIE: DEVICE})

    @property
    def key(self) -> str:
        """What its forms are bound to."""
        found = (self.cookies.get(name) for name in (OWNER_COOKIE, GUEST_COOKIE, FORM_COOKIE))
        return next(each for each in found if each)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Said:
        """As a page of ours would ask, unless `headers` say otherwise; None leaves one out. Raises
        OSError and HTTPException."""
        host = f"{self.name}:{self._house.port}"
        sent: dict[str, str | None] = {
            "Host": host,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if method not in ("GET", "HEAD"):
            sent |= {"Origin": f"http://{host}", "X-CSRF-Token": csrf_of(self.key)}
            sent |= {"Content-Type": "application/x-www-form-urlencoded"}
        sent |= headers or {}
        began = time.monotonic()
        try:
            link = self._link = self._link or self._connect()
            kept = {name: value for name, value in sent.items() if value is not None}
            link.request(method, path, body, kept)
            answer = link.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            self.hang_up()
            raise
        if answer.will_close:
            self.hang_up()
        said = dict(answer.getheaders())
        return Said(answer.status, said, data, time.monotonic() - began)

    def post(self, path: str, **form: str) -> Said:
        return self.ask("POST", path, urlencode(form).encode())

    def hang_up(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(
            HERE, self._house.port, timeout=30, source_address=(self._source, 0)
        )


@contextlib.contextmanager
def calling(caller: Caller) -> Iterator[Caller]:
    """It hangs up in the end."""
    try:
        yield caller
    finally:
        caller.hang_up()


def sources(count: int) -> list[str]:
    """So many loopback addresses, from 127.0.0.2 on."""
    return [f"127.0.{number // 250}.{number % 250 + 2}" for number in range(count)]


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Every endpoint with a path that leads to it and each of its methods."""
    adapter = app.url_map.bind("localhost")
    return [
        (rule.endpoint, adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, 1)), method)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods or ())
    ]


def context_of(root: Path, port: int) -> Context:
    """What the pages of a house stand on."""
    return Context(
        places=Places(root / "library"),
        live=root / "live",
        settings_file=root / "settings.toml",
        settings=Settings(),
        names=Names(port, lambda: frozenset({ANNOUNCED})),
    )


def main() -> int:
    """Serve the library in the folder that is named, until told to end."""
    import signal

    keep_memory_flat()
    root = Path(sys.argv[1])
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    with bind(FIRST_PORT, HERE) as listener:
        app = create_app(context_of(root, listener.getsockname()[1]))
        if sys.argv[2:] == ["hollow"]:
            for endpoint in app.view_functions:
                app.view_functions[endpoint] = lambda **_: ("reached", REACHED)
        serve(listener, app, root / "live", ending)
    return 0


if __name__ == "__main__":
    sys.exit(main())
