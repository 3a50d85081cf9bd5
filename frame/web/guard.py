"""What happens before any page: is it for us, who asks, may they, and did they mean it.

In this order, and each refusal before anything of the request's body is read.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask, Request, Response, g, request
from werkzeug.exceptions import BadRequest, Forbidden, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.wrappers import Response as PlainResponse

from frame.core.passes import Standing
from frame.library.catalogue import Catalogue
from frame.web import access
from frame.web.catalogue import catalogue
from frame.web.context import Context
from frame.web.errors import Denied
from frame.web.handing import hand_over, watch
from frame.web.hosts import Names
from frame.web.serving.work import GOES_ON, LOCAL_ADDRESS, REHEARSAL, WATCH
from frame.web.visitor import FORM_COOKIE, NOBODY, Visitor, identify
from sync.passes import hash_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing here, by law and by test."""

CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
        " media-src 'self' blob:; connect-src 'self'; font-src 'none'; manifest-src 'self';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    # A page that came over plain HTTP sends `Origin: null` under stricter policies.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every answer. What was picked on a phone is previewed from memory: hence ``blob:``."""


class HostCheck:
    """Refuses foreign names before anything is routed."""

    def __init__(self, inner: WSGIApplication, names: Names) -> None:
        self._inner = inner
        self._names = names

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        host, local = environ.get("HTTP_HOST", ""), environ.get(LOCAL_ADDRESS, "")
        if self._names.is_ours(str(host), str(local)):
            return self._inner(environ, start_response)
        body = b"This is not the name of this frame.\n"
        answer = PlainResponse(body, 403, HEADERS, mimetype="text/plain")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Connection"] = "close"
        return answer(environ, start_response)


def guard(app: Flask, context: Context) -> None:
    """Put the checks before every route of `app`, and the headers on every answer."""

    @app.before_request
    def check() -> Response | None:
        g.visitor = NOBODY
        endpoint = request.endpoint
        if endpoint != "static":
            g.visitor = identify(request, catalogue(), context.names, context.now())
        if endpoint is None:
            return None  # 404 or 405, for everybody alike
        if not access.may(g.visitor, endpoint):
            raise Denied(
                access.status_for(g.visitor, endpoint), access.page_for(g.visitor, endpoint)
            )
        if (request.content_length or 0) > access.largest_body(endpoint):
            raise RequestEntityTooLarge
        is_rehearsal = bool(request.environ.get(REHEARSAL))
        if request.method not in HARMLESS:
            _check_intent(request, g.visitor, is_rehearsal=is_rehearsal)
        if watch := request.environ.get(WATCH):
            watch(_still_welcome(g.visitor, catalogue(), context))
        return Response(status=GOES_ON) if is_rehearsal else None

    @app.after_request
    def seal(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        hand_over(response)
        if g.visitor.is_owner:
            watch(response, _still_owner(g.visitor, context), context.clock)
        form_key = g.get("new_form_key")
        if form_key:
            response.set_cookie(FORM_COOKIE, form_key, httponly=True, samesite="Strict")
        return response

    app.jinja_env.globals["csrf_token"] = csrf_token


def _still_welcome(asked: Visitor, opened: Catalogue, context: Context) -> Callable[[], bool]:
    """Whether what let the sender in still does: a pass that is taken back stops what is on its way."""

    def is_welcome() -> bool:
        pass_ = asked.pass_ and opened.passes.get(asked.pass_.id)
        return asked.is_owner or (
            pass_ is not None and pass_.standing(context.now()) is Standing.GOOD
        )

    return is_welcome


def _still_owner(asked: Visitor, context: Context) -> Callable[[], bool]:
    """Whether the session still is one."""

    def may() -> bool:
        with Catalogue(context.places.catalogue, read_only=True) as opened:
            return opened.ownership.is_session(hash_of(asked.keys[0]), context.now())

    return may


def csrf_token() -> str:
    """For the forms of the page that is being made, bound to a new cookie if need be."""
    found: Visitor = g.visitor
    if not found.keys:
        g.new_form_key = secrets.token_urlsafe(16)
        g.visitor = found = Visitor(found.kinds, found.pass_, (g.new_form_key,))
    return found.csrf


def _check_intent(asked: Request, visitor: Visitor, *, is_rehearsal: bool) -> None:
    """That a page of ours sent this, and nobody else's. Raises what refuses it. In a rehearsal a token
    that comes in the form itself is not there yet."""
    if asked.mimetype == "multipart/form-data":
        raise UnsupportedMediaType
    origin = asked.headers.get("Origin")
    ours = f"http://{asked.host}"
    if visitor.is_bearer and origin in (None, ours):
        return  # no page of another site can send that header
    if origin is None or origin.lower() != ours.lower():
        raise Forbidden
    token = asked.headers.get(CSRF_HEADER)
    if token is None:
        if asked.mimetype != "application/x-www-form-urlencoded":
            raise Forbidden
        if is_rehearsal:
            return
        token = asked.form.get(CSRF_FIELD, "")
    if not token.isascii() or not visitor.has_csrf(token):
        raise BadRequest("csrf")
