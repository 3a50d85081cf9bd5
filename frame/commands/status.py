"""`wakeframe status`: every photo with its state and reasons, the wall, the queue, and the health.

Reads only, whether the frame runs or not. What programs read (``--json``) is written as it is found, so
that 50,000 photos cost time and no memory; what people read is one screen.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from frame.app.alone import running
from frame.commands.answer import sentence
from frame.commands.library import library_folder, open_library
from frame.commands.run import settings_in_effect
from frame.core.photos import Photo
from frame.health import health, versions
from frame.library.catalogue import Catalogue
from frame.library.photo_state import PhotoState, Seen, states
from frame.live import heard
from frame.words import Language, duration, finding_in, harmless, language_from, say

NEWEST = 20
"""Photos that the readable form lists; `--json` has them all."""


def status(asked: Path | None, *, as_json: bool) -> int:
    """Print it; 0. Raises `UsageError` where there is no library, and `CatalogueError`."""
    settings = settings_in_effect().settings
    library = library_folder(asked, settings)
    with open_library(library, read_only=True) as catalogue:
        live = Live(library)
        if as_json:
            _write(catalogue, library, live, sys.stdout)
        else:
            language = language_from(settings.language, os.environ)
            for line in _readable(catalogue, library, live, language):
                print(line)
    return 0


class Live:
    """What the processes say, where they run."""

    def __init__(self, library: Path) -> None:
        self.pid: int | None = None
        self._folder: Path | None = None
        if found := running(library):
            self.pid, self._folder = found
        self.app = self._says("app")
        self.display = self._says("display")
        self.doors = self._says("doors")
        self.looker = self._says("looker")
        self.studio = self._says("studio")
        self.web = self._says("web")

    @property
    def is_running(self) -> bool:
        return self.pid is not None

    def _says(self, process: str) -> dict[str, Any]:
        return heard(self._folder, process) if self._folder else {}


def _write(catalogue: Catalogue, library: Path, live: Live, stream: TextIO) -> None:
    """JSON, one photo a line. ASCII only: no terminal obeys a file's name."""
    stream.write("{\n")
    for name, value in _facts(catalogue, library, live).items():
        stream.write(f"{json.dumps(name)}: {json.dumps(value)},\n")
    stream.write('"photos": [')
    separator = "\n"
    for state in states(catalogue, _seen(catalogue, live)):
        facts = {**_photo(state), "restoration": _restoration(catalogue, state.photo)}
        stream.write(separator + json.dumps(facts, separators=(",", ":")))
        separator = ",\n"
    stream.write("\n]}\n")


def _seen(catalogue: Catalogue, live: Live) -> Seen:
    photo = live.studio.get("photo")
    share = live.studio.get("share")
    return Seen(
        looks=catalogue.work.of_kind("look"),
        renders=catalogue.work.of_kind("render"),
        in_work=photo if isinstance(photo, int) else None,
        share=float(share) if isinstance(share, int | float) else 0.0,
        missing=frozenset(each.id for each in catalogue.photos.missing()),
    )


def _facts(catalogue: Catalogue, library: Path, live: Live) -> dict[str, Any]:
    """Everything but the photos."""
    return {
        "running": live.is_running,
        "pid": live.pid,
        "since": live.app.get("began"),
        "safe_mode": bool(live.app.get("is_safe")),
        "library": str(library),
        "inbox": str(library / "inbox"),
        "screen": f"http://localhost:{live.web['port']}/screen" if live.web else None,
        "panel": list(catalogue.facts.panel),
        "counts": {
            **catalogue.photos.counts(),
            "clips": catalogue.clips.count(),
            "clip_bytes": catalogue.clips.bytes(),
        },
        "wall": _wall(catalogue, live),
        "queue": {name: value for name, value in live.studio.items() if name != "pid"},
        "doors": {name: value for name, value in live.doors.items() if name != "pid"},
        "questions": [
            {
                "id": each.id,
                "kind": each.kind,
                "facts": each.facts,
                "asked": each.asked,
                "sentence": sentence(each.kind, each.facts, "en"),
            }
            for each in catalogue.questions.open()
        ],
        "notices": [vars(each) for each in catalogue.notices.all()],
        "refusals": [vars(each) for each in catalogue.refusals.all()],
        "folders": [{"path": each.path, "state": each.state} for each in catalogue.folders.all()],
        "set_aside": [
            {"photo": each.photo_id, "kind": each.kind, "code": each.code, "message": each.message}
            for each in catalogue.work.all_set_aside()
        ],
        "health": health(library, live.app, time.monotonic()),
        "versions": versions(),
    }


