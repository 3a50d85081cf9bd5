"""What a lane says when disk, catalogue or networks fail it: one line, however long it lasts."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable

from frame.library.catalogue import Catalogue
from frame.studio.kit import Engine, Kit, Stop
from frame.studio.trying import ROOM
from renderer.models import ModelError

_log = logging.getLogger(__name__)

CODE = "models"
"""Only missing or damaged networks are worth a notice: the owner can mend them."""

RETRY_SECONDS = 30.0


class Trouble:
    """The trouble of one process, which comes and goes."""

    def __init__(self, catalogue: Catalogue, process: str, now: Callable[[], int]) -> None:
        self._catalogue = catalogue
        self._process = process
        self._now = now
        # Whether the last life of this process ended in trouble is not known.
        self._is_on: bool | None = None

    def happened(self, error: BaseException) -> None:
        """Say it, if it is new."""
        if self._is_on:
            return
        self._is_on = True
        _log.warning("%s waits", self._process, extra={"why": str(error)})
        models = _model_error(error)
        if models is not None:
            with contextlib.suppress(sqlite3.Error):
                self._catalogue.notices.add(ROOM, CODE, self._process, str(models), self._now())

    def is_over(self) -> None:
        """All is well."""
        if self._is_on is not False:
            with contextlib.suppress(sqlite3.Error):
                self._catalogue.notices.clear(ROOM, CODE, self._process)
            self._is_on = False


def engine_when_there(kit: Kit, trouble: Trouble, stop: Stop) -> Engine | None:
    """The engine as soon as its model list can be read; None where told to stop before."""
    while not stop.is_set():
        try:
            return kit.engine()
        except ModelError as error:
            trouble.happened(error)
        stop.wait(RETRY_SECONDS)
    return None


def _model_error(error: BaseException | None) -> ModelError | None:
    if error is None or isinstance(error, ModelError):
        return error
    return _model_error(error.__cause__)
