"""One line for each event, on the error stream, for a journal or a terminal.

A message is constant; what differs are fields (``extra={"why": ...}``). Names of files are hostile:
nothing that is written here can start a line of its own or speak to the terminal.
"""

from __future__ import annotations

import logging
import os
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TextIO, TypeGuard

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_PRIORITIES = (
    (logging.ERROR, "<3>"),
    (logging.WARNING, "<4>"),
    (logging.INFO, "<6>"),
    (logging.NOTSET, "<7>"),
)
"""How a line tells the journal how much it matters (sd-daemon(3))."""


MISHAPS = "-mishaps"
"""What the name of a process is followed by where its mishaps are told (`frame.live`)."""

MISHAPS_KEPT = 30

_OUR_ROOT = Path(__file__).resolve().parents[1]
_OUR_ROOMS = ("bench", "frame", "renderer", "sync")
_OF_A_MISHAP = {"at": int, "level": str, "logger": str, "message": str, "error": str, "where": str}


def set_up(process: str, *, is_verbose: bool = False, stream: TextIO | None = None) -> None:
    """Let this process log; the name of the process begins each line.

    Before a person, at a terminal, only what went wrong: the rest is told in calmer words by
    `frame.app.reporter`, and one event is told once.
    """
    stream_in_use = stream or sys.stderr
    handler = logging.StreamHandler(stream_in_use)
    is_journal = stream is None and "JOURNAL_STREAM" in os.environ
    handler.setFormatter(OneLine(process, is_journal=is_journal, is_verbose=is_verbose))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    usual = logging.WARNING if stream_in_use.isatty() else logging.INFO
    root.setLevel(logging.DEBUG if is_verbose else usual)
    logging.captureWarnings(True)
    # Others' libraries speak of their own affairs.
    for name in ("watchdog", "PIL", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)


class Mishaps(logging.Handler):
    """Remembers the last warnings and errors for a diagnosis, and hands them to `tell` at each new one.

    Only what is constant in our code is remembered: the words of the message before anything is put in,
    the kind of the error, and file and line of ours. Of others' libraries only the kind and the name.
    """

    def __init__(
        self,
        tell: Callable[[list[dict[str, Any]]], None],
        before: Iterable[object] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell
        self._now = now
        self._kept = deque((each for each in before if is_mishap(each)), MISHAPS_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        error = _error_of(record)
        is_ours = record.name.split(".")[0] in _OUR_ROOMS or record.name == "__main__"
        mishap = {
            "at": int(self._now()),
            "level": record.levelname.lower(),
            "logger": record.name if is_ours else record.name.split(".")[0],
            "message": record.msg if is_ours and isinstance(record.msg, str) else "",
            "error": type(error).__name__ if error else "",
            "where": _our_place(error),
        }
        self._kept.append(mishap)
        self._tell(list(self._kept))


def is_mishap(found: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is what `Mishaps` remembers, and nothing else."""
    return (
        isinstance(found, dict)
        and found.keys() == _OF_A_MISHAP.keys()
        and all(isinstance(found[name], kind) for name, kind in _OF_A_MISHAP.items())
    )


def _error_of(record: logging.LogRecord) -> BaseException | None:
    if record.exc_info and record.exc_info[1]:
        return record.exc_info[1]
    given = record.args if isinstance(record.args, tuple) else ()
    return next((each for each in given if isinstance(each, BaseException)), None)


def _our_place(error: BaseException | None) -> str:
    """File and line of ours that the error came through last, empty where there is none."""
    frames = traceback.extract_tb(error.__traceback__) if error else []
    for each in reversed(frames):
        path = Path(each.filename)
        if path.is_relative_to(_OUR_ROOT):
            inside = path.relative_to(_OUR_ROOT)
            if inside.parts[0] in _OUR_ROOMS:
                return f"{inside}:{each.lineno}"
    return ""


class OneLine(logging.Formatter):
    """The message, its fields, and of an exception its last line and where it came from."""

    def __init__(self, process: str, *, is_journal: bool = False, is_verbose: bool = False) -> None:
        super().__init__(datefmt="%H:%M:%S")
        self._process = process
        self._is_journal = is_journal
        self._is_verbose = is_verbose

    def format(self, record: logging.LogRecord) -> str:
        parts = [record.getMessage()]
        parts += [f"{name}={value!r}" for name, value in vars(record).items() if name not in _USUAL]
        if record.exc_info and record.exc_info[1]:
            parts.append(_last_words(record.exc_info[1]))
        line = harmless(" ".join(parts))
        if self._is_verbose and record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        if self._is_journal:
            mark = next(mark for level, mark in _PRIORITIES if record.levelno >= level)
            return f"{mark}{self._process}: {line}"
        level = "" if record.levelno == logging.INFO else f" {record.levelname.lower()}:"
        return f"{self.formatTime(record, self.datefmt)} {self._process}:{level} {line}"


def harmless(text: str) -> str:
    """`text` on one line, with nothing in it that a terminal would obey."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def _last_words(error: BaseException) -> str:
    where = traceback.extract_tb(error.__traceback__)
    place = f" at {os.path.basename(where[-1].filename)}:{where[-1].lineno}" if where else ""
    return f"[{type(error).__name__}: {error}{place}]"
