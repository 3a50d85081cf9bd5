"""`wakeframe library export` and `wakeframe library restore`: everything out, and everything back in."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from frame.commands.library import library_folder, open_library
from frame.commands.run import settings_in_effect
from frame.errors import OutputNotWritable
from frame.library.catalogue import Catalogue
from frame.library.export import Export
from frame.library.ingest import Ingest
from frame.library.places import Places
from frame.library.restore import Progress, opened, restore
from frame.settings import owner_file, save
from frame.settings.restore import usable
from frame.words import harmless

TOLD_EVERY = 10
"""Photos between two lines of progress."""


def export(library: Path | None, archive: Path) -> int:
    """Write the archive; 0. Whatever happens it is there whole, or not at all."""
    folder = library_folder(library, settings_in_effect().settings)
    with open_library(folder, read_only=True) as catalogue:
        made = Export(Places(folder), catalogue, own_settings(owner_file()))
    part = archive.with_name(f".{archive.name}.part")
    try:
        with made, part.open("wb") as stream:
            for chunk in made.read():
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(archive)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise OutputNotWritable(f"The archive {archive} cannot be written: {why}.") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    print(f"{_photos(made.photos)}, {made.size / 1e6:.1f} MB: {archive}")
    print("It holds the originals with all that the camera wrote into them, places too.")
    return 0


def bring_back(library: Path | None, archive: Path, *, with_settings: bool) -> int:
    """Restore an archive into the library, which is made if there is none; 0."""
    folder = library_folder(library, settings_in_effect().settings)
    places = Places(folder)
    try:
        places.make()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise OutputNotWritable(f"The library {folder} cannot be made: {why}.") from error
    with opened(archive) as stream, Catalogue(places.catalogue) as catalogue:
        done = restore(places, catalogue, Ingest(places, catalogue), stream, heard=_told)
    print(sentence(done))
    if with_settings:
        changes, left_out = usable(done.settings or {})
        save(owner_file(), changes)
        rest = f"; left out: {', '.join(map(harmless, left_out))}" if left_out else ""
        print(f"Settings restored: {len(changes)}{rest}.")
    return 0


def own_settings(path: Path) -> bytes:
    """The owner's file as it is, or nothing."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def sentence(done: Progress) -> str:
    """What came of it."""
    parts = [f"{_photos(done.new)} brought back", f"{done.there} there already"]
    if done.refused:
        parts.append(f"{done.refused} damaged in the archive")
    if done.unknown:
        parts.append(f"{done.unknown} left out, for they are not in its list")
    return ", ".join(parts) + "."


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count} photos"


def _told(progress: Progress) -> None:
    if sys.stderr.isatty() and (progress.done % TOLD_EVERY == 0 or progress.done == progress.of):
        print(f"\r{progress.done} of {progress.of}", end="", file=sys.stderr, flush=True)
        if progress.done == progress.of:
            print(file=sys.stderr)
