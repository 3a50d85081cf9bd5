"""Phones at a party: each sends its photos in pieces as the page does, and loses its connection."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import io
import json
import queue
import random
import socket
import struct
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from frame.web.visitor import GUEST_COOKIE, csrf_of

PIECE = 2 << 20
"""As the page sends them (`frame/web/static/guest/carrier.js`)."""

AT_ONCE = 2
POLL_SECONDS = 2.5
PATIENCE_SECONDS = 30.0
_COMMENT = 65_533
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Roll:
    """What all photos have in common: a small picture, and `filling`, megabytes of comments. So bytes
    are measured, and not the decoding of a thousand pictures, which a frame does one by one."""

    picture: bytes
    filling: bytes

    @classmethod
    def of(cls, size: int) -> Roll:
        """For photos of `size` bytes or a little more."""
        grey = np.linspace(30, 220, 320 * 240, dtype=np.uint8).reshape(240, 320)
        stream = io.BytesIO()
        Image.fromarray(grey).save(stream, "JPEG", quality=85)
        noise = random.Random(1)
        head = b"\xff\xfe" + _COMMENT.to_bytes(2, "big")
        count = max(1, size // (_COMMENT + 2))
        comments = [head + noise.randbytes(_COMMENT - 2) for _ in range(count)]
        return cls(stream.getvalue(), b"".join(comments))

    def photo(self, number: int) -> Photo:
        """Another number, another photo."""
        own = b"\xff\xfe\x00\x0a" + number.to_bytes(8, "big")
        parts = (self.picture[:2] + own, self.filling, self.picture[2:])
        digest = hashlib.sha256()
        for part in parts:
            digest.update(part)
        return Photo(number, parts, sum(map(len, parts)), digest.hexdigest())


@dataclass(frozen=True)
class Photo:
    """Its bytes in parts, of which the large one is shared by all."""

    number: int
    parts: tuple[bytes, ...]
    size: int
    sha256: str

    def piece(self, offset: int, length: int) -> list[memoryview]:
        found, at = [], 0
        for part in self.parts:
            begin, end = max(offset - at, 0), min(offset + length - at, len(part))
            if begin < end:
                found.append(memoryview(part)[begin:end])
            at += len(part)
        return found


@dataclass
class Tale:
    """What happened to all phones together."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    connections: int = 0
    torn: int = 0
    turned_away: int = 0
    there_already: int = 0
    bytes_sent: int = 0
    polls: list[float] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    def count(self, **more: int) -> None:
        with self.lock:
            for name, number in more.items():
                setattr(self, name, getattr(self, name) + number)


class Torn(OSError):  # noqa: N818
    """The Wi-Fi has gone in the middle of a piece."""


