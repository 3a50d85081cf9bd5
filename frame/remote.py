"""What somebody asks of the wall from elsewhere: a small file for each wish, in the processes' folder.

That folder is ours alone (`frame.live`), so whoever can write a wish may have one; nothing in it is
believed all the same. A wish that nobody took within seconds is void: a picture must not turn by itself
minutes later, when a display that was away is back.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from frame.live import heard, say

VOID_SECONDS = 10.0
"""Longer than a display takes to be started again; whoever still wants it then asks again."""

LOOK_SECONDS = 0.1
"""As often as keys are looked at while nothing moves."""

MOST_AT_ONCE = 16
"""Wishes of one look; more are somebody's joke, and come with the next."""

LONGEST_WISH = 512
"""Bytes; ours take a tenth."""

MOST_PHOTOS = 2
"""As many as hang at once."""

_PREFIX, _SUFFIX = "wish.", ".json"
_REST = "rest"


class Wish(StrEnum):
    """What may be asked."""

    NEXT = "next"
    PREVIOUS = "previous"
    WAKE = "wake"
    HANG = "hang"
    """Hang the photos that are named, now."""
    SLEEP = "sleep"
    """The panel goes dark until it is lit again, or until the next day begins."""
    LIGHT = "light"
    """The panel is lit."""


@dataclass(frozen=True)
class Wished:
    """One wish. `photos` are ids, for `Wish.HANG`."""

    wish: Wish
    photos: tuple[int, ...] = ()


def ask(live: Path, wished: Wished, now: Callable[[], float] = time.monotonic) -> None:
    """Leave a wish for the display. Raises OSError."""
    name = f"{_PREFIX}{time.time_ns():020d}.{os.urandom(4).hex()}{_SUFFIX}"
    part = live / f".{name}.part"
    facts = {"wish": wished.wish, "photos": wished.photos, "at": now()}
    try:
        part.write_text(json.dumps(facts), "utf-8")
        part.replace(live / name)
    finally:
        part.unlink(missing_ok=True)


class Wishes:
    """The display's side: takes the wishes out of the folder, in the order in which they came."""

    def __init__(self, live: Path, now: Callable[[], float] = time.monotonic) -> None:
        self._live = live
        self._now = now
        self._looked = float("-inf")

    def taken(self) -> list[Wished]:
        """Those since the last look; never waits, never raises."""
        now = self._now()
        if 0 <= now - self._looked < LOOK_SECONDS:
            return []
        self._looked = now
        found = (_read(path, now) for path in self._files())
        return [each for each in found if each is not None]

    def _files(self) -> list[Path]:
        try:
            names = os.listdir(self._live)
        except OSError:
            return []
        ours = sorted(each for each in names if each.startswith(_PREFIX) and each.endswith(_SUFFIX))
        return [self._live / each for each in ours[:MOST_AT_ONCE]]


def keep_rest(live: Path, facts: dict[str, object]) -> None:
    """What was asked about the light, for a display that is started again meanwhile."""
    say(live, _REST, facts)


def kept_rest(live: Path) -> dict[str, object]:
    """As it was kept, or nothing."""
    return heard(live, _REST)


def _read(path: Path, now: float) -> Wished | None:
    """The wish, if it is one; the file goes in any case."""
    try:
        # Not blocking and no links: what lies there may be anything.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags), "rb") as stream:
            is_file = stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
            data = stream.read(LONGEST_WISH + 1) if is_file else b""
    except OSError:
        data = b""
    _remove(path)
    if not data or len(data) > LONGEST_WISH:
        return None
    try:
        facts = json.loads(data)
        return _understood(facts, now) if isinstance(facts, dict) else None
    except (ValueError, RecursionError):
        return None


def _understood(facts: dict[str, object], now: float) -> Wished | None:
    """Raises ValueError for a wish that there is not."""
    wish = Wish(str(facts.get("wish")))
    at, photos = facts.get("at"), facts.get("photos")
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= now - at <= VOID_SECONDS:
        return None
    if not isinstance(photos, list) or len(photos) > MOST_PHOTOS:
        return None
    if any(isinstance(each, bool) or not isinstance(each, int) or each < 1 for each in photos):
        return None
    if (wish is Wish.HANG) != bool(photos):
        return None
    return Wished(wish, tuple(photos))


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
        return
    with contextlib.suppress(OSError):
        path.rmdir()  # a folder of that name would be found at every look
