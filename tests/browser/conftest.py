"""A real browser, where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.album_house import AlbumHouse, Kind, houses
from bench.chromium import ARGUMENTS, program
from tests.browser.frames import Frame, frame
from tests.paths import ROOT

PORTRAITS = ROOT / "tests" / "pictures"

CHROMIUM = program()
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}

PATIENCE_MS = 120_000
"""Of the browser with a page, and of the page with us: what is waited for comes within a second on a
machine that has nothing else to do, and tests are not about how busy it is."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Chromium itself, with persistent contexts for tests about what survives a closed tab."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: `apt-get install chromium` brings it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def browser(chromium: Any) -> Iterator[Any]:
    opened = chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, timeout=PATIENCE_MS)
    yield opened
    opened.close()


@pytest.fixture
def phone(browser: Any) -> Iterator[Any]:
    """A page on a phone."""
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=2, has_touch=True, is_mobile=True, locale="en-GB"
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def album() -> Iterator[dict[Kind, AlbumHouse]]:
    """A frame of each kind: with a family's photos, with an owner alone, and as it comes."""
    with houses(frozenset(Kind), PORTRAITS) as found:
        yield found


@pytest.fixture
def at_home(tmp_path: Path) -> Iterator[Frame]:
    with frame(tmp_path) as found:
        yield found
