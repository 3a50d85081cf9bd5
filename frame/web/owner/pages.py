"""The blueprint of the owner's pages, and what all of them share."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from frame.core.photos import Photo
from frame.core.preparation import Rule
from frame.library.browse import Entry, Narrowing, Shelf
from frame.web.catalogue import catalogue, context
from frame.web.owner.undo import Undone, UndoShelf
from frame.web.words import day, language
from frame.words import consequence_in, duration, finding_in, harmless, say

pages = Blueprint("owner", __name__, url_prefix="/frame")

undoing = UndoShelf()
"""What can be undone from these pages: in memory, for as long as the process lives."""

_OURS = re.compile(r"/frame(/[A-Za-z0-9_-]+)*(\?[A-Za-z0-9&=_.%+-]*)?")


def page(template: str, **facts: Any) -> str:
    """A page of the owner's, with what stands on every one of them."""
    return render_template(
        f"owner/{template}",
        waiting=catalogue().browse.count(Narrowing(Shelf.WAITING))
        + len(catalogue().preparations.waiting()),
        undone=undoing.find(request.args.get("undo", ""), context().clock()),
        here=request.full_path.rstrip("?"),
        **facts,
    )


def back(undone: Undone | None = None, otherwise: str = "owner.overview") -> Response:
    """To the page that the form was on; with something to undo, if there is."""
    target = request.form.get("back", "")
    if not _OURS.fullmatch(target):
        target = url_for(otherwise)
    path, _, query = target.partition("?")
    rest = [part for part in query.split("&") if part and not part.startswith("undo=")]
    if undone is not None:
        rest.append(f"undo={undoing.keep(undone, context().clock())}")
    return to(f"{path}?{'&'.join(rest)}" if rest else path)


def restoring_rule() -> Rule:
    """The owner's, about old photos."""
    return Rule(context().settings.restore)


def to(address: str) -> Response:
    """There, by a new request: loading it again does nothing twice."""
    answer = Response(status=303)
    answer.location = address
    return answer


@pages.app_template_filter("harmless")
def harmless_text(text: str) -> str:
    """Hostile text on one line."""
    return harmless(text)


@pages.app_template_filter("title_of")
def title_of(photo: Photo | Entry) -> str:
    """What a photo is called on a page: the name of its file, for it has no other."""
    return harmless(photo.name) or f"{photo.id}"


@pages.app_template_filter("taken")
def taken(text: str) -> str:
    """The camera's own time as a day, in the page's language."""
    try:
        return day(datetime.fromisoformat(text))
    except ValueError:
        return harmless(text)


@pages.app_context_processor
def words() -> dict[str, Any]:
    """Sentences that the screen and the command line say as well, in the page's language."""
    tongue = language()
    return {
        "say": lambda code, **facts: say(code, tongue, **facts),
        "finding_in": lambda finding: finding_in(finding, tongue),
        "consequence_in": lambda consequence: consequence_in(consequence, tongue),
        "duration": lambda seconds: duration(seconds, tongue),
    }
