"""A photo that a relative sends: its stages, and what a pass lets begin. Decisions only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from frame.core.passes import Pass

HOUR = 3600


class Stage(StrEnum):
    """Of an upload. Receiving: bytes are missing. Received: all are on our disk. Taken: it is a photo of
    ours. Refused: it will never be one."""

    RECEIVING = "receiving"
    RECEIVED = "received"
    TAKEN = "taken"
    REFUSED = "refused"


class Event(StrEnum):
    """What can happen to an upload."""

    ALL_HERE = "all here"
    LOST = "lost"
    KEPT = "kept"
    DECLINED = "declined"


_NEXT: dict[tuple[Stage, Event], Stage] = {
    (Stage.RECEIVING, Event.ALL_HERE): Stage.RECEIVED,
    # Told twice: the answer to the first time was lost on the way.
    (Stage.RECEIVED, Event.ALL_HERE): Stage.RECEIVED,
    (Stage.RECEIVED, Event.KEPT): Stage.TAKEN,
    (Stage.RECEIVED, Event.DECLINED): Stage.REFUSED,
    # A power cut took bytes that were not on the disk yet, or not the promised ones came.
    (Stage.RECEIVED, Event.LOST): Stage.RECEIVING,
}


def next_stage(stage: Stage, event: Event) -> Stage:
    """The stage after `event`. Raises ValueError for a pair that cannot be."""
    try:
        return _NEXT[stage, event]
    except KeyError:
        raise ValueError(f"{event} cannot happen to an upload that is {stage}") from None


class Limit(StrEnum):
    """What keeps a pass from beginning another photo."""

    PHOTOS = "photos"
    BYTES = "bytes"
    PER_HOUR = "per_hour"
    TOO_LARGE = "too_large"


@dataclass(frozen=True)
class UnderWay:
    """What a pass has begun: `photos` and `size_bytes` that count against its quota once they are here;
    `recent` are the moments (unix seconds) of the last hour at which one was begun, oldest first."""

    photos: int = 0
    size_bytes: int = 0
    recent: tuple[int, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Why a photo may not be begun; `seconds` until it may, where waiting helps."""

    limit: Limit
    seconds: int | None = None


def may_begin(
    pass_: Pass, under_way: UnderWay, size_bytes: int, now: float, largest: int
) -> Refusal | None:
    """Whether a photo of `size_bytes` may be begun with this pass; None: it may.

    What is under way counts in full, so that many at once get no further than one after the other.
    """
    if size_bytes > largest:
        return Refusal(Limit.TOO_LARGE)
    if under_way.photos + 1 > pass_.photos_left:
        return Refusal(Limit.PHOTOS)
    if under_way.size_bytes + size_bytes > pass_.bytes_left:
        return Refusal(Limit.BYTES)
    if len(under_way.recent) >= pass_.per_hour:
        return _too_fast(pass_, under_way, now, room=1)
    return None


def may_go_on(pass_: Pass, under_way: UnderWay, now: float) -> Refusal | None:
    """Whether what was begun may still be brought to its end: the owner may have said less meanwhile."""
    if under_way.photos > pass_.photos_left:
        return Refusal(Limit.PHOTOS)
    if under_way.size_bytes > pass_.bytes_left:
        return Refusal(Limit.BYTES)
    if len(under_way.recent) > pass_.per_hour:
        return _too_fast(pass_, under_way, now, room=0)
    return None


def _too_fast(pass_: Pass, under_way: UnderWay, now: float, *, room: int) -> Refusal:
    """Wait until so many are an hour old that there is room for `room` more."""
    too_many = len(under_way.recent) - pass_.per_hour + room
    until = (
        under_way.recent[min(too_many, len(under_way.recent)) - 1] + HOUR
        if pass_.per_hour
        else now + HOUR
    )
    return Refusal(Limit.PER_HOUR, max(1, math.ceil(until - now)))
