"""Pages of refusals and mishaps: calm, short, and without a word about how we are made."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from frame.errors import DiskFull, UsageError, WakeframeError
from frame.web.serving.mishap import told
from frame.web.visitor import NOBODY, Visitor, Who
from frame.web.words import gettext as _

_log = logging.getLogger(__name__)


class Denied(HTTPException):
    """They may not, as the access table says. `page` is shown to people, and says how to come in."""

    def __init__(self, code: int, page: str = "error.html") -> None:
        super().__init__()
        self.code = code
        self.page = page


@dataclass(frozen=True)
class Trouble:
    """What is said: `code` to programs, `title` and `message` to people."""

    code: str
    title: str
    message: str


def answer_errors(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        page = error.page if isinstance(error, Denied) else "error.html"
        answer = _answer(error.code or 500, trouble_of(error, g.get("visitor", NOBODY)), page)
        if error.code == 405:
            answer.headers["Allow"] = dict(error.get_headers()).get("Allow", "")
        return answer

    @app.errorhandler(WakeframeError)
    def failed(error: WakeframeError) -> Response:
        if isinstance(error, DiskFull):
            return _answer(507, _of_status(507))
        if isinstance(error, UsageError):
            return _answer(400, Trouble("bad", _("That did not work"), str(error)))
        _log.error("a page failed", extra=told(error))
        return _answer(500, _of_status(500))

    @app.errorhandler(Exception)
    def broke(error: Exception) -> Response:
        _log.error("a page failed", extra=told(error))
        return _answer(500, _of_status(500))


def trouble_of(error: HTTPException, visitor: Visitor) -> Trouble:
    if isinstance(error, Denied):
        return _of_denial(visitor)
    if error.description == "csrf":
        return Trouble(
            "stale",
            _("This page is too old"),
            _("It was opened by somebody else, or too long ago. Please load it again."),
        )
    return _of_status(error.code or 500)


def _of_denial(visitor: Visitor) -> Trouble:
    if Who.REVOKED in visitor.kinds:
        return Trouble(
            "revoked",
            _("This pass was taken back"),
            _("The owner of the frame can give you a new one. What you sent is safe."),
        )
    if Who.EXPIRED in visitor.kinds:
        return Trouble(
            "expired",
            _("This pass has run out"),
            _("The owner of the frame can give you a new one. What you sent is safe."),
        )
    if visitor.is_guest or visitor.is_owner:
        return Trouble(
            "not_yours", _("This is not for you"), _("Only the owner of the frame may come here.")
        )
    return Trouble(
        "unknown",
        _("This frame does not know you yet"),
        _("Scan the code that the owner of the frame gave you."),
    )


def _of_status(code: int) -> Trouble:
    found = {
        404: ("not_found", _("There is nothing here"), _("Perhaps it has been deleted.")),
        405: ("not_so", _("That cannot be done here"), _("Please go back and try again.")),
        409: ("conflict", _("Something else came first"), _("Please load the page again.")),
        413: ("too_large", _("That is too large"), _("The frame cannot take in so much at once.")),
        415: ("wrong_kind", _("That cannot be read"), _("It came in a form we do not take.")),
        429: ("too_often", _("One moment, please"), _("Please try again in a little while.")),
        507: (
            *("full", _("The frame is full")),
            _("Nothing was lost. The owner has to make room before more photos fit."),
        ),
    }.get(code)
    if found is None and code >= 500:
        found = ("failed", _("Something went wrong"), _("Nothing was lost. Please try again."))
    return Trouble(
        *(found or ("refused", _("That did not work"), _("Please go back and try again.")))
    )


def _answer(status: int, trouble: Trouble, page: str = "error.html") -> Response:
    wants_page = request.accept_mimetypes.best_match(["application/json", "text/html"])
    if wants_page == "text/html" and request.method in ("GET", "POST"):
        return make_response(render_template(page, trouble=trouble), status)
    answer = jsonify(error=trouble.code, title=trouble.title, message=trouble.message)
    answer.status_code = status
    return answer
