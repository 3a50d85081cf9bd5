"""How a photo is sent: begun, brought in pieces and resumed as tus 1.0 has it (core, creation, checksum,
termination), or in one go by a script.

Everything is refused before a byte of the body is read, and nothing of it is held in memory.
"""

from __future__ import annotations

import base64
import binascii
import time
from typing import IO

from flask import Blueprint, Response, jsonify, make_response, request, url_for
from werkzeug.exceptions import BadRequest, ClientDisconnected, LengthRequired, UnsupportedMediaType

from frame.core.passes import Pass, Standing
from frame.core.photos import Finding
from frame.core.sending import Limit, Stage
from frame.errors import UsageError
from frame.library.catalogue import Catalogue
from frame.library.ingest import LARGEST_FILE
from frame.library.space import Space
from frame.library.uploads import Upload
from frame.web.catalogue import catalogue, context
from frame.web.errors import Denied
from frame.web.visitor import visitor
from frame.web.words import gettext as _
from frame.web.words import language
from frame.words import finding_in
from sync.upload_files import UploadFiles
from sync.uploads import (
    CutOff,
    IsWelcome,
    NoSuchUpload,
    Offer,
    Part,
    TooMuch,
    Unwelcome,
    Uploads,
    WrongChecksum,
    WrongOffset,
)

TUS = {
    "Tus-Resumable": "1.0.0",
    "Tus-Version": "1.0.0",
    "Tus-Extension": "creation,checksum,termination",
    "Tus-Checksum-Algorithm": "sha256",
    "Tus-Max-Size": str(LARGEST_FILE),
}

PIECE_TYPE = "application/offset+octet-stream"

CHECKSUM_MISMATCH = 460
"""Of the tus protocol."""

STORED_SECONDS = 20.0
"""So long a script that sends in one go is kept waiting for the word that its photo is safe."""

LOOK_SECONDS = 0.1


