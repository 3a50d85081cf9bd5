"""How the frame is, in words that the owner can do something about."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from flask import Response

from frame import health as machine
from frame.diagnosis import diagnose
from frame.library.catalogue import Catalogue
from frame.library.space import Space
from frame.live import heard
from frame.web.catalogue import catalogue, context
from frame.web.context import Context
from frame.web.owner.pages import page, pages
from frame.web.words import language
from frame.words import finding_in, harmless

REFUSALS = 100
"""Files on the page of those that did not become photos."""

NOTICES = 12


@dataclass(frozen=True)
class Notice:
    """A calm line; `at` is unix seconds."""

    message: str
    at: int
    times: int


@dataclass(frozen=True)
class Refused:
    """A file that did not become a photo."""

    name: str
    why: str
    at: int


@dataclass(frozen=True)
class Health:
    """Bytes of the disk that are free, that photos may still take (never below 0), and all; degrees,
    None where nothing measures. `began` is unix seconds, None while the frame's main process does not
    run; `resting` names processes that keep ending."""

    free: int
    spare: int
    total: int
    celsius: float | None
    is_throttled: bool
    is_safe: bool
    began: int | None
    resting: tuple[str, ...]
    notices: tuple[Notice, ...]
    refusals: tuple[Refused, ...]
    version: str

    @property
    def used_share(self) -> float:
        """Of the disk, 0..1."""
        return 1 - self.free / self.total if self.total else 0.0


def look(found: Catalogue, here: Context, refusals: int = 5) -> Health:
    """How it is now. Costs a few files in memory and two questions to the disk."""
    app = heard(here.live, "app")
    room = here.disk.room(here.places.root)
    facts = machine.health(here.places.root, app, time.monotonic())
    began = app.get("began")
    return Health(
        free=room.free,
        spare=max(Space(here.places, here.disk, here.reserve).spare(), 0),
        total=room.total,
        celsius=facts["temperature_c"],
        is_throttled=bool(facts["throttled"]),
        is_safe=bool(app.get("is_safe")),
        began=began if isinstance(began, int) else None,
        resting=tuple(_resting(found)),
        notices=tuple(
            Notice(harmless(each.message), each.at, each.times)
            for each in found.notices.all()[:NOTICES]
        ),
        refusals=tuple(
            Refused(harmless(PurePath(each.place).name), finding_in(each, language()), each.at)
            for each in found.refusals.all(refusals)
        ),
        version=machine.versions()["wakeframe"] or "",
    )


@pages.get("/health")
def health() -> str:
    here = context()
    app: dict[str, Any] = heard(here.live, "app")
    return page(
        "health.html",
        health=look(catalogue(), here, REFUSALS),
        machine=machine.health(here.places.root, app, time.monotonic()),
        versions=machine.versions(),
        set_aside=catalogue().work.all_set_aside()[:REFUSALS],
        clip_bytes=catalogue().clips.bytes(),
        clips=catalogue().clips.count(),
        counts=catalogue().photos.counts(),
    )


@pages.get("/health/diagnosis.json")
def diagnosis() -> Response:
    """For whoever helps from afar: to be saved, read through, and sent by whoever wants to."""
    here = context()
    told = diagnose(catalogue(), here.places.root, here.live, here.settings, time.monotonic())
    answer = Response(json.dumps(told, indent=1), mimetype="application/json")
    day = time.strftime("%Y-%m-%d", time.localtime(here.now()))
    answer.headers["Content-Disposition"] = f'attachment; filename="wakeframe-{day}.json"'
    return answer


def _resting(found: Catalogue) -> list[str]:
    return [each.subject for each in found.notices.all() if each.code == "keeps_ending"]
