"""The screen in a browser on this machine: one page, one picture, and nobody else on the network.

It answers the loopback address only, changes nothing, and asks the display for its picture only while
somebody looks: the display finds `WANTED` fresh in the folder of live files and leaves `PICTURE` there.
"""

from __future__ import annotations

import contextlib
import errno
import http.server
import logging
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from frame.live import say
from frame.words import Language
from frame.words import say as words

_log = logging.getLogger(__name__)

WANTED, PICTURE = "screen.wanted", "screen.jpg"
PROCESS = "mirror"

ADDRESS = "127.0.0.1"
PORTS_TRIED = 10
"""The wanted port and those after it; somebody else may have it."""

MOST_CONNECTIONS = 16
"""A browser or two. More is a page that wants to keep us busy."""

REQUEST_SECONDS = 10.0
LOOK_SECONDS = 0.1
WANT_SECONDS = 1.0
"""How often the wish for a picture is renewed."""

REPEAT_SECONDS = 5.0
"""An unchanged picture is sent again this often, for a viewer that missed it."""

_BOUNDARY = b"wakeframe-picture"

_STYLE = """\
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;min-height:100vh;display:grid;place-content:center;gap:1rem;padding:1rem;\
box-sizing:border-box;background:#f4f2ee;color:#333}
img{display:block;max-width:100%;max-height:80vh;background:#000;min-height:8rem;min-width:12rem;\
box-shadow:0 .5rem 2rem #0006}
p{margin:0;text-align:center}
@media(prefers-color-scheme:dark){body{background:#171615;color:#bbb}}
"""

_PAGE = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/screen.css">
</head>
<body>
<img src="/screen.mjpg" alt="{alt}">
<p>{about}</p>
</body>
</html>
"""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class MirrorServer:
    """The server, in threads of its own. A context manager; `port` is the one that was free.

    Raises OSError where no port is to be had.
    """

    def __init__(self, live: Path, port: int, language: Language = "en") -> None:
        self._server = _bind(port, _Screen(live), language)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._serve, name="mirror", daemon=True)
        self._live = live

    def __enter__(self) -> MirrorServer:
        self._thread.start()
        say(self._live, PROCESS, {"port": self.port})
        return self

    def __exit__(self, *_: object) -> None:
        self._server.is_closing = True
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.2)


class _Screen:
    """What the display left for us to show."""

    def __init__(self, live: Path) -> None:
        self._live = live
        self._asked = float("-inf")

    def want(self) -> None:
        """Tell the display that somebody looks."""
        if time.monotonic() - self._asked >= WANT_SECONDS:
            self._asked = time.monotonic()
            with contextlib.suppress(OSError):
                (self._live / WANTED).touch()

    def stamp(self) -> int:
        """Changes with the picture; 0 while there is none."""
        try:
            return (self._live / PICTURE).stat().st_mtime_ns
        except OSError:
            return 0

    def picture(self) -> bytes:
        """The picture, or nothing."""
        try:
            return (self._live / PICTURE).read_bytes()
        except OSError:
            return b""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    # A port that another program listens on must be refused; one that we just left may be taken.
    allow_reuse_address = True
    request_queue_size = MOST_CONNECTIONS
    is_closing = False

    def __init__(self, port: int, screen: _Screen, language: Language) -> None:
        self.screen = screen
        self.language = language
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__((ADDRESS, port), _Handler)

    def server_bind(self) -> None:
        """As ever, without asking a name server for our name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = ADDRESS, self.server_address[1]

    def verify_request(self, _: Any, client_address: Any) -> bool:
        """Loopback only, and not too many at once."""
        return ip_address(client_address[0]).is_loopback and self._free.acquire(blocking=False)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, *_: Any) -> None:
        """A browser that went away is no event."""
        _log.debug("a viewer went away", exc_info=True)


