"""A screen in memory that remembers what it was shown, and can be pulled out."""

from __future__ import annotations

from collections.abc import Sequence

from frame.display.ports import Frame, Input, ScreenLost
from tests.fakes.clock import FakeClock


class FakeScreen:
    """See the module. Keeps the times of all frames, and copies of the last `kept` of them."""

    def __init__(
        self, clock: FakeClock, size: tuple[int, int] = (96, 54), hz: float = 60.0, kept: int = 1
    ) -> None:
        self._clock = clock
        self.size = size
        self.refresh_hz = hz
        self.kept = kept
        self.times: list[float] = []
        self.frames: list[Frame] = []
        self.wishes: list[Input] = []
        self.is_lost = False
        self.is_closed = False

    def present(self, frame: Frame) -> None:
        if self.is_lost or self.is_closed:
            raise ScreenLost("pulled out")
        assert frame.shape == (self.size[1], self.size[0], 3)
        self.times.append(self._clock.monotonic())
        self.frames = [*self.frames, frame.copy()][-self.kept :]

    def inputs(self) -> Sequence[Input]:
        if self.is_lost or self.is_closed:
            raise ScreenLost("pulled out")
        wishes, self.wishes = self.wishes, []
        return wishes

    def close(self) -> None:
        self.is_closed = True
