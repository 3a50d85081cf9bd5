"""What has become of each photo that a relative sent: facts of the catalogue, not words yet.

They see what is theirs. Whatever the owner decided against is one thing to them, "not on the wall", and
why is between them and the owner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from frame.core.liveliness import Wish, livelier, subtler
from frame.core.photos import Approval, Clip, Finding, Photo
from frame.core.sending import Stage
from frame.library.catalogue import Catalogue
from frame.library.photo_state import Seen, state_of
from frame.library.uploads import Upload
from sync.sent import is_theirs_alone


class State(StrEnum):
    """Of a photo, to its sender."""

    SENDING = "sending"
    ARRIVED = "arrived"
    PREPARING = "preparing"
    QUEUED = "queued"
    ANIMATING = "animating"
    AWAKE = "awake"
    STILL = "still"
    OFF = "off"
    DELETED = "deleted"
    REFUSED = "refused"


class Wall(StrEnum):
    """Whether it hangs, to its sender: it does, it waits for a yes, or its clip alone does."""

    HANGS = "hangs"
    WAITS = "waits"
    CLIP_WAITS = "clip_waits"


_STATES = {
    "looking": State.PREPARING,
    "queued": State.QUEUED,
    "rendering": State.ANIMATING,
    "awake": State.AWAKE,
    "clip_waiting": State.AWAKE,
    "still": State.STILL,
    "set_aside": State.STILL,
    "missing": State.STILL,
}


ANYHOW = Wish()
"""As the frame thinks best."""


@dataclass(frozen=True)
class Story:
    """`progress` is a share 0..1 of what goes on, None where nothing does; `reasons` say why it stays a
    still or was refused. `is_changing`: another clip than this one was asked for and is on its way.
    `quieter` and `livelier` are the next steps from what the clip plays, where there are any."""

    upload: Upload
    state: State
    progress: float | None = None
    wall: Wall | None = None
    photo: Photo | None = None
    clip: Clip | None = None
    reasons: tuple[Finding, ...] = ()
    wish: Wish = ANYHOW
    is_changing: bool = False
    quieter: Wish | None = None
    livelier: Wish | None = None
    may_change: bool = False


@dataclass(frozen=True)
class Studio:
    """What the studio works on: a photo's id, and how much of it is done, 0..1. `driver` is what it
    plays where nobody asks for anything."""

    photo_id: int | None
    share: float
    driver: str

    @classmethod
    def heard(cls, facts: Mapping[str, Any], driver: str) -> Studio:
        """From its live file."""
        photo, share = facts.get("photo"), facts.get("share")
        return cls(
            photo if isinstance(photo, int) else None,
            float(share) if isinstance(share, int | float) else 0.0,
            driver,
        )


def story(catalogue: Catalogue, upload: Upload, offset: int, studio: Studio) -> Story:
    """Everything there is to tell of one upload; `offset` is how many of its bytes are here."""
    if upload.stage is Stage.RECEIVING and offset < upload.size_bytes:
        return Story(
            upload,
            State.SENDING,
            offset / upload.size_bytes,
            wish=Wish(upload.driver),
            may_change=True,
        )
    if upload.stage in (Stage.RECEIVING, Stage.RECEIVED):
        return Story(upload, State.ARRIVED, wish=Wish(upload.driver), may_change=True)
    if upload.stage is Stage.REFUSED:
        return Story(upload, State.REFUSED, reasons=(Finding(upload.code, upload.message),))
    photo = None if upload.photo_id is None else catalogue.photos.get(upload.photo_id)
    if upload.withdrawn is not None or photo is None:
        return Story(upload, State.DELETED, photo=photo)
    if photo.is_deleted or photo.approval is Approval.HIDDEN:
        return Story(upload, State.OFF, photo=photo)
    return _of_photo(catalogue, upload, photo, studio)


def _of_photo(catalogue: Catalogue, upload: Upload, photo: Photo, studio: Studio) -> Story:
    every = catalogue.clips.of(photo.id)
    clips = [each for each in every if each.approval is not Approval.HIDDEN]
    looks = catalogue.work.get(photo.id, "look")
    renders = catalogue.work.get(photo.id, "render")
    seen = Seen(
        looks={photo.id: looks} if looks else {},
        renders={photo.id: renders} if renders else {},
        in_work=studio.photo_id,
        share=studio.share,
    )
    # Its sender may see all of it before anybody says yes.
    found = state_of(replace(photo, approval=Approval.APPROVED), clips, seen)
    state, clip = _STATES[found.state], clips[0] if clips else None
    if every and not clips and state is State.QUEUED:
        state = State.STILL  # the owner does not want it to move
    wish = catalogue.photos.wish(photo.id)
    is_changing = clip is not None and _is_other(wish, catalogue.clips.wish(clip.id), studio)
    is_rendered = studio.photo_id == photo.id
    played = None if clip is None else Wish(clip.driver, catalogue.clips.wish(clip.id).intensity)
    return Story(
        upload,
        state,
        studio.share if is_rendered else None,
        _wall(photo, clip),
        photo,
        clip,
        found.reasons if state is State.STILL else (),
        wish,
        is_changing,
        subtler(played) if played else None,
        livelier(played) if played else None,
        may_change=is_theirs_alone(catalogue, upload, photo),
    )


def _is_other(wish: Wish, made: Wish, studio: Studio) -> bool:
    driver = studio.driver if wish.driver == "auto" else wish.driver
    return Wish(driver, wish.intensity) != made


def _wall(photo: Photo, clip: Clip | None) -> Wall:
    if photo.approval is Approval.WAITING:
        return Wall.WAITS
    if clip is not None and clip.approval is Approval.WAITING:
        return Wall.CLIP_WAITS
    return Wall.HANGS
