"""One photo, restored where that is needed, before it is animated: decode, restore, publish."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from frame.core.photos import Photo
from frame.core.preparation import Outcome as Became
from frame.core.preparation import Preparation, Rule
from frame.errors import Refused
from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.library.prepared import PreparedShelf
from frame.library.stills import StillLost
from frame.studio.kit import Kit
from frame.studio.looking import DETERMINED
from frame.studio.trying import Outcome
from renderer.prepare.mended import MENDS
from renderer.report import rounded

if TYPE_CHECKING:
    from frame.studio.kit import Restores
    from renderer.prepare.restore import Restoration

OPENING_SHARE = 0.05

Told = Callable[[str, float], None]


class Preparer:
    """Prepares photos, one at a time, and knows which are to be prepared.

    `restorer` is None where nothing can be restored; `rule` is the owner's setting.
    """

    def __init__(
        self,
        restorer: Restores | None,
        places: Places,
        shelf: PreparedShelf,
        catalogue: Catalogue,
        kit: Kit,
        rule: Rule,
    ) -> None:
        self._restorer = restorer
        self._places = places
        self._shelf = shelf
        self._catalogue = catalogue
        self._kit = kit
        self._rule = rule

    @property
    def name(self) -> str:
        """What preparations made by us are called."""
        return "" if self._restorer is None else self._restorer.fingerprint

    def settle(self) -> None:
        """As at start: files and rows agree, and what hangs is what the rule says today."""
        if self._restorer is not None:
            self._shelf.sweep()
            self._catalogue.preparations.settle(self._rule)

    def next(self) -> Photo | None:
        """The photo to prepare next, if there is one and room for it."""
        return self._asked(None)

    def wants(self, photo_id: int) -> bool:
        """Whether this photo is to be prepared before anything is made of it."""
        return self._asked(photo_id) is not None

    def prepare(self, photo: Photo, told: Told) -> Outcome:
        """Restore the photo and write down what became of it.

        `told` hears the stage and the share done, and may raise to stop; nothing is left then.
        """
        assert self._restorer is not None
        told("opening", 0.0)
        start = self._kit.clock()
        try:
            decoded = self._kit.decode(self._places.original_of(photo))
        except Refused as refused:
            if refused.code not in DETERMINED:
                raise
            found = self._preparation(photo, None)
            self._shelf.record_needless(photo, found, "", self._rule)
            return Outcome(refused.code, str(refused))
        if (decoded.pixels.shape[1], decoded.pixels.shape[0]) != photo.decoded:
            raise StillLost("This photo is decoded in another size than before.")
        restoration = self._restorer.restore(
            decoded.pixels,
            lambda stage, share: told(stage, OPENING_SHARE + (1 - OPENING_SHARE) * share),
        )
        self._publish(photo, restoration)
        return Outcome(seconds=self._kit.clock() - start)

    def _publish(self, photo: Photo, restoration: Restoration) -> None:
        from renderer.prepare.story import story

        found = self._preparation(photo, restoration)
        report = json.dumps(rounded(story(restoration)), allow_nan=False)
        if restoration.is_changed:
            self._shelf.publish(photo, restoration.picture, found, report, self._rule)
        else:
            self._shelf.record_needless(photo, found, report, self._rule)

    def _preparation(self, photo: Photo, restoration: Restoration | None) -> Preparation:
        mended = () if restoration is None else restoration.mended
        is_made = restoration is not None and restoration.is_changed
        answers = {code for kind in mended for code in MENDS[kind]}
        return Preparation(
            photo_id=photo.id,
            name=self.name,
            outcome=Became.MADE if is_made else Became.NEEDLESS,
            passed=restoration is None or restoration.passed,
            damage=0.0 if restoration is None else max(restoration.damage, restoration.face_damage),
            mended=tuple(mended),
            answers=tuple(sorted(answers)),
            size_bytes=0,
            made=self._kit.now(),
        )

    def _asked(self, photo_id: int | None) -> Photo | None:
        if self._restorer is None:
            return None
        rows = self._catalogue.preparations
        photo = rows.unprepared(self.name, self._rule, photo_id=photo_id)
        if photo is not None:
            return photo if self._shelf.has_room(photo) else None
        photo = rows.unprepared(self.name, self._rule, evicted=True, photo_id=photo_id)
        return photo if photo is not None and self._shelf.has_room(photo, again=True) else None
