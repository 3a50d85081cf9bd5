"""How one photo is, in a word with its reasons: from its row, its clip and the studio's tries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from frame.core.photos import Approval, Clip, Finding, Photo
from frame.library.catalogue import Catalogue
from frame.library.work import Task

PAGE = 500


@dataclass(frozen=True)
class Seen:
    """What is known beside the rows: the studio's tries by photo, what it works on, and how far; and the
    photos whose original is not there now."""

    looks: Mapping[int, Task]
    renders: Mapping[int, Task]
    in_work: int | None = None
    share: float = 0.0
    missing: frozenset[int] = frozenset()


@dataclass(frozen=True)
class PhotoState:
    """`state` is one of: deleted, missing, hidden, waiting (for a yes), looking (not looked at yet),
    still (stays one), queued (waits to be animated), rendering, clip_waiting (its clip waits for a
    yes), awake (wakes on the wall), set_aside. `progress` is a share of the work that goes on, or None.
    """

    photo: Photo
    clip: Clip | None
    state: str
    progress: float | None
    reasons: tuple[Finding, ...]


def states(catalogue: Catalogue, seen: Seen) -> Iterator[PhotoState]:
    """Every photo, newest first, a page at a time."""
    before: tuple[int, int] | None = None
    while page := catalogue.photos.page(before, PAGE):
        for photo in page:
            clips = catalogue.clips.of(photo.id) if photo.look else []
            yield state_of(photo, clips, seen)
        before = (page[-1].arrived, page[-1].id)


def state_of(photo: Photo, clips: list[Clip], seen: Seen) -> PhotoState:
    """The photo's state; `clips` newest first."""
    # A clip of the photo as it came does not play on its restored still, nor the other way round.
    approved = next(
        (
            clip
            for clip in clips
            if clip.approval is Approval.APPROVED and clip.prepared == photo.prepared
        ),
        None,
    )
    newest = approved or (clips[0] if clips else None)
    state, reasons = _word(photo, approved, newest, seen)
    progress = seen.share if state == "rendering" else (1.0 if state == "awake" else None)
    return PhotoState(photo, newest, state, progress, reasons)


def _word(
    photo: Photo, approved: Clip | None, newest: Clip | None, seen: Seen
) -> tuple[str, tuple[Finding, ...]]:
    look, render = photo.look, seen.renders.get(photo.id)
    findings = look.told if look else ()
    if photo.is_deleted:
        return "deleted", ()
    if photo.id in seen.missing:
        return "missing", (Finding("missing", "The original is not on the disk now."),)
    if photo.approval is Approval.HIDDEN:
        return "hidden", ()
    if photo.approval is Approval.WAITING:
        return "waiting", ()
    if look is None:
        tried = seen.looks.get(photo.id)
        if tried is not None and tried.state == "set_aside":
            return "set_aside", (Finding(tried.code, tried.message),)
        return "looking", ()
    if approved is not None:
        return "awake", ()
    # What stays a still is prepared by the same lane: that is no film being made.
    if photo.id == seen.in_work and look.verdict == "animated":
        return "rendering", ()
    if newest is not None and newest.approval is Approval.WAITING:
        return "clip_waiting", ()
    if look.verdict != "animated":
        return "still", findings
    if render is not None and render.state == "set_aside":
        return "set_aside", (Finding(render.code, render.message),)
    if render is not None and render.state == "done" and render.code:
        return "still", (Finding(render.code, render.message),)
    return "queued", ()