class Phone:
    """One phone of one relative. `address` is where it comes from; `drop` is how often, 0..1, its
    connection is torn off in the middle of a piece."""

    def __init__(
        self, port: int, address: str, token: str, photos: Sequence[Photo], drop: float, tale: Tale
    ) -> None:
        self.port = port
        self.address = address
        self.token = token
        self.drop = drop
        self.tale = tale
        self.chance = random.Random(token)
        self._waiting: queue.SimpleQueue[Photo] = queue.SimpleQueue()
        for photo in photos:
            self._waiting.put(photo)
        self._threads = [threading.Thread(target=self._send_all) for _ in range(AT_ONCE)]
        self._follower = threading.Thread(target=self._follow)
        self._is_over = threading.Event()

    def start(self) -> None:
        for thread in (*self._threads, self._follower):
            thread.start()

    def wait(self) -> None:
        """Until everything is sent."""
        for thread in self._threads:
            thread.join()

    def leave(self) -> None:
        self._is_over.set()
        self._follower.join()

    def _send_all(self) -> None:
        line = Line(self)
        while True:
            try:
                photo = self._waiting.get_nowait()
            except queue.Empty:
                line.close()
                return
            self._send(line, photo)

    def _send(self, line: Line, photo: Photo) -> None:
        facts = {"name": f"IMG_{photo.number:04}.jpg", "sha256": photo.sha256}
        metadata = ",".join(f"{key} {_base64(value.encode())}" for key, value in facts.items())
        headers = {"Upload-Length": str(photo.size), "Upload-Metadata": metadata}
        place: str | None = None
        offset: int | None = None
        while True:
            try:
                if place is None:
                    _, fields, body = line.ask("POST", "/uploads", headers)
                    place, offset = fields["location"], int(fields["upload-offset"])
                    if json.loads(body)["stage"] != "receiving":
                        self.tale.count(there_already=1)
                        return
                if offset is None:
                    _, fields, _ = line.ask("HEAD", place, {})
                    offset = int(fields["upload-offset"])
                offset = self._bring(line, place, photo, offset)
                if offset == photo.size:
                    return
            except Refused as refused:
                offset = None
                if refused.status == 404:
                    place = None
                elif refused.status not in (400, 409, 460):
                    with self.tale.lock:
                        self.tale.unexpected.append(f"{refused.status} {refused.said[:80]!r}")
                    time.sleep(1 + self.chance.random())
            except (OSError, http.client.HTTPException):
                offset = None
                line.close()
                time.sleep(0.2 + 0.6 * self.chance.random())

    def _bring(self, line: Line, place: str, photo: Photo, offset: int) -> int:
        pieces = photo.piece(offset, PIECE)
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
        length = sum(map(len, pieces))
        headers = {
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {_base64(digest.digest())}",
        }
        _, fields, _ = line.ask("PATCH", place, headers, pieces, length)
        return int(fields["upload-offset"])

    def _follow(self) -> None:
        """Ask what has become of them, as the page does."""
        line = Line(self, is_torn=False)
        while not self._is_over.wait(POLL_SECONDS * (0.8 + 0.4 * self.chance.random())):
            begun = time.monotonic()
            try:
                line.ask("GET", "/api/photos", {})
            except (OSError, http.client.HTTPException, Refused):
                line.close()
                continue
            with self.tale.lock:
                self.tale.polls.append(time.monotonic() - begun)
        line.close()


class Refused(Exception):  # noqa: N818
    """The frame said no."""

    def __init__(self, status: int, said: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.said = said


class Line:
    """A connection of a phone, made anew when it is gone; some are torn off in the middle of a piece."""

    def __init__(self, phone: Phone, *, is_torn: bool = True) -> None:
        self._phone = phone
        self._is_torn = is_torn
        self._link: http.client.HTTPConnection | None = None

    def close(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        pieces: Sequence[memoryview] = (),
        length: int = 0,
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, head, body. Raises `Refused`, OSError, HTTPException."""
        link = self._opened()
        host = f"127.0.0.1:{self._phone.port}"
        link.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        everything = {
            "Host": host,
            "Origin": f"http://{host}",
            "Accept": "application/json",
            "Cookie": f"{GUEST_COOKIE}={self._phone.token}",
            "X-CSRF-Token": csrf_of(self._phone.token),
            **headers,
        }
        if method in ("POST", "PATCH"):
            everything["Content-Length"] = str(length)
        for name, value in everything.items():
            link.putheader(name, value)
        link.endheaders()
        if pieces and self._is_torn and self._phone.chance.random() < self._phone.drop:
            self._tear(link, pieces, length)
        for piece in pieces:
            link.send(piece)
        self._phone.tale.count(bytes_sent=length)
        answer = link.getresponse()
        body = answer.read()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        if answer.will_close:
            self.close()
        if answer.status >= 400:
            raise Refused(answer.status, body)
        return answer.status, fields, body

    def _opened(self) -> http.client.HTTPConnection:
        if self._link is None:
            phone = self._phone
            self._link = http.client.HTTPConnection(
                "127.0.0.1",
                phone.port,
                timeout=PATIENCE_SECONDS,
                source_address=(phone.address, 0),
            )
            try:
                self._link.connect()
            except OSError:
                phone.tale.count(turned_away=1)
                self.close()
                raise
            phone.tale.count(connections=1)
        return self._link

    def _tear(
        self, link: http.client.HTTPConnection, pieces: Sequence[memoryview], length: int
    ) -> None:
        """Send a part, and be gone as a phone is that leaves the house: no goodbye."""
        left = int(length * self._phone.chance.random())
        self._phone.tale.count(torn=1, bytes_sent=left)
        for piece in pieces:
            link.send(piece[:left])
            left -= min(left, len(piece))
        if link.sock is not None:
            with contextlib.suppress(OSError):
                link.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.close()
        raise Torn("torn off")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
