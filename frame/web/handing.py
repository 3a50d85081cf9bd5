"""Answers as the server likes them: parts of files without a thread, streams that end with a right."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response
from werkzeug.http import parse_content_range_header

from frame.web.serving.answer import FileBody, Stream

RIGHT_SECONDS = 1.0
"""How often it is looked whether whoever holds a stream may still have it."""


def hand_over(response: Response) -> None:
    """A part of a file is sent by the server itself, as a whole one is: players ask for parts."""
    body = getattr(response.response, "iterable", None)
    if response.status_code != 206 or not isinstance(body, FileBody):
        return
    part = parse_content_range_header(response.headers.get("Content-Range"))
    if part is not None and part.start is not None and part.stop is not None:
        body.start, body.stop = part.start, part.stop
        response.response = body


def watch(response: Response, may: Callable[[], bool], clock: Callable[[], float]) -> None:
    """A stream ends within a second once `may` says no."""
    stream = response.response
    if not isinstance(stream, Stream):
        return
    looked = clock()

    def read() -> bytes | None:
        nonlocal looked
        if clock() - looked >= RIGHT_SECONDS:
            looked = clock()
            if not may():
                return None
        return stream.read()

    response.response = Stream(read, min(stream.every, RIGHT_SECONDS), stream.close)
