"""The slow lane: renders what waits, one photo at a time, and steps aside for everything else.

A process of its own. Nothing is lost but the photo in work, whenever it ends and however.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import cv2

from frame.core.photos import Photo
from frame.core.preparation import Rule
from frame.library.catalogue import Catalogue
from frame.library.disk import Disk
from frame.library.places import Places
from frame.library.prepared import PreparedShelf
from frame.library.space import Reserve, usual_reserve
from frame.library.stills import PreparedLost, read_prepared
from frame.library.work import Kind
from frame.studio.heat import is_hot
from frame.studio.kit import Engine, Kit, Stop
from frame.studio.lane import (
    Cooled,
    Effect,
    Ended,
    Event,
    Found,
    Hindered,
    MakeRoom,
    NothingToDo,
    Prepare,
    Reason,
    Render,
    Rest,
    Say,
    State,
    Stopping,
    Unprepared,
    next_state,
)
from frame.studio.last_resort import last_resort
from frame.studio.lock import alone
from frame.studio.preparing import Preparer
from frame.studio.priority import step_back_furthest
from frame.studio.progress import Progress
from frame.studio.queue import Candidate, Room, choose, fitting
from frame.studio.rendering import Renderer, Source
from frame.studio.shelf import QUOTA_SHARE, ClipShelf
from frame.studio.survey import AUTO, Survey
from frame.studio.telling import Teller
from frame.studio.trouble import Trouble, engine_when_there
from frame.studio.trying import Interrupted, MachineTrouble, Outcome, Trial

_log = logging.getLogger(__name__)

PROCESS = "studio"

IDLE_SECONDS = 1.0
"""Between two looks at whether the catalogue changed."""

PAUSE_SECONDS = 5.0
"""Between two looks at whether what is in the way has gone."""

HEAT_SECONDS = 2.0
"""Between two readings: a processor warms up in several."""

DRAWING_THREADS = 2
"""As many as the networks take (`renderer.models.THREADS`): two of four cores are the display's."""


def run(
    root: Path,
    live: Path,
    stop: Stop,
    *,
    driver: str = AUTO,
    restore: Rule = Rule.AUTO,
    quota_share: float = QUOTA_SHARE,
    kit: Kit | None = None,
    disk: Disk | None = None,
    reserve: Reserve = usual_reserve,
) -> None:
    """Render until told to stop. `root` is the library, `live` the folder of live files.

    `driver` is played where a photo asks for none; `restore` is the owner's rule for preparing photos,
    which happens before they are animated; `quota_share` of the disk is for clips; `reserve` is
    what stays free of it. Raises `CatalogueError`, and OSError for the lock.
    """
    kit = kit or Kit()
    if kit.is_own_process:
        step_back_furthest()
        cv2.setNumThreads(DRAWING_THREADS)
    with alone(root, stop) as is_ours:
        if not is_ours:
            return
        places = Places(root)
        with Catalogue(places.catalogue) as catalogue:
            shelf = ClipShelf(places, catalogue, quota_share, disk, reserve)
            trouble = Trouble(catalogue, PROCESS, kit.now)
            engine = engine_when_there(kit, trouble, stop)
            if engine is not None:
                prepared = PreparedShelf(places, catalogue, disk, reserve)
                preparer = Preparer(engine.restorer, places, prepared, catalogue, kit, restore)
                SlowLane(
                    *(places, shelf, live, stop, kit, engine, catalogue, trouble, driver, preparer)
                ).work()


