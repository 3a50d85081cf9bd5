"""Who has to go when too many are there: decisions only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from frame.web.serving.limits import Limits

DRIBBLE_SECONDS = 1.0
"""A head that is not complete after this long was not sent by a browser on a network that works."""


@dataclass(frozen=True)
class Waiting:
    """A connection that asks for nothing just now. `age` is how long it has been so, in seconds;
    `has_begun` that a request of it has begun and does not end."""

    number: int
    address: str
    age: float
    has_begun: bool


@dataclass(frozen=True)
class Room:
    """For a newcomer: none needs to go, `leaves` needs to, or there `is_none`."""

    leaves: int | None = None
    is_none: bool = False


def room_for(
    address: str, counts: dict[str, int], waiting: Collection[Waiting], limits: Limits
) -> Room:
    """Whether somebody from `address` may come in. `counts` has the connections of every address.

    Whoever waits longest makes room, and those whose request does not end before those who are
    between two requests. Nobody who is being served ever has to go.
    """
    if counts.get(address, 0) >= limits.per_address:
        candidates = [each for each in waiting if each.address == address]
    elif sum(counts.values()) >= limits.connections:
        candidates = list(waiting)
    else:
        return Room()
    if not candidates:
        return Room(is_none=True)
    return Room(leaves=max(candidates, key=_rank).number)


def _rank(each: Waiting) -> tuple[bool, float]:
    return each.has_begun and each.age > DRIBBLE_SECONDS, each.age
