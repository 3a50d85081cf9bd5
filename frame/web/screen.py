"""The screen in a browser on this machine: one page, one picture, and nobody else on the network.

It changes nothing, and asks the display for its picture only while somebody looks: the display finds
`WANTED` fresh in the folder of live files and leaves `PICTURE` there.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from flask import Blueprint, Response, render_template
from werkzeug.exceptions import ServiceUnavailable

from frame.web.catalogue import context
from frame.web.serving.answer import Stream
from frame.web.words import language
from frame.words import say

pages = Blueprint("screen", __name__)

WANTED, PICTURE = "screen.wanted", "screen.jpg"

LOOK_SECONDS = 0.1
WANT_SECONDS = 1.0
"""How often the wish for a picture is renewed."""

REPEAT_SECONDS = 5.0
"""An unchanged picture is sent again this often, for a viewer that missed it."""

BOUNDARY = b"wakeframe-picture"


@pages.get("/screen")
def page() -> str:
    tongue = language()
    return render_template(
        "screen.html",
        title=say("mirror.title", tongue),
        alt=say("mirror.alt", tongue),
        about=say("mirror.about", tongue),
    )


@pages.get("/screen.jpg")
def picture() -> Response:
    screen = Screen(context().live)
    screen.want()
    end = time.monotonic() + WANT_SECONDS
    while not (found := screen.picture()):
        if time.monotonic() >= end:
            raise ServiceUnavailable
        time.sleep(LOOK_SECONDS)
    return Response(found, mimetype="image/jpeg")


@pages.get("/screen.mjpg")
def stream() -> Response:
    """Picture after picture, each when there is a new one, until the viewer goes."""
    answer = Response(direct_passthrough=True)
    answer.response = Stream(Pictures(Screen(context().live)).read, LOOK_SECONDS)
    answer.content_type = f"multipart/x-mixed-replace; boundary={BOUNDARY.decode()}"
    return answer


class Screen:
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


class Pictures:
    """The pieces of the stream: each picture that is new, with the boundary that ends it (browsers draw
    a picture only then)."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._shown = 0
        self._sent = float("-inf")

    def read(self) -> bytes:
        self._screen.want()
        now, stamp = time.monotonic(), self._screen.stamp()
        if not stamp or (stamp == self._shown and now - self._sent <= REPEAT_SECONDS):
            return b""
        begin = b"" if self._shown else b"--" + BOUNDARY + b"\r\n"
        self._shown, self._sent = stamp, now
        found = self._screen.picture()
        head = f"Content-Type: image/jpeg\r\nContent-Length: {len(found)}\r\n\r\n"
        return begin + head.encode() + found + b"\r\n--" + BOUNDARY + b"\r\n" if found else b""
