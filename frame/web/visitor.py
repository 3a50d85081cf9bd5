"""Who asks. Decided once for each request, from cookies that only their holders have.

Nothing else counts: no header that a proxy could have written, and no address, except for the mirrored
screen, which is for whoever sits at this very machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest

from flask import Request, g

from frame.core.passes import Pass, Standing
from frame.library.catalogue import Catalogue
from frame.web.hosts import Names, is_here
from sync.passes import hash_of, holder, is_token

GUEST_COOKIE = "wakeframe_pass"
OWNER_COOKIE = "wakeframe_owner"
DEVICE_COOKIE = "wakeframe_known"
FORM_COOKIE = "wakeframe_form"

BEARER = "Bearer "


class Who(StrEnum):
    """Kinds of visitors, the columns of the access table."""

    NOBODY = "nobody"
    GUEST = "guest"
    EXPIRED = "expired"
    REVOKED = "revoked"
    OWNER = "owner"
    SCREEN = "screen"


_OF_PASS = {
    Standing.GOOD: Who.GUEST,
    Standing.EXPIRED: Who.EXPIRED,
    Standing.REVOKED: Who.REVOKED,
}


@dataclass(frozen=True)
class PassKind:
    """What a pass makes of its holder."""

    who: Who
    is_good: bool


def kind_of(pass_: Pass, now: float) -> PassKind:
    standing = pass_.standing(now)
    return PassKind(_OF_PASS[standing], standing is Standing.GOOD)


@dataclass(frozen=True)
class Visitor:
    """Whoever asks. `kinds` are all that fit: the owner may hold a pass too, and sit at the frame.

    `pass_` is the pass that was shown, in whatever standing. `keys` are the secrets that were shown and
    are good, strongest first; forms are bound to one of them. `is_bearer` tells that the pass came in
    a header, which no other site's page can send.
    """

    kinds: frozenset[Who]
    pass_: Pass | None = None
    keys: tuple[str, ...] = field(default=(), repr=False)
    is_bearer: bool = False

    @property
    def is_owner(self) -> bool:
        return Who.OWNER in self.kinds

    @property
    def is_guest(self) -> bool:
        """Whether they hold a pass that is good now."""
        return Who.GUEST in self.kinds

    @property
    def csrf(self) -> str:
        """What a form of theirs must carry; empty where nothing binds it to them."""
        return csrf_of(self.keys[0]) if self.keys else ""

    def has_csrf(self, token: str) -> bool:
        """Whether a form's token belongs to one of their keys."""
        return any(compare_digest(csrf_of(key), token) for key in self.keys)


NOBODY = Visitor(frozenset({Who.NOBODY}))


def visitor() -> Visitor:
    """Who asks in the request that is being answered."""
    found: Visitor = g.visitor
    return found


def identify(request: Request, catalogue: Catalogue, names: Names, now: float) -> Visitor:
    """Who sent the request; `catalogue` is only read."""
    kinds: set[Who] = set()
    keys: list[str] = []
    token, is_bearer = _pass_token(request)
    owner = "" if is_bearer else request.cookies.get(OWNER_COOKIE, "")
    if is_token(owner) and catalogue.ownership.is_session(hash_of(owner), now):
        kinds.add(Who.OWNER)
        keys.append(owner)
    pass_ = holder(catalogue, token)
    if pass_ is not None:
        kinds.add(kind_of(pass_, now).who)
        keys.append(token)
    if is_here(request.remote_addr or "") and names.is_loopback(request.host):
        kinds.add(Who.SCREEN)
    if not kinds - {Who.SCREEN}:
        kinds.add(Who.NOBODY)
    form = request.cookies.get(FORM_COOKIE, "")
    # Other programs on this machine can set cookies for our name: theirs must not outweigh a real key.
    if not keys and is_token(form):
        keys.append(form)
    return Visitor(frozenset(kinds), pass_, tuple(keys), is_bearer and pass_ is not None)


def with_pass(before: Visitor, pass_: Pass, who: Who) -> Visitor:
    """The same visitor, as far as another pass of theirs makes them one."""
    return replace(before, kinds=frozenset({who}), pass_=pass_)


def _pass_token(request: Request) -> tuple[str, bool]:
    header = request.headers.get("Authorization", "")
    if header.startswith(BEARER):
        return header.removeprefix(BEARER).strip(), True
    return request.cookies.get(GUEST_COOKIE, ""), False


def csrf_of(key: str) -> str:
    """Bound to a secret of the visitor's and to nothing of ours, so that a page that was open when the
    frame started again can go on."""
    return sha256(b"wakeframe form\0" + key.encode()).hexdigest()
