"""What happens to the wall, and what it wants done: events and effects, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from frame.core.schedule import Light


@dataclass(frozen=True)
class Slide:
    """A picture that is ready to hang. `number` names it; `photos` are ids in reading order.

    `wakes` are the indices of those photos that have a clip that fits. `is_new` tells an arrival.
    """

    number: int
    photos: tuple[int, ...]
    wakes: tuple[int, ...] = ()
    is_new: bool = False


class Wanted(Enum):
    """Which slide to prepare."""

    RESUME = "resume"
    """What hung last, and if that is gone, the next."""
    NEXT = "next"
    PREVIOUS = "previous"
    AGAIN = "again"
    """The photos that are named."""


class Wish(Enum):
    """What somebody at the frame asks for."""

    NEXT = "next"
    PREVIOUS = "previous"
    WAKE = "wake"
    HANG = "hang"
    """Hang the photos that are named; only from afar."""
    HIDE = "hide"
    UNDO = "undo"
    INFO = "info"
    HOLD = "hold"
    """A long touch: what hangs there; held again, how to send photos."""
    STAY = "stay"
    """A touch of seconds: the end, once it is told what hangs there; before that, to be told."""
    INVITE = "invite"
    """Hold up an address that a phone can scan to send photos."""
    YES = "yes"
    NO = "no"
    QUIT = "quit"


# Events


@dataclass(frozen=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True)
class Prepared:
    """The answer to `Prepare` of this number. Without a slide, `code` says why nothing can hang."""

    request: int
    slide: Slide | None
    code: str = ""


@dataclass(frozen=True)
class FilmReady:
    """The film that was opened can play."""


@dataclass(frozen=True)
class FilmFailed:
    """The film that was opened, or plays, cannot."""


@dataclass(frozen=True)
class FadeDone:
    """The slide that was faded to hangs."""


@dataclass(frozen=True)
class WakeDone:
    """The still hangs again."""


@dataclass(frozen=True)
class Asked:
    """Somebody at the frame wants something."""

    wish: Wish


@dataclass(frozen=True)
class WishedFromAfar:
    """Somebody wants something who does not stand at the frame: no question on it is answered by that.

    `photos` are those to be hung, where that is the wish.
    """

    wish: Wish
    photos: tuple[int, ...] = ()


@dataclass(frozen=True)
class Repaced:
    """The owner has changed how long a photo hangs and how often it wakes: seconds, as in `Pace`."""

    slide: float
    wake: float


@dataclass(frozen=True)
class LightChanged:
    """The schedule wants another light."""

    light: Light


@dataclass(frozen=True)
class CardsChanged:
    """The library has changed. `gone` are ids that may not hang any more, `wakes` the indices of the
    hanging photos that have a clip now."""

    is_empty: bool
    has_new: bool
    gone: frozenset[int] = frozenset()
    wakes: tuple[int, ...] = ()


@dataclass(frozen=True)
class HeldUp:
    """A placard is to be held up until then; None when there is none (any more). Times are monotonic."""

    until: float | None


@dataclass(frozen=True)
class Questioned:
    """This question is open and may be asked on the screen; None when there is none (any more)."""

    question: int | None


Event = (
    Tick
    | Prepared
    | FilmReady
    | FilmFailed
    | FadeDone
    | WakeDone
    | Asked
    | WishedFromAfar
    | Repaced
    | LightChanged
    | CardsChanged
    | HeldUp
    | Questioned
)

# Effects


@dataclass(frozen=True)
class Prepare:
    """Make a slide ready and answer with `Prepared`; a later request makes this one void."""

    request: int
    wanted: Wanted
    prefers_waking: bool = False
    photos: tuple[int, ...] = ()


@dataclass(frozen=True)
class StartFade:
    """Fade from what is seen to this slide; ends in `FadeDone`."""

    number: int


@dataclass(frozen=True)
class Hang:
    """Show this slide at once: nothing was seen before it."""

    number: int


@dataclass(frozen=True)
class OpenFilm:
    """Begin to decode the clip of the hanging photo of this index; ends in `FilmReady`."""

    index: int


@dataclass(frozen=True)
class CloseFilm:
    """It is not needed (any more)."""


@dataclass(frozen=True)
class StartWake:
    """Play the film that is open; ends in `WakeDone`."""

    index: int


@dataclass(frozen=True)
class Redraw:
    """Something over the picture has changed: present once more."""


@dataclass(frozen=True)
class ShowMessage:
    """Nothing can hang: say why, in the words of this code."""

    code: str


@dataclass(frozen=True)
class Hide:
    """These may not hang any more."""

    photos: tuple[int, ...]


@dataclass(frozen=True)
class Unhide:
    """These may hang again."""

    photos: tuple[int, ...]


@dataclass(frozen=True)
class Answer:
    """Somebody has answered a question."""

    question: int
    is_yes: bool


@dataclass(frozen=True)
class Invite:
    """Somebody at the frame wants to send photos: ask for a placard."""


@dataclass(frozen=True)
class SavePlace:
    """The hanging slide is where the shuffle stands: write it down."""


@dataclass(frozen=True)
class SetLight:
    """Switch and dim the panel."""

    light: Light


@dataclass(frozen=True)
class Quit:
    """End the loop."""


Effect = (
    Prepare
    | StartFade
    | Hang
    | OpenFilm
    | CloseFilm
    | StartWake
    | Redraw
    | ShowMessage
    | Hide
    | Unhide
    | Answer
    | Invite
    | SavePlace
    | SetLight
    | Quit
)
