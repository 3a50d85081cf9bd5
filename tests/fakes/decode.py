"""A decoder for tests about files: quick, without pixels, and as strict about whole files.

A photo for it is what `photo` makes: a JPEG's first bytes, something to tell photos apart, and an end.
Neither numpy nor a child process is needed, so that a test may run ingest a thousand times.
"""

from __future__ import annotations

import hashlib
import os
from types import SimpleNamespace
from typing import Any

from frame.errors import Refused

_HEAD, _END = b"\xff\xd8\xff fake ", b" whole"


def photo(name: str, size: int = 100) -> bytes:
    """The bytes of a photo; the same for the same name."""
    return _HEAD + name.encode().ljust(size, b".") + _END


def decode(descriptor: int) -> Any:
    """As `frame.library.decode.decode`: something like a `DecodedPhoto`, or `Refused`."""
    data = b""
    while chunk := os.pread(descriptor, 1 << 20, len(data)):
        data += chunk
    if not (data.startswith(_HEAD) and data.endswith(_END)):
        raise Refused("damaged", "This photo is damaged.")
    return SimpleNamespace(
        pixels=SimpleNamespace(shape=(4, 6, 3)),
        original_size=(6, 4),
        format="JPEG",
        sha256=hashlib.sha256(data).hexdigest(),
        taken=None,
        place=None,
    )


def no_thumbnail(*_: object) -> None:
    """Nothing to draw: there are no pixels."""
