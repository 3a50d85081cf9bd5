"""The whole way, over a real connection: what is taken back stops at once, and a full frame says so
before it reads."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from frame.web.app import create_app
from frame.web.hosts import Names
from tests.frame.web.conftest import House
from tests.frame.web.served import Served, heard, listening, parted, serving

SIZE = 5_000_000


@contextlib.contextmanager
def served(house: House, **changes: object) -> Iterator[Served]:
    with listening() as listener:
        names = Names(listener.getsockname()[1])
        context = replace(house.context, names=names, clock=time.monotonic, **changes)
        with serving(listener, create_app(context), house.live) as found:
            yield found


def head(server: Served, method: str, path: str, token: str, more: str) -> bytes:
    text = (
        f"{method} {path} HTTP/1.1\nHost: localhost:{server.port}\nAuthorization: Bearer {token}\n"
    )
    return (text + more + "\n").replace("\n", "\r\n").encode()


def begin(server: Served, token: str) -> tuple[int, str]:
    """Promise a photo; the status, and where to bring it."""
    digest = base64.b64encode(hashlib.sha256(bytes(SIZE)).hexdigest().encode()).decode()
    name = base64.b64encode(b"a.jpg").decode()
    more = (
        f"Upload-Length: {SIZE}\nUpload-Metadata: name {name},sha256 {digest}\nContent-Length: 0\n"
    )
    code, lines, _ = parted(server.ask(head(server, "POST", "/uploads", token, more)))
    places = [line[10:] for line in lines.split(b"\r\n") if line.lower().startswith(b"location: ")]
    return code, places[0].decode() if places else ""


def piece(length: int) -> str:
    return f"Upload-Offset: 0\nContent-Type: application/offset+octet-stream\nContent-Length: {length}\n"


@pytest.mark.parametrize("length", [50_000, SIZE])
def test_a_pass_taken_back_stops_what_is_on_its_way_within_a_second(house, length):
    guest, pass_ = house.guest()
    with served(house, reserve=lambda _: 0) as server, server.connected() as client:
        code, place = begin(server, guest.key)
        assert code == 201
        client.sendall(head(server, "PATCH", place, guest.key, piece(length)))
        for _ in range(8):
            client.sendall(b"\0" * 1000)
            time.sleep(0.1)
        with house.catalogue() as catalogue:
            catalogue.passes.revoke(pass_.id, int(house.now))
        revoked = time.monotonic()
        with contextlib.suppress(OSError):
            while b"HTTP" not in (answer := heard(client, 0.1)):
                client.sendall(b"\0" * 1000)
                assert time.monotonic() - revoked < 3
        assert time.monotonic() - revoked < 1.2, "a second, and the time to say it"
        assert not answer or parted(answer)[0] in (400, 401, 403)
        assert begin(server, guest.key)[0] == 401


def test_a_full_frame_says_so_before_a_byte_of_the_body(house):
    guest, _ = house.guest()
    with served(house, reserve=lambda total: 2 * total) as server:
        assert begin(server, guest.key)[0] == 507
        more = f"X-Name: a.jpg\nContent-Type: image/jpeg\nContent-Length: {SIZE}\n"
        began = time.monotonic()
        answer = server.ask(head(server, "POST", "/send", guest.key, more))
        assert parted(answer)[0] == 507
        assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (f"Content-Type: image/jpeg\nContent-Length: {1 << 40}\n", 413),
        ("Content-Type: multipart/form-data; boundary=x\nContent-Length: 100\n", 415),
        ("Content-Type: image/jpeg\nTransfer-Encoding: chunked\n", 411),
    ],
)
def test_what_cannot_be_taken_is_refused_before_a_byte_of_the_body(house, more, status):
    guest, _ = house.guest()
    with served(house, reserve=lambda _: 0) as server:
        answer = server.ask(head(server, "POST", "/send", guest.key, more))
        assert parted(answer)[0] == status
        stranger = server.ask(head(server, "POST", "/send", "x" * 22, piece(SIZE)))
        assert parted(stranger)[0] == 401
