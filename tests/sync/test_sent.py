"""Taking back, bringing back and moving otherwise: only what is one's own, and never over the owner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from frame.core.liveliness import Wish
from frame.core.passes import Pass
from frame.core.photos import Approval, Door, View
from frame.core.sending import Stage
from frame.library.catalogue import Catalogue
from frame.library.clips import NewClip
from frame.library.deletion import purge
from frame.library.places import Places
from sync.sent import give_back, is_theirs_alone, want, withdraw
from tests.fakes import decode as fake
from tests.frame.library.conftest import NOW
from tests.sync.phones import GENEROUS, House, house

PHOTO = fake.photo("grandfather")


@pytest.fixture
def sending(tmp_path) -> Iterator[House]:
    places = Places(tmp_path / "library")
    places.make()
    with Catalogue(places.catalogue) as catalogue:
        yield house(places, catalogue)


@pytest.fixture
def oma(sending) -> Pass:
    return sending.pass_("Oma")


def row(sending: House, upload):
    found = sending.catalogue.uploads.get(upload.id)
    assert found is not None
    return found


def is_deleted(sending: House, upload) -> bool:
    return sending.catalogue.photos.get(upload.photo_id).is_deleted


def test_taken_back_and_brought_back(sending, oma):
    done = sending.send(oma, PHOTO)
    withdraw(sending.catalogue, done, NOW + 5)
    withdraw(sending.catalogue, row(sending, done), NOW + 9)
    assert is_deleted(sending, done)
    assert row(sending, done).withdrawn == NOW + 5
    give_back(sending.catalogue, row(sending, done))
    assert not is_deleted(sending, done)
    assert row(sending, done).withdrawn is None


def test_picked_once_more_it_is_wanted_after_all(sending, oma):
    done = sending.send(oma, PHOTO)
    withdraw(sending.catalogue, done, NOW + 5)
    again = sending.begin(oma, PHOTO)
    assert (again.id, again.stage, again.withdrawn) == (done.id, Stage.TAKEN, None)
    assert not is_deleted(sending, done)


def test_after_a_month_it_is_gone_and_may_be_sent_anew(sending, oma):
    done = sending.send(oma, PHOTO)
    withdraw(sending.catalogue, done, NOW + 5)
    purge(sending.places, sending.catalogue, NOW + 10)
    assert sending.catalogue.uploads.get(done.id) is None
    assert sending.send(oma, PHOTO).stage is Stage.TAKEN


def test_what_two_have_sent_goes_with_the_second(sending, oma):
    opa = sending.pass_("Opa")
    first, second = sending.send(oma, PHOTO), sending.send(opa, PHOTO)
    withdraw(sending.catalogue, first, NOW + 5)
    assert not is_deleted(sending, first)
    withdraw(sending.catalogue, second, NOW + 6)
    assert is_deleted(sending, first)
    give_back(sending.catalogue, row(sending, first))
    assert not is_deleted(sending, first), "one of its senders wants it back"


def test_what_the_owner_has_too_stays(sending, oma):
    done = sending.send(oma, PHOTO)
    sending.catalogue.folders.hold(done.photo_id)
    withdraw(sending.catalogue, done, NOW + 5)
    assert not is_deleted(sending, done)
    assert row(sending, done).withdrawn == NOW + 5


def test_what_came_by_another_door_is_not_theirs(sending, oma, tmp_path):
    source = tmp_path / "a.jpg"
    source.write_bytes(PHOTO)
    taker = sending.door._taker
    photo = taker.take(source, Door.INBOX, name="a.jpg").photo
    done = sending.send(oma, PHOTO)
    assert (done.photo_id, done.was_there) == (photo.id, True)
    assert not is_theirs_alone(sending.catalogue, done, photo)
    withdraw(sending.catalogue, done, NOW + 5)
    assert not is_deleted(sending, done)
    assert not want(sending.catalogue, done, Wish("joy"))


def test_what_the_owner_deleted_no_guest_brings_back(sending, oma):
    done = sending.send(oma, PHOTO)
    sending.catalogue.photos.delete(done.photo_id, NOW + 3)
    withdraw(sending.catalogue, done, NOW + 5)
    give_back(sending.catalogue, row(sending, done))
    assert is_deleted(sending, done)
    sending.begin(oma, PHOTO)
    assert is_deleted(sending, done)


def test_nor_what_the_owner_deleted_after_them(sending, oma):
    done = sending.send(oma, PHOTO)
    withdraw(sending.catalogue, done, NOW + 3)
    sending.catalogue.photos.restore(done.photo_id)
    sending.catalogue.photos.delete(done.photo_id, NOW + 4)
    give_back(sending.catalogue, row(sending, done))
    assert is_deleted(sending, done)


def test_a_driver_asked_for_before_during_and_after(sending, oma):
    catalogue = sending.catalogue
    done = sending.send(oma, PHOTO, driver="joy")
    assert catalogue.photos.wish(done.photo_id) == Wish("joy")
    upload = sending.begin(oma, fake.photo("other"))
    assert want(catalogue, upload, Wish("reunion"))
    other = sending.send(oma, fake.photo("other"))
    assert catalogue.photos.wish(other.photo_id) == Wish("reunion")
    assert want(catalogue, other, Wish("reunion", 0.75))
    assert catalogue.photos.wish(other.photo_id) == Wish("reunion", 0.75)


def test_nobody_moves_the_photo_of_another(sending, oma):
    sending.send(sending.pass_("Opa"), PHOTO)
    done = sending.send(oma, PHOTO, driver="joy")
    assert sending.catalogue.photos.wish(done.photo_id) == Wish()
    assert not want(sending.catalogue, done, Wish("joy"))


@pytest.mark.parametrize("waits", [False, True])
def test_its_clip_follows_the_pass(sending, waits):
    pass_ = sending.pass_("Oma", replace(GENEROUS, waits=waits))
    done = sending.send(pass_, PHOTO)
    sending.catalogue.photos.approve(done.photo_id, Approval.APPROVED)
    view = View((0, 0, 4, 4), 4, 4)
    sending.catalogue.clips.add(
        NewClip(done.photo_id, "a.mp4", "joy", "auto", "m", "", view, 9, NOW, 125, "{}")
    )
    (clip,) = sending.catalogue.clips.of(done.photo_id)
    assert clip.approval is (Approval.WAITING if waits else Approval.APPROVED)
