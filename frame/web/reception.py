"""What the web process does besides answering: tells the screen where the pages are, and lets whoever
stands at the frame in as a guest when they ask it for a code.

Everything goes to the screen through live files, in memory: an invitation is nowhere
else in the clear.
"""

from __future__ import annotations

import contextlib
import logging
import math
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from frame.core.placard import HOME, INVITE, PLACARD, Placard, Purpose
from frame.errors import WakeframeError
from frame.library.catalogue import Catalogue
from frame.live import heard, say
from frame.web.invitations import Invitations

_log = logging.getLogger(__name__)

HELD_SECONDS = 120.0
"""How long a code is held up: fetching a phone from the next room takes one of them."""

LOOK_SECONDS = 0.5
"""Between two looks: whoever asks at the frame waits for it."""

OWNER_SECONDS = 10.0
"""Between two looks at whether somebody owns the frame: opening the catalogue each second would be
felt on a Pi at rest."""

OWNERS_PAGE = "frame"


@dataclass(frozen=True)
class Whereabouts:
    """Where we are: `host` is the announced name, empty while there is none; `address` ours in the
    network, empty without one."""

    host: str
    address: str
    port: int

    def link(self, place: str, path: str) -> str:
        """The address of a page; port 80 need not be said."""
        port = "" if self.port == 80 else f":{self.port}"
        return f"http://{place}{port}/{path}"

    @property
    def spoken(self) -> str:
        """What somebody types."""
        return self.link(self.host or self.address, "").removeprefix("http://").rstrip("/")


class Reception:
    """See the module. `clock` is monotonic; without `invitations` the owner wants none given."""

    def __init__(
        self,
        catalogue: Path,
        live: Path,
        whereabouts: Callable[[], Whereabouts],
        clock: Callable[[], float],
        invitations: Invitations | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._live = live
        self._whereabouts = whereabouts
        self._clock = clock
        self._invitations = invitations
        self._told: dict[str, object] = {}
        self._heard = self._asked()
        self._is_owned = False
        self._looked = -math.inf

    def look(self) -> None:
        """Once around. Never raises for what the catalogue or the network does."""
        asked = self._asked()
        is_asked = asked > self._heard
        try:
            if is_asked or self._clock() - self._looked >= OWNER_SECONDS:
                self._looked, self._heard = self._clock(), asked
                with Catalogue(self._catalogue) as catalogue:
                    self._is_owned = catalogue.ownership.password is not None
                    if is_asked:
                        self._welcome()
            self._tell_where()
        except (WakeframeError, sqlite3.Error, OSError) as error:
            _log.warning("the screen is not told where the pages are", extra={"why": str(error)})

    def _asked(self) -> float:
        asked = heard(self._live, INVITE).get("asked")
        is_time = isinstance(asked, float | int) and math.isfinite(asked)
        return float(asked) if is_time and isinstance(asked, float | int) else -math.inf

    def _tell_where(self) -> None:
        where = self._whereabouts()
        facts: dict[str, object] = {}
        if where.host or where.address:
            path = "" if self._is_owned else OWNERS_PAGE
            scan, fallback = _links(where, path)
            facts = {
                "scan": scan,
                "fallback": fallback,
                "spoken": where.spoken,
                "is_owned": int(self._is_owned),
                "invites": int(self._invitations is not None),
            }
        if facts != self._told:
            self._told = facts
            say(self._live, HOME, facts)

    def _welcome(self) -> None:
        """Hold up what a phone can scan: an invitation where there is an owner who wants them given."""
        where = self._whereabouts()
        until = self._clock() + HELD_SECONDS
        if not (where.host or where.address):
            return
        if not self._is_owned or self._invitations is None:
            scan, fallback = _links(where, "" if self._is_owned else OWNERS_PAGE)
            placard = Placard(Purpose.VISIT, until, scan, fallback, where.spoken)
        else:
            scan, fallback = _links(where, f"i/{self._invitations.current()}")
            placard = Placard(Purpose.SEND, until, scan, fallback, where.spoken)
        say(self._live, PLACARD, placard.as_facts())


def _links(where: Whereabouts, path: str) -> tuple[str, str]:
    """The page by name, and by address for networks that do not know names; the second may be empty."""
    if where.host and where.address:
        return where.link(where.host, path), where.link(where.address, path)
    return where.link(where.host or where.address, path), ""


@contextlib.contextmanager
def attended(reception: Reception) -> Iterator[None]:
    """It looks twice a second, in a thread of its own: a slow card must not hold up the pages."""
    stop = threading.Event()

    def attend() -> None:
        while not stop.is_set():
            reception.look()
            stop.wait(LOOK_SECONDS)

    thread = threading.Thread(target=attend, name="reception", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
