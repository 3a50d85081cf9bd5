"""A library on the disk, an ingest without a decoder, and a clock that only moves when told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from frame.library.catalogue import Catalogue
from frame.library.places import Places
from sync.taking import Clock
from sync.tally import Tally
from sync.turn import Turn
from tests.fakes.taker import FakeTaker


@dataclass
class Times:
    """A clock."""

    at: float = 1000.0

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.at, lambda: 1_700_000_000 + self.at)

    def go(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class Home:
    """Everything that a door needs."""

    places: Places
    catalogue: Catalogue
    taker: FakeTaker
    times: Times
    turn: Turn
    tally: Tally

    def names(self) -> list[str]:
        """Of the photos on the wall, sorted."""
        photos = self.catalogue.photos.page(limit=100_000)
        return sorted(photo.name for photo in photos if not photo.is_deleted)

    def refused(self) -> dict[str, str]:
        """Code by file name."""
        return {each.place.rpartition("/")[2]: each.code for each in self.catalogue.refusals.all()}

    def notices(self) -> list[str]:
        return sorted(notice.code for notice in self.catalogue.notices.all())


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    places = Places(tmp_path / "library")
    places.make()
    with Catalogue(places.catalogue) as catalogue:
        yield Home(places, catalogue, FakeTaker(catalogue), Times(), Turn(), Tally())
