"""One request in a thread: the application is asked, and what it says becomes an `Answer`."""

from __future__ import annotations

import io
import logging
import socket
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from frame.web.serving.answer import Answer, FileBody, Stream, head_of, plain
from frame.web.serving.body import Body
from frame.web.serving.head import Head
from frame.web.serving.mishap import told

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger(__name__)

LARGEST_WHOLE = 256 << 10
"""Bytes of an answer that is handed to the loop as a whole; what is longer and no file is sent by the
thread that makes it."""

REHEARSAL = "wakeframe.rehearsal"
"""In the environment: only whether the body would be welcome is asked."""

WATCH = "wakeframe.watch"
"""In the environment, where a body is read by the thread itself: see `Body.watch`."""

GOES_ON = 299
"""The application's status for a rehearsal that went well."""

LOCAL_ADDRESS = "wakeframe.local_address"
"""In the environment: the address of ours that the visitor came to."""


@dataclass(frozen=True)
class Peer:
    """Both ends of a connection: the visitor's address, and ours that they came to."""

    address: str
    local: str
    port: int


def ask(
    app: WSGIApplication,
    head: Head,
    peer: Peer,
    body: Body | bytes,
    link: socket.socket,
    common: Mapping[str, str],
    send_seconds: float,
    *,
    is_rehearsal: bool = False,
) -> Answer:
    """What the application answers. Raises OSError where the visitor went away meanwhile."""
    said: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, fields: list[tuple[str, str]], _: Any = None) -> Any:
        said[:] = [(status, fields)]
        return lambda _: None

    environ = _environ(head, peer, body, is_rehearsal=is_rehearsal)
    try:
        found = app(environ, start)
        status, fields = said[0]
        # The body of one that is refused in a rehearsal still comes, and must not be read as a request.
        is_last = head.is_last or is_rehearsal
        return _answer(status, fields, found, head, body, link, send_seconds, is_last=is_last)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - the edge of a request: the next one is answered as ever
        _log.error("an answer failed", extra=told(error))
        return plain(500, common)


def _environ(head: Head, peer: Peer, body: Body | bytes, *, is_rehearsal: bool) -> dict[str, Any]:
    path, _, query = head.target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": head.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": peer.local,
        "SERVER_PORT": str(peer.port),
        "SERVER_PROTOCOL": f"HTTP/{head.version}",
        "REMOTE_ADDR": peer.address,
        "HTTP_HOST": "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body)
        if isinstance(body, bytes)
        else io.BufferedReader(body, 1 << 16),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "wsgi.file_wrapper": FileBody,
        LOCAL_ADDRESS: peer.local,
        REHEARSAL: is_rehearsal,
    }
    if isinstance(body, Body):
        environ[WATCH] = body.watch
    names = dict.fromkeys(name for name, _ in head.fields)
    for name in names:
        if "_" in name:
            continue  # it would look like one with a hyphen
        value = head.field(name)
        if name == "cookie":
            value = "; ".join(each for key, each in head.fields if key == "cookie")
        key = name.upper().replace("-", "_")
        plain_names = ("CONTENT_TYPE", "CONTENT_LENGTH")
        environ[key if key in plain_names else f"HTTP_{key}"] = value
    return environ


def _answer(
    status: str,
    fields: list[tuple[str, str]],
    found: Iterable[bytes],
    head: Head,
    body: Body | bytes,
    link: socket.socket,
    send_seconds: float,
    *,
    is_last: bool,
) -> Answer:
    if int(status[:3]) == GOES_ON:
        _close(found)
        return Answer(b"", goes_on=True)
    is_last = is_last or (isinstance(body, Body) and body.left > 0)
    has_length = any(name.lower() == "content-length" for name, _ in fields)
    if head.method == "HEAD" or status[:3] in ("204", "304"):
        _close(found)
        return Answer(head_of(status, fields, is_last=is_last), is_last=is_last)
    if isinstance(found, Stream):
        return Answer(head_of(status, fields, is_last=True), stream=found, is_last=True)
    if isinstance(found, FileBody):
        if not has_length:
            fields = [*fields, ("Content-Length", str(found.stop - found.start))]
        return Answer(head_of(status, fields, is_last=is_last), [found], is_last=is_last)
    try:
        pieces = iter(found)
        begun, is_whole = _begin(pieces)
        if is_whole:
            if not has_length:
                fields = [*fields, ("Content-Length", str(sum(map(len, begun))))]
            whole = head_of(status, fields, is_last=is_last) + b"".join(begun)
            return Answer(whole, is_last=is_last)
        is_chunked = not has_length and head.version == "1.1"
        if is_chunked:
            fields = [*fields, ("Transfer-Encoding", "chunked")]
        link.settimeout(send_seconds)
        link.sendall(head_of(status, fields, is_last=is_last))
        for piece in chain(begun, pieces):
            if piece:
                link.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece)
        if is_chunked:
            link.sendall(b"0\r\n\r\n")
        return Answer(b"", is_last=is_last, is_sent=True)
    finally:
        _close(found)


def _begin(pieces: Iterator[bytes]) -> tuple[list[bytes], bool]:
    """As much as may be held, and whether that is all."""
    begun, size = [], 0
    for piece in pieces:
        begun.append(piece)
        size += len(piece)
        if size > LARGEST_WHOLE:
            return begun, False
    return begun, True


def _close(found: Iterable[bytes]) -> None:
    close = getattr(found, "close", None)
    if close is not None:
        close()
