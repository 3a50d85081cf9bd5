"""Who may what: one table, and nothing that is not in it is for anybody.

A test holds it against the routes: one without a line here fails, and so does a line without a route.
"""

from __future__ import annotations

from frame.web.visitor import Visitor, Who

EVERYBODY = frozenset(Who)
OWNER = frozenset({Who.OWNER})
GUEST = frozenset({Who.GUEST})
GUEST_OR_OWNER = GUEST | OWNER
SCREEN = frozenset({Who.SCREEN})

TABLE: dict[str, frozenset[Who]] = {
    "static": EVERYBODY,
    "entry.scan": EVERYBODY,
}
"""Route by its endpoint: who may."""


def may(visitor: Visitor, endpoint: str) -> bool:
    """Whether this visitor may have that route."""
    return not visitor.kinds.isdisjoint(TABLE.get(endpoint, frozenset()))


def status_for(visitor: Visitor, endpoint: str) -> int:
    """Of the refusal: 401 where showing another key would help, 403 where they are known and may not."""
    allowed = TABLE.get(endpoint, frozenset())
    if allowed <= SCREEN or visitor.is_guest or visitor.is_owner:
        return 403
    return 401
