"""The screen in a browser: this machine only, nothing that changes anything, pictures as they come."""

from __future__ import annotations

import _socket
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from frame.live import heard
from frame.mirror_server import PICTURE, PORTS_TRIED, WANTED, MirrorServer


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[tuple[MirrorServer, Path]]:
    folder = tmp_path_factory.mktemp("live")
    with MirrorServer(folder, free_port()) as server:
        yield server, folder


@pytest.fixture
def server(house) -> Iterator[MirrorServer]:
    before = threading.active_count()
    yield house[0]
    end = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.01)


@pytest.fixture
def live(house) -> Path:
    """The folder of live files, with nothing in it."""
    folder = house[1]
    for each in folder.iterdir():
        each.unlink()
    house[0]._server.screen._asked = float("-inf")
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return min(int(probe.getsockname()[1]), 65000)


@contextlib.contextmanager
def connected(server: MirrorServer, address: str = "127.0.0.1") -> Iterator[socket.socket]:
    with socket.socket() as client:
        client.settimeout(5)
        # The fixture that keeps tests from the network is about Python's connect; this is loopback.
        _socket.socket.connect(client, (address, server.port))
        yield client


def ask(server: MirrorServer, request: str, *, seconds: float = 3.0) -> bytes:
    """The raw answer, until the server ends it or `seconds` are over."""
    answer, end = b"", time.monotonic() + seconds
    with connected(server) as client:
        client.sendall(request.replace("\n", "\r\n").encode())
        client.settimeout(0.2)
        while time.monotonic() < end:
            try:
                part = client.recv(65536)
            except TimeoutError:
                continue
            if not part:
                break
            answer += part
    return answer


def get(
    server: MirrorServer, path: str, method: str = "GET", **more: float
) -> tuple[int, bytes, bytes]:
    answer = ask(server, f"{method} {path} HTTP/1.1\nHost: localhost:{server.port}\n\n", **more)
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head, body


def show(folder: Path, picture: bytes) -> None:
    part = folder / "part"
    part.write_bytes(picture)
    part.replace(folder / PICTURE)


def test_the_page_has_a_title_a_described_picture_and_runs_nothing(server):
    code, head, body = get(server, "/screen")
    assert code == 200
    assert b"<title>Wakeframe" in body
    assert b'alt="What hangs' in body
    assert b"<script" not in body
    for line in (
        b"Content-Security-Policy: default-src 'none'", b"X-Content-Type-Options: nosniff",
        b"Cache-Control: no-store", b"Cross-Origin-Resource-Policy: same-origin",
    ):  # fmt: skip
        assert line in head
    assert b"Python" not in head


def test_the_style_knows_light_and_dark(server):
    code, _, body = get(server, "/screen.css")
    assert code == 200
    assert b"prefers-color-scheme:dark" in body


def test_the_picture_is_the_displays_and_looking_is_a_wish_for_it(server, live):
    assert not (live / WANTED).exists()
    show(live, b"a picture")
    code, head, body = get(server, "/screen.jpg")
    assert (code, body) == (200, b"a picture")
    assert b"image/jpeg" in head
    assert (live / WANTED).exists()


def test_without_a_picture_it_says_so(server, live):
    assert get(server, "/screen.jpg")[0] == 503


def test_the_stream_shows_each_new_picture_once(server, live):
    show(live, b"first")
    later = threading.Timer(0.5, show, (live, b"second"))
    later.start()
    code, head, body = get(server, "/screen.mjpg", seconds=1.5)
    later.join()
    assert code == 200
    assert b"multipart/x-mixed-replace" in head
    assert body.count(b"first") == 1
    assert body.count(b"second") == 1
    assert body.index(b"first") < body.index(b"second")
    assert body.endswith(b"--wakeframe-picture\r\n"), "a browser draws a picture once it has ended"


def test_head_answers_without_a_body(server, live):
    show(live, b"a picture")
    for path in ("/screen", "/screen.jpg", "/screen.mjpg"):
        code, _, body = get(server, path, "HEAD")
        assert (code, body) == (200, b"")


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "DANCE"]
)
def test_nothing_but_looking_is_allowed(server, method):
    code, head, _ = get(server, "/screen", method)
    assert code == 405
    assert b"Allow: GET, HEAD" in head


@pytest.mark.parametrize(
    "path",
    [
        "/screen/..",
        "/../etc/passwd",
        "/screen.jpg/x",
        "http://evil.example/screen",
        "*",
    ],
)
def test_there_is_nothing_else(server, path):
    code, _, body = get(server, path)
    assert code == 404
    assert path.encode() not in body


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:{port}", "localhost", "localhost:1", "localhost.:{port}",
        "localhost.evil.example:{port}", "attacker.localhost:{port}", "user@localhost:{port}",
        "127.0.0.1.nip.io:{port}", "127.1:{port}", "2130706433:{port}", "0.0.0.0:{port}",
        "[::ffff:127.0.0.1]:{port}", "localhost:{port}\nHost: evil.example", "",
    ],
)  # fmt: skip
def test_a_foreign_name_is_refused_before_anything_else(server, live, host):
    host = host.format(port=server.port)
    answer = ask(server, f"GET /screen.jpg HTTP/1.1\nHost: {host}\n\n")
    assert b" 403 " in answer.splitlines()[0]
    assert not (live / WANTED).exists()


@pytest.mark.parametrize(
    "host", ["localhost:{port}", "LOCALHOST:{port}", "127.0.0.1:{port}", "[::1]:{port}"]
)
def test_our_own_names_are_known(server, host):
    answer = ask(server, f"GET /screen HTTP/1.1\nHost: {host.format(port=server.port)}\n\n")
    assert b" 200 " in answer.splitlines()[0]


@pytest.mark.parametrize(
    "request_", ["\n\n", "GET\n\n", "\x00\x16\x03\n\n", f"GET /{'x' * 70000} HTTP/1.1\n\n"]
)
def test_nonsense_is_answered_shortly_and_does_no_harm(server, request_):
    assert b"Traceback" not in ask(server, request_)
    assert get(server, "/screen")[0] == 200


def test_it_listens_on_the_loopback_address_only(server):
    mine = [
        line.split()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{server.port:04X}")
    ]
    assert mine == [f"0100007F:{server.port:04X}"]


def test_a_taken_port_leads_to_the_next(server, live):
    with MirrorServer(live, server.port) as second:
        assert server.port < second.port < server.port + PORTS_TRIED
        assert heard(live, "mirror")["port"] == second.port


def test_many_who_say_nothing_do_not_keep_others_out_for_long(server):
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(connected(server))
    end = time.monotonic() + 5
    code = 0
    while code != 200 and time.monotonic() < end:
        with contextlib.suppress(OSError, IndexError):
            code = get(server, "/screen")[0]
    assert code == 200
