"""What waits for a yes: stills and clips, seen large, answered one by one or all at once."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, request

from frame.core.photos import Approval, Clip, Photo
from frame.core.preparation import Preparation
from frame.library import deeds
from frame.library.browse import Entry, Narrowing, Shelf
from frame.web.catalogue import catalogue, context
from frame.web.owner.gallery import DEEDS, chosen
from frame.web.owner.pages import back, page, pages
from frame.web.owner.photo import mending_names
from frame.web.owner.undo import Undone
from frame.web.words import gettext as _

PAGE = 24
"""Large pictures, two or three a row."""


MOST_RESTORED = 12
"""Pairs of large pictures on one page."""


@dataclass(frozen=True)
class Waiting:
    """One photo that waits. `clip` is the one that nobody has seen yet, if there is one; `is_clip_alone`
    tells that the photo itself may hang already."""

    entry: Entry
    clip: Clip | None
    is_clip_alone: bool


@pages.get("/waiting")
def approval() -> str:
    found = catalogue().browse.page(Narrowing(Shelf.WAITING), None, PAGE)
    return page(
        "waiting.html",
        cards=[_waiting(entry) for entry in found.entries],
        has_more=found.has_more,
        restored=_restored(),
        mendings=mending_names(),
    )


@pages.post("/waiting")
def decide_waiting() -> Response:
    """Yes or no: to one whose button was pressed, or to all that were chosen."""
    form = request.form
    for button, name in (("yes", "show"), ("no", "decline")):
        if form.get(button):
            texts = form.getlist("id") if form[button] == "chosen" else [form[button]]
            before = deeds.remember(catalogue(), chosen(texts))
            for each in before:
                DEEDS[name].do(catalogue(), each.photo_id, int(context().now()))
            said = DEEDS[name].said(len(before)) if before else _("Nothing was chosen.")
            return back(Undone(said, before), "owner.approval")
    return back(None, "owner.approval")


def _restored() -> list[tuple[Photo, Preparation]]:
    """Photos that were restored and hang as they came until somebody has looked."""
    found = []
    for photo_id in catalogue().preparations.waiting(MOST_RESTORED):
        photo, made = catalogue().photos.get(photo_id), catalogue().preparations.get(photo_id)
        if photo is not None and made is not None:
            found.append((photo, made))
    return found


def _waiting(entry: Entry) -> Waiting:
    clips = catalogue().clips.of(entry.id)
    clip = next((each for each in clips if each.approval is Approval.WAITING), None)
    return Waiting(entry, clip, entry.approval is Approval.APPROVED)
