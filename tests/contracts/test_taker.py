"""What the doors expect of an ingest, held by the real one and by the fake that stands in for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from frame.core.photos import Door
from frame.errors import Refused, Unready
from frame.library.catalogue import Catalogue
from frame.library.ingest import Ingest
from frame.library.places import Places
from sync.taking import Taker
from tests.fakes.taker import FakeTaker
from tests.frame.photos import encoded, scene

Maker = Callable[[Places, Catalogue], Taker]
PHOTO = encoded(scene(), "JPEG")


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    places = Places(tmp_path / "library")
    places.make()
    with Catalogue(places.catalogue) as opened:
        yield opened


@pytest.fixture(params=["real", "fake"])
def taker(request: pytest.FixtureRequest, tmp_path: Path, catalogue: Catalogue) -> Taker:
    if request.param == "fake":
        return FakeTaker(catalogue)
    return Ingest(Places(tmp_path / "library"), catalogue)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.jpg"
    path.write_bytes(PHOTO)
    return path


def test_a_photo_is_taken_once_and_its_file_left_alone(taker: Taker, source: Path):
    first = taker.take(source, Door.INBOX, name="a.jpg")
    assert first.is_new and not first.was_deleted
    assert (first.photo.name, first.photo.door) == ("a.jpg", Door.INBOX)
    again = taker.take(source, Door.FOLDER, name="b.jpg")
    assert not again.is_new
    assert again.photo.id == first.photo.id and again.photo.door is Door.INBOX
    assert source.read_bytes() == PHOTO


@pytest.mark.parametrize(
    ("door", "is_back"), [(Door.INBOX, True), (Door.USB, True), (Door.FOLDER, False)]
)
def test_a_deleted_photo_comes_back_only_if_somebody_puts_it_in(
    taker: Taker, catalogue: Catalogue, source: Path, door: Door, is_back
):
    photo = taker.take(source, Door.INBOX, name="a.jpg").photo
    catalogue.photos.delete(photo.id, 5)
    taken = taker.take(source, door, name="a.jpg")
    assert taken.was_deleted and not taken.is_new
    now = catalogue.photos.get(photo.id)
    assert now is not None and now.is_deleted is not is_back


def test_a_photo_that_a_folder_lost_comes_back_when_somebody_puts_it_in(
    taker: Taker, catalogue: Catalogue, source: Path
):
    photo = taker.take(source, Door.FOLDER, name="a.jpg").photo
    catalogue.folders.drop(photo.id, 7)
    taken = taker.take(source, Door.FOLDER, name="a.jpg")
    assert taken.was_deleted
    assert catalogue.folders.take_back(photo.id)
    now = catalogue.photos.get(photo.id)
    assert now is not None and not now.is_deleted


@pytest.mark.parametrize("data", [b"", b"text", PHOTO[: len(PHOTO) // 2]])
def test_what_is_no_whole_photo_is_refused_with_a_reason(taker: Taker, source: Path, data: bytes):
    source.write_bytes(data)
    with pytest.raises(Refused) as refusal:
        taker.take(source, Door.INBOX, name="a.jpg")
    assert refusal.value.code and str(refusal.value)


def test_what_is_gone_is_not_ready(taker: Taker, tmp_path: Path):
    with pytest.raises(Unready):
        taker.take(tmp_path / "missing.jpg", Door.INBOX, name="a.jpg")
