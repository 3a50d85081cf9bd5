"""Which library a command is about."""

from __future__ import annotations

import os
from pathlib import Path

from frame.errors import UsageError
from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.settings import Settings


def library_folder(asked: Path | None, settings: Settings) -> Path:
    """The folder that was asked for, else the settings', else the usual one among the user's data."""
    if asked is not None:
        return asked.expanduser().absolute()
    if settings.library:
        return Path(settings.library).expanduser().absolute()
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data).absolute() / "wakeframe" / "library"


def open_library(folder: Path, *, read_only: bool) -> Catalogue:
    """The catalogue of a library that is there. Raises `UsageError` and `CatalogueError`."""
    if not Places(folder).catalogue.is_file():
        raise UsageError(
            f"There is no library in {folder}. `wakeframe run` makes one; --library names another."
        )
    return Catalogue(Places(folder).catalogue, read_only=read_only)
