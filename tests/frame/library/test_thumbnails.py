"""Small pictures: of our own pixels, and of nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from frame.core.photos import Door
from frame.library.thumbnails import LONGEST_SIDE, draw, replace_file
from tests.frame import photos


def take(ingest, tmp_path, width: int, height: int, **options: object):
    source = tmp_path / "photo.png"
    source.write_bytes(photos.encoded(photos.scene(width, height), "PNG", **options))
    return ingest.take(source, Door.INBOX, name="photo.png")


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1200, 800), (400, 267)),
        ((800, 1200), (267, 400)),
        ((90, 60), (90, 60)),
        ((3000, 2), (400, 1)),
    ],
)
def test_as_large_as_a_page_needs_and_never_enlarged(places, ingest, tmp_path, size, expected):
    taken = take(ingest, tmp_path, *size)
    with Image.open(places.thumbnail(taken.photo)) as image:
        assert image.format == "JPEG"
        assert image.size == expected
        assert max(image.size) <= LONGEST_SIDE


def test_it_shows_the_photo_and_says_nothing_about_it(places, ingest, tmp_path):
    exif = photos.exif_bytes(taken="2019:07:05 12:30:01", place=True)
    taken = take(ingest, tmp_path, 400, 300, exif=exif)
    data = places.thumbnail(taken.photo).read_bytes()
    assert b"Exif" not in data
    with Image.open(places.thumbnail(taken.photo)) as image:
        difference = np.asarray(image).astype(int) - photos.scene(400, 300)
    assert np.abs(difference).mean() < 3


def test_half_a_thumbnail_is_never_seen(places, ingest, tmp_path, monkeypatch):
    taken = take(ingest, tmp_path, 400, 300)
    before = places.thumbnail(taken.photo).read_bytes()
    with monkeypatch.context() as patch, pytest.raises(OSError, match="full"):
        patch.setattr(type(tmp_path), "replace", _fail)
        draw(places, taken.photo, photos.scene(60, 40))
    assert places.thumbnail(taken.photo).read_bytes() == before
    assert len(list(places.thumbnail(taken.photo).parent.iterdir())) == 1
    replace_file(places.thumbnail(taken.photo), b"new")
    assert places.thumbnail(taken.photo).read_bytes() == b"new"


def _fail(*_: object) -> None:
    raise OSError("full")
