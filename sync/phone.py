"""The door of relatives' phones: what has arrived whole is taken in by the one ingest, oldest first.

Receiving is the web's (`sync.uploads`), taking in is ours: a process that decodes strangers' photos is
not the one that answers them. Between the two there is only the catalogue, so either may be struck down.
"""

from __future__ import annotations

import logging
from typing import Protocol

from frame.core.passes import Pass, Standing
from frame.core.photos import Approval, Door, Photo
from frame.core.sending import Event, Stage, next_stage
from frame.errors import Refused, StorageError, Unready
from frame.library.catalogue import Catalogue
from frame.library.uploads import Upload
from sync.sent import is_theirs_alone, was_taken_down_by_guests
from sync.taking import Clock, Taken, Taker
from sync.tally import Tally
from sync.turn import Turn
from sync.upload_files import UploadFiles
from sync.uploads import AUTO

LOG = logging.getLogger(__name__)

RANK = 0
"""Somebody stands there with a phone in their hand."""

LOOK_SECONDS = 0.2
"""Between two looks at whether the catalogue changed, which cost microseconds."""

TROUBLE_SECONDS = 10.0
"""After a disk that failed: longer than a reader of the log needs to see that it is always the same."""

SWEEP_SECONDS = 900.0

STALE_SECONDS = 3 * 86_400
"""What nobody has gone on with for so long is given up: longer than a weekend without Wi-Fi."""

QUIET_SECONDS = 60.0
"""Whoever wrote the last byte of a file would have said so by now."""

DRAFT_SECONDS = 3600
"""A file without a row is a draft that is being received, or a leftover of one."""

READ_SECONDS = 7 * 86_400
"""How long a sender can read why a photo was refused."""


class Stop(Protocol):
    """Of `threading.Event`."""

    def is_set(self) -> bool: ...
    def wait(self, timeout: float, /) -> bool: ...


