"""What is waiting to be rendered, kept up to date without reading the whole library at every change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from frame.core.fit import view_of
from frame.core.liveliness import Wish
from frame.core.photos import Photo
from frame.library.catalogue import Catalogue
from frame.library.work import Task
from frame.studio.queue import Candidate, Target, in_order, wanting

PAGE = 200

AUTO = "auto"
"""Of a photo: as the owner's settings say. Of the settings: as the photo itself suggests."""

SCANNING_SHARE = 0.05
"""Reading 50,000 photos takes seconds: at most this share of the time is spent on it. A photo that
arrives is found at once all the same, since it is on the first page."""


class Survey:
    """The queue. `models` is the fingerprint of the engine, `driver` what is played where the photo
    itself asks for none."""

    def __init__(
        self,
        catalogue: Catalogue,
        models: str,
        clock: Callable[[], float],
        driver: str = AUTO,
    ) -> None:
        self._catalogue = catalogue
        self._models = models
        self._driver = driver
        self._clock = clock
        self._changes = -1
        self._panel = (0, 0)
        self._queue: list[Candidate] = []
        self._next_scan = float("-inf")
        self._is_behind = True

    @property
    def is_behind(self) -> bool:
        """Whether it is time to read the library again, because something in it changed."""
        return self._is_behind and self._clock() >= self._next_scan

    def is_current(self) -> bool:
        """Whether the queue would still be the same if it were asked for again."""
        return self._catalogue.change_count() == self._changes and not self.is_behind

    def look_again(self) -> None:
        """We changed something ourselves, which the catalogue does not tell us."""
        self._is_behind = True

    def queue(self) -> list[Candidate]:
        """Everything that waits, in order."""
        changes, panel = self._catalogue.change_count(), self._catalogue.facts.panel
        has_changed = changes != self._changes or panel != self._panel
        self._is_behind = self._is_behind or has_changed
        if self.is_behind or panel != self._panel:
            self._scan(panel)
        elif has_changed:
            self._read_first_page(panel)
        self._changes, self._panel = changes, panel
        return self._queue

    def is_still_wanted(self, candidate: Candidate) -> Photo | None:
        """The photo, if it still wants this very clip; it may have been deleted meanwhile, or its clip
        asked for in another way."""
        photo = self._catalogue.photos.get(candidate.photo_id)
        if photo is None or not _may_move(photo):
            return None
        task = self._catalogue.work.get(photo.id, "render")
        found = self._judge(photo, self._catalogue.facts.panel, task)
        return photo if found is not None and found.target == candidate.target else None

    def drop(self, photo_id: int) -> None:
        """This photo is dealt with; it comes back only if the catalogue says so."""
        self._queue = [each for each in self._queue if each.photo_id != photo_id]

    def _scan(self, panel: tuple[int, int]) -> None:
        start = self._clock()
        tasks = self._catalogue.work.of_kind("render")
        found = (self._judge(photo, panel, tasks.get(photo.id)) for photo in self._all())
        self._queue = in_order(each for each in found if each is not None)
        end = self._clock()
        self._next_scan = end + (end - start) / SCANNING_SHARE
        self._is_behind = False

    def _read_first_page(self, panel: tuple[int, int]) -> None:
        page = self._catalogue.photos.animatable(limit=PAGE)
        known = {photo.id for photo in page}
        found = (
            self._judge(photo, panel, self._catalogue.work.get(photo.id, "render"))
            for photo in page
        )
        rest = (each for each in self._queue if each.photo_id not in known)
        self._queue = in_order(chain((each for each in found if each is not None), rest))

    def _all(self) -> Iterator[Photo]:
        after: tuple[int, int] | None = None
        while page := self._catalogue.photos.animatable(after, PAGE):
            yield from page
            after = (page[-1].arrived, page[-1].id)

    def _judge(self, photo: Photo, panel: tuple[int, int], task: Task | None) -> Candidate | None:
        wish = self._catalogue.photos.wish(photo.id)
        driver = self._driver if wish.driver == AUTO else wish.driver
        view = view_of(photo, panel)
        target = Target(self._models, photo.prepared, view, driver, wish.intensity)
        clips = self._catalogue.clips.of(photo.id)
        newest = clips[0] if clips else None
        asked = self._catalogue.clips.wish(newest.id) if newest else Wish()
        return wanting(photo, target, newest, asked, task)


def _may_move(photo: Photo) -> bool:
    return (
        photo.look is not None
        and photo.look.verdict == "animated"
        and not photo.is_deleted
        and photo.approval != "hidden"
    )
