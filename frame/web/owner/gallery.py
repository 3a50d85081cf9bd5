"""The library as a grid: newest first, narrowed by what the owner remembers, many photos at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from flask import Response, abort, request

from frame.core.photos import Approval
from frame.library import deeds, deletion
from frame.library.browse import By, Entry, Narrowing, Shelf
from frame.library.catalogue import Catalogue
from frame.web.catalogue import catalogue, context
from frame.web.owner import living
from frame.web.owner.pages import back, page, pages, restoring_rule, undoing
from frame.web.owner.undo import Undone
from frame.web.words import gettext as _
from frame.web.words import language, ngettext
from frame.web.words import share as in_percent
from frame.words import say

PAGE = 60
MOST_AT_ONCE = 200
"""Photos of one form: three pages of them."""

SHOWN_STATES = frozenset(
    {"waiting", "hidden", "deleted", "missing", "rendering", "clip_waiting", "set_aside", "looking"}
)
"""What a tile says in words. That a photo wakes is a small mark; that it hangs still is nothing."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_KEY = re.compile(r"(\d{1,15})-(\d{1,15})")


@dataclass(frozen=True)
class Tile:
    """One photo in the grid: `state` with its word, and how far it is where that is known."""

    entry: Entry
    state: str
    word: str
    share: float | None

    @property
    def wakes(self) -> bool:
        return self.state == "awake"


@dataclass(frozen=True)
class Deed:
    """What may be done with many photos: the deed, and a word on how many it was done to."""

    do: Callable[[Catalogue, int, int], object]
    said: Callable[[int], str]


@pages.get("/photos")
def gallery() -> str:
    narrowing, typed = narrowed()
    found = catalogue().browse.page(narrowing, _before(), PAGE)
    tiles = [tile_of(entry) for entry in found.entries]
    last = found.entries[-1].key if found.has_more else None
    return page(
        "gallery.html",
        tiles=tiles,
        narrowing=narrowing,
        typed=typed,
        typed_words={name: value for name, value in typed.items() if value},
        shown_states=SHOWN_STATES,
        shelves=shelf_names(),
        counts=catalogue().browse.counts(Narrowing(sender=narrowing.sender)),
        total=catalogue().browse.count(narrowing),
        senders=catalogue().browse.senders(),
        older=query(typed, before=f"{last[0]}-{last[1]}") if last else None,
        is_first=not request.args.get("before"),
        newest=query(typed),
        query=query,
    )


@pages.post("/photos")
def decide() -> Response:
    """One deed for every photo that was chosen."""
    deed = DEEDS.get(request.form.get("deed", ""))
    if deed is None:
        abort(400)
    ids = chosen(request.form.getlist("id"))
    before = deeds.remember(catalogue(), ids)
    now = int(context().now())
    for each in before:
        deed.do(catalogue(), each.photo_id, now)
    if not before:
        return back(Undone(_("Nothing was chosen."), ()), "owner.gallery")
    return back(Undone(deed.said(len(before)), before), "owner.gallery")


@pages.post("/undo")
def undo() -> Response:
    """Take back what was just done."""
    found = undoing.take(request.form.get("key", ""), context().clock())
    if found is None or not found.before:
        return back(Undone(_("That can no longer be undone here."), ()))
    deeds.put_back(catalogue(), found.before, restoring_rule())
    return back(Undone(_("Undone."), ()))


def tile_of(entry: Entry) -> Tile:
    state = living.state(catalogue(), context().live, entry.id)
    word = state.state if state else "deleted"
    share = state.progress if state else None
    return Tile(entry, word, say(f"state.{word}", language(), share=in_percent(share or 0)), share)


