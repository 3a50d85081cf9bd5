"""`wakeframe photo`: what the owner decides about one photo. Every deed can be undone by another."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from frame.commands.findings import line_of
from frame.commands.library import library_folder, open_library
from frame.commands.run import settings_in_effect
from frame.core.photos import Approval, Photo
from frame.core.preparation import Choice, Outcome, Preparation, Rule
from frame.errors import UsageError
from frame.library import deeds, deletion
from frame.library.catalogue import Catalogue
from frame.words import Language, harmless, language_from, say


def do(library: Path | None, photo_id: int, deed: str, driver: str | None) -> int:
    """Do it and say so; 0. Raises `UsageError` where there is no such photo, or it makes no sense."""
    if (deed == "driver") != (driver is not None):
        raise UsageError("`driver` needs the name of one, and nothing else does.")
    settings = settings_in_effect().settings
    if deed == "about":
        return _tell_about(library_folder(library, settings), photo_id, settings.language)
    with open_library(library_folder(library, settings), read_only=False) as catalogue:
        photo = catalogue.photos.get(photo_id)
        if photo is None:
            raise UsageError(f"There is no photo {photo_id}; `wakeframe status` lists them.")
        if deed == "driver":
            catalogue.photos.want_driver(photo_id, driver or "auto")
            done = f"is animated again ({driver})"
        elif deed in _CHOICES:
            done = _choose(catalogue, photo, _CHOICES[deed], Rule(settings.restore))
        else:
            done = _DEEDS[deed](catalogue, photo)
    print(f"{harmless(photo.name)} {done}.")
    return 0


def _tell_about(library: Path, photo_id: int, wanted: str) -> int:
    """What was found in it, and what that costs its movement."""
    language = language_from(wanted, os.environ)
    with open_library(library, read_only=True) as catalogue:
        photo = catalogue.photos.get(photo_id)
        restoration = catalogue.preparations.get(photo_id)
    if photo is None:
        raise UsageError(f"There is no photo {photo_id}; `wakeframe status` lists them.")
    width, height = photo.size
    print(f"{harmless(photo.name)}  {width} x {height}")
    if photo.look is None:
        print(say("state.looking", language))
        return 0
    for line in _about_restoration(restoration, photo, language):
        print(line)
    lines = (line_of(finding, language) for finding in photo.look.told)
    print("\n".join(dict.fromkeys(lines)) or say("check.nothing", language))
    return 0


def _show(catalogue: Catalogue, photo: Photo) -> str:
    """The photo, and with it the clip that its owner has not seen yet."""
    if photo.is_deleted:
        raise UsageError("It is deleted; `restore` brings it back.")
    deeds.show(catalogue, photo.id)
    return "may hang"


def _hide(catalogue: Catalogue, photo: Photo) -> str:
    catalogue.photos.approve(photo.id, Approval.HIDDEN)
    return "is hidden; `show` brings it back"


def _delete(catalogue: Catalogue, photo: Photo) -> str:
    deletion.delete(catalogue, photo.id, int(time.time()))
    return "is deleted; for a month `restore` brings it back"


def _restore(catalogue: Catalogue, photo: Photo) -> str:
    if not photo.is_deleted:
        raise UsageError("It is not deleted.")
    if not deletion.undo(catalogue, photo.id):
        raise UsageError("It is too late: its original is gone.")
    return "is back"


def _favour(catalogue: Catalogue, photo: Photo) -> str:
    catalogue.photos.favour(photo.id, is_favourite=True)
    return "is a favourite"


def _unfavour(catalogue: Catalogue, photo: Photo) -> str:
    catalogue.photos.favour(photo.id, is_favourite=False)
    return "is no favourite any more"


def _choose(catalogue: Catalogue, photo: Photo, choice: Choice, rule: Rule) -> str:
    """Whether it hangs restored. What is not prepared yet is prepared by the frame."""
    if photo.is_deleted:
        raise UsageError("It is deleted; `restore` brings it back.")
    catalogue.preparations.choose(photo.id, choice, rule)
    after, made = catalogue.photos.get(photo.id), catalogue.preparations.get(photo.id)
    if after is not None and after.prepared:
        return "hangs restored; `original` undoes it"
    if choice is Choice.RESTORED:
        is_sound = made is not None and made.outcome is Outcome.NEEDLESS
        return "needs no restoring" if is_sound else "hangs restored as soon as it is prepared"
    return "hangs as it came; `restored` undoes it"


def _about_restoration(made: Preparation | None, photo: Photo, language: Language) -> Iterator[str]:
    """Whether it hangs restored, and what that mends."""
    if made is None or made.outcome is not Outcome.MADE:
        return
    what = ", ".join(say(f"mended.{kind}", language) for kind in made.mended)
    yield say("restored.hangs" if photo.prepared else "restored.rests", language, what=what)


_CHOICES = {
    "restored": Choice.RESTORED,
    "original": Choice.ORIGINAL,
    "as-set": Choice.AUTO,
}

_DEEDS: dict[str, Callable[[Catalogue, Photo], str]] = {
    "show": _show,
    "hide": _hide,
    "delete": _delete,
    "restore": _restore,
    "favourite": _favour,
    "ordinary": _unfavour,
}
