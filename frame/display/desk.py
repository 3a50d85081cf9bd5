"""Everything the wall needs from the library: what hangs next, ready to be shown, and what is new.

Belongs to one thread (see `frame.display.loader`), because the catalogue does. A photo that cannot be
shown is left out, with one notice, and looked at again later.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from frame.core.deck import Deck
from frame.core.fit import are_a_pair, layout_of
from frame.core.happenings import Slide, Wanted
from frame.core.layout import Layout, Placed
from frame.core.photos import Approval, Clip, Photo
from frame.core.place import Place
from frame.core.playlist import Choice, choose, go_back, jump
from frame.core.wall import NO_MORE
from frame.display.burn_in import caption_place, moved
from frame.display.lettering import Overlay
from frame.display.ports import Clock, Frame, Hanging, Painter, Stills
from frame.errors import WakeframeError
from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.library.stills import PreparedLost
from frame.library.talk import Question

_log = logging.getLogger(__name__)

ROOM = "wall"
UNREADABLE = "nothing_hangs.unreadable"

TRIES = 8
"""Photos in a row that cannot be shown before the wall is told that nothing is ready: each may cost
the decoder's whole deadline, and meanwhile something hangs."""

AGAIN_AFTER = 900.0
"""Seconds until a photo that could not be shown is tried again: a disk may have been full."""

RELOAD_SHARE = 20.0
"""Cards are loaded again only after this many times what it took: a large library that changes every
second takes a twentieth of one core, not all of it."""


@dataclass(frozen=True)
class Job:
    """Prepare a slide: see `frame.core.happenings.Prepare`. `place` is where the shuffle stands."""

    request: int
    wanted: Wanted
    place: Place
    prefers_waking: bool = False
    photos: tuple[int, ...] = ()


@dataclass(frozen=True)
class Ready:
    """The answer to a `Job`. With a slide come what hangs and where the shuffle stands then."""

    request: int
    slide: Slide | None
    hanging: Hanging | None
    place: Place
    code: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    caption: Overlay | None = None
    captioned: Frame | None = None

    @property
    def seen(self) -> Frame:
        """The hanging frame, with its caption if it has one."""
        assert self.hanging is not None
        return self.hanging.frame if self.captioned is None else self.captioned

    def with_clips(self, clips: tuple[Clip | None, ...]) -> Ready:
        """The same slide, with newer clips."""
        assert self.hanging is not None
        return replace(self, hanging=replace(self.hanging, clips=clips))


@dataclass(frozen=True)
class News:
    """What the library holds now.

    `appeared` are ids that may hang since the last time. `clips` are those of the layout that was
    `watched`.
    """

    deck: Deck
    appeared: frozenset[int]
    question: Question | None
    watched: Layout | None
    clips: tuple[Clip | None, ...]


