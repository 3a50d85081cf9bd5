"""How a relative's photo gets here: begun, brought piece by piece, and whole at last.

Nothing here knows of HTTP, and nothing here makes a photo of it: that is `sync.phone`, through the one
ingest. A phone may ask for everything twice, from two tabs, after a day, or never again.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from frame.core.liveliness import DRIVERS
from frame.core.passes import Pass
from frame.core.sending import (
    HOUR,
    Event,
    Refusal,
    Stage,
    UnderWay,
    may_begin,
    may_go_on,
    next_stage,
)
from frame.errors import DiskFull, UsageError, WakeframeError
from frame.library.catalogue import Catalogue
from frame.library.ingest import LARGEST_FILE, storage_error
from frame.library.space import Space
from frame.library.uploads import NewUpload, Upload
from sync.sent import give_back
from sync.upload_files import OpenUpload, Overtaken, UploadFiles

LOG = logging.getLogger(__name__)

PIECE = 256 << 10
"""Read and written at once, at most: all that an upload costs of memory."""

LOOK_SECONDS = 0.5
"""How often pass and disk are looked at while bytes come in: a pass that is taken back stops them within
a second."""

FILE_AND_COPY = 2
"""Taking a photo in writes it once more before the first copy goes."""

LONGEST_NAME = 255

AUTO = "auto"

TRY_AGAIN = ("incomplete", "too_slow", "decoder_died", "decoder_unsafe")
"""Refusals that say nothing against the next try with the same bytes."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


class NoSuchUpload(WakeframeError):  # noqa: N818
    """There is no such upload of this pass: it was never begun, taken back, or swept away."""


class WrongOffset(WakeframeError):  # noqa: N818
    """The bytes do not continue those that are here; `offset` tells how many are."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"{offset} bytes are here; go on after them.")
        self.offset = offset


class WrongChecksum(WakeframeError):  # noqa: N818
    """The bytes are not those that their sender meant; none of them was kept."""


class TooMuch(WakeframeError):  # noqa: N818
    """The pass does not allow it; `refusal` says which limit, and whether waiting helps."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"The pass does not allow more: {refusal.limit}.")
        self.refusal = refusal


class CutOff(WakeframeError):  # noqa: N818
    """The connection ended before its bytes did. What came is here."""


class Unwelcome(WakeframeError):  # noqa: N818
    """The pass was taken back while the bytes came in."""


class Body(Protocol):
    """The bytes of a request."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end. Raises OSError for a connection that is gone."""
        ...


@dataclass(frozen=True)
class Offer:
    """What a phone promises to send. `sha256` is of the whole content, in hex digits; `driver` is
    ``auto`` or a driver's name."""

    sha256: str
    size_bytes: int
    name: str = ""
    driver: str = AUTO

    def __post_init__(self) -> None:
        if not _SHA256.fullmatch(self.sha256):
            raise UsageError("The SHA-256 must be 64 hexadecimal digits.")
        if self.size_bytes <= 0:
            raise UsageError("An empty file is no photo.")
        if self.driver not in (AUTO, *DRIVERS):
            raise UsageError(f"The driver must be one of {', '.join((AUTO, *DRIVERS))}.")


@dataclass(frozen=True)
class Part:
    """A piece of a photo: `length` bytes that go to `offset`; `sha256` is the digest of the piece."""

    offset: int
    length: int
    sha256: bytes | None = None


IsWelcome = Callable[[], bool]