def _wall(catalogue: Catalogue, live: Live) -> dict[str, Any]:
    display = live.display
    hanging = [each for each in display.get("photos") or [] if isinstance(each, int)]
    photos = [catalogue.photos.get(each) for each in hanging]
    return {
        "state": display.get("state"),
        "photos": hanging,
        "names": [photo.name for photo in photos if photo is not None],
        "wakes": display.get("wakes"),
        "panel_off": display.get("panel_off"),
        "pacing": display.get("pacing"),
    }


def _photo(state: PhotoState) -> dict[str, Any]:
    photo, clip = state.photo, state.clip
    return {
        "id": photo.id,
        "name": photo.name,
        "state": state.state,
        "progress": state.progress,
        "reasons": [vars(each) for each in state.reasons],
        "approval": photo.approval,
        "favourite": photo.is_favourite,
        "deleted": photo.is_deleted,
        "door": photo.door,
        "sender": photo.sender,
        "arrived": photo.arrived,
        "taken": photo.taken,
        "width": photo.size[0],
        "height": photo.size[1],
        "sha256": photo.sha256,
        "verdict": photo.look.verdict if photo.look else None,
        "people": len(photo.look.heads) if photo.look else None,
        "findings": [vars(each) for each in photo.look.findings] if photo.look else [],
        "clip": clip
        and {
            "file": clip.file,
            "driver": clip.driver,
            "approval": clip.approval,
            "frames": clip.frames,
            "width": clip.view.width,
            "height": clip.view.height,
            "made": clip.made,
        },
    }


def _restoration(catalogue: Catalogue, photo: Photo) -> dict[str, Any]:
    """What became of preparing it, what was decided, and whether it hangs restored."""
    made = catalogue.preparations.get(photo.id)
    return {
        "outcome": made.outcome if made else None,
        "choice": catalogue.preparations.choice(photo.id),
        "hangs": bool(photo.prepared),
        "mended": list(made.mended) if made else [],
        "damage": made.damage if made else None,
        "passed": made.passed if made else None,
    }


def _readable(catalogue: Catalogue, library: Path, live: Live, language: Language) -> Iterator[str]:
    """The same for people: what runs, what hangs, what waits, what is wrong, and the newest photos."""
    yield say("run.library", language, library=str(library))
    if live.is_running:
        began = time.strftime("%Y-%m-%d %H:%M", time.localtime(live.app.get("began")))
        yield say("status.running", language, time=began)
        if live.app.get("is_safe"):
            yield say("status.safe_mode", language)
        if live.web:
            address = f"http://localhost:{live.web['port']}/screen"
            yield say("run.mirror", language, address=address)
        yield from _about_the_wall(catalogue, live, language)
    else:
        yield say("status.not_running", language)
    counts = catalogue.photos.counts()
    yield say("info.photos", language, count=counts["photos"])
    yield from _about_the_queue(live, language)
    state = health(library, live.app, time.monotonic())
    yield say("status.disk", language, free=f"{state['disk_free_bytes'] / 1e9:.1f} GB")
    for question in catalogue.questions.open():
        asked = sentence(question.kind, question.facts, language)
        how = say("question.answer_elsewhere", language, id=question.id)
        yield f"? {asked}  [{how}]"
    for notice in catalogue.notices.all():
        yield f"! {harmless(notice.message)}"
    for refusal in catalogue.refusals.all(NEWEST):
        name = Path(refusal.place).name
        yield "- " + say("run.refused", language, name=name, reason=finding_in(refusal, language))
    yield ""
    for number, each in enumerate(states(catalogue, _seen(catalogue, live))):
        if number == NEWEST:
            yield f"  ... {counts['photos'] - NEWEST}"
            break
        yield _line(each, language)


def _about_the_wall(catalogue: Catalogue, live: Live, language: Language) -> Iterator[str]:
    wall = _wall(catalogue, live)
    names = ", ".join(wall["names"])
    if wall["panel_off"]:
        yield say("status.wall.night", language)
    elif not names:
        yield say("status.wall.nothing", language)
    else:
        code = "status.wall.wakes" if wall["wakes"] else "status.wall.hangs"
        yield say(code, language, names=names)


def _about_the_queue(live: Live, language: Language) -> Iterator[str]:
    waiting, seconds = live.studio.get("waiting"), live.studio.get("estimate_seconds")
    if not isinstance(waiting, int):
        return
    if waiting == 0:
        yield say("status.queue.empty", language)
    elif isinstance(seconds, int | float):
        time_left = duration(seconds, language)
        yield say("status.queue", language, count=waiting, time=time_left)
    else:
        yield say("status.queue.unknown", language, count=waiting)


def _line(state: PhotoState, language: Language) -> str:
    what = say(f"state.{state.state}", language, share=f"{state.progress or 0:.0%}")
    reason = f": {finding_in(state.reasons[0], language)}" if state.reasons else ""
    return f"{state.photo.id:6d}  {harmless(state.photo.name)[:40]:40s}  {what}{reason}"
