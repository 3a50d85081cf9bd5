"""Where the slow lane stands, for status and pages: state, photo, share, and an honest estimate."""

from __future__ import annotations

from collections.abc import Callable

from frame.core.photos import Photo
from frame.library.catalogue import Catalogue
from frame.studio.estimate import seconds_left, sentence
from frame.studio.lane import Reason, State
from frame.studio.naming import called
from frame.studio.telling import Teller

UNKNOWN = 0.0
"""`usual_seconds` says this where no photo was ever done."""

PAUSES = {
    Reason.HOT: "Rendering waits until the frame is cooler.",
    Reason.DISK: "Rendering waits: the disk has no room for more clips.",
    Reason.TROUBLE: "Rendering waits: the disk or the models cannot be read.",
}


class Progress:
    """Tells the live file ``studio.json``: `state`, `reason`, `photo`, `name`, `stage`, `share`,
    `waiting` (with the one in work), `estimate_seconds`, `sentence`."""

    def __init__(self, teller: Teller, catalogue: Catalogue, clock: Callable[[], float]) -> None:
        self._teller = teller
        self._catalogue = catalogue
        self._clock = clock
        self._state = State.IDLE
        self._reason: Reason | None = None
        self._photo: Photo | None = None
        self._stage, self._share = "", 0.0
        self._waiting = 0
        self._usual: float | None = None
        self._since = 0.0
        self._held = 0.0
        self._held_since: float | None = None

    @property
    def worked_seconds(self) -> float:
        """How long the photo in work has been worked on, pauses left out."""
        now = self._clock()
        held = self._held + (now - self._held_since if self._held_since is not None else 0.0)
        return now - self._since - held

    def turned(self, state: State, reason: Reason | None, waiting: int) -> None:
        """The lane is in another state, or still in the same one."""
        if state is State.HELD and self._held_since is None:
            self._held_since = self._clock()
        if state is not State.HELD and self._held_since is not None:
            self._held += self._clock() - self._held_since
            self._held_since = None
        if state not in (State.RENDERING, State.HELD):
            self._photo = None
        self._state, self._reason, self._waiting = state, reason, waiting
        self._tell()

    def began(self, photo: Photo, waiting: int) -> None:
        """This photo is in work; `waiting` counts it."""
        usual = self._catalogue.work.usual_seconds("render", UNKNOWN)
        self._usual = usual if usual > UNKNOWN else None
        self._state, self._reason = State.RENDERING, None
        self._photo, self._waiting = photo, waiting
        self._stage, self._share = "opening", 0.0
        self._since, self._held = self._clock(), 0.0
        self._tell()

    def moved(self, stage: str, share: float) -> None:
        """The photo in work got on."""
        self._stage, self._share = stage, share
        self._tell(is_passing=True)

    def stopped(self) -> None:
        self._teller.tell({"state": "stopped"})

    def _tell(self, *, is_passing: bool = False) -> None:
        self._teller.tell(self._facts(), is_passing=is_passing)

    def _facts(self) -> dict[str, object]:
        state = "paused" if self._state is State.HELD else str(self._state)
        facts: dict[str, object] = {"state": state, "waiting": self._waiting}
        if self._reason is not None:
            facts["reason"] = str(self._reason)
        if self._photo is not None:
            facts |= {"photo": self._photo.id, "name": called(self._photo)}
            facts |= {"stage": self._stage, "share": round(self._share, 3)}
        seconds = self._seconds_left()
        facts["estimate_seconds"] = None if seconds is None else round(seconds)
        facts["sentence"] = (
            PAUSES[self._reason] if self._reason else sentence(self._waiting, seconds)
        )
        return facts

    def _seconds_left(self) -> float | None:
        if self._waiting == 0:
            return 0.0
        if self._photo is None:
            return seconds_left(self._waiting, self._usual)
        return seconds_left(self._waiting - 1, self._usual, self._share, self.worked_seconds)
