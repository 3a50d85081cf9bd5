"""What changes by itself, told to open pages: as events for as long as somebody looks.

The server's loop asks for news itself, so a page that is open costs no thread. It is told little, from
files in memory; what it wants to know beyond that, it asks for. A stream ends after two minutes and is
opened again by the browser, and whoever is not the owner any more is not let in again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Response, jsonify, request

from frame.web.catalogue import catalogue, context
from frame.web.owner import living
from frame.web.owner.pages import pages
from frame.web.serving.answer import Stream
from frame.web.words import gettext as _
from frame.web.words import language, share
from frame.words import duration, say

LOOK_SECONDS = 1.0
LIFE_SECONDS = 120.0
QUIET_SECONDS = 20.0
"""After this long without news a line is sent, so that a browser that has gone is noticed."""

MOST_STATES = 120
"""Photos of one page that are asked about at once."""


@pages.get("/live")
def live() -> Response:
    """Events: ``now`` with what hangs and what is in work."""
    here = context()
    answer = Response(direct_passthrough=True)
    answer.response = Stream(News(here.live, here.clock).read, LOOK_SECONDS)
    answer.content_type = "text/event-stream"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


@pages.get("/now.json")
def now() -> Response:
    """The same once, for browsers that cannot hold a stream; and in words."""
    here = context()
    wall, queue = living.wall(here.live), living.queue(here.live)
    found = (catalogue().photos.get(each) for each in wall.photos)
    names = ", ".join(photo.name for photo in found if photo is not None)
    return jsonify(
        **facts(here.live), wall_words=wall_words(wall, names), queue_words=queue_words(queue)
    )


@pages.get("/states.json")
def states() -> Response:
    """How some photos are, in words: for pages that show them."""
    wanted = request.args.get("ids", "").split(",")[:MOST_STATES]
    tongue = language()
    found = {}
    for text in wanted:
        if text.isdecimal() and len(text) < 18:
            state = living.state(catalogue(), context().live, int(text))
            if state is not None:
                progress = share(state.progress or 0)
                found[text] = {
                    "state": state.state,
                    "share": state.progress,
                    "words": say(f"state.{state.state}", tongue, share=progress),
                }
    return jsonify(found)


class News:
    """The pieces of one stream."""

    def __init__(self, live: Path, clock: Callable[[], float]) -> None:
        self._live = live
        self._clock = clock
        self._began = clock()
        self._told: dict[str, Any] = {}
        self._told_at = float("-inf")

    def read(self) -> bytes | None:
        """What is new since the last time; None at the end."""
        now = self._clock()
        if now - self._began > LIFE_SECONDS:
            return None
        found = facts(self._live)
        if found != self._told:
            self._told, self._told_at = found, now
            return f"event: now\ndata: {json.dumps(found)}\n\n".encode()
        if now - self._told_at > QUIET_SECONDS:
            self._told_at = now
            return b": still here\n\n"
        return b""


def facts(live: Path) -> dict[str, Any]:
    """What changes by itself, small and without words."""
    wall, queue = living.wall(live), living.queue(live)
    return {
        "wall": {
            "state": wall.state,
            "photos": list(wall.photos),
            "wakes": wall.wakes,
            "dark": wall.is_dark,
            "asked": wall.asked,
            "stamp": wall.stamp,
        },
        "queue": {
            "state": queue.state,
            "photo": queue.photo,
            "share": round(queue.share, 2),
            "waiting": queue.waiting,
        },
    }


def wall_words(wall: living.Wall, names: str) -> str:
    """One line about what the wall does."""
    tongue = language()
    if not wall.state:
        return _("The screen is not running.")
    if wall.asked == "asleep":
        return _("The wall is asleep. It wakes by itself when the next day begins.")
    if wall.is_dark:
        return say("status.wall.night", tongue)
    if not names:
        return say("status.wall.nothing", tongue)
    return say("status.wall.wakes" if wall.wakes else "status.wall.hangs", tongue, names=names)


def queue_words(queue: living.Queue) -> str:
    """One honest line about what is still to be made."""
    tongue = language()
    if queue.waiting is None:
        return ""
    if queue.reason == "hot":
        return _("Rendering waits until the frame is cooler.")
    if queue.reason == "disk":
        return _("Rendering waits: the disk has no room for more clips.")
    if queue.reason == "trouble":
        return _("Rendering waits: the disk or the models cannot be read.")
    if queue.waiting == 0:
        return say("status.queue.empty", tongue)
    if queue.seconds is None:
        return say("status.queue.unknown", tongue, count=queue.waiting)
    return say("status.queue", tongue, count=queue.waiting, time=duration(queue.seconds, tongue))