class Desk:
    """See the module. `watched` is the layout on the wall, whose clips `news` looks for.

    `first_run` holds the facts that the first-run message tells.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        places: Places,
        stills: Stills,
        painter: Painter,
        clock: Clock,
        panel: tuple[int, int],
        *,
        pairs: bool = True,
        captions: bool = False,
        first_run: Mapping[str, str | int] | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._places = places
        self._stills = stills
        self._painter = painter
        self._clock = clock
        self._panel = panel
        # On a square panel nothing has a partner.
        self._panel_for_pairs = panel if pairs else (1, 1)
        self._captions = captions
        self._first_run = first_run or {}
        self.watched: Layout | None = None
        self._deck: Deck | None = None
        self._broken: dict[int, float] = {}
        self._shown_again: set[int] = set()
        self._change: int | None = None
        self._must_reload = False
        self._reload_at = 0.0
        self._number = 0

    def close(self) -> None:
        self._catalogue.close()

    def taste(self, *, pairs: bool, captions: bool) -> None:
        """The owner's taste has changed; what is prepared from now on follows it."""
        self._panel_for_pairs = self._panel if pairs else (1, 1)
        self._captions = captions

    def announce(self) -> None:
        """Tell the studio how large the panel is; writes only if that has changed."""
        self._catalogue.facts.panel = self._panel

    def prepare(self, job: Job) -> Ready:
        """The slide that is wanted, ready to hang, or why there is none."""
        place = job.place
        if job.wanted is Wanted.RESUME and place.hangs:
            ready = self._ready(job, Choice(place.hangs, place, place))
            if ready is not None:
                return ready
        if job.wanted is Wanted.AGAIN:
            ready = self._ready(job, jump(place, job.photos))
            return ready or Ready(job.request, None, None, place, NO_MORE)
        deck, code = self._cards(), NO_MORE
        for _ in range(TRIES):
            choice = self._choose(job, place, deck)
            if choice is None:
                break
            if job.wanted is Wanted.NEXT and set(choice.ids) == set(job.place.hangs):
                return Ready(job.request, None, None, place, NO_MORE)
            ready = self._ready(job, choice)
            if ready is not None:
                return ready
            # What cannot be shown has had its turn, and is nothing to go back to.
            place = replace(choice.place, history=place.history, back=place.back)
        if job.wanted is not Wanted.PREVIOUS:
            code, facts = self._why_nothing(deck)
            return Ready(job.request, None, None, place, code, facts)
        return Ready(job.request, None, None, place, code)

    def news(self) -> News | None:
        """What has changed since the last time, or None. Costs microseconds when nothing has."""
        change = self._catalogue.change_count()
        if change == self._change and not self._must_reload:
            return None
        now = self._clock.monotonic()
        if now < self._reload_at:
            return None
        self._change, self._must_reload = change, False
        before = self._deck
        deck = self._cards(is_new=True)
        taken = self._clock.monotonic() - now
        self._reload_at = now + taken * RELOAD_SHARE
        known = deck.cards.keys() if before is None else before.cards.keys()
        appeared = frozenset(deck.cards.keys() - known - self._shown_again)
        self._shown_again.clear()
        questions = [each for each in self._catalogue.questions.open() if each.on_screen]
        watched = self.watched
        clips = tuple(self._clip(each) for each in watched.placed) if watched else ()
        return News(deck, appeared, questions[0] if questions else None, watched, clips)

    def hide(self, photos: tuple[int, ...]) -> None:
        """These may not hang any more."""
        for photo_id in photos:
            self._catalogue.photos.approve(photo_id, Approval.HIDDEN)
        self._must_reload, self._deck, self._reload_at = True, self._without(photos), 0.0

    def unhide(self, photos: tuple[int, ...]) -> None:
        """These may hang again."""
        for photo_id in photos:
            self._catalogue.photos.approve(photo_id, Approval.APPROVED)
        self._shown_again.update(photos)
        self._must_reload, self._reload_at = True, 0.0

    def answer(self, question: int, *, is_yes: bool) -> None:
        """Somebody at the frame has decided."""
        self._catalogue.questions.answer(question, "yes" if is_yes else "no", self._clock.unix())
        self._must_reload, self._reload_at = True, 0.0

    def _cards(self, *, is_new: bool = False) -> Deck:
        if self._deck is None or is_new:
            self._deck = Deck(self._catalogue.photos.cards())
        return self._deck

    def _without(self, photos: tuple[int, ...]) -> Deck | None:
        if self._deck is None:
            return None
        return Deck([card for card in self._deck.cards.values() if card.id not in photos])

    def _choose(self, job: Job, place: Place, deck: Deck) -> Choice | None:
        now = self._clock.monotonic()
        avoid = {photo_id for photo_id, until in self._broken.items() if now < until}
        if job.wanted is Wanted.PREVIOUS:
            return go_back(place, deck, avoid)
        return choose(
            place, deck, self._panel_for_pairs, prefers_waking=job.prefers_waking, avoid=avoid
        )

    def _ready(self, job: Job, choice: Choice) -> Ready | None:
        """The slide of a choice, or None if none of its photos can be shown."""
        photos = [photo for each in choice.ids if (photo := self._photo(each)) is not None]
        place = choice.place
        if len(photos) == 2 and not are_a_pair(photos[0], photos[1], self._panel):
            photos, place = photos[:1], choice.alone
        if not photos:
            return None
        self._number += 1
        # Nothing with an edge stands in exactly the same place slide after slide.
        layout = moved(layout_of(photos, self._panel), self._number)
        stills = []
        for placed in layout.placed:
            try:
                stills.append(self._stills.still(placed.photo, placed.view))
            except PreparedLost:
                # It hangs as it came until it is prepared again; so it is written, and chosen anew.
                self._catalogue.preparations.lost(placed.photo.id, placed.photo.prepared)
                return self._ready(job, choice)
            except (WakeframeError, OSError) as error:
                self._set_aside(placed.photo, str(error))
                return None
        hanging = Hanging(
            layout,
            self._painter.compose(layout, stills),
            tuple(self._clip(placed) for placed in layout.placed),
        )
        wakes = tuple(index for index, clip in enumerate(hanging.clips) if clip is not None)
        ids = tuple(photo.id for photo in photos)
        slide = Slide(self._number, ids, wakes, choice.is_new)
        if place.back == 0 and len(place.hangs) != len(ids):
            place = replace(choice.alone, history=(*choice.alone.history[:-1], ids))
        caption = captioned = None
        if self._captions:
            place_of_it = caption_place(self._number)
            caption = self._painter.caption(self._panel, photos, place_of_it)
        if caption is not None:
            captioned = hanging.frame.copy()
            caption.lay(captioned)
        return Ready(job.request, slide, hanging, place, caption=caption, captioned=captioned)

    def _photo(self, photo_id: int) -> Photo | None:
        photo = self._catalogue.photos.get(photo_id)
        if photo is None or photo.is_deleted or photo.approval is not Approval.APPROVED:
            return None
        return photo

    def _clip(self, placed: Placed) -> Clip | None:
        """The newest approved clip that shows what hangs; of another size if there is no better."""
        for clip in self._catalogue.clips.of(placed.photo.id):
            if (
                clip.approval is Approval.APPROVED
                and clip.view.crop == placed.view.crop
                and clip.prepared == placed.photo.prepared
                and self._places.clip(clip.file).is_file()
            ):
                return clip
        return None

    def _set_aside(self, photo: Photo, why: str) -> None:
        """Not this one, for a while: one calm line, and nothing on the screen."""
        if photo.id not in self._broken:
            _log.warning("photo not shown", extra={"photo": photo.id, "why": why})
            self._catalogue.notices.add(ROOM, "not_shown", str(photo.id), why, self._clock.unix())
        self._broken[photo.id] = self._clock.monotonic() + AGAIN_AFTER

    def _why_nothing(self, deck: Deck) -> tuple[str, dict[str, str | int]]:
        if len(deck):
            return UNREADABLE, {}
        counts = self._catalogue.photos.counts()
        for state in ("waiting", "hidden"):
            if counts[state]:
                return f"nothing_hangs.{state}", {"count": counts[state]}
        return "first_run", dict(self._first_run)
