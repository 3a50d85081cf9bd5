"""Short codes that prove that somebody stands before the frame: how they are read, and when they end.

A short code can be guessed, so it lives for minutes, works once, and takes ten tries. That alone would
let anybody in the network use up the tries and keep the owner out. So a code may begin with letters that
say *which* code is meant: only a guess that has those is a try. Nobody who has not read them off the
screen can use up anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from hmac import compare_digest

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: without I, L, O and U, which are misread."""

DIGITS = "0123456789"

MOST_TRIES = 10
LIFE_SECONDS = 300.0

_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
LONGEST_TYPED = 40


@dataclass(frozen=True)
class Form:
    """How a code looks: `named` letters that say which one is meant, then `secret` ones."""

    letters: str
    named: int
    secret: int


OWNERS = Form(ALPHABET, 4, 4)
"""1 in 1,048,576 names it, and then ten tries of as many."""

GUESTS = Form(DIGITS, 0, 6)
"""Every guess is a try: ten in total of a million, after which the owner opens pairing anew."""


class Guess(StrEnum):
    """What became of a guess."""

    RIGHT = "right"
    WRONG = "wrong"
    OTHER = "other"
    """It is no try of this code: it names another one, or none."""
    OVER = "over"
    """There is no code any more."""


@dataclass(frozen=True)
class Code:
    """A code while it can be used; `until` is monotonic seconds."""

    text: str
    form: Form
    until: float
    tries_left: int = MOST_TRIES

    @property
    def shown(self) -> str:
        """In two halves, as people read them."""
        middle = len(self.text) // 2
        return f"{self.text[:middle]} {self.text[middle:]}"


def make(form: Form, now: float, choose: Callable[[str], str]) -> Code:
    """A new code; `choose` gives one letter of those, at random."""
    text = "".join(choose(form.letters) for _ in range(form.named + form.secret))
    return Code(text, form, now + LIFE_SECONDS)


def guess(code: Code | None, typed: str, now: float) -> tuple[Code | None, Guess]:
    """What is left of the code after somebody typed this: None once it was used, tried out, or old."""
    if code is None or now >= code.until:
        return None, Guess.OVER
    text, named = read(typed), code.form.named
    if len(text) != len(code.text) or not _same(text[:named], code.text[:named]):
        is_try = named == 0
        return (_tried(code), Guess.WRONG) if is_try else (code, Guess.OTHER)
    if _same(text, code.text):
        return None, Guess.RIGHT
    return _tried(code), Guess.WRONG


def read(typed: str) -> str:
    """What somebody meant: without blanks and hyphens, in large letters, misread ones put right."""
    kept = (each for each in typed[:LONGEST_TYPED].upper() if each.isalnum() and each.isascii())
    return "".join(kept).translate(_MISREAD)


def _same(one: str, other: str) -> bool:
    return compare_digest(one.encode(), other.encode())


def _tried(code: Code) -> Code | None:
    left = code.tries_left - 1
    return replace(code, tries_left=left) if left else None
