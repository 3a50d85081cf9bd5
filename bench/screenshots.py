"""Pictures of every page, to be looked at: ``python -m bench.screenshots [--out DIR] [--photos DIR]``.

On a phone, on the narrowest phone and on a laptop, light and dark, English and German, with the album of
`bench.album`. Says what sticks out to the side (1 if anything does) and lays the pictures of each device
side by side. ``--only TEXT`` takes the pages with that in their name.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.album_house import AlbumHouse, houses
from bench.chromium import LANGUAGES, LAPTOP, NARROW, PHONE, SCHEMES, Screen, browser
from bench.samples import fetch
from bench.sights import SIGHTS, Sight, seen
from frame.errors import WakeframeError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

STICKS_OUT = """() => {
    const wide = document.documentElement.clientWidth;
    const scrolls = (each) => {
        for (let at = each; at && at !== document.body; at = at.parentElement)
            if (/auto|scroll|hidden|clip/.test(getComputedStyle(at).overflowX)) return true;
        return false;
    };
    return [...document.querySelectorAll("body *")]
        .filter((each) => each.checkVisibility({ contentVisibilityAuto: true }))
        .filter((each) => each.getBoundingClientRect().right > wide + 0.5 && !scrolls(each))
        .map((each) => each.tagName.toLowerCase() + "." + each.className);
}"""
"""What ends beyond the right edge of the page and is not in something that scrolls or hides it."""


PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Shot:
    """A picture that was taken, and what stuck out on it."""

    path: Path
    sticks_out: tuple[str, ...]


def main() -> int:
    """Take them all; 1 if something sticks out on a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/screenshots"))
    parser.add_argument(
        "--photos", type=Path, help="a folder with portraits (default: the samples)"
    )
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    try:
        portraits = options.photos or fetch()
    except WakeframeError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    sights = [each for each in SIGHTS if options.only in each.name]
    options.out.mkdir(parents=True, exist_ok=True)
    wide = []
    kinds = {each.kind for each in sights}
    with browser() as opened:
        for language, screen in itertools.product(LANGUAGES, (PHONE, NARROW, LAPTOP)):
            with houses(kinds, portraits) as found:
                for sight in sights:
                    shots = list(
                        shoot(opened, sight, found[sight.kind], screen, language, options.out)
                    )
                    wide += [each for each in shots if each.sticks_out]
                    print(".", end="", flush=True)
    count = len(list(options.out.rglob("*.png")))
    print(f"\n{len(sights)} pages, {count} pictures in {options.out}")
    for each in wide:
        print(f"sticks out: {each.path}: {', '.join(each.sticks_out[:5])}")
    return int(bool(wide))


def shoot(
    opened: Browser, sight: Sight, house: AlbumHouse, screen: Screen, language: str, out: Path
) -> Iterator[Shot]:
    """One page on one device, light and dark."""
    with seen(opened, sight, house, screen, language) as page:
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            path = out / f"{screen.label}-{language}-{scheme}" / f"{sight.name}.png"
            settle(page, sight)
            # What never ends loading cannot be taken whole; it is never taller than the screen.
            page.screenshot(path=path, full_page=sight.who != "screen", animations="disabled")
            yield Shot(path, tuple(page.evaluate(STICKS_OUT)))


def settle(page: Page, sight: Sight) -> None:
    """Until every picture that the page wants is there, at its top; bars that go along with the reader
    lie where they belong, as they would be in the middle of a picture of the whole page."""
    for image in page.locator("img").all():
        image.scroll_into_view_if_needed()
        if sight.who == "screen":
            until = time.monotonic() + PATIENCE_SECONDS
            while not image.evaluate("image => image.naturalWidth"):
                if time.monotonic() > until:
                    raise SystemExit(f"{sight.name}: its picture does not come")
                page.wait_for_timeout(50)
        else:
            image.evaluate("image => image.decode().catch(() => {})")
    for bar in page.locator(".selection-bar, .save-bar").all():
        bar.evaluate("bar => { bar.style.position = 'static' }")
    page.evaluate("scrollTo(0, 0)")


if __name__ == "__main__":
    sys.exit(main())
