"""A clock that only moves when somebody sleeps, or is moved."""

from __future__ import annotations


class FakeClock:
    """Starts on a Monday at noon. `synced` decides whether local time is known."""

    def __init__(self, now: float = 1000.0, unix: int = 1_700_000_000) -> None:
        self.now = now
        self.slept: list[float] = []
        self.synced = True
        self.second_of_week = 12 * 3600.0
        self._unix = float(unix)
        self.keeps_sleeps = False

    def monotonic(self) -> float:
        return self.now

    def unix(self) -> int:
        return int(self._unix)

    def local(self) -> tuple[int, float] | None:
        if not self.synced:
            return None
        second = self.second_of_week % (7 * 86400)
        return int(second // 86400), second % 86400

    def sleep(self, seconds: float) -> None:
        if self.keeps_sleeps:
            self.slept.append(seconds)
        self.move(seconds)

    def move(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds
        self._unix += seconds
        self.second_of_week += seconds

    def jump(self, seconds: float) -> None:
        """The calendar is changed; durations are not."""
        self._unix += seconds
        self.second_of_week += seconds

    def shift_zone(self, seconds: float) -> None:
        """Summer or winter time begins, or the frame has moved house."""
        self.second_of_week += seconds
