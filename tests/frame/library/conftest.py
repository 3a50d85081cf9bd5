"""A library in a temporary folder, and ways to put photos into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from frame.library.catalogue import Catalogue
from frame.library.ingest import Ingest
from frame.library.places import Places

NOW = 1_790_000_000


def no_reserve(total: int) -> int:
    """The disk of a test machine is as full as it is."""
    return 0


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path / "library")
    found.make()
    return found


@pytest.fixture
def catalogue(places: Places) -> Iterator[Catalogue]:
    with Catalogue(places.catalogue) as opened:
        yield opened


@pytest.fixture
def ingest(places: Places, catalogue: Catalogue) -> Ingest:
    return Ingest(places, catalogue, now=lambda: NOW, reserve=no_reserve)
