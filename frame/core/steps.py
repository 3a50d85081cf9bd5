"""The wall's state, and the small steps that several of its transitions share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from frame.core import happenings as do
from frame.core.happenings import Effect, Slide, Wanted
from frame.core.schedule import DAYLIGHT, Light

WAKE_JITTER = 0.25
"""A wake comes up to this share earlier or later, so that nobody learns to wait for it."""

FIRST_WAKE = 45.0
"""Seconds until the first wake after start and after a night: who switches it on wants to see it."""

STILL_BEFORE_WAKE = 5.0
"""A still must be a still first, or nobody sees that it wakes."""

STILL_AFTER_WAKE = 8.0
"""And it comes to rest before it goes."""

STILL_BEFORE_ARRIVAL = 5.0
"""A new photo waits only this long for one that is not new: its sender stands in front of the frame."""

FILM_LEAD = 2.5
"""A film is opened this long before it is needed; a busy Pi takes a second to have it decoded ahead."""

SHORTEST_WAKE = STILL_AFTER_WAKE + FILM_LEAD + 1.0
"""Seconds from one wake to the next film: however often the owner wants a wake, a slide that had its
own goes first, or the wall would never turn."""

FILM_PATIENCE = 20.0
"""A film that is not ready by then is given up; its own deadline is shorter."""

RETRY = 10.0
"""While nothing can be shown though there are photos, look again this often."""

UNDO_SECONDS = 60.0
NOTE_SECONDS = 4.0
CHOOSE_SECONDS = 15.0
INFO_SECONDS = 30.0
ASK_SECONDS = 60.0
"""A question nobody answers gives the picture back; it stays open elsewhere (`wakeframe answer`)."""

UNANSWERED_SECONDS = 0.8
"""A question that has just come up was not read yet."""


class Phase(Enum):
    """What the panel shows."""

    STARTING = "starting"
    EMPTY = "empty"
    HANGING = "hanging"
    FADING = "fading"
    WAKING = "waking"
    NIGHT = "night"


class Over(Enum):
    """What lies over the picture."""

    NOTE = "note"
    INFO = "info"
    WHICH = "which"
    QUESTION = "question"
    PLACARD = "placard"


@dataclass(frozen=True)
class Overlay:
    """Something over the picture until `until`. `code` is a note's; `question` a question's id."""

    over: Over
    until: float
    code: str = ""
    question: int = 0


@dataclass(frozen=True)
class Pace:
    """The owner's seconds: how long a still hangs, and how often the wall wakes (0: never)."""

    slide: float = 30.0
    wake: float = 240.0


@dataclass(frozen=True)
class Wall:
    """The whole state. Times are monotonic seconds.

    `slide` hangs, or is being faded to; with `is_gone` it may not hang any more. `coming` is prepared.
    `request` is the number of the last preparation asked for, `pending` what it is, until answered. With
    `hurries` the coming slide hangs as soon as it can. `film` is the index of the hanging photo whose
    film is open. `question` was asked last, `held` is until when the last placard
    was to be held up; `hidden` can be undone.
    """

    pace: Pace = Pace()
    seed: int = 0
    phase: Phase = Phase.STARTING
    light: Light = DAYLIGHT
    slide: Slide | None = None
    is_gone: bool = False
    coming: Slide | None = None
    request: int = 0
    pending: Wanted | None = None
    hurries: bool = False
    hung_at: float = 0.0
    leave_at: float = 0.0
    retry_at: float = 0.0
    wake_at: float = 0.0
    wakes: int = 0
    film: int | None = None
    film_since: float = 0.0
    is_film_ready: bool = False
    overlay: Overlay | None = None
    question: int | None = None
    held: float | None = None
    hidden: tuple[int, ...] = ()
    hidden_at: float = 0.0


class ImpossiblePair(Exception):  # noqa: N818 - reads as what it says
    """This cannot happen in this state: the loop has a mistake."""


Step = tuple[Wall, tuple[Effect, ...]]


def leave(wall: Wall) -> Step:
    """Fade to the coming slide."""
    assert wall.coming is not None
    close = (do.CloseFilm(),) if wall.film is not None else ()
    keeps = wall.overlay is not None and wall.overlay.over is Over.NOTE
    wall = replace(
        wall,
        phase=Phase.FADING,
        slide=wall.coming,
        coming=None,
        is_gone=False,
        hurries=False,
        film=None,
        is_film_ready=False,
        overlay=wall.overlay if keeps else None,
    )
    assert wall.slide is not None
    return wall, (*close, do.StartFade(wall.slide.number))


def hurry(wall: Wall) -> Step:
    """Go on to the next slide now, or as soon as it is prepared."""
    if wall.phase is Phase.FADING or wall.slide is None:
        return wall, ()
    if wall.coming is not None:
        return leave(wall)
    wall = replace(wall, hurries=True)
    return (wall, ()) if wall.pending is not None else prepare(wall, Wanted.NEXT)


def put_over(wall: Wall, overlay: Overlay | None) -> Step:
    """Put something over the picture, or take it away."""
    if overlay == wall.overlay:
        return wall, ()
    is_seen = wall.phase in (Phase.HANGING, Phase.EMPTY)
    return replace(wall, overlay=overlay), ((do.Redraw(),) if is_seen else ())


def prepare(wall: Wall, wanted: Wanted, photos: tuple[int, ...] = ()) -> Step:
    """Ask for a slide; what was prepared or asked for before is void."""
    request = wall.request + 1
    prefers = wanted is Wanted.NEXT and _prefers_waking(wall)
    wall = replace(wall, request=request, pending=wanted, coming=None)
    return wall, (do.Prepare(request, wanted, prefers, photos),)


def night(wall: Wall) -> Step:
    """The panel goes dark."""
    close = (do.CloseFilm(),) if wall.film is not None else ()
    wall = replace(
        wall, phase=Phase.NIGHT, film=None, is_film_ready=False, overlay=None, hurries=False
    )
    return wall, (*close, do.SetLight(wall.light))


def first_wake(pace: Pace, now: float) -> float:
    """When the wall wakes for the first time after it was lit."""
    return now + min(FIRST_WAKE, pace.wake) if pace.wake > 0 else float("inf")


def interval(pace: Pace, seed: int, count: int) -> float:
    """Seconds to the next wake: the owner's, with jitter that the seed decides."""
    if pace.wake <= 0:
        return float("inf")
    mixed = (seed * 0x9E3779B97F4A7C15 + count * 0xBF58476D1CE4E5B9) % (1 << 64)
    mixed = (mixed ^ (mixed >> 29)) * 0x94D049BB133111EB % (1 << 64)
    share = (mixed >> 11) / (1 << 53)
    return pace.wake * (1 + WAKE_JITTER * (2 * share - 1))


def _prefers_waking(wall: Wall) -> bool:
    """Whether a wake falls due before the next slide has gone again, and this one will not do it."""
    if wall.pace.wake <= 0 or wall.wake_at > wall.leave_at + wall.pace.slide:
        return False
    does_it = wall.slide is not None and bool(wall.slide.wakes) and wall.wake_at <= wall.leave_at
    return not does_it
