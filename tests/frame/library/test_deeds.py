"""What a person decides, and that it can be undone."""

from __future__ import annotations

import pytest

from frame.core.photos import Approval
from frame.library import deeds
from frame.library.catalogue import Catalogue
from tests.frame.library.conftest import NOW
from tests.frame.library.test_catalogue import new_clip, new_photo


@pytest.fixture
def photo(catalogue: Catalogue) -> int:
    """Waits, and so does its clip."""
    photo_id = catalogue.photos.add(new_photo(1))
    catalogue.photos.approve(photo_id, Approval.WAITING)
    clip = catalogue.clips.add(new_clip(photo_id, "a.mp4"))
    catalogue.clips.approve(clip, Approval.WAITING)
    return photo_id


def state(catalogue: Catalogue, photo_id: int) -> tuple[Approval, bool, bool, list[Approval]]:
    found = catalogue.photos.get(photo_id)
    assert found is not None
    clips = [clip.approval for clip in catalogue.clips.of(photo_id)]
    return found.approval, found.is_favourite, found.is_deleted, clips


def test_a_yes_is_for_the_photo_and_its_clip_but_not_for_a_clip_that_was_hidden(catalogue, photo):
    deeds.show(catalogue, photo)
    assert state(catalogue, photo) == ("approved", False, False, ["approved"])
    catalogue.clips.approve(catalogue.clips.of(photo)[0].id, Approval.HIDDEN)
    deeds.show(catalogue, photo)
    assert state(catalogue, photo)[3] == ["hidden"]


def test_a_no_is_for_what_waits(catalogue, photo):
    deeds.decline(catalogue, photo)
    assert state(catalogue, photo) == ("hidden", False, False, ["waiting"])
    catalogue.photos.approve(photo, Approval.APPROVED)
    deeds.decline(catalogue, photo)
    assert state(catalogue, photo) == ("approved", False, False, ["hidden"])


@pytest.mark.parametrize(
    "deed",
    [
        deeds.show,
        deeds.decline,
        lambda catalogue, photo_id: catalogue.photos.delete(photo_id, NOW),
        lambda catalogue, photo_id: catalogue.photos.favour(photo_id, is_favourite=True),
        lambda catalogue, photo_id: catalogue.photos.approve(photo_id, Approval.HIDDEN),
    ],
)
def test_every_deed_can_be_undone(catalogue, photo, deed):
    before = state(catalogue, photo)
    remembered = deeds.remember(catalogue, [photo, 4711])
    deed(catalogue, photo)
    assert state(catalogue, photo) != before
    assert deeds.put_back(catalogue, remembered) == 1
    assert state(catalogue, photo) == before


def test_undoing_brings_nothing_back_that_is_gone_and_nothing_that_was_deleted_before(
    catalogue, photo
):
    catalogue.photos.delete(photo, NOW)
    remembered = deeds.remember(catalogue, [photo])
    deeds.put_back(catalogue, remembered)
    assert state(catalogue, photo)[2]
    catalogue.photos.forget(photo)
    assert deeds.put_back(catalogue, remembered) == 0


def test_a_clip_that_was_hidden_and_went_to_make_room_comes_back_hidden(catalogue, photo):
    clip = catalogue.clips.of(photo)[0]
    catalogue.clips.approve(clip.id, Approval.HIDDEN)
    catalogue.clips.forget(clip.id)
    again = catalogue.clips.add(new_clip(photo, "b.mp4"))
    assert [(c.id, c.approval) for c in catalogue.clips.of(photo)] == [(again, Approval.HIDDEN)]
