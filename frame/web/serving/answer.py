"""Answers as the loop sends them: bytes, a part of a file, or a stream that has no end yet."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import BinaryIO

PIECE = 64 << 10


class FileBody:
    """A file, from `start` up to `stop`: sent by the kernel. Also what WSGI calls a file wrapper.

    Closing it closes the file.
    """

    def __init__(self, file: BinaryIO, _block: int = PIECE, stop: int | None = None) -> None:
        self.file = file
        self.start = file.tell()
        self.stop = os.fstat(file.fileno()).st_size if stop is None else stop

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self.file.seek(self.start)
        piece = self.file.read(min(PIECE, self.stop - self.start))
        if not piece:
            raise StopIteration
        self.start += len(piece)
        return piece

    def close(self) -> None:
        self.file.close()


class Stream:
    """What goes on until somebody goes: `read` is asked every `every` seconds and gives bytes, nothing,
    or None for the end.

    It is asked by the loop itself, so it must be quick and must never wait. Iterating, as tests do,
    ends with the first time that there is nothing.
    """

    def __init__(
        self,
        read: Callable[[], bytes | None],
        every: float,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self.read = read
        self.every = every
        self.close = close

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read():
            yield piece


@dataclass
class Answer:
    """`head` and what comes after it. `is_last` tells that the connection ends with it; `is_sent` that
    the thread has sent it all itself."""

    head: bytes
    pieces: list[bytes | FileBody] = field(default_factory=list)
    stream: Stream | None = None
    is_last: bool = False
    is_sent: bool = False
    goes_on: bool = False
    """Nothing is to be sent: it was only asked whether the body would be welcome, and it is."""

    def close(self) -> None:
        """Nobody is there to read it any more."""
        for piece in self.pieces:
            if isinstance(piece, FileBody):
                piece.close()
        if self.stream is not None:
            self.stream.close()


def head_of(status: str, fields: Iterable[tuple[str, str]], *, is_last: bool) -> bytes:
    """The head of an answer. Raises ValueError for a field with a line break in it."""
    lines = [f"HTTP/1.1 {status}", f"Date: {formatdate(usegmt=True)}"]
    for name, value in fields:
        if "\n" in value or "\r" in value or "\n" in name or "\r" in name:
            raise ValueError("a field with a line break")
        lines.append(f"{name}: {value}")
    lines.append("Connection: close" if is_last else "Connection: keep-alive")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def plain(status: int, common: Mapping[str, str]) -> Answer:
    """One word, for what is not even a request. Nothing of it is echoed."""
    phrase = HTTPStatus(status).phrase
    body = phrase.encode() + b"\n"
    fields = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        **common,
    }
    if status == 405:
        fields["Allow"] = "GET, HEAD"
    return Answer(head_of(f"{status} {phrase}", fields.items(), is_last=True) + body, is_last=True)
