"""How people come in: the scanned link, a pairing code, the owner's password, the code on the screen."""

from __future__ import annotations

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from frame.core.passes import INVITED, Pass
from frame.web.catalogue import catalogue, context
from frame.web.doorstep import doorstep
from frame.web.errors import Denied
from frame.web.login import DEVICE_SECONDS, SESSION_SECONDS, Caller, Entry, Tokens, login
from frame.web.password import SHORTEST
from frame.web.visitor import (
    DEVICE_COOKIE,
    GUEST_COOKIE,
    OWNER_COOKIE,
    kind_of,
    visitor,
    with_pass,
)
from frame.web.words import gettext as _
from frame.web.words import ngettext
from sync.passes import hash_of, holder, issue

pages = Blueprint("entry", __name__)

LONGEST_COOKIE_SECONDS = 400 * 86400
"""Browsers keep none longer."""

HOME, OWNERS = "/", "/frame"

LONGEST_NAME = 60

_STATUS = {Entry.WRONG: 401, Entry.WAIT: 429, Entry.OVER: 401, Entry.UNFIT: 400}


@pages.get("/p/<token>")
def scan(token: str) -> Response:
    """The link behind the code: the browser keeps the pass from now on. Nothing here changes."""
    pass_ = holder(catalogue(), token)
    if pass_ is None:
        raise Denied(401, "entry/welcome.html")
    found = kind_of(pass_, context().now())
    if not found.is_good:
        # A good pass that this browser has is not given up for one that is not.
        g.visitor = with_pass(visitor(), pass_, found.who)
        raise Denied(401)
    return _let_in(token, pass_)


@pages.get("/i/<token>")
def invited(token: str) -> Response:
    """What the frame's own screen holds up: whoever scans it says who they are."""
    if visitor().is_guest:
        return redirect(HOME, 303)
    if not context().invitations.is_good(token):
        raise Denied(401, "entry/welcome.html")
    return make_response(render_template("entry/hello.html", token=token))


@pages.post("/i/<token>")
def accept(token: str) -> Response:
    """A pass of their own, under the name that they gave."""
    name = " ".join(request.form.get("name", "").split())[:LONGEST_NAME]
    if not name:
        problem = _("Please tell us your name.")
        page = render_template("entry/hello.html", token=token, problem=problem)
        return make_response(page, 400)
    if not context().invitations.let_in(token):
        raise Denied(401, "entry/welcome.html")
    own, pass_ = issue(catalogue(), name, INVITED, int(context().now()))
    return _let_in(own, pass_)


@pages.post("/pair")
def pair() -> Response:
    """Somebody types what the screen shows while the owner has pairing open."""
    pairing = doorstep().try_pairing_code(request.form.get("code", ""))
    if pairing is None:
        problem = _(
            "That is not the code on the frame, or pairing is over. Ask the owner to open it."
        )
        return make_response(render_template("entry/welcome.html", problem=problem), 401)
    token, pass_ = issue(catalogue(), pairing.name, pairing.terms, int(context().now()))
    return _let_in(token, pass_)


@pages.get("/login")
def login_page() -> Response:
    if visitor().is_owner:
        return redirect(OWNERS, 303)
    return make_response(render_template("entry/login.html"))


@pages.post("/login")
def log_in() -> Response:
    typed = request.form.get("password", "")
    entry, tokens = login().by_password(catalogue(), typed, _caller())
    if tokens is None:
        return _again("entry/login.html", entry)
    return _come_in(tokens)


@pages.get("/code")
def code_page() -> str:
    return render_template("entry/code.html")


@pages.post("/code/show")
def show_code() -> Response:
    """Have the frame show its code. Only who stands there sees it, so anybody may ask."""
    doorstep().show_owners_code()
    return redirect("/code", 303)


@pages.post("/code")
def enter_code() -> Response:
    form = request.form
    password = form.get("password", "")
    if password != form.get("again", password):
        return _again("entry/code.html", Entry.UNFIT, _("The two passwords are not the same."))
    entry, tokens = login().by_code(catalogue(), form.get("code", ""), password, _caller())
    if tokens is None:
        return _again("entry/code.html", entry)
    return _come_in(tokens)


@pages.post("/logout")
def log_out() -> Response:
    catalogue().ownership.end(hash_of(request.cookies.get(OWNER_COOKIE, "")))
    answer = redirect("/login", 303)
    answer.delete_cookie(OWNER_COOKIE, httponly=True, samesite="Strict")
    return answer


@pages.get("/password")
def password_page() -> str:
    return render_template("entry/password.html")


@pages.post("/password")
def change_password() -> Response:
    form = request.form
    new = form.get("password", "")
    if new != form.get("again", ""):
        problem = _("The two passwords are not the same.")
        return _again("entry/password.html", Entry.UNFIT, problem)
    entry, tokens = login().change(catalogue(), form.get("old", ""), new, _caller())
    if tokens is None:
        return _again("entry/password.html", entry)
    return _come_in(tokens)


def _let_in(token: str, pass_: Pass) -> Response:
    now = context().now()
    left = LONGEST_COOKIE_SECONDS if pass_.expires is None else int(pass_.expires - now)
    answer = redirect(HOME, 303)
    # Lax: the camera's own browser, or a messenger, opens the link, and the redirect must carry it. It
    # outlives the pass by a day, so that its holder is told that it has run out.
    answer.set_cookie(
        GUEST_COOKIE,
        token,
        max_age=min(left + 86400, LONGEST_COOKIE_SECONDS),
        httponly=True,
        samesite="Lax",
    )
    return answer


def _come_in(tokens: Tokens) -> Response:
    answer = redirect(OWNERS, 303)
    for name, token, seconds in (
        (OWNER_COOKIE, tokens.session, SESSION_SECONDS),
        (DEVICE_COOKIE, tokens.device, DEVICE_SECONDS),
    ):
        answer.set_cookie(name, token, max_age=seconds, httponly=True, samesite="Strict")
    return answer


def _caller() -> Caller:
    return Caller(request.remote_addr or "", request.cookies.get(DEVICE_COOKIE, ""))


def _again(template: str, entry: Entry, problem: str = "") -> Response:
    """The same page with what was wrong."""
    said = problem or _problem(entry)
    return make_response(render_template(template, problem=said), _STATUS[entry])


def _problem(entry: Entry) -> str:
    if entry is Entry.WAIT:
        minutes = max(int(login().wait(_caller()) / 60 + 1), 1)
        return ngettext(
            "Too many wrong tries. Please wait a minute, or use the code on the frame.",
            "Too many wrong tries. Please wait %(num)s minutes, or use the code on the frame.",
            minutes,
        )
    if entry is Entry.OVER:
        return _("The frame shows no code any more. Have it show a new one.")
    if entry is Entry.UNFIT:
        return ngettext(
            "A password needs at least one letter.",
            "A password needs at least %(num)s letters.",
            SHORTEST,
        )
    return _("That is not right. Please try again.")
