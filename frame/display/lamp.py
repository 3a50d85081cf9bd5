"""The light of the panel: the owner's hours, and the owner's word of this evening against them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from frame.core.rest import Rest, asleep, light_with, lit
from frame.core.schedule import Dimming, Hours, Light, Watched, watch
from frame.display.ports import Clock

_log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0

PATIENCE_SECONDS = 120.0
"""A machine without a clock of its own knows the time this soon after its network is there."""


def _forget(_: Mapping[str, object]) -> None:
    """Nobody keeps it."""


@dataclass(frozen=True)
class RestMemory:
    """Where the owner's word is kept while the display is started again. `load` may give anything."""

    load: Callable[[], Mapping[str, object]] = dict
    save: Callable[[Mapping[str, object]], None] = _forget


class Lamp:
    """Says once a second what the light should be."""

    def __init__(self, clock: Clock, memory: RestMemory) -> None:
        self._clock = clock
        self._memory = memory
        self._rest = _from_facts(memory.load())
        self._watched: Watched | None = None
        self._looked = float("-inf")
        self._unknown_since: float | None = None
        self._has_told = False

    @property
    def is_asleep(self) -> bool:
        """Whether somebody has sent the wall to sleep; the schedule's night is none of that."""
        return self._rest is not None and not self._rest.is_on

    @property
    def word(self) -> str:
        """What was asked: ``asleep``, ``lit``, or nothing."""
        if self._rest is None:
            return ""
        return "lit" if self._rest.is_on else "asleep"

    def sleep(self, off: Sequence[Hours]) -> None:
        """Dark, until somebody lights it or the next day begins."""
        self._keep(asleep(self._clock.local(), off, self._clock.monotonic()))

    def light_up(self) -> None:
        """Lit, in its night for a while."""
        self._keep(lit(self._clock.monotonic()))

    def light(self, off: Sequence[Hours], dims: Sequence[Dimming]) -> Light | None:
        """The light there should be; None if it is not a second since the last look."""
        now = self._clock.monotonic()
        if 0 <= now - self._looked < LOOK_SECONDS:
            return None
        self._looked = now
        local = self._clock.local()
        self._tell_of_clock(now, is_known=local is not None, is_missed=bool(off or dims))
        scheduled, self._watched = watch(self._watched, local, self._clock.unix(), off, dims)
        light, rest = light_with(self._rest, scheduled, local, dims, now)
        if rest != self._rest:
            self._rest = rest
            self._save()
        return light

    def look_again(self) -> None:
        """Another schedule: what was seen of the last one says nothing."""
        self._watched = None
        self._looked = float("-inf")

    def _tell_of_clock(self, now: float, *, is_known: bool, is_missed: bool) -> None:
        """One calm line where hours are set that nobody can keep."""
        if is_known:
            self._unknown_since = None
            return
        if self._unknown_since is None:
            self._unknown_since = now
        if is_missed and not self._has_told and now - self._unknown_since >= PATIENCE_SECONDS:
            self._has_told = True
            _log.warning("the time is not known, so the night hours wait; `wakeframe doctor` helps")

    def _keep(self, rest: Rest) -> None:
        self._rest = rest
        self._looked = float("-inf")
        self._save()

    def _save(self) -> None:
        self._memory.save({} if self._rest is None else asdict(self._rest))


def _from_facts(facts: Mapping[str, object]) -> Rest | None:
    is_on, until, was_on = facts.get("is_on"), facts.get("until"), facts.get("was_on")
    if not isinstance(is_on, bool) or not isinstance(was_on, bool):
        return None
    if isinstance(until, bool) or not isinstance(until, int | float):
        return None
    return Rest(is_on, float(until), was_on)
