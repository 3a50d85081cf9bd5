"""How people come in: the scanned link, and later the owner's login."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from frame.web.catalogue import catalogue, context
from frame.web.errors import Denied
from frame.web.visitor import GUEST_COOKIE
from sync.passes import holder

pages = Blueprint("entry", __name__)

LONGEST_COOKIE_SECONDS = 400 * 86400
"""Browsers keep none longer."""


@pages.get("/p/<token>")
def scan(token: str) -> Response:
    """The link behind the code: the browser keeps the pass from now on. Nothing here changes."""
    pass_ = holder(catalogue(), token)
    if pass_ is None:
        raise Denied(401)
    now = context().now()
    answer = redirect("/", 303)
    left = LONGEST_COOKIE_SECONDS if pass_.expires is None else int(pass_.expires - now)
    # Lax: the camera's own browser, or a messenger, opens the link, and the redirect must carry it.
    answer.set_cookie(
        GUEST_COOKIE,
        token,
        max_age=min(max(left, 86400), LONGEST_COOKIE_SECONDS),
        httponly=True,
        samesite="Lax",
    )
    return answer
