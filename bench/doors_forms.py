"""What attackers send: names that are not ours, and forms of other sites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FOREIGN_HOSTS = (
    "evil.example", "evil.example:{port}", "wakeframe.local", "wakeframe.local:80",
    "wakeframe.local:{port}1", "wakeframe.local:0{port}", "wakeframe.local:",
    "wakeframe.local.:{port}", "wakeframe.local:{port}.", "wakeframe.local:{port}:{port}",
    "x.wakeframe.local:{port}", "wakeframe:{port}", "wakeframe.local.evil.example:{port}",
    "wakeframe.local@evil.example:{port}", "user@wakeframe.local:{port}", "u:p@127.0.0.1:{port}",
    "wakeframe.local:{port}/x", "wakeframe.local:{port}?x", "wakeframe.local:{port}#x",
    "wakeframe.local:{port},evil.example", "wakeframe.local:{port} evil.example",
    "attacker.localhost:{port}", "localhost.:{port}", "localhost", "localhost:80", "LOCALHOST",
    "localhost.evil.example:{port}", "127.0.0.1", "127.0.0.1:80", "127.0.0.1.:{port}",
    "127.0.0.1.nip.io:{port}", "127.1:{port}", "127.0.0.2:{port}", "2130706433:{port}",
    "0x7f000001:{port}", "0177.0.0.1:{port}", "0.0.0.0:{port}", "[::]:{port}", "[::1]", "[::1]:80",
    "[::ffff:127.0.0.1]:{port}", "::1:{port}", "[::1%25lo]:{port}", "192.168.0.1:{port}",
    "8.8.8.8:{port}", "xn--mnchen-3ya.local:{port}", ":{port}", "*", "null", "",
)  # fmt: skip
"""Each is refused, whatever else the request holds; `{port}` is ours."""

FOREIGN_HEADS = (
    "GET / HTTP/1.1\nHost: {ours}\nHost: evil.example",
    "GET / HTTP/1.1\nHost: evil.example\nHost: {ours}",
    "GET / HTTP/1.1\nHost: {ours}\nHost: {ours}",
    "GET / HTTP/1.1",
    "GET / HTTP/1.0",
    "GET http://evil.example/ HTTP/1.1\nHost: {ours}",
    "GET http://{ours}/ HTTP/1.1\nHost: evil.example",
    "GET //evil.example/ HTTP/1.1\nHost: evil.example",
    "GET / HTTP/1.1\nHost: evil.example\nX-Forwarded-Host: {ours}",
    "GET / HTTP/1.1\nHost: evil.example\nForwarded: host={ours}",
    "CONNECT {ours} HTTP/1.1\nHost: {ours}",
    "OPTIONS * HTTP/1.1\nHost: evil.example",
)
"""Whole heads that say two things about the host, or nothing; `{ours}` is our name."""


@dataclass(frozen=True)
class CrossSite:
    """A request that a page of another site can have a browser send: `headers` as the browser writes
    them, the owner's and a guest's cookies with it."""

    name: str
    headers: Mapping[str, str | None]
    body: bytes = b"csrf=x&code=000000&password=a+horse+and+a+half"


_FORM, _TEXT = "application/x-www-form-urlencoded", "text/plain;charset=UTF-8"
_JSON, _PARTS = "application/json", "multipart/form-data; boundary=x"
_STREAM = "application/offset+octet-stream"


def cross_site(ours: str) -> list[CrossSite]:
    """Twenty-five of them: five origins, each as the five kinds of request that need no permission, or
    whose permission we never give."""
    origins = {
        "another site": "http://evil.example",
        "a sandbox": "null",
        "none": None,
        "a lookalike": f"http://{ours}.evil.example",
        "ours over TLS": f"https://{ours}",
    }
    kinds: dict[str, dict[str, str | None]] = {
        "form": {"Content-Type": _FORM, "X-CSRF-Token": None},
        "text form": {"Content-Type": _TEXT, "X-CSRF-Token": None},
        "multipart form": {"Content-Type": _PARTS, "X-CSRF-Token": None},
        "JSON fetch": {"Content-Type": _JSON, "X-CSRF-Token": "0" * 64},
        "upload fetch": {"Content-Type": _STREAM, "X-CSRF-Token": ""},
    }
    return [
        CrossSite(f"{kind} from {origin}", {"Origin": value, **headers})
        for origin, value in origins.items()
        for kind, headers in kinds.items()
    ]
