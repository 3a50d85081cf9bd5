"""The owner's browser before a frame with a few photos."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from frame.core.photos import Approval, Clip, Door, Finding, Head, Look, Photo, Region
from frame.library.ingest import Ingest
from frame.live import say
from tests.frame import photos
from tests.frame.library.conftest import no_reserve
from tests.frame.library.test_catalogue import new_clip
from tests.frame.web.conftest import Browser, House

LOOK = Look(
    "animated",
    (Finding("glasses", "The glasses keep their shape.", consequence="gentler"),),
    (Head(Region(0.1, 0.2, 0.3, 0.4), Region(0, 0, 0.4, 0.6), 83.5, 1.5, -2.0, 0.25, True),),
    "m1",
)
REPORT = json.dumps(
    {
        "driver": "nostalgia",
        "fps": 25.0,
        "faces": [{"moved": True}, {"moved": False}],
        "identity": {"min": 0.71, "p05": 0.8, "threshold": 0.55},
        "ladder": [{"driver": "joy", "intensity": 1.0, "passed": False}],
        "stages": [{"name": "stage", "seconds": 12.5}],
    }
)


class Album:
    """A frame's photos, made on the spot, and the owner who looks at them."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.owner: Browser = house.owner()
        self.count = 0

    def add(self, door: Door = Door.INBOX, sender: str = "", **exif: Any) -> Photo:
        """A real photo, taken in; approved."""
        self.count += 1
        source = self.house.places.root / "source.jpg"
        picture = photos.scene(120 + 2 * self.count, 90)
        exif = {"exif": photos.exif_bytes(**exif)} if exif else {}
        source.write_bytes(photos.encoded(picture, "JPEG", **exif))
        with self.house.catalogue() as catalogue:
            ingest = Ingest(
                self.house.places,
                catalogue,
                now=lambda: int(self.house.now) - 10_000 + self.count,
                reserve=no_reserve,
            )
            photo = ingest.take(source, door, name=f"Photo {self.count}.jpg", sender=sender).photo
            catalogue.photos.approve(photo.id, Approval.APPROVED)
        return self.photo(photo.id)

    def add_clip(self, photo: Photo, approval: Approval = Approval.APPROVED) -> Clip:
        with self.house.catalogue() as catalogue:
            catalogue.photos.remember_look(photo.id, LOOK)
            new = new_clip(photo.id, f"{photo.id}.mp4", driver="nostalgia", report=REPORT)
            self.house.places.clip(new.file).write_bytes(b"0123456789" * 100)
            clip_id = catalogue.clips.add(new)
            catalogue.clips.approve(clip_id, approval)
            return catalogue.clips.of(photo.id)[0]

    def photo(self, photo_id: int) -> Photo:
        with self.house.catalogue() as catalogue:
            found = catalogue.photos.get(photo_id)
        assert found is not None
        return found

    def clip(self, photo: Photo) -> Clip:
        with self.house.catalogue() as catalogue:
            return catalogue.clips.of(photo.id)[0]

    def page(self, address: str, **headers: str) -> str:
        answer = self.owner.get(address, headers=headers)
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    def fetch(self, address: str, **more: Any) -> Any:
        """Something that is a file: read whole, and closed."""
        return self.owner.get(address, buffered=True, **more)

    def does(self, address: str, **form: Any) -> str:
        """Post a form as a browser does; the text of the page that comes after it."""
        answer = self.owner.post(address, data=form)
        assert answer.status_code == 303, answer.text
        return self.page(answer.location)

    def says(self, process: str, **facts: Any) -> None:
        say(self.house.live, process, facts)


def undo_key(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found is not None, "there is nothing to undo on this page"
    return found[1]


@pytest.fixture
def album(house: House) -> Album:
    return Album(house)
