"""Which photo is rendered next, and whether there is room for its clip. Decisions only.

New photos come first, newest arrival first; then clips that have become stale, which play on until
their successor is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from frame.core.liveliness import NATURAL, Wish
from frame.core.photos import Clip, Photo, View
from frame.library.work import Task

FULL_HD = (1920, 1080)
"""Longest and shortest side of a clip: what the boards we are made for decode at 25 frames a second
without help from hardware, and what every phone plays."""

CLIP_BYTES = 6 << 20
"""A guess before there is a clip: 1080p portraits take 2 to 9 MB."""

ROOM_AGAIN = 0.75
"""An evicted clip comes back only while clips take less than this share of their quota; or the next
evicted one would be rendered at once, and so on round the library."""


@dataclass(frozen=True)
class Target:
    """Everything that shapes a photo's clip. `driver` is the one asked for, `intensity` how strongly."""

    models: str
    prepared: str
    view: View
    driver: str
    intensity: float = NATURAL

    @property
    def key(self) -> str:
        key = f"{self.models}|{self.prepared}|{self.view.key}|{self.driver}"
        # What was tried before anybody could ask for less goes on counting.
        return key if self.intensity == NATURAL else f"{key}|{self.intensity}"

    def is_met_by(self, clip: Clip, asked: Wish) -> bool:
        """Whether `clip`, for which this was asked, is what it should be."""
        made = Target(clip.models, clip.prepared, clip.view, asked.driver, asked.intensity)
        return made == self


class Why(StrEnum):
    """What is wrong with the clip that a photo has."""

    NEW = "new"
    STALE = "stale"
    EVICTED = "evicted"


_ORDER = (Why.NEW, Why.STALE, Why.EVICTED)


@dataclass(frozen=True)
class Candidate:
    """A photo that wants a clip."""

    photo_id: int
    arrived: int
    target: Target
    why: Why


class Room(StrEnum):
    """Whether a clip may be made now."""

    FREE = "free"
    AFTER_EVICTING = "after evicting"
    NONE = "none"


@dataclass(frozen=True)
class Shelf:
    """How full it is, in bytes: `spare` on the disk beyond what stays free for others, `used` by clips
    of their `quota`; `usual` is what one clip takes; `oldest_made` when the oldest was made."""

    spare: int
    used: int
    quota: int
    usual: int
    oldest_made: int | None


def wanting(
    photo: Photo, target: Target, newest: Clip | None, asked: Wish, task: Task | None
) -> Candidate | None:
    """The photo as a candidate, or None where nothing is to be done.

    `newest` is its newest clip, for which `asked` was asked, and `task` what is known of rendering it.
    """
    if newest is not None and target.is_met_by(newest, asked):
        return None
    why = Why.NEW if newest is None else Why.STALE
    if task is not None and task.target == target.key:
        if task.state == "set_aside":
            return None
        if task.state == "done":
            # With a code there never was a clip; without, there was one, and it has gone.
            if task.code or newest is not None:
                return None
            why = Why.EVICTED
    return Candidate(photo.id, photo.arrived, target, why)


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """New photos first, then stale clips, then evicted ones; within each the newest arrival first."""
    return sorted(
        candidates, key=lambda each: (_ORDER.index(each.why), -each.arrived, -each.photo_id)
    )


def room_for(candidate: Candidate, shelf: Shelf) -> Room:
    """Whether there is room for this photo's clip.

    A new photo may push out the oldest clips if it arrived after the oldest was made. That is what
    keeps a library that is larger than its quota from rendering in circles: no photo can push out a
    clip made after it arrived, and one that was pushed out itself pushes nothing.
    """
    if candidate.why is Why.STALE:
        # It takes the place of its predecessor.
        return Room.FREE if shelf.spare >= shelf.usual else Room.NONE
    if candidate.why is Why.EVICTED:
        fits = shelf.used + shelf.usual <= ROOM_AGAIN * shelf.quota
        return Room.FREE if fits and shelf.spare >= 2 * shelf.usual else Room.NONE
    if shelf.spare >= shelf.usual and shelf.used + shelf.usual <= shelf.quota:
        return Room.FREE
    if shelf.oldest_made is None or candidate.arrived <= shelf.oldest_made:
        return Room.NONE
    return Room.AFTER_EVICTING


def choose(ordered: Sequence[Candidate], shelf: Shelf) -> tuple[Candidate, Room] | None:
    """The first in order for whose clip there is room."""
    refused: set[Why] = set()
    for candidate in ordered:
        # The newest of its kind has the best claim: where it is refused, all of its kind are.
        if candidate.why in refused:
            continue
        room = room_for(candidate, shelf)
        if room is not Room.NONE:
            return candidate, room
        refused.add(candidate.why)
    return None


def fitting(ordered: Sequence[Candidate], shelf: Shelf) -> int:
    """How many of those that wait will have a clip, as things stand: for an honest estimate."""
    room = max(0, min(shelf.quota - shelf.used, shelf.spare)) // max(1, shelf.usual)
    count = 0
    for candidate in ordered:
        found = room_for(candidate, shelf)
        if found is Room.FREE and candidate.why is not Why.STALE:
            found = Room.FREE if room > 0 else Room.NONE
            room -= 1
        count += found is not Room.NONE
    return count


def clip_size(view: View) -> tuple[int, int]:
    """(width, height) of the clip for a view: the view's own, or a whole fraction of it where the panel
    is larger than decoders are fast. The display enlarges it again."""
    longest, shortest = FULL_HD
    sides = sorted((view.width, view.height))
    by = max(1, -(-sides[1] // longest), -(-sides[0] // shortest))
    return max(2, 2 * round(view.width / by / 2)), max(2, 2 * round(view.height / by / 2))
