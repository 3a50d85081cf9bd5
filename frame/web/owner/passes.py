"""Who may send: passes with a name, made here, shown once, taken back at once; and a door that is open
for five minutes."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

import segno
from flask import Response, abort, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from frame.core.passes import DAY, Pass, Standing, Terms
from frame.core.photos import Approval, Door
from frame.core.placard import HOME
from frame.library.beginnings import Beginning
from frame.live import heard
from frame.web.catalogue import catalogue, context
from frame.web.doorstep import doorstep
from frame.web.owner.pages import back, page, pages, to
from frame.web.owner.photo import door_names
from frame.web.owner.undo import Undone
from frame.web.words import gettext as _
from sync.passes import issue

SHOWN_SECONDS = 900.0
"""How long a new pass can be looked at, copied and printed; its token is nowhere after that."""

LONGEST_NAME = 60
MOST_PHOTOS = 100_000
GIGABYTE = 1 << 30
MOST_GIGABYTES = 1000

LIVES = {"day": DAY, "week": 7 * DAY, "quarter": 90 * DAY, "year": 365 * DAY, "ever": None}
"""How long a pass may live, by what the form calls it."""


@dataclass(frozen=True)
class Shown:
    """A new pass and its links: by the name or address under which the owner came, and by the network's
    own, for phones that do not find names."""

    name: str
    link: str
    fallback: str


class NewPasses:
    """Passes whose tokens may still be shown: in memory alone, for minutes. Any thread may ask."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Shown]] = {}
        self._turn = threading.Lock()

    def keep(self, shown: Shown, now: float) -> str:
        """A key to find it by."""
        key = secrets.token_urlsafe(9)
        with self._turn:
            fresh = {k: v for k, v in self._kept.items() if now - v[0] <= SHOWN_SECONDS}
            self._kept = {**fresh, key: (now, shown)}
        return key

    def find(self, key: str, now: float) -> Shown | None:
        with self._turn:
            found = self._kept.get(key)
        return found[1] if found and now - found[0] <= SHOWN_SECONDS else None


new_passes = NewPasses()


@dataclass(frozen=True)
class Row:
    """A pass in the list; `last` is when something was last sent with it."""

    pass_: Pass
    standing: Standing
    last: int | None


@pages.get("/passes")
def passes() -> str:
    now = context().now()
    found = catalogue()
    rows = [
        Row(each, each.standing(now), found.uploads.last_of_pass(each.id))
        for each in found.passes.all()
    ]
    pairing = doorstep().pairing()
    left = int(pairing.code.until - context().clock()) if pairing else 0
    return page(
        "passes.html",
        rows=rows,
        good=[each for each in rows if each.standing is Standing.GOOD],
        gone=[each for each in rows if each.standing is not Standing.GOOD],
        pairing=pairing,
        seconds_left=left,
        usual=Terms(),
        lives=life_names(),
        beginnings=[each for each in found.beginnings.all() if each.door is not Door.COMPOSED],
        doors=door_names(),
        typed={},
        problems={},
    )


@pages.post("/passes")
def make_pass() -> Response:
    name, terms = _typed()
    token, pass_ = issue(catalogue(), name, terms, int(context().now()))
    shown = Shown(pass_.name, f"{_origin()}/p/{token}", _fallback(token))
    key = new_passes.keep(shown, context().clock())
    return to(url_for("owner.new_pass", key=key))


@pages.get("/passes/new/<key>")
def new_pass(key: str) -> str:
    """The pass as its relative gets it: to be scanned, copied or printed."""
    shown = new_passes.find(key, context().clock())
    if shown is None:
        raise NotFound
    return page("pass.html", shown=shown, drawing=drawing(shown.link))


@pages.post("/passes/<int:pass_id>/revoke")
def revoke(pass_id: int) -> Response:
    """At once: the next request with it is refused."""
    if not catalogue().passes.revoke(pass_id, int(context().now())):
        raise NotFound
    return back(Undone(_("The pass is taken back."), ()), "owner.passes")


@pages.post("/pairing")
def open_pairing() -> Response:
    """Show a code on the frame that lets one guest in."""
    name, terms = _typed()
    doorstep().open_pairing(name, terms)
    return back(None, "owner.passes")


@pages.post("/pairing/close")
def close_pairing() -> Response:
    doorstep().close_pairing()
    return back(None, "owner.passes")


@pages.post("/beginnings")
def decide_beginnings() -> Response:
    """Which doors need a yes."""
    known = {Approval.WAITING, Approval.APPROVED}
    wanted = []
    for each in catalogue().beginnings.all():
        still, clip = (request.form.get(f"{each.door}.{kind}") for kind in ("still", "clip"))
        if still in known and clip in known:
            wanted.append(Beginning(each.door, Approval(still), Approval(clip)))
    with catalogue().transaction():
        for beginning in wanted:
            catalogue().beginnings.set(beginning)
    return back(Undone(_("Saved. It counts for what comes from now on."), ()), "owner.passes")


def drawing(link: str) -> Markup:
    """The link as a QR code: shapes alone, without anything that runs or refers elsewhere."""
    code = segno.make(link, error="m", micro=False)
    text = code.svg_inline(scale=8, border=4, dark="#000", light="#fff", omitsize=True)
    return Markup(text)


def life_names() -> dict[str, str]:
    return {
        "day": _("a day"),
        "week": _("a week"),
        "quarter": _("three months"),
        "year": _("a year"),
        "ever": _("for ever"),
    }


def _typed() -> tuple[str, Terms]:
    """What the form says; the browser has checked it, so nonsense is nobody's mistake."""
    form = request.form
    name = " ".join(form.get("name", "").split())[:LONGEST_NAME]
    life, photos, gigabytes = form.get("life"), form.get("photos", ""), form.get("gigabytes", "")
    if not name or not name.isprintable() or life not in LIVES:
        abort(400)
    if not _is_within(photos, MOST_PHOTOS) or not _is_within(gigabytes, MOST_GIGABYTES):
        abort(400)
    return name, Terms(
        seconds=LIVES[life],
        most_photos=int(photos),
        most_bytes=int(gigabytes) * GIGABYTE,
        waits=form.get("waits") == "yes",
    )


def _is_within(text: str, most: int) -> bool:
    return text.isdecimal() and len(text) < 9 and 1 <= int(text) <= most


def _origin() -> str:
    """Where we are, as the owner's browser found us; where that is this very machine, as phones do."""
    if context().names.is_loopback(request.host):
        told = _told("fallback") or _told("scan")
        if told:
            return told
    return f"http://{request.host}"


def _fallback(token: str) -> str:
    """The link by address, where the first is by name."""
    told = _told("fallback")
    return f"{told}/p/{token}" if told and told != _origin() else ""


def _told(name: str) -> str:
    """An address of ours that the screen shows as well, without its path; or nothing."""
    text = heard(context().live, HOME).get(name)
    parts = urlsplit(text) if isinstance(text, str) else None
    return f"http://{parts.netloc}" if parts and parts.scheme == "http" and parts.netloc else ""
