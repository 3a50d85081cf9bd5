"""The party's photos are photos, and what it would call wrong is seen."""

from __future__ import annotations

import hashlib
import io

import numpy as np
from PIL import Image

from bench.party import MOST_MB, TWICE, _judge, _with_doubles, faults
from bench.party_house import House
from bench.party_phones import Roll
from frame.core.photos import Door
from frame.library.catalogue import Catalogue
from frame.library.photos import NewPhoto
from frame.library.places import Places

ROLL = Roll.of(300_000)


def test_photos_are_as_large_as_asked_all_different_and_can_be_decoded():
    photos = [ROLL.photo(number) for number in range(3)]
    for photo in photos:
        data = b"".join(photo.parts)
        assert 250_000 < len(data) == photo.size < 350_000
        assert hashlib.sha256(data).hexdigest() == photo.sha256
        assert np.array(Image.open(io.BytesIO(data))).shape == (240, 320)
        assert b"".join(photo.piece(0, 1000)) == data[:1000]
        assert b"".join(photo.piece(photo.size - 5, 1000)) == data[-5:]
    assert len({photo.sha256 for photo in photos}) == 3


def test_one_in_twenty_is_sent_twice():
    rolls = [[ROLL.photo(10 * n + k) for k in range(10)] for n in range(10)]
    sends = _with_doubles(rolls)
    every = [photo.number for own in sends for photo in own]
    assert len(every) - len(set(every)) == round(TWICE * 100)
    assert set(every) == set(range(100))


def test_what_is_missing_wrong_or_left_over_is_seen(tmp_path):
    places = Places(tmp_path)
    places.make()
    good, bad, missing = (ROLL.photo(number) for number in range(3))
    with Catalogue(places.catalogue) as catalogue:
        for photo, data in ((good, b"".join(good.parts)), (bad, b"half")):
            path = places.original(photo.sha256, ".jpg")
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
            new = NewPhoto(photo.sha256, ".jpg", 1, Door.PHONE, "a", 1, (4, 3), (4, 3))
            catalogue.photos.add(new)
    places.original("f" * 64, ".jpg").parent.mkdir()
    places.original("f" * 64, ".jpg").write_bytes(b"stray")
    (places.uploads / "half").write_bytes(b"x")
    found = "\n".join(_judge(House(places), [good, bad, missing]))
    assert found.count("\n") == 3
    for word in ("other bytes", f"missing: {missing.sha256}", "3 files for 2", "left over: half"):
        assert word in found
    (places.uploads / "half").unlink()


def test_an_answer_that_no_phone_may_get_spoils_the_party_and_is_named():
    assert faults([], [], MOST_MB) == []
    (said,) = faults([], ["500 b'Something went wrong'"] * 3, 0.0)
    assert said == "3 unexpected answers: 500 b'Something went wrong' (3x)"
    assert [each.split(":")[0] for each in faults(["twice"], ["429 b''"], MOST_MB + 1)] == [
        "1 photos",
        "1 unexpected answers",
        "301 MB of memory",
    ]
