"""Every page that anybody can get, for those who cannot see it, or not well, or have only a small phone.

What axe-core says needs the package in the cache: `python -m bench.axe` fetches it once, and a test has
no network. The rest is asked of the browser itself.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from bench.accessibility import BARRED, count_of, verdicts
from bench.album_house import AlbumHouse, Kind
from bench.axe import cached, judge
from bench.chromium import LAPTOP, NARROW, PHONE
from bench.screenshots import STICKS_OUT
from bench.sights import SIGHTS, seen

pytestmark = pytest.mark.slow

# Each page once, every language, device and scheme about as often: all of all is for the bench.
WAYS = list(itertools.product(("en", "de"), (PHONE, LAPTOP), ("light", "dark")))
LOOKS = [(each, *WAYS[number % len(WAYS)]) for number, each in enumerate(SIGHTS)]

NAMED = frozenset(
    (
        *("button", "link", "checkbox", "radio", "switch", "textbox", "searchbox", "combobox"),
        *("listbox", "slider", "spinbutton", "progressbar", "image", "navigation", "dialog"),
        *("Date", "InputTime", "Video", "DisclosureTriangle"),
    )
)
"""Roles, as Chromium calls them, of what has to say what it is."""


@pytest.fixture(scope="module")
def axe() -> str:
    script = cached()
    if script is None:
        pytest.skip("axe-core is not in the cache: `python -m bench.axe` fetches it, by npm")
    return script


def test_axe_finds_nothing_serious_on_any_page(
    browser: Any, album: dict[Kind, AlbumHouse], axe: str
) -> None:
    bad = {}
    for sight, language, screen, scheme in LOOKS:
        house = album[sight.kind]
        found = list(verdicts(browser, sight, house, screen, language, axe, (scheme,)))
        if count_of(found, BARRED):
            bad[sight.name] = [each for verdict in found for each in verdict.violations]
    assert bad == {}


def test_everything_has_a_name_and_nothing_sticks_out_of_the_narrowest_phone(
    browser: Any, album: dict[Kind, AlbumHouse]
) -> None:
    bad = {}
    for sight in SIGHTS:
        with seen(browser, sight, album[sight.kind], NARROW, "de") as page:
            found = [f"sticks out: {each}" for each in page.evaluate(STICKS_OUT)]
            found += [f"has no name: {each}" for each in without_a_name(page)]
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            found += [f"{wide} pixels too wide"] * (wide > 0)
            found += ["not one heading"] * (page.locator("h1").count() != 1)
            found += ["no title"] * (not page.title().removesuffix("· Wakeframe").strip())
        if found:
            bad[sight.name] = found
    assert bad == {}


def without_a_name(page: Any) -> list[str]:
    """What a screen reader would come to and could not say, by role."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    assert len(nodes) > 5
    return [
        each["role"]["value"]
        for each in nodes
        if not each.get("ignored")
        and each["role"]["value"] in NAMED
        and not each.get("name", {}).get("value", "").strip()
    ]


BAD = """<!doctype html><html lang="en"><title>x</title><main><h1>x</h1>
<p style="color: #999; background: #fff">Hardly to be read</p>
<button></button><input><img src="data:,"></main>"""


def test_what_is_bad_is_found(browser, axe, tmp_path: Path):
    """Axe and ours: neither passes over what it is there for."""
    (tmp_path / "bad.html").write_text(BAD)
    context = browser.new_context()
    page = context.new_page()
    page.goto((tmp_path / "bad.html").as_uri())
    rules = {each.rule for each in judge(page, axe).violations if each.impact in BARRED}
    assert rules >= {"button-name", "label", "image-alt", "color-contrast"}
    assert set(without_a_name(page)) >= {"button", "textbox"}
    context.close()
