"""Everything that can go wrong in a way we can explain: one family, one sentence each.

Each class knows the exit code of the command it ends (see `frame.cli`). The message is for the person
at the keyboard or in front of the wall: what is wrong, and what they can do.
"""

from __future__ import annotations


class WakeframeError(Exception):
    """Something on our side failed; exit code 1."""

    exit_code = 1


class UsageError(WakeframeError):
    """The command cannot be carried out as it was typed; typing it differently helps."""

    exit_code = 2


class PhotoNotFound(UsageError):  # noqa: N818 - reads as what it says
    """There is no such photo, or it is not a file, or we may not read it."""


class OutputNotWritable(UsageError):  # noqa: N818
    """The clip or the report cannot be written there; another folder or file name helps."""


class Refused(WakeframeError):  # noqa: N818
    """This file cannot be turned into pixels. `code` is for programs, the message for people."""

    exit_code = 3

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Unready(WakeframeError):  # noqa: N818
    """The file cannot be taken in at this moment (still arriving, or gone); later it may."""


class StorageError(WakeframeError):
    """The library's disk failed us; nothing was lost, and trying again later may work."""


class DiskFull(StorageError):  # noqa: N818
    """No room for another photo; freeing space helps. What is there already is safe."""
