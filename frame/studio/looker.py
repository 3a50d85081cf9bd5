"""The fast lane: looks at each new photo within seconds, so that the display can frame heads.

A process of its own. It keeps the small networks loaded and one photo in memory, looks at the newest
photo first, and makes the hanging still ready for the panel while the pixels are at hand.
"""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import cv2

from frame.core.fit import view_of
from frame.core.photos import Finding, Look, Photo
from frame.errors import Refused, WakeframeError
from frame.library.catalogue import Catalogue
from frame.library.decode import DecodedPhoto
from frame.library.places import Places
from frame.library.stills import StillCache
from frame.studio.kit import Engine, Kit, Stop
from frame.studio.looking import DETERMINED, look_fingerprint, look_of, scan_of
from frame.studio.naming import called
from frame.studio.priority import LOOKER_NICE, step_back
from frame.studio.shelf import ClipShelf
from frame.studio.telling import Teller
from frame.studio.trouble import Trouble, engine_when_there
from frame.studio.trying import Interrupted, MachineTrouble, Outcome, Trial

_log = logging.getLogger(__name__)

PROCESS = "looker"

BUSY_SECONDS, IDLE_SECONDS = 0.25, 1.0
"""How often the catalogue is asked whether it changed: a pragma of microseconds. The first while photos
are coming in."""

STILL_BUSY_SECONDS = 30.0
"""A phone sends its photos seconds apart."""

TROUBLE_SECONDS = 5.0
"""Between tries where the catalogue or the disk itself fails."""


def run(root: Path, live: Path, stop: Stop, kit: Kit | None = None) -> None:
    """Look at photos until told to stop. `root` is the library, `live` the folder of live files.

    Raises `CatalogueError`.
    """
    kit = kit or Kit()
    if kit.is_own_process:
        step_back(LOOKER_NICE)
        cv2.setNumThreads(1)
    with Catalogue(Places(root).catalogue) as catalogue:
        trouble = Trouble(catalogue, PROCESS, kit.now)
        engine = engine_when_there(kit, trouble, stop)
        if engine is not None:
            Looker(catalogue, Places(root), live, stop, kit, engine, trouble).work()


class Looker:
    """The lane itself; `work` returns when it is told to stop."""

    def __init__(
        self,
        catalogue: Catalogue,
        places: Places,
        live: Path,
        stop: Stop,
        kit: Kit,
        engine: Engine,
        trouble: Trouble,
    ) -> None:
        self._catalogue = catalogue
        self._places = places
        self._stop = stop
        self._kit = kit
        self._engine = engine
        self._trouble = trouble
        self._models = look_fingerprint(engine.models)
        self._shelf = ClipShelf(places, catalogue)
        self._stills = StillCache(places, kit.decode)
        self._trial = Trial(catalogue, "look", kit.now)
        self._teller = Teller(live, PROCESS, kit.clock)

    def work(self) -> None:
        """Look at what is new, then wait for more."""
        self._teller.tell({"state": "idle"})
        seen, busy_until = -1, 0.0
        while not self._stop.is_set():
            try:
                changes = self._catalogue.change_count()
                if changes != seen:
                    if self.look_at_all():
                        busy_until = self._kit.clock() + STILL_BUSY_SECONDS
                    seen = changes
                    self._trouble.is_over()
            except Interrupted:
                break
            except (MachineTrouble, sqlite3.Error, OSError) as error:
                self._trouble.happened(error)
                self._teller.tell({"state": "trouble", "why": str(error)})
                self._stop.wait(TROUBLE_SECONDS)
                continue
            is_busy = self._kit.clock() < busy_until
            self._stop.wait(BUSY_SECONDS if is_busy else IDLE_SECONDS)
        self._teller.tell({"state": "stopped"})

    def look_at_all(self) -> int:
        """Look until nothing is left; how many photos that were. Raises `Interrupted`."""
        count = 0
        # One at a time: what arrives meanwhile comes first.
        while found := self._catalogue.photos.unseen(self._models, 1):
            if self._stop.is_set():
                raise Interrupted
            self._teller.tell({"state": "looking", "photo": found[0].id, "name": called(found[0])})
            self._look_at(found[0])
            count += 1
        self._teller.tell({"state": "idle"})
        return count

    def _look_at(self, photo: Photo) -> None:
        self._trial.run(photo, self._models, lambda: self._see(photo))

    def _see(self, photo: Photo) -> Outcome:
        start = self._kit.clock()
        try:
            decoded = self._kit.decode(self._places.original_of(photo))
        except Refused as refused:
            if refused.code not in DETERMINED:
                raise
            finding = Finding(refused.code, str(refused))
            look = Look("refused", (finding,), (), self._models)
            self._catalogue.photos.remember_look(photo.id, look)
            return Outcome(refused.code, str(refused))
        height, width = decoded.pixels.shape[:2]
        scan = scan_of(decoded, self._catalogue.facts.panel)
        report = self._engine.animator.check(decoded.pixels, scan)
        look = look_of(report, (width, height), decoded.scale, self._models)
        self._catalogue.photos.remember_look(photo.id, look)
        if look.verdict != "animated":
            # Older models may have let it move.
            self._shelf.drop_all_of(photo.id)
        seconds = self._kit.clock() - start
        self._make_still(photo.id, decoded)
        return Outcome(seconds=seconds)

    def _make_still(self, photo_id: int, decoded: DecodedPhoto) -> None:
        """Have the still ready before the display asks; it makes its own where this does not work."""
        photo = self._catalogue.photos.get(photo_id)
        if photo is None or photo.prepared:
            return
        view = view_of(photo, self._catalogue.facts.panel)
        if self._stills.has(photo, view):
            return
        try:
            self._stills.make_from(photo, view, decoded.pixels)
        except (WakeframeError, ValueError, OSError) as error:
            _log.info("still not made ahead", extra={"photo": photo_id, "why": str(error)})
