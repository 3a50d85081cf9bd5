"""The slow lane as a state machine: what it does next, given what it sees. No clock, no disk.

::

    IDLE <--> RENDERING <--> HELD      a photo is in work; HELD while it is too hot
      ^           ^
      v           v
    PAUSED -------+                    no photo is in work, though some wait
    any --> STOPPED
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from frame.studio.queue import Candidate


class State(StrEnum):
    IDLE = "idle"
    RENDERING = "rendering"
    HELD = "held"
    PAUSED = "paused"
    STOPPED = "stopped"


class Reason(StrEnum):
    """Why the lane rests though there is work."""

    HOT = "hot"
    DISK = "disk"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Found:
    """There is work, and room for it, if need be `after_evicting` the oldest clips."""

    candidate: Candidate
    after_evicting: bool = False


@dataclass(frozen=True)
class Unprepared:
    """This photo is to be prepared before anything is made of it."""

    photo_id: int


@dataclass(frozen=True)
class NothingToDo:
    """No photo wants a clip that there is room for."""


@dataclass(frozen=True)
class Hindered:
    """There is work, but this is in its way."""

    reason: Reason


@dataclass(frozen=True)
class Cooled:
    """The machine is cool enough again."""


@dataclass(frozen=True)
class Ended:
    """The photo in work is dealt with, well or not."""


@dataclass(frozen=True)
class Stopping:
    """The lane was told to stop."""


Event = Found | Unprepared | NothingToDo | Hindered | Cooled | Ended | Stopping


@dataclass(frozen=True)
class MakeRoom:
    """Throw away the oldest clips until one more fits."""


@dataclass(frozen=True)
class Render:
    """Put this photo in work."""

    candidate: Candidate


@dataclass(frozen=True)
class Prepare:
    """Put this photo in work to be restored."""

    photo_id: int


@dataclass(frozen=True)
class Rest:
    """Look again a little later."""


@dataclass(frozen=True)
class Say:
    """One line for the owner's log."""

    message: str
    reason: Reason | None = None


Effect = MakeRoom | Render | Prepare | Rest | Say


class ImpossibleEvent(Exception):  # noqa: N818
    """The caller let something happen that cannot happen in this state."""


def next_state(state: State, event: Event) -> tuple[State, tuple[Effect, ...]]:
    """Where the lane goes from here, and what is to be done. Raises `ImpossibleEvent`."""
    match state, event:
        case (_, Stopping()):
            return State.STOPPED, ()
        case (State.IDLE | State.PAUSED, Found(candidate, after_evicting)):
            first = (MakeRoom(),) if after_evicting else ()
            return State.RENDERING, (*first, Render(candidate))
        case (State.IDLE | State.PAUSED, Unprepared(photo_id)):
            return State.RENDERING, (Prepare(photo_id),)
        case (State.IDLE | State.PAUSED, NothingToDo()):
            return State.IDLE, (Rest(),)
        case (State.IDLE, Hindered(reason)):
            said = () if reason is Reason.TROUBLE else (Say("rendering pauses", reason),)
            return State.PAUSED, (*said, Rest())
        case (State.PAUSED, Hindered()):
            return State.PAUSED, (Rest(),)
        case (State.RENDERING, Hindered(Reason.HOT)):
            return State.HELD, (Say("rendering pauses", Reason.HOT), Rest())
        case (State.RENDERING, Hindered()):
            return State.PAUSED, (Rest(),)
        case (State.HELD, Hindered(Reason.HOT)):
            return State.HELD, (Rest(),)
        case (State.HELD, Cooled()):
            return State.RENDERING, (Say("rendering goes on"),)
        case (State.RENDERING, Cooled()):
            return State.RENDERING, ()
        case (State.RENDERING, Ended()):
            return State.IDLE, ()
        case _:
            raise ImpossibleEvent(f"{event} while {state}")
