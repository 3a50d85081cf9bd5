"""`wakeframe status --diagnosis`: the same as the file that the page of the frame's health offers."""

from __future__ import annotations

import json
import time
from pathlib import Path

from frame.app.alone import running
from frame.commands.library import library_folder, open_library
from frame.commands.run import settings_in_effect
from frame.diagnosis import diagnose


def diagnosis(asked: Path | None) -> int:
    """Print it; 0. Raises `UsageError` where there is no library, and `CatalogueError`."""
    settings = settings_in_effect().settings
    library = library_folder(asked, settings)
    found = running(library)
    with open_library(library, read_only=True) as catalogue:
        told = diagnose(catalogue, library, found[1] if found else None, settings, time.monotonic())
    print(json.dumps(told, indent=1))
    return 0
