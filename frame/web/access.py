"""Who may what: one table, and nothing that is not in it is for anybody.

A test holds it against the routes: one without a line here fails, and so does a line without a route.
"""

from __future__ import annotations

from frame.library.ingest import LARGEST_FILE
from frame.web.visitor import Visitor, Who

EVERYBODY = frozenset(Who)
OWNER = frozenset({Who.OWNER})
GUEST = frozenset({Who.GUEST})
GUEST_OR_OWNER = GUEST | OWNER
SCREEN = frozenset({Who.SCREEN})

_OF_THE_OWNER = (
    *("answer", "append_archive", "approval", "ask_wall", "backup", "begin_archive"),
    *("begin_restore", "clip", "close_pairing", "decide", "decide_beginnings", "decide_photo"),
    *(
        "decide_waiting",
        "diagnosis",
        "download",
        "download_clip",
        "explained",
        "gallery",
        "health",
        "large",
    ),
    *("live", "make_pass", "new_pass", "now", "open_pairing", "original", "overview", "passes"),
    *("photo", "picture", "preferences", "remove_archive", "report", "restore_state", "revoke"),
    *("as_it_came", "restored", "save_preferences", "states", "stop_restore", "thumbnail", "undo"),
)
"""Of `frame.web.owner`."""

TABLE: dict[str, frozenset[Who]] = {
    **{f"owner.{name}": OWNER for name in _OF_THE_OWNER},
    "static": EVERYBODY,
    "entry.scan": EVERYBODY,
    "entry.invited": EVERYBODY,
    "entry.accept": EVERYBODY,
    "entry.pair": EVERYBODY,
    "entry.login_page": EVERYBODY,
    "entry.log_in": EVERYBODY,
    "entry.code_page": EVERYBODY,
    "entry.show_code": EVERYBODY,
    "entry.enter_code": EVERYBODY,
    "entry.log_out": OWNER,
    "entry.password_page": OWNER,
    "entry.change_password": OWNER,
    "screen.page": SCREEN,
    "screen.picture": SCREEN,
    "screen.stream": SCREEN,
    "guest.home": GUEST_OR_OWNER,
    "guest.manifest": EVERYBODY,
    "guest.share_worker": EVERYBODY,
    "guest.abilities": GUEST,
    "guest.begin": GUEST,
    "guest.offset": GUEST,
    "guest.append": GUEST,
    "guest.abandon": GUEST,
    "guest.send": GUEST,
    "guest.photos": GUEST,
    "guest.thumbnail": GUEST,
    "guest.clip": GUEST,
    "guest.wish": GUEST,
    "guest.delete": GUEST,
    "guest.undo": GUEST,
}
"""Route by its endpoint: who may."""

LARGEST_FORM = 64 << 10
"""Bytes of a body, where nothing else is said. Photos do not come as forms."""

LARGEST_BODY: dict[str, int] = {
    "guest.append": LARGEST_FILE,
    "guest.send": LARGEST_FILE,
    "owner.append_archive": 8 << 20,
}
"""Route by its endpoint: how large a body it takes, where that is more than a form's. Whatever is larger
is refused before any of it is read."""


def may(visitor: Visitor, endpoint: str) -> bool:
    """Whether this visitor may have that route."""
    return not visitor.kinds.isdisjoint(TABLE.get(endpoint, frozenset()))


def largest_body(endpoint: str) -> int:
    return LARGEST_BODY.get(endpoint, LARGEST_FORM)


def page_for(visitor: Visitor, endpoint: str) -> str:
    """Of the refusal: what says to people how they can come in, where they can."""
    allowed = TABLE.get(endpoint, frozenset())
    if allowed == OWNER and not visitor.is_owner:
        return "entry/login.html"
    is_known = visitor.kinds & {Who.GUEST, Who.EXPIRED, Who.REVOKED}
    return "error.html" if is_known or allowed <= SCREEN else "entry/welcome.html"


def status_for(visitor: Visitor, endpoint: str) -> int:
    """Of the refusal: 401 where showing another key would help, 403 where they are known and may not."""
    allowed = TABLE.get(endpoint, frozenset())
    if allowed <= SCREEN or visitor.is_guest or visitor.is_owner:
        return 403
    return 401
