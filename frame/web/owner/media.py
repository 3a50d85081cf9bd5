"""Pictures, clips and originals. Thumbnails are named by their content: browsers keep them for good."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from flask import Response, current_app, send_file
from werkzeug.exceptions import NotFound

from frame.core.photos import Photo
from frame.core.preparation import Outcome
from frame.errors import WakeframeError
from frame.library.pictures import Pictures
from frame.web.catalogue import catalogue, context
from frame.web.owner.pages import pages

FOR_GOOD = "private, max-age=31536000, immutable"
"""What is named by its content never changes."""

A_WHILE = "private, max-age=300"

_HASH = re.compile(r"[0-9a-f]{64}")
_UNSAFE = re.compile(r"[^\w .()+-]", re.UNICODE)
LONGEST_NAME = 100


@pages.get("/thumb/<sha256>.jpg")
def thumbnail(sha256: str) -> Response:
    """Small; made on the spot if it has gone."""
    photo = catalogue().photos.find(sha256) if _HASH.fullmatch(sha256) else None
    if photo is None:
        raise NotFound
    return _picture(pictures().thumbnail, photo, FOR_GOOD)


@pages.get("/photos/<int:photo_id>/large.jpg")
def large(photo_id: int) -> Response:
    return _picture(pictures().large, _photo(photo_id), A_WHILE)


@pages.get("/photos/<int:photo_id>/came.jpg")
def as_it_came(photo_id: int) -> Response:
    """Without any restoring."""
    return _picture(pictures().large, replace(_photo(photo_id), prepared=""), A_WHILE)


@pages.get("/photos/<int:photo_id>/restored.jpg")
def restored(photo_id: int) -> Response:
    """As the restoration made it, whether it hangs or not."""
    made = catalogue().preparations.get(photo_id)
    if made is None or made.outcome is not Outcome.MADE:
        raise NotFound
    return _picture(pictures().large, replace(_photo(photo_id), prepared=made.name), A_WHILE)


@pages.get("/clips/<int:clip_id>.mp4")
def clip(clip_id: int) -> Response:
    """The clip, for the owner alone: in whatever state it is."""
    found = catalogue().clips.get(clip_id)
    if found is None:
        raise NotFound
    return _file(context().places.clip(found.file), "video/mp4", FOR_GOOD)


@pages.get("/clips/<int:clip_id>/download")
def download_clip(clip_id: int) -> Response:
    found = catalogue().clips.get(clip_id)
    photo = catalogue().photos.get(found.photo_id) if found else None
    if found is None or photo is None:
        raise NotFound
    name = f"{Path(safe_name(photo)).stem} - wakeframe.mp4"
    return _attached(context().places.clip(found.file), name)


@pages.get("/clips/<int:clip_id>/report.json")
def report(clip_id: int) -> Response:
    """What the renderer found and did, as it wrote it."""
    text = catalogue().clips.report(clip_id)
    if not text:
        raise NotFound
    answer = Response(text, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="clip-{clip_id}.json"'
    return answer


@pages.get("/photos/<int:photo_id>/original")
def original(photo_id: int) -> Response:
    """The very bytes that came in: to be saved, never to be shown by a browser from here."""
    photo = _photo(photo_id)
    return _attached(context().places.original_of(photo), safe_name(photo))


def pictures() -> Pictures:
    """The one that makes pictures, for all requests."""
    found: Pictures | None = current_app.extensions.get("wakeframe_pictures")
    if found is None:
        found = Pictures(context().places)
        current_app.extensions["wakeframe_pictures"] = found
    return found


def safe_name(photo: Photo) -> str:
    """The name under which a browser saves it: that of its file, without what some system minds, and
    with the suffix that its content has."""
    stem = _UNSAFE.sub("_", Path(photo.name.replace("\\", "/")).name.rpartition(".")[0]).strip(". ")
    return f"{stem[:LONGEST_NAME] or f'photo-{photo.id}'}{photo.suffix}"


def _photo(photo_id: int) -> Photo:
    found = catalogue().photos.get(photo_id)
    if found is None:
        raise NotFound
    return found


def _picture(make: Callable[[Photo], Path], photo: Photo, keep: str) -> Response:
    try:
        path = make(photo)
    except (OSError, WakeframeError):
        raise NotFound from None
    return _file(path, "image/jpeg", keep)


def _file(path: Path, kind: str, keep: str) -> Response:
    if not path.is_file():
        raise NotFound
    answer = send_file(path, mimetype=kind, conditional=True, max_age=None)
    answer.headers["Cache-Control"] = keep
    return answer


def _attached(path: Path, name: str) -> Response:
    if not path.is_file():
        raise NotFound
    answer = send_file(
        path,
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=name,
        conditional=True,
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