class Uploads:
    """For one thread, as its catalogue is. `now` gives unix seconds."""

    def __init__(
        self,
        catalogue: Catalogue,
        files: UploadFiles,
        space: Space,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._catalogue = catalogue
        self._files = files
        self._space = space
        self._now = now
        self._clock = clock

    def begin(self, pass_: Pass, offer: Offer) -> tuple[Upload, bool]:
        """The upload for this content, and whether it is new: asked for again it is the same one,
        wherever it stands.

        Of what others sent it says nothing: only who has the bytes may learn that the frame has them.
        Raises `TooMuch`, `DiskFull` and `StorageError`.
        """
        known = self._catalogue.uploads.find(pass_.id, offer.sha256)
        if known is not None and not _is_over(known):
            # Picked once more after it was taken back: they want it after all.
            give_back(self._catalogue, known)
            return self._catalogue.uploads.get(known.id) or known, False
        self._check_room(pass_, offer.size_bytes)
        new = NewUpload(
            id=secrets.token_hex(16),
            pass_id=pass_.id,
            sha256=offer.sha256,
            size_bytes=offer.size_bytes,
            name=offer.name[:LONGEST_NAME],
            driver=offer.driver,
            waits=pass_.waits,
        )
        try:
            with self._catalogue.transaction():
                if known is not None:
                    self._catalogue.uploads.forget(known.id)
                self._catalogue.uploads.add(new, int(self._now()))
        except sqlite3.IntegrityError:  # its other tab was quicker
            pass
        found = self._catalogue.uploads.find(pass_.id, offer.sha256)
        if found is None:
            raise NoSuchUpload("It was taken back at this very moment.")
        return found, found.id == new.id

    def find(self, pass_: Pass, upload_id: str) -> Upload:
        """Raises `NoSuchUpload`, for those of others as well."""
        found = self._catalogue.uploads.get(upload_id)
        if found is None or found.pass_id != pass_.id:
            raise NoSuchUpload("There is no such upload.")
        return found

    def offset(self, upload: Upload) -> int:
        """How many of its bytes are here. Raises OSError."""
        if upload.stage is not Stage.RECEIVING:
            return upload.size_bytes
        return min(self._files.size(upload.id), upload.size_bytes)

    def append(
        self, pass_: Pass, upload: Upload, part: Part, body: Body, is_welcome: IsWelcome
    ) -> int:
        """Keep the bytes of `body`; how many of the photo are here then.

        Checked before a byte is read: that they continue what is here, that the pass allows them, and
        that there is room. Raises `WrongOffset`, `WrongChecksum`, `TooMuch`, `CutOff`, `Unwelcome`,
        `DiskFull`, `StorageError` and `UsageError`.
        """
        if part.offset != (here := self.offset(upload)):
            raise WrongOffset(here)
        if part.offset + part.length > upload.size_bytes:
            raise UsageError("These are more bytes than were promised.")
        if upload.stage is not Stage.RECEIVING:
            return here
        refusal = may_go_on(pass_, self._under_way(pass_), self._now())
        if refusal is not None:
            raise TooMuch(refusal)
        self._make_room(part.length)
        try:
            with self._files.open(upload.id) as file:
                end = self._keep(file, part, body, is_welcome)
                if end == upload.size_bytes:
                    self._all_here(upload, file)
        except Overtaken as error:
            raise WrongOffset(error.size) from None
        except OSError as error:
            raise storage_error(error) from error
        return end

    def abandon(self, upload: Upload) -> None:
        """Its sender does not want to send it any more, or has read why it was refused."""
        if upload.stage not in (Stage.RECEIVING, Stage.REFUSED):
            raise UsageError("It has arrived already; delete the photo instead.")
        self._catalogue.uploads.forget(upload.id)
        self._files.remove(upload.id)

    def receive(
        self, pass_: Pass, name: str, length: int, body: Body, is_welcome: IsWelcome
    ) -> Upload:
        """A whole photo in one go, from whoever cannot do better (a Shortcut, a script). It is known
        by its content only when all of it is here, and cut off in between it leaves nothing.

        Raises as `begin` and `append` do.
        """
        self._check_room(pass_, length)
        draft = secrets.token_hex(16)
        digest = hashlib.sha256()
        try:
            with self._files.open(draft) as file:
                self._keep(file, Part(0, length), body, is_welcome, digest.update)
                offer = Offer(digest.hexdigest(), length, name)
                upload, _ = self.begin(pass_, offer)
                if upload.stage is Stage.RECEIVING:
                    file.sync()
                    self._files.rename(draft, upload.id)
                    self._move(upload)
        except OSError as error:
            raise storage_error(error) from error
        finally:
            self._files.remove(draft)
        return self._catalogue.uploads.get(upload.id) or upload

    def _keep(
        self,
        file: OpenUpload,
        part: Part,
        body: Body,
        is_welcome: IsWelcome,
        told: Callable[[bytes], None] = lambda _: None,
    ) -> int:
        position, end = part.offset, part.offset + part.length
        digest = hashlib.sha256()
        look_at = self._clock() + LOOK_SECONDS
        while position < end:
            try:
                piece = body.read(min(PIECE, end - position))
            except OSError as error:
                raise CutOff("The connection was lost.") from error
            if not piece:
                raise CutOff("The connection ended too early.")
            if self._clock() >= look_at:
                if not is_welcome():
                    raise Unwelcome("This pass does not hold any more.")
                self._make_room(0)  # others fill the disk too
                look_at = self._clock() + LOOK_SECONDS
            file.add(position, piece)
            position += len(piece)
            digest.update(piece)
            told(piece)
        if part.sha256 is not None and digest.digest() != part.sha256:
            file.cut(position, part.offset)
            raise WrongChecksum("These bytes were damaged on their way; send them again.")
        return position

    def _all_here(self, upload: Upload, file: OpenUpload) -> None:
        """On the disk before anybody is told: the phone may be switched off now."""
        file.sync()
        self._files.sync_names()
        self._move(upload)

    def _move(self, upload: Upload) -> None:
        becomes = next_stage(Stage.RECEIVING, Event.ALL_HERE)
        self._catalogue.uploads.move(upload.id, Stage.RECEIVING, becomes, int(self._now()))

    def _check_room(self, pass_: Pass, size_bytes: int) -> None:
        refusal = may_begin(pass_, self._under_way(pass_), size_bytes, self._now(), LARGEST_FILE)
        if refusal is not None:
            raise TooMuch(refusal)
        self._make_room(FILE_AND_COPY * size_bytes)

    def _under_way(self, pass_: Pass) -> UnderWay:
        return self._catalogue.uploads.under_way(pass_.id, int(self._now()) - HOUR)

    def _make_room(self, size_bytes: int) -> None:
        try:
            has_room = self._space.has(size_bytes) or self._space.make(size_bytes, self._catalogue)
        except OSError as error:
            raise storage_error(error) from error
        if not has_room:
            raise DiskFull("The frame's storage is full; delete photos or use a larger card.")


def _is_over(upload: Upload) -> bool:
    """Whether it may be begun anew."""
    return upload.stage is Stage.REFUSED and upload.code in TRY_AGAIN