class SlowLane:
    """The lane itself; `work` returns when it is told to stop."""

    def __init__(
        self,
        places: Places,
        shelf: ClipShelf,
        live: Path,
        stop: Stop,
        kit: Kit,
        engine: Engine,
        catalogue: Catalogue,
        trouble: Trouble,
        driver: str,
        preparer: Preparer,
    ) -> None:
        self._preparer = preparer
        self._trouble = trouble
        self._catalogue = catalogue
        self._places = places
        self._shelf = shelf
        self._stop = stop
        self._kit = kit
        self._warmth = kit.thermometer()
        self._survey = Survey(catalogue, engine.models, kit.clock, driver)
        self._renderer = Renderer(engine, places, shelf, kit)
        self._trial = Trial(catalogue, "render", kit.now)
        self._preparing = Trial(catalogue, "prepare", kit.now)
        self._progress = Progress(Teller(live, PROCESS, kit.clock), catalogue, kit.clock)
        self._state = State.IDLE
        self._is_hot = False
        self._heat_at = float("-inf")
        self._waiting = 0

    def work(self) -> None:
        """Render until told to stop."""
        self._shelf.sweep()
        self._preparer.settle()
        while self._state is not State.STOPPED:
            try:
                event = self._look_around()
            except (MachineTrouble, sqlite3.Error, OSError) as error:
                event = self._hindered_by(error)
            self._happen(event)
        self._progress.stopped()

    def _look_around(self) -> Event:
        if self._stop.is_set():
            return Stopping()
        queue = self._survey.queue()
        self._waiting = len(queue)
        unprepared = None if queue else self._preparer.next()
        if not queue and unprepared is None:
            return NothingToDo()
        if self._warm_up():
            return Hindered(Reason.HOT)
        if unprepared is not None:
            return Unprepared(unprepared.id)
        shelf = self._shelf.state()
        if shelf.spare < 0 and self._shelf.make_room(0):
            shelf = self._shelf.state()
        chosen = choose(queue, shelf)
        if chosen is None:
            return Hindered(Reason.DISK)
        self._waiting = fitting(queue, shelf)
        if self._preparer.wants(chosen[0].photo_id):
            return Unprepared(chosen[0].photo_id)
        return Found(chosen[0], after_evicting=chosen[1] is Room.AFTER_EVICTING)

    def _happen(self, event: Event) -> None:
        """Go to the next state and do what that asks for."""
        before = self._state
        self._state, effects = next_state(before, event)
        if self._state is not before:
            _log.debug("studio", extra={"was": before, "now": self._state})
        if not isinstance(event, Found | Ended):  # between two photos nobody is idle
            reason = event.reason if isinstance(event, Hindered) else None
            self._progress.turned(self._state, reason, self._waiting)
        for effect in effects:
            self._do(effect)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Rest():
                self._rest()
            case Say(message, reason):
                _log.info(message, extra={"reason": reason})
            case MakeRoom():
                self._make_room()
            case Render(candidate):
                self._guarded(lambda: self._render(candidate))
            case Prepare(photo_id):
                self._guarded(lambda: self._prepare(photo_id))

    def _rest(self) -> None:
        """Until the catalogue changes; or a little, where something else is in the way."""
        if self._state is not State.IDLE:
            self._stop.wait(PAUSE_SECONDS)
            return
        while not self._stop.wait(IDLE_SECONDS) and self._survey.is_current():
            pass

    def _make_room(self) -> None:
        try:
            self._shelf.make_room(self._shelf.state().usual)
        except (sqlite3.Error, OSError) as error:
            _log.warning("no room made", extra={"why": str(error)})

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Interrupted:
            self._happen(Stopping())
        except (MachineTrouble, sqlite3.Error, OSError) as error:
            self._happen(self._hindered_by(error))
        else:
            self._happen(Ended())

    def _prepare(self, photo_id: int) -> None:
        photo = self._catalogue.photos.get(photo_id)
        if photo is not None and self._preparer.wants(photo_id):
            self._progress.began(photo, max(1, self._waiting))
            with self._guard(photo, "prepare"):
                self._preparing.run(
                    photo,
                    self._preparer.name,
                    lambda: self._preparer.prepare(photo, self._heard),
                )
            self._trouble.is_over()
        # What hangs may be another picture now, which wants another clip.
        self._survey.look_again()

    def _render(self, candidate: Candidate) -> None:
        photo = self._survey.is_still_wanted(candidate)
        if photo is not None:
            try:
                source = self._source(photo)
            except PreparedLost:
                self._catalogue.preparations.lost(photo.id, photo.prepared)
                self._survey.look_again()
                return
            self._try(photo, candidate, source)
        self._survey.drop(candidate.photo_id)

    def _source(self, photo: Photo) -> Source:
        """What hangs, if that is not the photo as it came. Raises `PreparedLost`."""
        if photo.prepared:
            return Source(read_prepared(self._places, photo), 0.0)
        known = self._catalogue.preparations.get(photo.id)
        return Source(None, None if known is None else known.damage)

    def _try(self, photo: Photo, candidate: Candidate, source: Source) -> None:
        self._progress.began(photo, self._waiting)
        with self._guard(photo, "render"):
            is_well = self._trial.run(
                photo, candidate.target.key, lambda: self._timed(photo, candidate, source)
            )
        if not is_well:
            # It comes back for its second try, behind nobody: the queue is read again.
            self._survey.look_again()

    def _guard(self, photo: Photo, kind: Kind) -> AbstractContextManager[None]:
        if not self._kit.is_own_process:
            return nullcontext()
        return last_resort(self._stop, lambda: self._tidy(photo.id, kind))

    def _timed(self, photo: Photo, candidate: Candidate, source: Source) -> Outcome:
        outcome = self._renderer.render(photo, candidate.target, self._heard, source)
        self._trouble.is_over()
        return Outcome(outcome.code, outcome.message, self._progress.worked_seconds)

    def _heard(self, stage: str, share: float) -> None:
        """The animator's progress, several times a second: the moment to stop or to wait in."""
        if self._stop.is_set():
            raise Interrupted
        self._progress.moved(stage, share)
        while self._warm_up():
            self._happen(Hindered(Reason.HOT))
            if self._stop.is_set():
                raise Interrupted
        if self._state is State.HELD:
            self._happen(Cooled())

    def _warm_up(self) -> bool:
        """Whether it is too hot, read anew every `HEAT_SECONDS`."""
        now = self._kit.clock()
        if now - self._heat_at >= HEAT_SECONDS:
            self._heat_at = now
            self._is_hot = is_hot(self._warmth(), was_hot=self._is_hot)
        return self._is_hot

    def _hindered_by(self, error: Exception) -> Event:
        """Catalogue, disk or networks fail us: wait, and begin again."""
        self._trouble.happened(error)
        return Hindered(Reason.TROUBLE)

    def _tidy(self, photo_id: int, kind: Kind) -> None:
        """In a thread of its own, hence with a catalogue of its own: this try does not count."""
        with Catalogue(self._places.catalogue) as catalogue:
            catalogue.work.take_back(photo_id, kind)
            PreparedShelf(self._places, catalogue).remove_unfinished()
        self._shelf.remove_unfinished()
