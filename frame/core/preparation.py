"""Whether a photo hangs as it came or restored: decisions only.

The studio prepares (restores) a photo once; whether the result hangs is decided by the owner's setting
and by what was chosen for this photo, at any time and without making it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """The owner's setting `restore`."""

    AUTO = "auto"
    """A restored photo that has kept every face hangs by itself."""
    ASK = "ask"
    """It waits for somebody's yes."""
    NEVER = "never"


class Choice(StrEnum):
    """What somebody decided about one photo."""

    AUTO = "auto"
    """Nothing: the rule decides."""
    RESTORED = "restored"
    ORIGINAL = "original"


class Outcome(StrEnum):
    """What became of preparing a photo."""

    MADE = "made"
    """The prepared picture is on the disk."""
    NEEDLESS = "needless"
    """Nothing had to be restored."""
    EVICTED = "evicted"
    """It was made, and has gone to make room."""


@dataclass(frozen=True)
class Preparation:
    """What is known of a prepared photo.

    `name` is the fingerprint of what made it, and part of its file's name. `passed`: every face is
    still the same person. `damage` 0..1 is the share that was torn or scratched; `mended` says what was
    mended, `answers` are the codes of the findings that this answers. `made` in unix seconds.
    """

    photo_id: int
    name: str
    outcome: Outcome
    passed: bool
    damage: float
    mended: tuple[str, ...]
    answers: tuple[str, ...]
    size_bytes: int
    made: int


def is_wanted(rule: Rule, choice: Choice) -> bool:
    """Whether a photo is to be prepared at all."""
    return choice is Choice.RESTORED or (choice is Choice.AUTO and rule is not Rule.NEVER)


def hangs(rule: Rule, choice: Choice, *, passed: bool) -> bool:
    """Whether the prepared picture hangs, once it is made. `frame.library.preparations` says the same
    to the database; a test holds them together."""
    if choice is Choice.AUTO:
        return rule is Rule.AUTO and passed
    return choice is Choice.RESTORED


def waits(rule: Rule, choice: Choice, *, passed: bool) -> bool:
    """Whether somebody should be asked: it is made, and nobody has decided."""
    return (
        choice is Choice.AUTO and rule is not Rule.NEVER and not hangs(rule, choice, passed=passed)
    )
