"""What went wrong lately in a process, kept beside its other live files for a diagnosis."""

from __future__ import annotations

import logging
from pathlib import Path

from frame.live import heard, say
from frame.logs import MISHAPS, Mishaps


def remember_mishaps(live: Path, process: str) -> None:
    """From now on, after what the same process told before it was started again. After `logs.set_up`."""
    name = f"{process}{MISHAPS}"
    before = heard(live, name).get("mishaps")
    kept = Mishaps(
        lambda found: say(live, name, {"mishaps": found}),
        before if isinstance(before, list) else (),
    )
    logging.getLogger().addHandler(kept)
