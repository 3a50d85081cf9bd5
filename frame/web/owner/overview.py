"""The first page: what hangs, what can be asked of the wall, what wants an answer, and how it all is."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, request
from werkzeug.exceptions import BadRequest, NotFound

from frame import remote
from frame.core.photos import Photo
from frame.remote import Wish, Wished
from frame.web.catalogue import catalogue, context
from frame.web.owner import living
from frame.web.owner.health import look
from frame.web.owner.pages import back, page, pages
from frame.web.owner.stream import queue_words, wall_words
from frame.web.owner.undo import Undone
from frame.web.words import language
from frame.words import harmless, say

ASKED = {"next", "previous", "wake", "sleep", "light"}
NEWEST = 6
"""Photos under "newest": one row on a laptop, two on a phone."""


@dataclass(frozen=True)
class Asking:
    """An open question in words."""

    id: int
    sentence: str


@pages.get("")
def overview() -> str:
    here = context()
    wall = living.wall(here.live)
    found = (catalogue().photos.get(each) for each in wall.photos)
    hanging = [photo for photo in found if photo is not None]
    return page(
        "overview.html",
        wall=wall,
        hanging=hanging,
        wall_words=wall_words(wall, names_of(hanging)),
        queue=living.queue(here.live),
        queue_words=queue_words(living.queue(here.live)),
        questions=questions(),
        health=look(catalogue(), here),
        newest=catalogue().browse.page(living.EVERYTHING, None, NEWEST).entries,
        counts=catalogue().photos.counts(),
    )


@pages.post("/wall")
def ask_wall() -> Response:
    """What is asked of the wall, or decided about what hangs there."""
    wish = request.form.get("wish", "")
    if wish in ASKED:
        remote.ask(context().live, Wished(Wish(wish)), context().clock)
    elif wish == "hang":
        remote.ask(context().live, Wished(Wish.HANG, (_asked_for(),)), context().clock)
    else:
        raise BadRequest
    return back()


@pages.post("/questions/<int:question_id>")
def answer(question_id: int) -> Response:
    decision = request.form.get("answer")
    if decision not in ("yes", "no"):
        raise BadRequest
    if not catalogue().questions.answer(question_id, decision, int(context().now())):
        raise NotFound
    return back(Undone(say(f"answer.{decision}", language()), ()))


@pages.get("/now.jpg")
def picture() -> Response:
    """What is on the screen, as it was last mirrored."""
    try:
        data = (context().live / living.SCREEN_PICTURE).read_bytes()
    except OSError:
        raise NotFound from None
    return Response(data, mimetype="image/jpeg")


def questions() -> list[Asking]:
    """What only a person can decide, in words; one that this version has no words for is left to the
    command line."""
    found = []
    for each in catalogue().questions.open():
        facts = (
            {**each.facts, "count": each.facts["photos"]} if "photos" in each.facts else each.facts
        )
        try:
            found.append(Asking(each.id, say(f"question.{each.kind}", language(), **facts)))
        except KeyError:
            found.append(Asking(each.id, harmless(f"{each.kind}: {each.facts}")))
    return found


def names_of(photos: list[Photo]) -> str:
    return ", ".join(harmless(photo.name) for photo in photos)


def _asked_for() -> int:
    text = request.form.get("photo", "")
    photo = catalogue().photos.get(int(text)) if text.isdecimal() and len(text) < 18 else None
    if photo is None:
        raise NotFound
    return photo.id
