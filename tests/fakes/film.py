"""Films that need no decoder: every frame is one grey, darker by one each frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from frame.display.ports import FilmError, Frame


class FakeFilm:
    """See the module. Breaks before frame `breaks_at`; is ready after so many questions."""

    def __init__(
        self,
        size: tuple[int, int] = (64, 48),
        frames: int = 25,
        fps: float = 25.0,
        breaks_at: int | None = None,
        ready_after: int = 0,
    ) -> None:
        self._picture = np.full((size[1], size[0], 3), 200, np.uint8)
        self.frames = frames
        self.fps = fps
        self._breaks_at = breaks_at
        self._unready = ready_after
        self._last = -1
        self.is_closed = False
        self.shown: list[int] = []

    def is_ready(self) -> bool:
        if self.is_closed:
            raise FilmError("closed")
        if self._breaks_at is not None and self._breaks_at < 0:
            raise FilmError("never opens")
        self._unready -= 1
        return self._unready < 0

    def frame(self, index: int) -> Frame | None:
        if self.is_closed or (self._breaks_at is not None and index >= self._breaks_at):
            raise FilmError("broken")
        assert index >= self._last or index == 0
        self._last = index
        self.shown.append(index)
        return self._picture - np.uint8(index % 100)

    def close(self) -> None:
        self.is_closed = True


class FakeProjector:
    """Opens the films it was given, then ordinary ones; knows how many are open."""

    def __init__(self, *films: FakeFilm) -> None:
        self._films = list(films)
        self.opened: list[Path] = []
        self.films: list[FakeFilm] = []

    @property
    def count_open(self) -> int:
        return sum(not film.is_closed for film in self.films)

    def open(self, clip: Path) -> FakeFilm:
        self.opened.append(clip)
        film = self._films.pop(0) if self._films else FakeFilm()
        self.films = [each for each in self.films if not each.is_closed] + [film]
        return film
