"""The relatives' routes: the page itself, what it asks for, and what its buttons do."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path, PurePosixPath

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, send_file
from werkzeug.exceptions import BadRequest, Conflict, NotFound
from werkzeug.wrappers import Response

from frame.core.liveliness import DRIVERS
from frame.core.photos import Approval
from frame.core.sending import Stage
from frame.library.catalogue import Catalogue
from frame.library.ingest import LARGEST_FILE
from frame.library.uploads import Upload
from frame.live import heard
from frame.web.catalogue import catalogue, context
from frame.web.guest import sending, telling
from frame.web.guest.script_words import script_words
from frame.web.guest.sending import open_uploads, sender
from frame.web.guest.stories import State, Story, Studio, story
from frame.web.visitor import visitor
from frame.web.words import gettext as _
from sync.sent import give_back, want, withdraw

pages = Blueprint("guest", __name__)
sending.answer_problems(pages)
for path, method, view in (
    ("/uploads", "POST", sending.begin),
    ("/uploads/<upload_id>", "HEAD", sending.offset),
    ("/uploads/<upload_id>", "PATCH", sending.append),
    ("/uploads/<upload_id>", "DELETE", sending.abandon),
    ("/send", "POST", sending.send),
):
    pages.add_url_rule(path, view_func=view, methods=[method], provide_automatic_options=False)
pages.add_url_rule(
    "/uploads", view_func=sending.abilities, methods=["OPTIONS"], provide_automatic_options=False
)

SHOWN = 60
"""Photos that the page shows until somebody asks for more."""

MOST_SHOWN = 1000

MEDIA_SECONDS = 86_400
"""A clip's address names the clip; another one has another address."""


@pages.get("/")
def home() -> Response:
    """The page. It works by its script; without one it says so."""
    if not visitor().is_guest:
        return redirect("/frame", 303)
    pass_ = sender()
    facts = {
        "words": script_words(),
        "pass": pass_.id,
        "photosLeft": pass_.photos_left,
        "largest": LARGEST_FILE,
        "shown": SHOWN,
    }
    page = render_template("guest/home.html", pass_=pass_, drivers=telling.drivers(), facts=facts)
    return make_response(page)


@pages.get("/api/photos")
def photos() -> Response:
    """What was sent with this pass, newest first, each with its story; 304 while nothing changed."""
    limit = min(request.args.get("limit", SHOWN, int), MOST_SHOWN)
    pass_, found = sender(), catalogue()
    rows = found.uploads.of_pass(pass_.id, limit=limit + 1)
    told = [telling.told(_story(found, each)) for each in rows[:limit]]
    body = json.dumps({"photos": told, "more": len(rows) > limit, "left": pass_.photos_left})
    answer = make_response(body)
    answer.mimetype = "application/json"
    answer.headers["Cache-Control"] = "no-cache"
    answer.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    return answer.make_conditional(request)


@pages.get("/photos/<upload_id>/thumbnail")
def thumbnail(upload_id: str) -> Response:
    found = _mine(upload_id)
    if found.photo is None:
        raise NotFound
    path = context().places.thumbnail(found.photo)
    if not path.is_file():
        raise NotFound
    return _kept(send_file(path, mimetype="image/jpeg", conditional=True))


@pages.get("/photos/<upload_id>/clips/<int:clip_id>.mp4")
def clip(upload_id: str, clip_id: int) -> Response:
    """Its clip, waiting for a yes or not: who sent the photo sees it first. In ranges, as players
    ask."""
    found = _mine(upload_id)
    clips = [] if found.photo is None else catalogue().clips.of(found.photo.id)
    wanted = next((each for each in clips if each.id == clip_id), None)
    is_seen = wanted is not None and wanted.approval is not Approval.HIDDEN
    if wanted is None or not is_seen or found.state in (State.DELETED, State.OFF):
        raise NotFound
    path = context().places.clip(wanted.file)
    if not path.is_file():
        raise NotFound
    answer = send_file(
        path,
        mimetype="video/mp4",
        conditional=True,
        as_attachment="download" in request.args,
        download_name=f"{PurePosixPath(found.upload.name).stem or 'photo'}.mp4",
    )
    return _kept(answer)


@pages.post("/photos/<upload_id>/wish")
def wish(upload_id: str) -> Response:
    """Another driver, or the same a step subtler or livelier."""
    found = _mine(upload_id)
    change, driver = request.form.get("change", ""), request.form.get("driver", "")
    if change not in ("subtler", "livelier") and driver not in ("auto", *DRIVERS):
        raise BadRequest
    asked = telling.wish_from(found, change, driver)
    if asked is None or not want(catalogue(), found.upload, asked):
        raise Conflict
    return _told_again(upload_id)


@pages.post("/photos/<upload_id>/delete")
def delete(upload_id: str) -> Response:
    found = _row(catalogue(), upload_id)
    if found.stage in (Stage.RECEIVING, Stage.REFUSED):
        open_uploads(catalogue()).abandon(found)
        return jsonify(None)
    if found.stage is Stage.RECEIVED:
        raise Conflict
    withdraw(catalogue(), found, int(context().now()))
    return _told_again(upload_id)


@pages.post("/photos/<upload_id>/undo")
def undo(upload_id: str) -> Response:
    give_back(catalogue(), _row(catalogue(), upload_id))
    return _told_again(upload_id)


@pages.get("/manifest.webmanifest")
def manifest() -> Response:
    """For adding the page to a home screen. Phones take it on secure origins only."""
    facts = {
        "name": "Wakeframe",
        "short_name": "Wakeframe",
        "description": _("Send photos to the frame"),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f1e8",
        "theme_color": "#f6f1e8",
        "icons": [{"src": "/static/mark.svg", "sizes": "any", "type": "image/svg+xml"}],
        "share_target": {
            "action": "/share",  # answered on the phone itself, by the script below
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"files": [{"name": "photos", "accept": ["image/*", ".heic", ".heif"]}]},
        },
    }
    answer = make_response(json.dumps(facts))
    answer.mimetype = "application/manifest+json"
    return answer


@pages.get("/share-worker.js")
def share_worker() -> Response:
    """At the root, because a script like this one speaks for its own folder only."""
    path = Path(__file__).parent.parent / "static" / "guest" / "share-worker.js"
    return send_file(path, mimetype="text/javascript", conditional=True, max_age=0)


def _row(found: Catalogue, upload_id: str) -> Upload:
    return open_uploads(found).find(sender(), upload_id)


def _mine(upload_id: str) -> Story:
    found = catalogue()
    return _story(found, _row(found, upload_id))


def _story(found: Catalogue, upload: Upload) -> Story:
    house = context()
    studio = Studio.heard(heard(house.live, "studio"), house.settings.driver)
    return story(found, upload, open_uploads(found).offset(upload), studio)


def _told_again(upload_id: str) -> Response:
    return jsonify(telling.told(_mine(upload_id)))


def _kept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = f"private, max-age={MEDIA_SECONDS}"
    return answer