class PhoneDoor:
    """For one thread. `step` takes in one photo at most."""

    def __init__(
        self,
        catalogue: Catalogue,
        files: UploadFiles,
        taker: Taker,
        turn: Turn,
        tally: Tally,
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
        self._files = files
        self._taker = taker
        self._turn = turn
        self._tally = tally
        self._clock = clock
        self._sweep_at = float("-inf")
        self._not_before = float("-inf")

    def run(self, stop: Stop) -> None:
        """Until told to stop. Raises `sqlite3.Error` and OSError: whoever keeps us starts us anew."""
        changes = -1
        while not stop.is_set():
            now = self._clock.now()
            if now >= self._sweep_at:
                self.sweep()
                self._sweep_at = now + SWEEP_SECONDS
            # Asked for before the look: what comes in between is seen by the next one.
            latest = self._catalogue.change_count()
            is_due = latest != changes or self._not_before > float("-inf")
            if not is_due or now < self._not_before or not self.step():
                changes = latest
                stop.wait(LOOK_SECONDS)

    def step(self) -> bool:
        """Take in the photo that has waited longest; whether there was one and all is well."""
        waiting = self._catalogue.uploads.in_stage(Stage.RECEIVED)
        self._not_before = float("-inf")
        self._tally.waiting("phone", len(waiting))
        if not waiting:
            return False
        upload = waiting[0]
        try:
            with self._turn.at(RANK):
                self._take(upload)
        except StorageError as error:
            LOG.warning("A relative's photo is not taken in yet: why=%s", error)
            self._not_before = self._clock.now() + TROUBLE_SECONDS
            return False
        return True

    def sweep(self) -> None:
        """Give up what nobody goes on with, and leftovers. Raises OSError and `sqlite3.Error`."""
        now = self._clock.date()
        for upload in self._catalogue.uploads.in_stage(Stage.RECEIVING, limit=10_000):
            touched = self._files.touched(upload.id) or 0.0
            age = now - max(upload.created, touched)
            if self._files.size(upload.id) == upload.size_bytes and abs(age) > QUIET_SECONDS:
                # Cut off between its last byte and its row; its phone may never come back.
                self._files.sync(upload.id)
                becomes = next_stage(Stage.RECEIVING, Event.ALL_HERE)
                self._catalogue.uploads.move(upload.id, Stage.RECEIVING, becomes, self._now())
            elif age > STALE_SECONDS:
                self._catalogue.uploads.forget(upload.id)
                self._files.remove(upload.id)
        known = self._catalogue.uploads.ids_on_the_way()
        for name in self._files.names():
            written = self._files.touched(name)
            if name in known or written is None:
                continue
            # With a row it has arrived, and only its removal was cut off.
            if now - written > DRAFT_SECONDS or self._catalogue.uploads.get(name) is not None:
                self._files.remove(name)
        self._catalogue.uploads.forget_refused(int(now - READ_SECONDS))

    def _take(self, upload: Upload) -> None:
        pass_ = self._catalogue.passes.get(upload.pass_id)
        before = self._catalogue.photos.find(upload.sha256)
        if not upload.waits and self._must_wait(pass_, before):
            self._catalogue.uploads.make_wait(upload.id)
        try:
            taken = self._taker.take(
                self._files.path(upload.id),
                Door.PHONE,
                name=upload.name,
                sender=pass_.name if pass_ is not None else "",
                expected_sha256=upload.sha256,
                expected_size=upload.size_bytes,
            )
        except Refused as refused:
            self._refuse(upload, refused)
        except Unready:
            # A power cut took what was not on the disk yet: the phone brings it again.
            becomes = next_stage(Stage.RECEIVED, Event.LOST)
            self._catalogue.uploads.move(upload.id, Stage.RECEIVED, becomes, self._now())
        else:
            self._keep(upload, before, taken)
            self._tally.taken()

    def _must_wait(self, pass_: Pass | None, before: Photo | None) -> bool:
        """Whether it needs a yes although its pass did not ask for one when it was begun. What the
        owner took down comes back with a yes only, whoever sends it."""
        if pass_ is None or pass_.waits:
            return True
        if pass_.standing(self._clock.date()) is Standing.REVOKED:
            return True
        if before is None or not before.is_deleted:
            return False
        return not was_taken_down_by_guests(self._catalogue, before)

    def _keep(self, upload: Upload, before: Photo | None, taken: Taken) -> None:
        """Everything that is known of it in one step; its file goes after that."""
        photo = taken.photo
        next_stage(Stage.RECEIVED, Event.KEPT)
        with self._catalogue.transaction():
            now_there = self._catalogue.uploads.get(upload.id)
            if now_there is not None and now_there.stage is Stage.RECEIVED:
                was_there = (
                    before is not None
                    and not before.is_deleted
                    and before.approval is Approval.APPROVED
                )
                self._catalogue.uploads.take(upload.id, photo.id, self._now(), was_there=was_there)
                self._catalogue.passes.spend(upload.pass_id, 1, upload.size_bytes)
                if not now_there.waits and photo.approval is Approval.WAITING:
                    self._catalogue.photos.approve(photo.id, Approval.APPROVED)
                if now_there.driver != AUTO and is_theirs_alone(self._catalogue, now_there, photo):
                    self._catalogue.photos.want_driver(photo.id, now_there.driver)
        self._files.remove(upload.id)

    def _refuse(self, upload: Upload, refused: Refused) -> None:
        next_stage(Stage.RECEIVED, Event.DECLINED)
        LOG.info("A relative's photo was not taken in: code=%s: %s", refused.code, refused)
        with self._catalogue.transaction():
            self._catalogue.uploads.refuse(upload.id, refused.code, str(refused), self._now())
            self._catalogue.passes.spend(upload.pass_id, 0, upload.size_bytes)
        self._files.remove(upload.id)
        self._tally.refused()

    def _now(self) -> int:
        return int(self._clock.date())
