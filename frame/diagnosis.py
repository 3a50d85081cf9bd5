"""How a frame is, for somebody who helps from afar: one JSON, to be read through before it is sent.

Nothing is taken out of it, because nothing private is put in: numbers, versions and words of ours
(codes, states, kinds), each named here. No sentence, name, place, path, address, hash or key. A text
that is not of the shape of our words is said to be ``other``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from frame.health import health, versions
from frame.library.catalogue import Catalogue
from frame.live import heard
from frame.logs import MISHAPS, is_mishap
from frame.settings import Settings
from frame.settings.schema import keys

ABOUT = (
    "How this frame is, for whoever helps with it. There are only numbers, versions and words of"
    " Wakeframe's own in here: no photo, name, place, folder, address, pass or password."
)

PROCESSES = ("frame", "doors", "looker", "studio", "display", "web", "upkeep")

_TOLD = {
    "app": ("began", "is_safe"),
    "display": ("state", "panel_off", "asked", "pacing"),
    "doors": ("waiting", "taken", "refused"),
    "looker": ("state", "waiting", "share", "estimate_seconds", "reason"),
    "studio": ("state", "waiting", "stage", "share", "estimate_seconds", "reason"),
}
"""Of what each process says of itself: what is passed on."""

_WORD = re.compile(r"\.?[a-z0-9]+([ _-][a-z0-9]+){0,5}")
_LONGEST = 40


def diagnose(
    catalogue: Catalogue, library: Path, live: Path | None, settings: Settings, now: float
) -> dict[str, Any]:
    """What is known; `live` is None while no frame runs, `now` is monotonic, in seconds."""
    app = heard(live, "app") if live else {}
    state = health(library, app, now)
    return {
        "about": ABOUT,
        "versions": versions(),
        "machine": {
            "cores": os.cpu_count(),
            "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        },
        "health": {
            **state,
            "processes": {_word(name): _plain(facts) for name, facts in state["processes"].items()},
        },
        "running": {
            process: _plain({key: said[key] for key in told if key in said})
            for process, told in _TOLD.items()
            if live and (said := heard(live, process))
        },
        "panel": list(catalogue.facts.panel),
        "counts": {
            **catalogue.photos.counts(),
            "clips": catalogue.clips.count(),
            "clip_bytes": catalogue.clips.bytes(),
        },
        "catalogue": {
            topic: [_plain(each) for each in found]
            for topic, found in catalogue.census.take().items()
        },
        "settings": _settings(settings),
        "mishaps": _mishaps(live) if live else [],
    }


def _settings(settings: Settings) -> dict[str, object]:
    """Numbers, switches and choices as they are; of whatever can hold a name, a folder or when somebody
    sleeps, only whether it was set."""
    told: dict[str, object] = {}
    for key in keys():
        value = getattr(settings, key.name)
        is_told = isinstance(value, bool | int | float) or value in get_args(key.type)
        told[key.name] = value if is_told else ("default" if value == key.default else "set")
    return told


def _mishaps(live: Path) -> list[dict[str, object]]:
    """What went wrong lately, oldest first: constant words of our code, and where in it."""
    found = [
        {"process": process, **each}
        for process in PROCESSES
        for each in heard(live, f"{process}{MISHAPS}").get("mishaps") or []
        if is_mishap(each)
    ]
    return sorted(found, key=lambda each: each["at"])


def _plain(facts: object) -> Any:
    """`facts` with its numbers, and of its texts only those of the shape of our words."""
    if isinstance(facts, Mapping):
        return {_word(str(name)): _plain(value) for name, value in facts.items()}
    if isinstance(facts, list | tuple):
        return [_plain(each) for each in facts]
    return _word(facts) if isinstance(facts, str) else facts


def _word(text: str) -> str:
    return text if not text or (len(text) <= _LONGEST and _WORD.fullmatch(text)) else "other"
