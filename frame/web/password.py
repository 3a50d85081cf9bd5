"""The owner's password: hashed by argon2id, slowly enough that stealing the catalogue is of no use."""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST, LONGEST = 8, 256
"""Characters. A longer one is no safer, and somebody's attempt to keep us busy."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 << 10, parallelism=1)
"""OWASP's first recommendation for argon2id: 19 MiB, two passes. A tenth of a second on a Pi."""

_ONE_AT_A_TIME = threading.Semaphore(2)
"""Each takes 19 MiB while it lasts."""


def is_fit(password: str) -> bool:
    """Whether it may be somebody's password."""
    return SHORTEST <= len(password) <= LONGEST


def hashed(password: str) -> str:
    with _ONE_AT_A_TIME:
        return _HASHER.hash(_plain(password))


def is_right(hash_: str, password: str) -> bool:
    """Whether it is the one of that hash. A damaged hash fits nothing."""
    if len(password) > LONGEST:
        return False
    with _ONE_AT_A_TIME:
        try:
            return _HASHER.verify(hash_, _plain(password))
        except (Argon2Error, InvalidHashError):
            return False


def is_dated(hash_: str) -> bool:
    """Whether it was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(hash_)


def _plain(password: str) -> str:
    """The same letters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFKC", password)
