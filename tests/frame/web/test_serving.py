"""The server by itself, with small applications: what costs a thread, what is refused unread."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from frame.web.serving.answer import FileBody, Stream
from frame.web.serving.body import BodyLost
from frame.web.serving.crowd import Room, Waiting, room_for
from frame.web.serving.front import Front
from frame.web.serving.limits import Limits
from tests.frame.web.served import Served, heard, listening, parted

QUICK = Limits(
    head_seconds=0.6,
    form_seconds=0.6,
    idle_seconds=0.8,
    patience=0.6,
    pressed_patience=0.3,
    linger_seconds=0.5,
    send_seconds=1.0,
    stop_seconds=0.3,
    page_threads=2,
    body_threads=2,
    connections=20,
    per_address=12,
)


@contextlib.contextmanager
def front(app, limits: Limits = QUICK) -> Iterator[Served]:
    ending = threading.Event()
    with listening() as listener:
        server = Front(listener, app, limits=limits, common={"X-Common": "yes"})

        def go() -> None:
            while not ending.is_set():
                server.turn(0.05)
            server.close()

        thread = threading.Thread(target=go, name="loop")
        thread.start()
        try:
            yield Served(server.port)
        finally:
            ending.set()
            thread.join(5)
            assert not thread.is_alive()


MULTIPART = (
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
)


def hello(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def request(port: int, head: str = "", method: str = "GET", path: str = "/") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{head}\r\n".encode()


def threads() -> int:
    return sum(each.name.startswith(("page", "body")) for each in threading.enumerate())


class TestHeads:
    @pytest.mark.parametrize(
        ("data", "status"),
        [
            (b"GARBAGE\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 200),
            (b"GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n", 400),
            (b"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
            (b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505),
            (b"DANCE / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
            (b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 405),
            (b"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 403),
            (b"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 403),
            (b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
            (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 100 + b"\r\n", 431),
            (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 20000, 431),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            (MULTIPART, 415),
        ],
    )
    def test_what_is_no_request_of_ours_is_refused_in_a_word(self, data, status):
        with front(hello) as server:
            code, head, body = parted(server.ask(data, seconds=2))
            assert code == status
            if code != 200:
                assert b"X-Common: yes" in head
                assert b"Connection: close" in head
                assert len(body) < 60
            assert server.get("/")[0] == 200

    def test_a_head_may_come_in_pieces_and_requests_may_follow_each_other(self):
        with front(hello) as server, server.connected() as client:
            for byte in request(server.port):
                client.sendall(bytes([byte]))
            assert heard(client).endswith(b"hello")
            client.sendall(request(server.port) + request(server.port))
            answer = heard(client)
            while answer.count(b"hello") < 2:
                answer += client.recv(1000)
            assert answer.count(b"HTTP/1.1 200") == 2

    def test_underscores_do_not_pass_for_hyphens(self):
        def app(environ, start):
            start("200 OK", [])
            return [environ.get("HTTP_X_REAL", "none").encode()]

        with front(app) as server:
            assert server.get("/", head="X_Real: forged\n")[2] == b"none"
            assert server.get("/", head="X-Real: said\n")[2] == b"said"

    def test_a_head_that_does_not_end_costs_no_thread_and_is_cut(self):
        with front(hello) as server, contextlib.ExitStack() as stack:
            clients = [stack.enter_context(server.connected()) for _ in range(8)]
            for each in clients:
                each.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
            assert threads() == 0
            began = time.monotonic()
            assert server.get("/")[0] == 200
            assert time.monotonic() - began < 0.5
            assert parted(heard(clients[0], 3))[0] == 408
            assert time.monotonic() - began < 2


class TestBodies:
    def test_a_refusal_comes_before_the_body(self):
        read: list[bytes] = []

        def app(environ, start):
            if environ["PATH_INFO"] == "/in":
                read.append(environ["wsgi.input"].read())
            start("507 Insufficient Storage", [])
            return [b"full"]

        with front(app) as server:
            for length in (100, 10**9):
                began = time.monotonic()
                with server.connected() as client:
                    client.sendall(request(server.port, f"Content-Length: {length}\r\n", "POST"))
                    answer = heard(client, 2)
                assert parted(answer)[0] == 507
                assert b"Connection: close" in answer
                assert time.monotonic() - began < 1
            assert not read

    def test_whoever_goes_on_sending_reads_the_refusal_all_the_same(self):
        def app(environ, start):
            start("413 Content Too Large", [])
            return [b"too large"]

        with front(app) as server, server.connected() as client:
            client.sendall(request(server.port, "Content-Length: 3000000\r\n", "POST"))
            client.sendall(bytes(3_000_000))
            assert b"too large" in heard(client)

    @pytest.mark.parametrize("length", [0, 5, 1000, 64 << 10, (64 << 10) + 1, 3_000_000])
    def test_a_body_arrives_whole(self, length):
        def app(environ, start):
            if environ["wakeframe.rehearsal"]:
                start("299 Go on", [])
                return []
            data = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            start("200 OK", [])
            return [str(len(data)).encode(), b" ", str(sum(data)).encode()]

        with front(app) as server, server.connected() as client:
            for expect in ("", "Expect: 100-continue\r\n"):
                head = f"Content-Length: {length}\r\n{expect}"
                client.sendall(request(server.port, head, "PUT"))
                if expect and length:
                    assert client.recv(len(b"HTTP/1.1 100 Continue\r\n\r\n")).startswith(
                        b"HTTP/1.1 100"
                    )
                client.sendall(b"\x01" * length)
                assert heard(client).endswith(f"{length} {length}".encode())

    def test_a_slow_body_is_cut_and_what_came_is_kept(self):
        got: list[int] = []
        lost = threading.Event()

        def app(environ, start):
            count, source = 0, environ["wsgi.input"]
            try:
                while piece := source.read1(1000):
                    count += len(piece)
            except BodyLost:
                lost.set()
            got.append(count)
            start("200 OK", [])
            return []

        with front(app) as server, server.connected() as client:
            client.sendall(request(server.port, "Content-Length: 100000\r\n", "PUT") + b"x" * 10)
            assert lost.wait(3)
            assert got == [10]

    def test_a_body_that_is_not_welcome_any_more_is_stopped(self):
        welcome = threading.Event()
        welcome.set()
        lost = threading.Event()

        def app(environ, start):
            environ["wakeframe.watch"](welcome.is_set)
            with contextlib.suppress(BodyLost):
                while environ["wsgi.input"].read1(1000):
                    pass
            lost.set()
            start("200 OK", [])
            return []

        with front(app, Limits()) as server, server.connected() as client:
            client.sendall(request(server.port, "Content-Length: 1000000\r\n", "PUT"))
            for _ in range(3):
                client.sendall(b"x" * 1000)
                assert not lost.wait(0.3)
            welcome.clear()
            assert lost.wait(1), "within a second"

    def test_bodies_keep_no_page_waiting(self):
        def app(environ, start):
            with contextlib.suppress(BodyLost):
                environ["wsgi.input"].read()
            return hello(environ, start)

        with front(app, Limits(body_threads=2)) as server, contextlib.ExitStack() as stack:
            for _ in range(6):
                client = stack.enter_context(server.connected())
                client.sendall(request(server.port, "Content-Length: 1000000\r\n", "PUT"))
            began = time.monotonic()
            assert server.get("/")[0] == 200
            assert time.monotonic() - began < 0.5


class TestAnswers:
    def test_a_file_is_sent_in_part_or_as_a_whole(self, tmp_path: Path):
        path = tmp_path / "file"
        path.write_bytes(bytes(range(256)) * 8000)

        def app(environ, start):
            file = path.open("rb")
            file.seek(1000)
            start("206 Partial Content", [])
            return FileBody(file, stop=1_500_000)

        with front(app) as server:
            code, _, body = server.get("/")
            assert code == 206
            assert body == path.read_bytes()[1000:1_500_000]

    def test_a_long_answer_of_unknown_length_comes_in_chunks(self):
        def app(environ, start):
            start("200 OK", [])
            return (b"x" * 100_000 for _ in range(10))

        with front(app) as server, server.connected() as client:
            client.sendall(request(server.port))
            client.settimeout(3)
            answer = b""
            while not answer.endswith(b"0\r\n\r\n"):
                answer += client.recv(1 << 16)
            assert b"Transfer-Encoding: chunked" in answer
            assert answer.count(b"x") > 1_000_000 - 100

    def test_an_answer_that_breaks_off_does_not_look_whole(self):
        def app(environ, start):
            start("200 OK", [])

            def pieces():
                yield b"x" * 300_000
                raise RuntimeError("no more")

            return pieces()

        with front(app) as server:
            assert not server.ask(request(server.port), seconds=1).endswith(b"0\r\n\r\n")
            assert server.get("/nothing", seconds=0.5)[0] == 200

    def test_a_mishap_is_one_word(self):
        def app(environ, start):
            raise RuntimeError("/home/secret")

        with front(app) as server:
            code, head, body = server.get("/")
            assert code == 500
            assert b"secret" not in head + body

    def test_streams_cost_no_thread_and_are_counted(self):
        closed: list[int] = []

        def app(environ, start):
            start("200 OK", [])
            return Stream(lambda: b"tick\n", 0.05, lambda: closed.append(1))

        with front(app, Limits(streams=3, stop_seconds=0.3)) as server:
            with contextlib.ExitStack() as stack:
                clients = []
                for _ in range(5):
                    clients.append(client := stack.enter_context(server.connected()))
                    client.sendall(request(server.port))
                    heard(client, 0.15)
                assert sum(b"tick" in heard(each, 0.3) for each in clients) == 3
                assert len(closed) == 2
            assert heard_until(lambda: len(closed) == 5)

    def test_readers_that_stop_reading_give_their_threads_back(self):
        def app(environ, start):
            start("200 OK", [])
            return (bytes(1_000_000) for _ in range(50))

        with front(app) as server, contextlib.ExitStack() as stack:
            for _ in range(QUICK.page_threads):
                client = stack.enter_context(server.connected())
                client.sendall(request(server.port))
            time.sleep(0.2)
            assert server.get("/", "HEAD", seconds=3)[0] == 200

    def test_a_field_cannot_be_split(self):
        def app(environ, start):
            start("200 OK", [("X-A", "b\r\nSet-Cookie: c")])
            return [b""]

        with front(app) as server:
            code, head, _ = server.get("/")
            assert code == 500
            assert b"Set-Cookie" not in head


class TestTheCrowd:
    def test_there_is_room(self):
        assert room_for("a", {"a": 3}, [], Limits()) == Room()

    def test_whoever_has_begun_and_does_not_end_goes_first_then_the_longest_wait(self):
        limits = Limits(connections=3, per_address=3)
        waiting = [
            Waiting(1, "a", 9.0, has_begun=False),
            Waiting(2, "b", 2.0, has_begun=True),
            Waiting(3, "c", 0.5, has_begun=True),
        ]
        counts = {"a": 1, "b": 1, "c": 1}
        assert room_for("d", counts, waiting, limits).leaves == 2
        assert room_for("d", counts, waiting[::2], limits).leaves == 1
        assert room_for("d", counts, [], limits).is_none

    def test_a_crowded_address_makes_room_by_itself(self):
        limits = Limits(connections=9, per_address=2)
        waiting = [Waiting(1, "a", 9.0, has_begun=True), Waiting(2, "b", 1.0, has_begun=False)]
        assert room_for("b", {"a": 2, "b": 2}, waiting, limits).leaves == 2
        assert room_for("b", {"a": 2, "b": 2}, waiting[:1], limits).is_none

    def test_more_than_there_is_room_for_say_nothing_and_somebody_is_served(self):
        with front(hello) as server, contextlib.ExitStack() as stack:
            for number in range(40):
                source = f"127.0.0.{2 + number % 9}"
                stack.enter_context(server.connected(source=source)).sendall(b"GET / HT")
            assert server.get("/")[0] == 200

    def test_slow_readers_make_room_too(self, tmp_path: Path):
        path = tmp_path / "large"
        path.write_bytes(bytes(20_000_000))

        def app(environ, start):
            start("200 OK", [])
            return FileBody(path.open("rb"))

        limits = Limits(connections=6, per_address=6, send_seconds=60)
        with front(app, limits) as server, contextlib.ExitStack() as stack:
            for _ in range(6):
                client = stack.enter_context(server.connected())
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.sendall(request(server.port))
                assert client.recv(12) == b"HTTP/1.1 200"
            with pytest.raises((OSError, IndexError)):
                server.get("/", "HEAD", seconds=1)
            assert heard_until(lambda: is_answered(server), 30)


class TestTheEnd:
    def test_whoever_is_being_answered_gets_the_answer(self):
        def app(environ, start):
            time.sleep(0.2)
            return hello(environ, start)

        with contextlib.ExitStack() as stack:
            with front(app) as server:
                client = stack.enter_context(server.connected())
                client.sendall(request(server.port))
                time.sleep(0.1)
            assert heard(client).endswith(b"hello")

    def test_an_upload_that_would_go_on_is_cut_within_three_seconds(self):
        def app(environ, start):
            with contextlib.suppress(BodyLost):
                environ["wsgi.input"].read()
            return hello(environ, start)

        with contextlib.ExitStack() as stack:
            with front(app, Limits()) as server:
                client = stack.enter_context(server.connected())
                client.sendall(request(server.port, "Content-Length: 1000000\r\n", "PUT"))
                time.sleep(0.2)
                began = time.monotonic()
            assert time.monotonic() - began < 3


def is_answered(server: Served) -> bool:
    with contextlib.suppress(OSError, IndexError):
        return server.get("/", "HEAD", seconds=1)[0] == 200
    return False


def heard_until(is_so: Callable[[], bool], seconds: float = 3.0) -> bool:
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.01)
    return is_so()
