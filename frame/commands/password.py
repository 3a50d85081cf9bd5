"""`wakeframe password`: the owner's password, from a terminal on the frame itself."""

from __future__ import annotations

import getpass
import sys
import time
from pathlib import Path

from frame.commands.library import library_folder, open_library
from frame.errors import UsageError
from frame.settings import read
from frame.web.password import LONGEST, SHORTEST, hashed, is_fit


def change(wanted: Path | None) -> int:
    """Ask for a new one and set it; whoever is logged in anywhere is so no more. Exit code 0.

    Who can run this can read the library as well: nothing is proved by it that was not so before.
    """
    with open_library(library_folder(wanted, read().settings), read_only=False) as catalogue:
        new = _asked()
        if not is_fit(new):
            raise UsageError(
                f"A password needs {SHORTEST} to {LONGEST} letters; nothing was changed."
            )
        hash_ = hashed(new)
        with catalogue.transaction():
            catalogue.ownership.set_password(hash_, int(time.time()))
    print("The password is changed, and every browser is logged out.")
    return 0


def _asked() -> str:
    """Typed twice at a terminal, or one line from a pipe."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    new = getpass.getpass("New password: ")
    if new != getpass.getpass("Once more: "):
        raise UsageError("The two are not the same; nothing was changed.")
    return new
