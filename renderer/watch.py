"""Times the stages of a long piece of work, and tells how far the whole of it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from renderer.report import StageTime

Told = Callable[[float], None]

T = TypeVar("T")


class Watch:
    """`shares` maps the stages, in their order, to each one's share of the whole time; `clock` gives
    seconds that only grow; `progress` hears the stage and the share of the whole that is done.

    A stage may come again (a clip that is filmed anew): its times add up, and the progress stands
    still until the work is as far again.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        progress: Callable[[str, float], None],
        shares: Mapping[str, float],
    ) -> None:
        self._clock = clock
        self._progress = progress
        self._shares = shares
        self._seconds: dict[str, float] = {}
        self._done = 0.0

    @property
    def stages(self) -> tuple[StageTime, ...]:
        return tuple(StageTime(name, seconds) for name, seconds in self._seconds.items())

    def time(self, name: str, work: Callable[[Told], T]) -> T:
        """Do `work`, which is handed a function to tell its own progress 0..1 to."""
        order = list(self._shares)
        begin = sum(self._shares[stage] for stage in order[: order.index(name)])
        share = self._shares[name]
        self._tell(name, begin)
        start = self._clock()
        result = work(lambda done: self._tell(name, begin + share * done))
        self._seconds[name] = self._seconds.get(name, 0.0) + self._clock() - start
        self._tell(name, begin + share)
        return result

    def _tell(self, name: str, done: float) -> None:
        self._done = max(self._done, done)
        self._progress(name, self._done)
