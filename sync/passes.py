"""Passes of relatives: made once, shown once, and found again by what only their holder has.

A token has 128 bits, so no number of guesses finds one; that is why looking one up needs no limit.
"""

from __future__ import annotations

import hashlib
import re
import secrets

from frame.core.passes import Pass, Terms
from frame.library.catalogue import Catalogue

TOKEN_BYTES = 16
"""128 bits."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def issue(catalogue: Catalogue, name: str, terms: Terms, now: int) -> tuple[str, Pass]:
    """A new pass and its token, which exists nowhere else from now on."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    return token, catalogue.passes.add(hash_of(token), name, terms, now)


def holder(catalogue: Catalogue, token: str) -> Pass | None:
    """The pass of that token, in whatever standing; None for what is no token of ours."""
    return catalogue.passes.find(hash_of(token)) if is_token(token) else None


def is_token(text: str) -> bool:
    """Whether it has the form of a token."""
    return _TOKEN.fullmatch(text) is not None


def hash_of(token: str) -> str:
    """What is kept of a token. It is random enough to need neither salt nor a slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
