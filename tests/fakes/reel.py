"""A film of frames that are there already, or not yet: `decoded` says how far the decoder came."""

from __future__ import annotations

from collections.abc import Sequence

from frame.display.ports import FilmError, Frame


class Reel:
    """See `frame.display.ports.Film`."""

    def __init__(self, pictures: Sequence[Frame], fps: float = 25.0) -> None:
        self._pictures = list(pictures)
        self.fps = fps
        self.decoded = len(self._pictures)
        self.asked: list[int] = []
        self.is_broken = False

    @property
    def frames(self) -> int:
        return len(self._pictures)

    def is_ready(self) -> bool:
        return self.decoded > 0

    def frame(self, index: int) -> Frame | None:
        if self.is_broken:
            raise FilmError("broken on purpose")
        if index >= self.decoded:
            return None
        assert not self.asked or index >= self.asked[-1], "indices only grow"
        self.asked.append(index)
        return self._pictures[index]

    def close(self) -> None:
        self.decoded = 0