class _Body:
    """The request's bytes as they come. Whatever was received before a cut is handed on."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._read = getattr(stream, "read1", stream.read)

    def read(self, size: int, /) -> bytes:
        try:
            found: bytes = self._read(size)
        except ClientDisconnected as error:
            raise OSError("the sender is gone") from error
        return found


def open_uploads(found: Catalogue) -> Uploads:
    """For the request that is being answered."""
    house = context()
    files = UploadFiles(house.places.uploads, house.disk)
    space = Space(house.places, house.disk, house.reserve)
    return Uploads(found, files, space, house.now, house.clock)


def sender() -> Pass:
    """Whose pass was shown; the access table has seen to it that it is good."""
    found = visitor().pass_
    if found is None:
        raise Denied(403)
    return found


def begin() -> Response:
    """POST /uploads: promise a photo; 201 and where to bring it, or where it stands already."""
    offer = _offer()
    uploads = open_uploads(catalogue())
    upload, is_new = uploads.begin(sender(), offer)
    answer = jsonify(id=upload.id, stage=upload.stage, is_new=is_new)
    answer.status_code = 201
    answer.headers["Location"] = url_for("guest.offset", upload_id=upload.id)
    return _with_offset(answer, uploads, upload)


def offset(upload_id: str) -> Response:
    """HEAD /uploads/ID: how many bytes are here."""
    uploads = open_uploads(catalogue())
    return _with_offset(make_response(""), uploads, uploads.find(sender(), upload_id))


def append(upload_id: str) -> Response:
    """PATCH /uploads/ID: the bytes from `Upload-Offset` on; 204 and how many are here."""
    if request.mimetype != PIECE_TYPE:
        raise UnsupportedMediaType
    uploads = open_uploads(catalogue())
    upload = uploads.find(sender(), upload_id)
    part = Part(_number("Upload-Offset"), _length(), _checksum())
    uploads.append(sender(), upload, part, _Body(request.stream), _is_welcome())
    return _with_offset(make_response("", 204), uploads, uploads.find(sender(), upload_id))


def abandon(upload_id: str) -> Response:
    """DELETE /uploads/ID: not after all."""
    uploads = open_uploads(catalogue())
    uploads.abandon(uploads.find(sender(), upload_id))
    return _sealed(make_response("", 204))


def abilities() -> Response:
    """OPTIONS /uploads: what we speak."""
    return _sealed(make_response("", 204))


def send() -> Response:
    """POST /send: one photo as the whole body. 201 once it is safe, 202 if that takes longer."""
    length = _length()
    if length == 0:
        raise UsageError(_("An empty file is no photo."))
    uploads = open_uploads(catalogue())
    name = request.headers.get("X-Name") or request.args.get("name", "")
    upload = uploads.receive(sender(), name, length, _Body(request.stream), _is_welcome())
    upload = _settled(upload)
    answer = jsonify(
        id=upload.id,
        stage=upload.stage,
        sha256=upload.sha256,
        message=_said(upload),
    )
    answer.status_code = {Stage.TAKEN: 201, Stage.REFUSED: 422}.get(upload.stage, 202)
    return _sealed(answer)


def _settled(upload: Upload) -> Upload:
    """The upload as it is when the door of the phones has dealt with it, or patience has run out."""
    until = time.monotonic() + STORED_SECONDS
    while upload.stage in (Stage.RECEIVED, Stage.RECEIVING) and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
        upload = catalogue().uploads.get(upload.id) or upload
    return upload


def _said(upload: Upload) -> str:
    if upload.stage is Stage.REFUSED:
        return finding_in(Finding(upload.code, upload.message), language())
    if upload.stage is Stage.TAKEN:
        return _("Stored.")
    return _("It is here and is being stored.")


def _is_welcome() -> IsWelcome:
    """Whether the pass still holds, asked while bytes come in."""
    found, house, pass_id = catalogue(), context(), sender().id

    def still() -> bool:
        pass_ = found.passes.get(pass_id)
        return pass_ is not None and pass_.standing(house.now()) is Standing.GOOD

    return still


def _offer() -> Offer:
    facts = _metadata(request.headers.get("Upload-Metadata", ""))
    return Offer(
        facts.get("sha256", "").lower(),
        _number("Upload-Length"),
        facts.get("name", facts.get("filename", "")),
        facts.get("driver", "") or "auto",
    )


def _metadata(text: str) -> dict[str, str]:
    """``key base64, key base64``; a key alone has an empty value."""
    found = {}
    for pair in text.split(","):
        key, _space, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise BadRequest from error
    return found


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise BadRequest
    return int(text)


def _length() -> int:
    """Of the body, which must be said: what has no end cannot be checked before it begins."""
    if request.content_length is None:
        raise LengthRequired
    return request.content_length


def _checksum() -> bytes | None:
    text = request.headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _space, value = text.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise BadRequest from error
    if algorithm != "sha256" or len(digest) != 32:
        raise BadRequest
    return digest


def _with_offset(answer: Response, uploads: Uploads, upload: Upload) -> Response:
    answer.headers["Upload-Offset"] = str(uploads.offset(upload))
    answer.headers["Upload-Length"] = str(upload.size_bytes)
    return _sealed(answer)


def _sealed(answer: Response) -> Response:
    answer.headers.update(TUS)
    return answer


def answer_problems(pages: Blueprint) -> None:
    """Say what is wrong with sending in the protocol's numbers, and in a sentence."""

    @pages.errorhandler(NoSuchUpload)
    def gone(_error: NoSuchUpload) -> Response:
        return _problem(404, "gone", _("This photo is not being sent any more."))

    @pages.errorhandler(WrongOffset)
    def elsewhere(error: WrongOffset) -> Response:
        answer = _problem(409, "offset", _("Some of it is here already; it goes on after that."))
        answer.headers["Upload-Offset"] = str(error.offset)
        return answer

    @pages.errorhandler(WrongChecksum)
    def damaged(_error: WrongChecksum) -> Response:
        said = _("A piece was damaged on its way and is sent again.")
        return _problem(CHECKSUM_MISMATCH, "checksum", said)

    @pages.errorhandler(CutOff)
    def cut(_error: CutOff) -> Response:
        return _problem(400, "cut", _("The connection was lost; it goes on where it was."))

    @pages.errorhandler(Unwelcome)
    def taken_back(_error: Unwelcome) -> Response:
        return _problem(401, "revoked", _("This pass was taken back. What you sent is safe."))

    @pages.errorhandler(TooMuch)
    def too_much(error: TooMuch) -> Response:
        return _too_much(error)


def _too_much(error: TooMuch) -> Response:
    limit, seconds = error.refusal.limit, error.refusal.seconds
    answer = _problem(
        {Limit.TOO_LARGE: 413, Limit.PER_HOUR: 429}.get(limit, 403),
        f"limit_{limit}",
        {
            Limit.PHOTOS: _("Your pass is used up: no more photos fit. The owner can change that."),
            Limit.BYTES: _("Your pass is used up: no more bytes fit. The owner can change that."),
            Limit.PER_HOUR: _("These are many photos at once; the rest follows by itself."),
            Limit.TOO_LARGE: _("This file is too large to be a photo."),
        }[limit],
    )
    if seconds is not None:
        answer.headers["Retry-After"] = str(seconds)
    return answer


def _problem(status: int, code: str, message: str) -> Response:
    answer = jsonify(error=code, title=_("This photo is not there yet"), message=message)
    answer.status_code = status
    return _sealed(answer)