def narrowed() -> tuple[Narrowing, dict[str, str]]:
    """What the address asks for; and the same as it was typed. What makes no sense narrows nothing."""
    asked = request.args
    shelf = next((each for each in Shelf if each == asked.get("shelf")), Shelf.ALL)
    by = next((each for each in By if each == asked.get("by")), By.TAKEN)
    first, last = (_day(asked.get(name, "")) for name in ("from", "to"))
    sender = asked.get("sender") or None
    typed = {
        "shelf": "" if shelf is Shelf.ALL else str(shelf),
        "sender": sender or "",
        "by": "" if by is By.TAKEN else str(by),
        "from": first.isoformat() if first else "",
        "to": last.isoformat() if last else "",
    }
    begins: str | int | None = first.isoformat() if first else None
    ends: str | int | None = last.isoformat() if last else None
    if by is By.ARRIVED:
        begins = _midnight(first) if first else None
        ends = _midnight(last + timedelta(days=1)) if last else None
    return Narrowing(shelf, sender, by, begins, ends), typed


def query(typed: Mapping[str, str], **changes: str) -> str:
    """The address of the grid with these words in it."""
    words = {name: value for name, value in {**typed, **changes}.items() if value}
    return "/frame/photos" + (f"?{urlencode(words)}" if words else "")


def chosen(texts: list[str]) -> list[int]:
    """The ids of a form, each once."""
    numbers = (int(text) for text in texts if text.isdecimal() and len(text) < 18)
    return list(dict.fromkeys(numbers))[:MOST_AT_ONCE]


def shelf_names() -> dict[Shelf, str]:
    return {
        Shelf.ALL: _("All"),
        Shelf.WAITING: _("Waiting"),
        Shelf.FAVOURITE: _("Favourites"),
        Shelf.AWAKE: _("Awake"),
        Shelf.COMING: _("Being made"),
        Shelf.STILL: _("Still"),
        Shelf.HIDDEN: _("Hidden"),
        Shelf.MISSING: _("Missing"),
        Shelf.DELETED: _("Deleted"),
    }


def _show(found: Catalogue, photo_id: int, _now: int) -> None:
    deeds.show(found, photo_id)


def _hide(found: Catalogue, photo_id: int, _now: int) -> None:
    found.photos.approve(photo_id, Approval.HIDDEN)


def _decline(found: Catalogue, photo_id: int, _now: int) -> None:
    deeds.decline(found, photo_id)


def _restore(found: Catalogue, photo_id: int, _now: int) -> None:
    deletion.undo(found, photo_id)


def _favour(found: Catalogue, photo_id: int, _now: int) -> None:
    found.photos.favour(photo_id, is_favourite=True)


def _unfavour(found: Catalogue, photo_id: int, _now: int) -> None:
    found.photos.favour(photo_id, is_favourite=False)


DEEDS = {
    "show": Deed(
        _show,
        lambda count: ngettext("%(num)s photo may hang.", "%(num)s photos may hang.", count),
    ),
    "hide": Deed(
        _hide,
        lambda count: ngettext("%(num)s photo is hidden.", "%(num)s photos are hidden.", count),
    ),
    "decline": Deed(
        _decline,
        lambda count: ngettext("No to %(num)s photo.", "No to %(num)s photos.", count),
    ),
    "delete": Deed(
        deletion.delete,
        lambda count: ngettext(
            "%(num)s photo is deleted; for a month it can come back.",
            "%(num)s photos are deleted; for a month they can come back.",
            count,
        ),
    ),
    "restore": Deed(
        _restore,
        lambda count: ngettext("%(num)s photo is back.", "%(num)s photos are back.", count),
    ),
    "favour": Deed(
        _favour,
        lambda count: ngettext(
            "%(num)s photo is a favourite.", "%(num)s photos are favourites.", count
        ),
    ),
    "unfavour": Deed(
        _unfavour,
        lambda count: ngettext(
            "%(num)s photo is no favourite any more.",
            "%(num)s photos are no favourites any more.",
            count,
        ),
    ),
}


def _before() -> tuple[int, int] | None:
    found = _KEY.fullmatch(request.args.get("before", ""))
    return (int(found[1]), int(found[2])) if found else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _midnight(day: date) -> int:
    """When that day begins where the frame stands."""
    return int(datetime(day.year, day.month, day.day).astimezone(UTC).timestamp())
