"""The head of a request: read by h11, which knows the grammar, then held to our own, narrower rules."""

from __future__ import annotations

import re
from dataclasses import dataclass

import h11

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
FORMS = frozenset({"application/x-www-form-urlencoded", "application/json"})
MOST_FIELDS = 64
LONGEST_TARGET = 4096

_END = re.compile(rb"\n\r?\n")


class Fault(Exception):  # noqa: N818 - reads as what it is
    """This is no request that we answer; `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Head:
    """What was asked. Names of fields are in small letters; `length` is that of the body in bytes."""

    method: str
    target: str
    version: str
    fields: tuple[tuple[str, str], ...]
    length: int

    def field(self, name: str) -> str:
        """The field of that name, empty where there is none; several are joined."""
        return ", ".join(value for key, value in self.fields if key == name)

    @property
    def is_last(self) -> bool:
        """Whether nothing may follow on the same connection."""
        return self.version != "1.1" or "close" in self.field("connection").lower()

    @property
    def has_form(self) -> bool:
        """Whether the body, if there is one, is what a page sends: a form or a few values."""
        kind = self.field("content-type").partition(";")[0].strip().lower()
        return not self.length or kind in FORMS

    @property
    def wants_word(self) -> bool:
        """Whether the sender waits for our word before it sends the body."""
        return self.field("expect").lower() == "100-continue"


def has_head(data: bytearray, searched: int) -> bool:
    """Whether a head ends in `data`; its first `searched` bytes are known not to hold the end."""
    return _END.search(data, max(searched - 3, 0)) is not None


def read_head(data: bytes, longest: int) -> tuple[Head, bytes]:
    """The head that `data` begins with, and what comes after it. Raises `Fault`."""
    reader = h11.Connection(h11.SERVER, max_incomplete_event_size=longest)
    try:
        reader.receive_data(data)
        event = reader.next_event()
    except h11.RemoteProtocolError as error:
        raise Fault(error.error_status_hint) from None
    if not isinstance(event, h11.Request):
        raise Fault(400)
    fields = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers
    )
    head = Head(
        method=event.method.decode("ascii"),
        target=event.target.decode("ascii"),
        version=event.http_version.decode("ascii"),
        fields=fields,
        length=_length(fields),
    )
    _check(head)
    return head, bytes(reader.trailing_data[0])


def _length(fields: tuple[tuple[str, str], ...]) -> int:
    """Of the body. Only what says its length is taken: it can be refused before it is read."""
    names = {name for name, _ in fields}
    if "transfer-encoding" in names:
        raise Fault(411)
    found = {value for name, value in fields if name == "content-length"}
    return int(found.pop()) if found else 0


def _check(head: Head) -> None:
    if head.version not in ("1.0", "1.1"):
        raise Fault(505)
    if head.method not in METHODS:
        raise Fault(405)
    if len(head.target) > LONGEST_TARGET:
        raise Fault(414)
    if len(head.fields) > MOST_FIELDS:
        raise Fault(431)
    # A target that names a host itself would have two opinions about the host in one request.
    if not head.target.startswith("/"):
        raise Fault(403)
    if head.field("content-type").lower().startswith("multipart/"):
        raise Fault(415)
    if head.field("upgrade") and "upgrade" in head.field("connection").lower():
        raise Fault(400)
