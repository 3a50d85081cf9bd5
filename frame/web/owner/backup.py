"""Everything out as one archive, and back in from one: through the browser, or from a stick."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

from flask import Response, abort, jsonify, request
from werkzeug.exceptions import Conflict, NotFound, TooManyRequests

from frame.library.export import Export
from frame.web.catalogue import catalogue, context
from frame.web.owner.archives import LARGEST, LARGEST_PIECE, Archives, Sent, on_sticks
from frame.web.owner.pages import back, page, pages
from frame.web.owner.restoring import Stage, restoring
from frame.web.owner.undo import Undone
from frame.web.words import gettext as _
from frame.words import harmless

AT_ONCE = 2
"""Downloads at once: each keeps a thread of the server for as long as it takes. Two, so that one that
broke off can go on before its end was noticed."""

_RANGE = re.compile(r"bytes=(\d{1,18})-")
_reading = threading.BoundedSemaphore(AT_ONCE)


@pages.get("/backup")
def backup() -> str:
    counts = catalogue().photos.counts()
    return page(
        "backup.html",
        photos=counts["photos"] - counts["missing"],
        size_bytes=catalogue().photos.original_bytes(),
        sent=Archives(context()).all(),
        sticks=[(str(path), harmless(path.name)) for path in on_sticks()],
        standing=restoring().standing,
        stages=Stage,
        piece=LARGEST_PIECE,
    )


@pages.get("/backup/wakeframe.tar")
def download() -> Response:
    """The archive, made while it is read; from any byte on, as long as the library is the same."""
    if not _reading.acquire(blocking=False):
        raise TooManyRequests
    try:
        archive = Export(context().places, catalogue(), _own_settings())
    except BaseException:
        _reading.release()
        raise
    try:
        etag = f'"{archive.name}"'
        first = _first_byte(etag)
        if first is not None and first >= archive.size:
            abort(416)
    except BaseException:
        archive.close()
        _reading.release()
        raise
    answer = Response(archive.read(first or 0), 200 if first is None else 206)

    @answer.call_on_close
    def close() -> None:  # also where nothing was read: HEAD, or a browser that went away
        archive.close()
        _reading.release()

    answer.mimetype = "application/x-tar"
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["ETag"] = etag
    answer.headers["Content-Length"] = str(archive.size - (first or 0))
    if first is not None:
        answer.headers["Content-Range"] = f"bytes {first}-{archive.size - 1}/{archive.size}"
    day = time.strftime("%Y-%m-%d", time.localtime(context().now()))
    answer.headers["Content-Disposition"] = f'attachment; filename="wakeframe-{day}.tar"'
    return answer


@pages.post("/backup/archives")
def begin_archive() -> Response:
    """Where an archive of this name and size may go on."""
    size = request.form.get("size", "")
    if not size.isdecimal() or len(size) > 15 or not 0 < int(size) <= LARGEST:
        abort(400)
    name, stamp = request.form.get("name", ""), request.form.get("stamp", "")
    return _told(Archives(context()).begin(name, int(size), stamp))


@pages.put("/backup/archives/<archive_id>")
def append_archive(archive_id: str) -> Response:
    """One piece, raw. 409 tells where it really goes on."""
    offset = request.headers.get("Upload-Offset", "")
    if request.mimetype != "application/offset+octet-stream":
        abort(415)
    if not offset.isdecimal() or len(offset) > 15:
        abort(400)
    archives = Archives(context())
    pieces = iter(lambda: request.stream.read(1 << 16), b"")
    sent = archives.append(archive_id, int(offset), pieces)
    if sent is not None:
        return _told(sent)
    found = archives.find(archive_id)
    if found is None:
        raise NotFound
    answer = _told(found)
    answer.status_code = Conflict.code
    return answer


@pages.post("/backup/archives/<archive_id>/remove")
def remove_archive(archive_id: str) -> Response:
    Archives(context()).remove(archive_id)
    return back(Undone(_("The archive is removed from the frame."), ()), "owner.backup")


@pages.post("/backup/restore")
def begin_restore() -> Response:
    """From an archive that was sent, or from one on a stick."""
    archives = Archives(context())
    sent = archives.find(request.form.get("archive", ""))
    stick = request.form.get("stick", "")
    if sent is not None and sent.is_whole:
        path, name = archives.path(sent.id), sent.name
    elif stick and stick in {str(each) for each in on_sticks()}:
        path, name = Path(stick), Path(stick).name
    else:
        raise NotFound

    def then() -> None:
        if sent is not None:
            archives.remove(sent.id)

    with_settings = request.form.get("settings") == "on"
    began = restoring().start(path, harmless(name), with_settings=with_settings, then=then)
    said = None if began else Undone(_("One archive is being restored already."), ())
    return back(said, "owner.backup")


@pages.post("/backup/restore/stop")
def stop_restore() -> Response:
    restoring().stop()
    return back(None, "owner.backup")


@pages.get("/backup/state.json")
def restore_state() -> Response:
    standing = restoring().standing
    progress = standing.progress
    return jsonify(stage=standing.stage, done=progress.done, of=progress.of)


def _first_byte(etag: str) -> int | None:
    """From where on the browser wants it; None: all of it, also where it has part of another."""
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if found is None or request.headers.get("If-Range", etag) != etag:
        return None
    return int(found[1])


def _told(sent: Sent) -> Response:
    return jsonify(id=sent.id, offset=sent.here, size=sent.size)


def _own_settings() -> bytes:
    try:
        return context().settings_file.read_bytes()
    except OSError:
        return b""
