"""What the loop on the wall needs: stills and pictures without work, and a helper without a thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from frame.core.layout import Layout
from frame.core.photos import Photo, View
from frame.core.placard import Placard
from frame.display.desk import Desk, Job, News, Ready
from frame.display.fade import dimmed
from frame.display.lettering import Overlay
from frame.display.ports import Frame, Said
from frame.errors import Refused

LOOK_SECONDS = 1.0


class FakeStills:
    """One grey for each photo; those in `broken` cannot be shown."""

    def __init__(self) -> None:
        self.broken: set[int] = set()
        self.asked: list[int] = []

    def still(self, photo: Photo, view: View) -> Frame:
        self.asked.append(photo.id)
        if photo.id in self.broken:
            raise Refused("damaged", "This file is damaged.")
        return np.full((view.height, view.width, 3), 40 + photo.id % 200, np.uint8)


class FakeBoard:
    """Holds what a test puts up."""

    def __init__(self) -> None:
        self.up: Placard | None = None
        self.pages: Mapping[str, str | int] = {}
        self.invited = 0

    def placard(self) -> Placard | None:
        return self.up

    def home(self) -> Mapping[str, str | int]:
        return self.pages

    def invite(self) -> None:
        self.invited += 1


class FakePainter:
    """Fills whole frames with what they are about, and remembers the words."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.said: list[Said] = []

    def compose(self, layout: Layout, stills: Sequence[Frame]) -> Frame:
        frame = np.zeros((layout.panel[1], layout.panel[0], 3), np.uint8)
        for placed, still in zip(layout.placed, stills, strict=True):
            height, width = still.shape[:2]
            frame[placed.y : placed.y + height, placed.x : placed.x + width] = still
        return frame

    def caption(
        self,
        panel: tuple[int, int],
        photos: Sequence[Photo],  # noqa: ARG002
        place: float,  # noqa: ARG002
    ) -> Overlay | None:
        keep = np.zeros((2, 2, 1), np.float32)
        return Overlay(0, panel[1] - 2, keep, np.full((2, 2, 3), 255, np.float32))

    def message(
        self,
        panel: tuple[int, int],
        code: str,
        facts: Mapping[str, str | int],  # noqa: ARG002
    ) -> Frame:
        self.messages.append(code)
        return np.full((panel[1], panel[0], 3), 5, np.uint8)

    def over(self, frame: Frame, said: Said) -> Frame:
        self.said.append(said)
        drawn = frame.copy()
        drawn[0, 0] = 255
        return drawn

    def dimmed(self, frame: Frame, brightness: float) -> Frame:
        return dimmed(frame, brightness)


class InlineHelper:
    """A `Helper` that works when it is asked, and looks for news once a second of the desk's clock."""

    def __init__(self, desk: Desk, now: Callable[[], float]) -> None:
        self.desk = desk
        self._now = now
        self._looked = float("-inf")
        self._results: list[Ready | News] = []
        self.is_closed = False

    def prepare(self, job: Job) -> None:
        self._results.append(self.desk.prepare(job))

    def do(self, task: Callable[[Desk], object]) -> None:
        task(self.desk)
        self._look()

    def watch(self, layout: Layout) -> None:
        self.desk.watched = layout

    def results(self) -> list[Ready | News]:
        if self._now() - self._looked >= LOOK_SECONDS:
            self._looked = self._now()
            self._look()
        found, self._results = self._results, []
        return found

    def close(self) -> None:
        self.is_closed = True
        self.desk.close()

    def _look(self) -> None:
        news = self.desk.news()
        if news is not None:
            self._results.append(news)
