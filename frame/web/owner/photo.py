"""One photo: everything that is known about it, and everything that can be decided. Never where it was
taken."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, request
from werkzeug.exceptions import NotFound

from frame.core.liveliness import DRIVERS, Wish, livelier, subtler
from frame.core.photos import Approval, Clip, Photo
from frame.core.preparation import Choice
from frame.library import deeds
from frame.web.catalogue import catalogue, context
from frame.web.owner import living
from frame.web.owner.gallery import DEEDS, narrowed, query
from frame.web.owner.pages import back, page, pages, restoring_rule
from frame.web.owner.undo import Undone
from frame.web.words import gettext as _
from frame.web.words import language, share
from frame.words import say

CHOICES = {
    "use_restored": Choice.RESTORED,
    "use_original": Choice.ORIGINAL,
    "use_rule": Choice.AUTO,
}
CLIP_DEEDS = {"clip_show": Approval.APPROVED, "clip_hide": Approval.HIDDEN}


@dataclass(frozen=True)
class Attempt:
    """One rung of the renderer's ladder."""

    driver: str
    intensity: float
    passed: bool


@dataclass(frozen=True)
class Story:
    """What the renderer reported, as people read it. `likeness` is the lowest of all frames, 0..1, and
    `threshold` what it must reach; None where it was not measured."""

    driver: str
    seconds: float
    size: tuple[int, int]
    faces: int
    moving: int
    attempts: tuple[Attempt, ...]
    likeness: float | None
    threshold: float | None
    took: float


@pages.get("/photos/<int:photo_id>")
def photo(photo_id: int) -> str:
    state = living.state(catalogue(), context().live, photo_id)
    entry = catalogue().browse.entry(photo_id)
    if state is None or entry is None:
        raise NotFound
    narrowing, typed = narrowed()
    newer, older = catalogue().browse.neighbours(narrowing, entry.key)
    clip = state.clip
    played = Wish(clip.driver, catalogue().clips.wish(clip.id).intensity) if clip else None
    return page(
        "photo.html",
        photo=state.photo,
        state=state,
        clip=clip,
        story=story_of(catalogue().clips.report(clip.id), clip) if clip else None,
        wish=catalogue().photos.wish(photo_id),
        subtler=subtler(played) if played else None,
        livelier=livelier(played) if played else None,
        drivers=driver_names(),
        findings=_findings(state.photo),
        made=catalogue().preparations.get(photo_id),
        choice=catalogue().preparations.choice(photo_id),
        mendings=mending_names(),
        size_bytes=catalogue().photos.size_bytes(photo_id),
        doors=door_names(),
        newer=newer,
        older=older,
        grid=query(typed),
        typed_words={name: value for name, value in typed.items() if value},
        query=query,
        state_word=say(f"state.{state.state}", language(), share=share(state.progress or 0)),
        clip_words={
            "waiting": _("waits for your yes"),
            "approved": _("plays on the wall"),
            "hidden": _("hidden"),
        },
    )


@pages.post("/photos/<int:photo_id>")
def decide_photo(photo_id: int) -> Response:
    """One deed for this photo, its clip, or the way it moves."""
    if catalogue().photos.get(photo_id) is None:
        raise NotFound
    name = request.form.get("deed", "")
    before = deeds.remember(catalogue(), [photo_id])
    if name in DEEDS:
        DEEDS[name].do(catalogue(), photo_id, int(context().now()))
        return back(Undone(DEEDS[name].said(1), before), "owner.gallery")
    if name in CLIP_DEEDS:
        _decide_clip(photo_id, CLIP_DEEDS[name])
        said = _("The clip may play.") if name == "clip_show" else _("The clip is hidden.")
        return back(Undone(said, before), "owner.gallery")
    if name in CHOICES:
        catalogue().preparations.choose(photo_id, CHOICES[name], restoring_rule())
        words = {
            "use_restored": _("It hangs restored; its clip is made again."),
            "use_original": _("It hangs as it came; its clip is made again."),
            "use_rule": _("The settings decide about it again."),
        }
        return back(Undone(words[name], before), "owner.gallery")
    if name not in ("driver", "subtler", "livelier"):
        abort(400)
    wish = _wished(photo_id, name)
    if wish is None:
        return back(Undone(_("There is no step further in that direction."), ()))
    catalogue().photos.want_driver(photo_id, wish.driver, wish.intensity)
    return back(Undone(_("The clip is made again; until then the old one plays."), ()))


def story_of(report: str, clip: Clip) -> Story | None:
    """The report in readable form; None for one that cannot be read."""
    try:
        facts = json.loads(report)
        faces = facts.get("faces") or []
        identity = facts.get("identity") or {}
        return Story(
            driver=str(facts.get("driver") or clip.driver),
            seconds=clip.frames / (float(facts.get("fps") or 0) or 25.0),
            size=(clip.view.width, clip.view.height),
            faces=len(faces),
            moving=sum(bool(each.get("moved")) for each in faces),
            attempts=tuple(
                Attempt(str(each["driver"]), float(each["intensity"]), bool(each["passed"]))
                for each in facts.get("ladder") or []
            ),
            likeness=_number(identity.get("min")),
            threshold=_number(identity.get("threshold")),
            took=sum(float(each["seconds"]) for each in facts.get("stages") or []),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def driver_names() -> dict[str, str]:
    """What the drivers are called, and `auto`."""
    named = {
        "auto": _("As suits the photo"),
        "nostalgia": _("Nostalgia: a slow, gentle smile"),
        "joy": _("Joy: a livelier smile"),
        "reunion": _("Reunion: looks around, recognises, smiles"),
        "blink-and-nod": _("Blink and nod: hardly anything"),
    }
    return {name: named[name] for name in ("auto", *DRIVERS)}


def mending_names() -> dict[str, str]:
    """What a restoration can have done."""
    return {
        "scratches": _("scratches and tears"),
        "fading": _("fading"),
        "cast": _("a colour cast"),
        "noise": _("grain"),
        "jpeg": _("traces of compression"),
        "soft_eyes": _("soft eyes"),
    }


def door_names() -> dict[str, str]:
    return {
        "inbox": _("the inbox folder"),
        "folder": _("a watched folder"),
        "usb": _("a USB stick"),
        "phone": _("a phone"),
        "camera": _("a camera"),
        "sample": _("the samples"),
        "composed": _("put together from other photos"),
    }


def _decide_clip(photo_id: int, approval: Approval) -> None:
    clips = catalogue().clips.of(photo_id)
    if not clips:
        raise NotFound
    catalogue().clips.approve(clips[0].id, approval)


def _wished(photo_id: int, name: str) -> Wish | None:
    if name == "driver":
        driver = request.form.get("driver", "")
        if driver not in driver_names():
            abort(400)
        return Wish(driver)
    clips = catalogue().clips.of(photo_id)
    if not clips:
        raise NotFound
    played = Wish(clips[0].driver, catalogue().clips.wish(clips[0].id).intensity)
    return subtler(played) if name == "subtler" else livelier(played)


def _findings(photo: Photo) -> list[Any]:
    """What the coach has to say, without what the restoration has dealt with."""
    if photo.look is None:
        return []
    open_ones = [each for each in photo.look.findings if not each.is_mended]
    # Two people may have the same finding: it is said once.
    return list({(each.code, each.message): each for each in open_ones}.values())


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
