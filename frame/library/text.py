"""Text from strangers, made fit for the catalogue.

File names need not be text at all: Python hands bytes that are no UTF-8 over as lone surrogates, which
SQLite refuses. They become ``\\xff``, so that two different names stay two different names.
"""

from __future__ import annotations

LONGEST = 4096
"""The longest path that Linux knows; nothing that comes from a person is longer."""


def storable(text: str) -> str:
    """`text` as the catalogue keeps it: valid UTF-8, no NUL, not endless."""
    plain = text.replace("\0", "\\x00")
    try:
        raw = plain.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # surrogates that stand for no byte: not from a file name
        raw = plain.encode("utf-8", "backslashreplace")
    return raw.decode("utf-8", "backslashreplace")[:LONGEST]
