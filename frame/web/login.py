"""How the owner comes in: by password, or by a code that only the frame's screen shows.

Strangers who guess passwords use up the tries of strangers, in total and for each address. A browser
that has been the owner's has tries of its own, and the code on the screen needs none: whatever goes on
in the network, whoever stands before the frame comes in.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flask import current_app

from frame.core.codes import Guess
from frame.library.catalogue import Catalogue
from frame.web import password
from frame.web.doorstep import Doorstep
from frame.web.throttle import Throttle
from sync.passes import hash_of, is_token

SESSION_SECONDS = 180 * 86400
DEVICE_SECONDS = 400 * 86400
"""Browsers keep no cookie longer."""

ADDRESS_TRIES, STRANGERS_TRIES, DEVICE_TRIES = 10, 40, 20
TRIES_SECONDS = 600.0
"""Within ten minutes: of one address, of all strangers together, of one browser that we know. At that
pace a password of eight random letters lasts longer than the frame."""

CODE_TRIES = 20
"""Of one address, of guesses that name no code of ours. Those that do are counted by the code itself."""

_ALL = "everybody"


class Entry(StrEnum):
    """What became of a try to come in."""

    IN = "in"
    WRONG = "wrong"
    WAIT = "wait"
    """Too many tries; a password would not even be looked at."""
    OVER = "over"
    """No code is on the screen."""
    UNFIT = "unfit"
    """The new password is too short or too long."""


@dataclass(frozen=True)
class Caller:
    """Who tries: from which address, and with which browser's token, if it brought one."""

    address: str
    device: str = ""


@dataclass(frozen=True)
class Tokens:
    """For the browser that came in, and for nobody else."""

    session: str
    device: str


class Login:
    """See the module. Any thread may call; `clock` is monotonic, `now` unix seconds."""

    def __init__(
        self, doorstep: Doorstep, clock: Callable[[], float], now: Callable[[], float]
    ) -> None:
        self._doorstep = doorstep
        self._now = now
        self._addresses = Throttle(ADDRESS_TRIES, TRIES_SECONDS, clock)
        self._strangers = Throttle(STRANGERS_TRIES, TRIES_SECONDS, clock)
        self._devices = Throttle(DEVICE_TRIES, TRIES_SECONDS, clock)
        self._codes = Throttle(CODE_TRIES, TRIES_SECONDS, clock)

    def by_password(
        self, catalogue: Catalogue, typed: str, caller: Caller
    ) -> tuple[Entry, Tokens | None]:
        """Come in with the password."""
        entry = self._check(catalogue, typed, caller)
        return entry, self._begin(catalogue) if entry is Entry.IN else None

    def by_code(
        self, catalogue: Catalogue, typed: str, new_password: str, caller: Caller
    ) -> tuple[Entry, Tokens | None]:
        """Come in with the code on the screen, and set a password where there is a new one; where there
        is none yet, there must be."""
        is_owned = catalogue.ownership.password is not None
        # Looked at before the code is used up by it.
        if (new_password or not is_owned) and not password.is_fit(new_password):
            return Entry.UNFIT, None
        outcome = self._doorstep.try_owners_code(typed)
        if outcome is Guess.OVER:
            return Entry.OVER, None
        if outcome is Guess.OTHER and not self._codes.take(caller.address):
            return Entry.WAIT, None
        if outcome is not Guess.RIGHT:
            return Entry.WRONG, None
        return Entry.IN, self._begin(catalogue, new_password)

    def change(
        self, catalogue: Catalogue, typed: str, new_password: str, caller: Caller
    ) -> tuple[Entry, Tokens | None]:
        """Another password, from somebody who is in already and knows the old one. Every other browser
        is out then."""
        if not password.is_fit(new_password):
            return Entry.UNFIT, None
        entry = self._check(catalogue, typed, caller)
        return entry, self._begin(catalogue, new_password) if entry is Entry.IN else None

    def wait(self, caller: Caller) -> float:
        """Seconds until a stranger from there may try a password again."""
        return max(self._addresses.wait(caller.address), self._strangers.wait(_ALL))

    def _check(self, catalogue: Catalogue, typed: str, caller: Caller) -> Entry:
        taken = self._take(catalogue, caller)
        if taken is None:
            return Entry.WAIT
        hash_ = catalogue.ownership.password
        if hash_ is None or not password.is_right(hash_, typed):
            return Entry.WRONG
        for throttle, key in taken:
            throttle.give_back(key)
        if password.is_dated(hash_):
            catalogue.ownership.replace_hash(hash_, password.hashed(typed))
        return Entry.IN

    def _begin(self, catalogue: Catalogue, new_password: str = "") -> Tokens:
        """A session, for a browser that is known from now on. A new password ends every other one."""
        hash_ = password.hashed(new_password) if new_password else ""
        now = int(self._now())
        tokens = Tokens(secrets.token_urlsafe(16), secrets.token_urlsafe(16))
        with catalogue.transaction():
            if hash_:
                catalogue.ownership.set_password(hash_, now)
            catalogue.ownership.begin(hash_of(tokens.session), now, now + SESSION_SECONDS)
            catalogue.ownership.remember(hash_of(tokens.device), now)
        return tokens

    def _take(self, catalogue: Catalogue, caller: Caller) -> list[tuple[Throttle, str]] | None:
        """A try, from whose it is; None where there is none left."""
        if is_token(caller.device) and catalogue.ownership.is_known(hash_of(caller.device)):
            wanted = [(self._devices, hash_of(caller.device))]
        else:
            wanted = [(self._addresses, caller.address), (self._strangers, _ALL)]
        taken: list[tuple[Throttle, str]] = []
        for throttle, key in wanted:
            if not throttle.take(key):
                for other, its in taken:
                    other.give_back(its)
                return None
            taken.append((throttle, key))
        return taken


def login() -> Login:
    """Of the application that is answering."""
    found: Login = current_app.extensions["wakeframe.login"]
    return found
