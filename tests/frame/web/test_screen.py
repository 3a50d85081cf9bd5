"""The screen in a browser: this machine only, nothing that changes anything, pictures as they come."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from frame.live import heard
from frame.web.app import create_app
from frame.web.hosts import Names
from frame.web.screen import PICTURE, WANTED
from frame.web.server import PORTS_TRIED
from tests.frame.web.conftest import House
from tests.frame.web.served import Served, free_port, listening, parted, serving


@pytest.fixture
def live(house) -> Path:
    return house.live


@pytest.fixture
def server(house: House) -> Iterator[Served]:
    with listening() as listener:
        context = replace(house.context, names=Names(listener.getsockname()[1]))
        with serving(listener, create_app(context), house.live) as served:
            yield served


def show(folder: Path, picture: bytes) -> None:
    part = folder / "part"
    part.write_bytes(picture)
    part.replace(folder / PICTURE)


def test_the_page_has_a_title_a_described_picture_and_runs_nothing(server):
    code, head, body = server.get("/screen")
    assert code == 200
    assert b"<title>Wakeframe" in body
    assert b'alt="What hangs' in body
    assert b"<script" not in body
    for line in (
        b"Content-Security-Policy: default-src 'none'", b"X-Content-Type-Options: nosniff",
        b"Cache-Control: no-store", b"Cross-Origin-Resource-Policy: same-origin",
    ):  # fmt: skip
        assert line in head
    for word in (b"Python", b"Server:", b"erkzeug"):
        assert word not in head


def test_the_style_knows_light_and_dark(server):
    code, _, body = server.get("/static/wakeframe.css")
    assert code == 200
    assert b"prefers-color-scheme: dark" in body
    assert server.get("/static/screen.css")[0] == 200


def test_the_picture_is_the_displays_and_looking_is_a_wish_for_it(server, live):
    assert not (live / WANTED).exists()
    show(live, b"a picture")
    code, head, body = server.get("/screen.jpg")
    assert (code, body) == (200, b"a picture")
    assert b"image/jpeg" in head
    assert (live / WANTED).exists()


def test_without_a_picture_it_says_so(server):
    assert server.get("/screen.jpg")[0] == 503


def test_the_stream_shows_each_new_picture_once(server, live):
    show(live, b"first")
    later = threading.Timer(0.5, show, (live, b"second"))
    later.start()
    code, head, body = server.get("/screen.mjpg", seconds=1.5)
    later.join()
    assert code == 200
    assert b"multipart/x-mixed-replace" in head
    assert body.startswith(b"--wakeframe-picture\r\n")
    assert body.count(b"first") == 1
    assert body.count(b"second") == 1
    assert body.index(b"first") < body.index(b"second")
    assert body.endswith(b"--wakeframe-picture\r\n"), "a browser draws a picture once it has ended"


def test_a_viewer_costs_no_thread_and_is_forgotten_once_gone(server, live):
    show(live, b"first")
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            client = stack.enter_context(server.connected())
            client.sendall(
                f"GET /screen.mjpg HTTP/1.1\r\nHost: localhost:{server.port}\r\n\r\n".encode()
            )
            assert client.recv(12) == b"HTTP/1.1 200"
        for _ in range(20):
            assert server.get("/screen")[0] == 200
    assert server.get("/screen.mjpg", seconds=0.3)[0] == 200


def test_head_answers_without_a_body(server, live):
    show(live, b"a picture")
    for path in ("/screen", "/screen.jpg", "/screen.mjpg"):
        code, _, body = server.get(path, "HEAD", seconds=0.5)
        assert (code, body) == (200, b"")


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "DANCE"]
)
def test_nothing_but_looking_is_allowed(server, method):
    code, head, _ = server.get("/screen", method)
    assert code == 405
    allowed = next(line for line in head.split(b"\r\n") if line.startswith(b"Allow: "))
    assert set(allowed.removeprefix(b"Allow: ").split(b", ")) == {b"GET", b"HEAD"}


@pytest.mark.parametrize(
    "path",
    [
        *("/screen/..", "/../etc/passwd", "/static/../app.py", "/static/%2e%2e/app.py"),
        *("/screen.jpg/x", "/screen%00", "http://evil.example/screen", "*"),
    ],
)
def test_there_is_nothing_else(server, path):
    code, _, body = server.get(path)
    assert code == (404 if path.startswith("/") else 403)
    assert path.encode() not in body


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:{port}", "localhost", "localhost:1", "localhost.:{port}",
        "localhost.evil.example:{port}", "attacker.localhost:{port}", "user@localhost:{port}",
        "127.0.0.1.nip.io:{port}", "127.1:{port}", "2130706433:{port}", "0.0.0.0:{port}",
        "[::ffff:127.0.0.1]:{port}", "localhost:{port}\nHost: evil.example",
        "localhost:{port}\nHost: localhost:{port}", "localhost:{port}\nHost : evil.example", "",
    ],
)  # fmt: skip
def test_a_foreign_name_is_refused_before_anything_else(server, live, host):
    host = host.format(port=server.port)
    code, _, _ = parted(server.ask(f"GET /screen.jpg HTTP/1.1\nHost: {host}\n\n"))
    assert code in (400, 403)
    assert not (live / WANTED).exists()


@pytest.mark.parametrize(
    "host", ["localhost:{port}", "LOCALHOST:{port}", "127.0.0.1:{port}", "[::1]:{port}"]
)
def test_our_own_names_are_known(server, host):
    answer = server.ask(f"GET /screen HTTP/1.1\nHost: {host.format(port=server.port)}\n\n")
    assert b" 200 " in answer.splitlines()[0]


def test_a_request_without_any_host_is_refused(server):
    assert parted(server.ask("GET /screen HTTP/1.1\n\n"))[0] in (400, 403)
    assert parted(server.ask("GET /screen HTTP/1.0\n\n"))[0] in (400, 403)


@pytest.mark.parametrize(
    "request_", ["\n\n", "GET\n\n", "\x00\x16\x03\n\n", f"GET /{'x' * 70000} HTTP/1.1\n\n"]
)
def test_nonsense_is_answered_shortly_and_does_no_harm(server, request_):
    assert b"Traceback" not in server.ask(request_)
    assert server.get("/screen")[0] == 200


def test_a_taken_port_leads_to_the_next(server, house, live):
    assert server.get("/screen")[0] == 200
    with listening(server.port) as second:
        port = second.getsockname()[1]
        assert server.port < port < server.port + PORTS_TRIED
        with serving(second, house.app, live):
            end = time.monotonic() + 5
            while heard(live, "web").get("port") != port and time.monotonic() < end:
                time.sleep(0.01)
            assert heard(live, "web")["port"] == port


def test_many_who_say_nothing_do_not_keep_others_out(server):
    with contextlib.ExitStack() as stack:
        for _ in range(340):
            stack.enter_context(server.connected())
        assert server.get("/screen")[0] == 200


def test_a_port_of_our_own_is_found(live):
    with listening(free_port()) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
