"""The sender's file while it is taken in: read, never written, never trusted to hold still."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from frame.errors import Refused, Unready

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Promise:
    """What the sender said about the file, as far as they did."""

    sha256: str | None = None
    size_bytes: int | None = None

    def check(self, sha256: str, size_bytes: int) -> None:
        """Raise `Refused` unless this is what was promised."""
        if self.size_bytes is not None and self.size_bytes != size_bytes:
            raise refusal("incomplete")
        if self.sha256 is not None and self.sha256.lower() != sha256:
            raise refusal("incomplete")


@contextlib.contextmanager
def opened(source: Path) -> Iterator[tuple[int, os.stat_result]]:
    """A descriptor of the ordinary file at `source` and what it is like; links are never followed, pipes
    and devices neither opened nor waited for."""
    try:
        if not stat.S_ISREG(source.lstat().st_mode):
            raise refusal("link" if source.is_symlink() else "no_file")
        descriptor = os.open(source, _OPEN)
    except (FileNotFoundError, NotADirectoryError):
        raise Unready("The file is not there any more.") from None
    except PermissionError:
        raise Unready("The frame may not read this file; change its permissions.") from None
    except ValueError:
        raise refusal("no_file") from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise refusal("link") from None
        raise Unready(f"The file cannot be read: {(error.strerror or '').lower()}.") from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise refusal("no_file")
        if found.st_size == 0:
            raise refusal("empty")
        yield descriptor, found
    finally:
        os.close(descriptor)


def check_unchanged(source: Path, descriptor: int, before: os.stat_result, copied: int) -> None:
    """Raise `Unready` if somebody wrote to the file, or put another in its place, since `before`."""
    now = os.fstat(descriptor)
    try:
        there = source.lstat()
    except OSError:
        raise Unready("The file went away while it was being copied.") from None
    is_same = (there.st_dev, there.st_ino) == (now.st_dev, now.st_ino)
    is_quiet = (before.st_size, before.st_mtime_ns) == (now.st_size, now.st_mtime_ns)
    if not (is_same and is_quiet and copied == now.st_size):
        raise Unready("The file changed while it was being copied.")


def read(descriptor: int, count: int) -> bytes:
    """The next bytes; a stick that is pulled out is no fault of our disk."""
    try:
        return os.read(descriptor, count)
    except OSError as error:
        raise Unready(f"The file cannot be read: {(error.strerror or '').lower()}.") from error


def exists(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have is no file."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


_SENTENCES = {
    "link": "This is a link to a file; put the photo itself there.",
    "no_file": "This is not an ordinary file.",
    "empty": "This file is empty; send the photo again.",
    "incomplete": "Only part of this photo arrived; send it again.",
    "too_large": "This file is too large to be a photo.",
    "decoder_died": "This photo made the decoder stop; it may be damaged. Copy it again.",
}


def refusal(code: str) -> Refused:
    """The refusal of that code, with its sentence."""
    return Refused(code, _SENTENCES[code])