def _bind(port: int, screen: _Screen, language: Language) -> _Server:
    for each in range(port, min(port + PORTS_TRIED, 65536)):
        try:
            return _Server(each, screen, language)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            _log.warning("the port is taken, the next is tried", extra={"port": each})
    raise OSError(errno.EADDRINUSE, f"ports {port} to {port + PORTS_TRIED - 1} are all taken")


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    timeout = REQUEST_SECONDS

    def version_string(self) -> str:
        return "Wakeframe"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        _log.debug(format, *args)

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def send_error(self, code: int, *_: str | None) -> None:
        """One word, no echo of what was asked."""
        if code == HTTPStatus.NOT_IMPLEMENTED:
            code = HTTPStatus.METHOD_NOT_ALLOWED
        self._send(code, "text/plain; charset=utf-8", HTTPStatus(code).phrase.encode() + b"\n")

    def _answer(self) -> None:
        if not self._is_for_us():
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        routes: dict[str, Callable[[], None]] = {
            "/": self._page,
            "/screen": self._page,
            "/screen.css": lambda: self._send(200, "text/css; charset=utf-8", _STYLE.encode()),
            "/screen.jpg": self._picture,
            "/screen.mjpg": self._stream,
        }
        route = routes.get(self.path.partition("?")[0])
        if route is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            route()

    def _is_for_us(self) -> bool:
        """Whether the browser was told to come here by name: a page from elsewhere that had its own name
        point at us (DNS rebinding) says its own name."""
        hosts = self.headers.get_all("Host") or []
        port = self.server.server_port
        names = ("localhost", "127.0.0.1", "[::1]")
        return len(hosts) == 1 and hosts[0].lower() in {f"{name}:{port}" for name in names}

    def _page(self) -> None:
        language = self.server.language
        page = _PAGE.format(
            language=language,
            title=words("mirror.title", language),
            alt=words("mirror.alt", language),
            about=words("mirror.about", language),
        )
        self._send(200, "text/html; charset=utf-8", page.encode())

    def _picture(self) -> None:
        self.server.screen.want()
        end = time.monotonic() + WANT_SECONDS
        while not (picture := self.server.screen.picture()) and time.monotonic() < end:
            time.sleep(LOOK_SECONDS)
        if picture:
            self._send(200, "image/jpeg", picture)
        else:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)

    def _stream(self) -> None:
        """Picture after picture, each when there is a new one, until the viewer goes."""
        kind = f"multipart/x-mixed-replace; boundary={_BOUNDARY.decode()}"
        self._begin(200, {"Content-Type": kind})
        if self.command == "HEAD":
            return
        self.wfile.write(b"--" + _BOUNDARY + b"\r\n")
        for picture in self._pictures():
            head = f"Content-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            # The boundary that ends a picture comes with it: browsers draw it only then.
            self.wfile.write(head.encode() + picture + b"\r\n--" + _BOUNDARY + b"\r\n")

    def _pictures(self) -> Iterator[bytes]:
        screen, shown, sent = self.server.screen, 0, float("-inf")
        while not self.server.is_closing:
            screen.want()
            now = time.monotonic()
            stamp = screen.stamp()
            if stamp and (stamp != shown or now - sent > REPEAT_SECONDS):
                shown, sent = stamp, now
                if picture := screen.picture():
                    yield picture
            # A viewer has nothing more to say: whatever is heard of it now is that it has gone.
            if select.select([self.connection], [], [], LOOK_SECONDS)[0]:
                return

    def _send(self, code: int, kind: str, body: bytes) -> None:
        more = {"Content-Type": kind, "Content-Length": str(len(body))}
        if code == HTTPStatus.METHOD_NOT_ALLOWED:
            more["Allow"] = "GET, HEAD"
        self._begin(code, more)
        if self.command != "HEAD":
            self.wfile.write(body)

    def _begin(self, code: int, more: dict[str, str]) -> None:
        self.send_response(code)
        for name, value in {**_HEADERS, **more}.items():
            self.send_header(name, value)
        self.end_headers()
