"""What the pages stand on, handed in so that tests can hand in something else."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from frame.library.disk import Disk, RealDisk
from frame.library.places import Places
from frame.library.space import Reserve, usual_reserve
from frame.settings import Settings
from frame.web.hosts import Names
from frame.web.invitations import Invitations
from frame.words import Language


@dataclass(frozen=True)
class Context:
    """`settings` are those in force, `settings_file` is the owner's; `names` says under which names and
    addresses a browser may come; `now` is unix time, `clock` is monotonic, both in seconds."""

    places: Places
    live: Path
    settings_file: Path
    settings: Settings
    names: Names
    language: Language = "en"
    now: Callable[[], float] = time.time
    clock: Callable[[], float] = time.monotonic
    disk: Disk = field(default_factory=RealDisk)
    reserve: Reserve = usual_reserve
    invitations: Invitations = field(default_factory=Invitations)
    environment: Mapping[str, str] = field(default_factory=dict)
