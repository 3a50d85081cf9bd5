"""A photo's story in words, in the language of whoever reads it, and as the page's script takes it."""

from __future__ import annotations

from typing import Any

from flask import url_for

from frame.core.liveliness import Wish
from frame.core.photos import Finding
from frame.web.guest.stories import State, Story, Wall
from frame.web.words import gettext as _
from frame.web.words import language, share
from frame.words import finding_in, harmless

MOST_REASONS = 3
"""More than that nobody reads on a phone."""


def told(story: Story) -> dict[str, Any]:
    """Everything that the page shows of it. All text is plain text."""
    upload = story.upload
    return {
        "id": upload.id,
        "sha256": upload.sha256,
        "name": harmless(upload.name),
        "size": upload.size_bytes,
        "state": story.state,
        "progress": None if story.progress is None else round(story.progress, 3),
        "words": headline(story),
        "details": details(story),
        "thumbnail": _thumbnail(story),
        "clip": _clip(story),
        "driver": story.wish.driver,
        "played": story.clip.driver if story.clip else None,
        "changing": story.is_changing,
        "may": _may(story),
    }


def headline(story: Story) -> str:
    """In a few words, what is going on with it."""
    percent = share(story.progress or 0.0)
    if story.is_changing:
        if story.progress is not None:
            return _("Being animated anew, %(percent)s", percent=percent)
        return _("Will be animated anew")
    return {
        State.SENDING: lambda: _("%(percent)s of it is here", percent=percent),
        State.ARRIVED: lambda: _("It is here and is being stored"),
        State.PREPARING: lambda: _("Stored. Now it is being looked at"),
        State.QUEUED: lambda: _("Stored. Its turn to wake comes soon"),
        State.ANIMATING: lambda: _("Being animated, %(percent)s", percent=percent),
        State.AWAKE: lambda: _("Awake"),
        State.STILL: lambda: _("Stored. It stays a still picture"),
        State.OFF: lambda: _("Stored, but not on the wall at the moment"),
        State.DELETED: lambda: _("You deleted this photo"),
        State.REFUSED: lambda: _("This one could not be taken in"),
    }[story.state]()


def details(story: Story) -> list[str]:
    """What else there is to say, a sentence each."""
    said = [finding_in(each, language()) for each in _deciding(story.reasons)]
    if story.state is State.SENDING:
        said.append(_("Pick the same photo once more, and it goes on from there."))
    if story.upload.was_there:
        said.append(_("It was already there: somebody had brought it before."))
    if story.wall is Wall.WAITS:
        said.append(_("It waits for the owner’s yes before it hangs on the wall."))
    elif story.wall is Wall.CLIP_WAITS:
        said.append(_("It hangs on the wall; its movement waits for the owner’s yes."))
    elif story.wall is Wall.HANGS:
        said.append(_("It hangs on the wall."))
    if story.state is State.DELETED and story.photo is not None:
        said.append(_("For a month it can be brought back."))
    return said


def _deciding(reasons: tuple[Finding, ...]) -> list[Finding]:
    """Each reason once, those that keep a face still first."""
    once = list({each.code: each for each in reversed(reasons)}.values())[::-1]
    ordered = sorted(once, key=lambda each: each.consequence != "still")
    return ordered[:MOST_REASONS]


def _thumbnail(story: Story) -> str | None:
    if story.photo is None:
        return None
    return url_for("guest.thumbnail", upload_id=story.upload.id)


def _clip(story: Story) -> dict[str, str] | None:
    if story.clip is None:
        return None
    play = url_for("guest.clip", upload_id=story.upload.id, clip_id=story.clip.id)
    return {"play": play, "download": f"{play}?download=1"}


def _may(story: Story) -> list[str]:
    """What its sender may do with it now."""
    found = []
    if story.may_change:
        found += ["driver"]
        found += ["subtler"] * (story.quieter is not None and not story.is_changing)
        found += ["livelier"] * (story.livelier is not None and not story.is_changing)
    if story.state is State.DELETED:
        found += ["undo"] * (story.photo is not None)
    elif story.state is not State.ARRIVED:
        found += ["delete"]
    return found


def drivers() -> list[tuple[str, str, str]]:
    """What can be asked for: its name to programs, to people, and what it does."""
    return [
        ("auto", _("Leave it to us"), _("The frame looks at the photo and chooses.")),
        ("nostalgia", _("Nostalgia"), _("A slow, gentle smile and a tilt of the head.")),
        ("joy", _("Joy"), _("A wider smile and a nod.")),
        ("reunion", _("Reunion"), _("Looks around, finds you, and smiles.")),
        ("blink-and-nod", _("Blink and nod"), _("Hardly more than a breath.")),
    ]


def wish_from(story: Story, change: str, driver: str) -> Wish | None:
    """What a press of a button asks for; None where there is nothing further that way."""
    if change == "subtler":
        return story.quieter
    if change == "livelier":
        return story.livelier
    return Wish(driver)
