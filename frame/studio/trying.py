"""One try at one photo: written down before it begins, so that whatever ends it counts."""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from frame.core.photos import Photo
from frame.library.catalogue import Catalogue
from frame.library.work import MOST_TRIES, Kind
from frame.studio.naming import called
from renderer.models import ModelError

_log = logging.getLogger(__name__)

ROOM = "studio"


MACHINE = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENODEV, errno.ENXIO),
    *(errno.EMFILE, errno.ENFILE, errno.ENOMEM),
}
"""Errors of the system that no photo is to blame for."""


_AS = {"look": "as a still", "prepare": "as it came", "render": "as a still"}
"""How a photo hangs that was set aside."""


class MachineTrouble(Exception):  # noqa: N818
    """Disk, catalogue or networks fail us, whichever photo it is; later it may go well again."""


class Interrupted(Exception):  # noqa: N818 - reads as what it says
    """The lane was told to stop in the middle of a photo."""


@dataclass(frozen=True)
class Outcome:
    """How a try ended well: a code and a sentence where there is something to say. `seconds` tells how
    long it worked, None where that says nothing about the next photo."""

    code: str = ""
    message: str = ""
    seconds: float | None = None


@dataclass(frozen=True)
class Trial:
    """`target` names everything that shapes the result: another one makes new tries."""

    catalogue: Catalogue
    kind: Kind
    now: Callable[[], int]

    def run(self, photo: Photo, target: str, work: Callable[[], Outcome]) -> bool:
        """Whether this try ended well. Two that did not, or that nobody came back from, and the photo
        is set aside. Raises `Interrupted` and `MachineTrouble`; such tries do not count.
        """
        try:
            return self._run(photo, target, work)
        except sqlite3.Error as error:
            raise MachineTrouble(f"the catalogue: {error}") from error

    def _run(self, photo: Photo, target: str, work: Callable[[], Outcome]) -> bool:
        tries = self.catalogue.work.begin(photo.id, self.kind, target)
        if tries == 0:
            self._name(photo, "It ended its worker twice.")
            return False
        try:
            outcome = work()
        except (Interrupted, sqlite3.Error):
            self.catalogue.work.take_back(photo.id, self.kind)
            raise
        except Exception as error:
            if _is_machines(error):
                self.catalogue.work.take_back(photo.id, self.kind)
                raise MachineTrouble(str(error)) from error
            self._failed(photo, target, tries, error)
            return False
        self.catalogue.work.done(
            photo.id, self.kind, target, outcome.code, outcome.message, outcome.seconds
        )
        return True

    def _failed(self, photo: Photo, target: str, tries: int, error: Exception) -> None:
        why = f"{type(error).__name__}: {error}"
        _log.warning(
            "%s failed", self.kind, extra={"photo": photo.id, "try": tries, "why": why[:300]}
        )
        if tries >= MOST_TRIES:
            message = "Working on this photo failed twice; it hangs as a still."
            self.catalogue.work.set_aside(photo.id, self.kind, target, "failed", message)
            self._name(photo, "It failed twice.")

    def _name(self, photo: Photo, why: str) -> None:
        what = {"look": "looked at", "prepare": "restored", "render": "animated"}[self.kind]
        _log.warning("photo set aside", extra={"photo": photo.id, "photo_name": repr(photo.name)})
        self.catalogue.notices.add(
            ROOM,
            f"{self.kind}_set_aside",
            str(photo.id),
            f"“{called(photo)}” cannot be {what} and hangs {_AS[self.kind]}. {why}",
            self.now(),
        )


def _is_machines(error: BaseException | None) -> bool:
    """Whether the machine failed rather than this photo; an error may wrap the one that tells."""
    if isinstance(error, ModelError):
        return True
    if isinstance(error, OSError) and error.errno in MACHINE:
        return True
    return error is not None and _is_machines(error.__cause__)
