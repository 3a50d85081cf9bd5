"""What the processes of the frame say right now, as pages show it: read from their live files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frame.library.browse import Narrowing
from frame.library.catalogue import Catalogue
from frame.library.photo_state import PhotoState, Seen, state_of
from frame.live import heard

SCREEN_PICTURE = "screen.jpg"

EVERYTHING = Narrowing()


@dataclass(frozen=True)
class Wall:
    """What the display tells. `state` is empty where no display runs; `photos` are ids in reading order,
    `wakes` the one whose clip plays. `asked` is what was asked about the light: ``asleep``, ``lit`` or
    nothing. `stamp` changes with the mirrored picture, 0 while there is none."""

    state: str
    photos: tuple[int, ...]
    wakes: int | None
    is_dark: bool
    asked: str
    stamp: int


@dataclass(frozen=True)
class Queue:
    """What the studio tells. `photo` is in work, `share` of it done; `waiting` wait behind it, for about
    `seconds` in all, None while nobody can know. `state` is the studio's own word, `reason` what is in
    its way."""

    state: str
    reason: str
    photo: int | None
    share: float
    waiting: int | None
    seconds: float | None


def wall(live: Path) -> Wall:
    facts = heard(live, "display")
    wakes = facts.get("wakes")
    return Wall(
        state=_text(facts.get("state")),
        photos=tuple(_ids(facts.get("photos"))),
        wakes=wakes if isinstance(wakes, int) else None,
        is_dark=facts.get("panel_off") is True,
        asked=_text(facts.get("asked")),
        stamp=stamp(live),
    )


def stamp(live: Path) -> int:
    """When the mirrored picture was last written."""
    try:
        return (live / SCREEN_PICTURE).stat().st_mtime_ns // 1_000_000
    except OSError:
        return 0


def queue(live: Path) -> Queue:
    facts = heard(live, "studio")
    photo, waiting = facts.get("photo"), facts.get("waiting")
    share, seconds = facts.get("share"), facts.get("estimate_seconds")
    return Queue(
        state=_text(facts.get("state")),
        reason=_text(facts.get("reason")),
        photo=photo if isinstance(photo, int) else None,
        share=min(max(float(share), 0.0), 1.0) if isinstance(share, int | float) else 0.0,
        waiting=waiting if isinstance(waiting, int) else None,
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
    )


def state(catalogue: Catalogue, live: Path, photo_id: int) -> PhotoState | None:
    """How one photo is, with its reasons; None where there is none."""
    photo = catalogue.photos.get(photo_id)
    if photo is None:
        return None
    working = queue(live)
    looks, renders = (catalogue.work.get(photo_id, kind) for kind in ("look", "render"))
    seen = Seen(
        looks={photo_id: looks} if looks else {},
        renders={photo_id: renders} if renders else {},
        in_work=working.photo,
        share=working.share,
        missing=frozenset({photo_id}) if catalogue.photos.is_missing(photo_id) else frozenset(),
    )
    return state_of(photo, catalogue.clips.of(photo_id), seen)


def _ids(value: Any) -> list[int]:
    if not isinstance(value, list):
        return []
    return [each for each in value if isinstance(each, int) and not isinstance(each, bool)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
