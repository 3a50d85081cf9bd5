"""A library in a temporary folder, with a small panel, and a folder for live files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from frame.library.catalogue import Catalogue
from frame.library.places import Places
from tests.frame.studio.scenes import PANEL


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path / "library")
    found.make()
    return found


@pytest.fixture
def catalogue(places: Places) -> Iterator[Catalogue]:
    with Catalogue(places.catalogue) as opened:
        opened.facts.panel = PANEL
        yield opened


@pytest.fixture
def live(tmp_path: Path) -> Path:
    folder = tmp_path / "live"
    folder.mkdir()
    return folder
