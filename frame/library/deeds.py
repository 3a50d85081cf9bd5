"""What a person decides about photos, for whoever they say it to: the command line or a page.

Hiding and asking for a driver are one call of `frame.library.photos`, deleting one of
`frame.library.deletion`; here is what takes more than one, and what undoes any of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from frame.core.photos import Approval
from frame.core.preparation import Choice, Rule
from frame.library.catalogue import Catalogue


@dataclass(frozen=True)
class Before:
    """How a photo was before something was decided about it: enough to undo that."""

    photo_id: int
    approval: Approval
    is_favourite: bool
    was_deleted: bool
    clips: tuple[tuple[int, Approval], ...]
    choice: Choice


def show(catalogue: Catalogue, photo_id: int) -> None:
    """It may hang, and so may the clip that its owner has not seen yet: who says yes to a photo on a
    page that plays its clip says yes to both. A clip that was hidden stays hidden."""
    with catalogue.transaction():
        catalogue.photos.approve(photo_id, Approval.APPROVED)
        for clip in catalogue.clips.of(photo_id):
            if clip.approval is Approval.WAITING:
                catalogue.clips.approve(clip.id, Approval.APPROVED)


def decline(catalogue: Catalogue, photo_id: int) -> None:
    """No to whatever waits: to the photo if it does, else to its clip alone."""
    with catalogue.transaction():
        photo = catalogue.photos.get(photo_id)
        if photo is not None and photo.approval is Approval.WAITING:
            catalogue.photos.approve(photo_id, Approval.HIDDEN)
            return
        for clip in catalogue.clips.of(photo_id):
            if clip.approval is Approval.WAITING:
                catalogue.clips.approve(clip.id, Approval.HIDDEN)


def remember(catalogue: Catalogue, photo_ids: Iterable[int]) -> tuple[Before, ...]:
    """How these are now; those that are gone are left out."""
    found = ((each, catalogue.photos.get(each)) for each in photo_ids)
    return tuple(
        Before(
            photo_id,
            photo.approval,
            photo.is_favourite,
            photo.is_deleted,
            tuple((clip.id, clip.approval) for clip in catalogue.clips.of(photo_id)),
            catalogue.preparations.choice(photo_id),
        )
        for photo_id, photo in found
        if photo is not None
    )


def put_back(catalogue: Catalogue, befores: Iterable[Before], rule: Rule = Rule.AUTO) -> int:
    """Make them as they were; how many photos. One that was purged meanwhile stays gone. `rule` is the
    owner's about restoring."""
    count = 0
    with catalogue.transaction():
        for before in befores:
            photo = catalogue.photos.get(before.photo_id)
            if photo is None:
                continue
            count += 1
            catalogue.photos.approve(photo.id, before.approval)
            catalogue.photos.favour(photo.id, is_favourite=before.is_favourite)
            if catalogue.preparations.choice(photo.id) is not before.choice:
                catalogue.preparations.choose(photo.id, before.choice, rule)
            if photo.is_deleted and not before.was_deleted:
                catalogue.photos.restore(photo.id)
            there = {clip.id for clip in catalogue.clips.of(photo.id)}
            for clip_id, approval in before.clips:
                if clip_id in there:
                    catalogue.clips.approve(clip_id, approval)
    return count
