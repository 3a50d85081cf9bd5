"""Can everybody use the pages? axe-core says so of every page that anybody can get.

``python -m bench.accessibility [--photos DIR] [--only TEXT]``: each page of `bench.sights` on a phone
and on a laptop, light and dark, English and German, in headless Chromium. Prints a table of pages and
violations by impact, then each rule that was broken and where; 1 if any is serious or critical. Needs
npm once, to fetch axe-core.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.album_house import AlbumHouse, houses
from bench.axe import AXE, IMPACTS, Verdict, fetched, judge
from bench.chromium import LANGUAGES, LAPTOP, PHONE, SCHEMES, Screen, browser
from bench.quality_figures import table
from bench.samples import fetch
from bench.sights import SIGHTS, Sight, seen
from frame.errors import WakeframeError
from models.build.fetch import FetchError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BARRED = ("critical", "serious")
SCREENS = (PHONE, LAPTOP)


def main() -> int:
    """Look at them all; 1 if a page breaks a rule seriously."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--photos", type=Path, help="a folder with portraits (default: the samples)"
    )
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    try:
        script, portraits = fetched(), options.photos or fetch()
    except (FetchError, WakeframeError) as error:
        print(error, file=sys.stderr)
        return 1
    sights = [each for each in SIGHTS if options.only in each.name]
    found: dict[str, list[Verdict]] = defaultdict(list)
    kinds = {each.kind for each in sights}
    with browser() as opened:
        for language, screen in itertools.product(LANGUAGES, SCREENS):
            with houses(kinds, portraits) as frames:
                for sight in sights:
                    found[sight.name] += verdicts(
                        opened, sight, frames[sight.kind], screen, language, script
                    )
                    print(".", end="", flush=True, file=sys.stderr)
    print(f"\n{AXE.label}, Chromium; screens {', '.join(each.label for each in SCREENS)};")
    print(f"{', '.join(SCHEMES)}; {', '.join(LANGUAGES)}\n")
    report(found)
    barred = sum(count_of(each, BARRED) for each in found.values())
    looked_at = sum(map(len, found.values()))
    print(f"\n{looked_at} looks at {len(found)} pages; serious or critical: {barred}, must be 0")
    return int(barred > 0 or not looked_at)


def verdicts(
    opened: Browser,
    sight: Sight,
    house: AlbumHouse,
    screen: Screen,
    language: str,
    script: str,
    schemes: Sequence[str] = SCHEMES,
) -> Iterator[Verdict]:
    """Of one page on one device, in each scheme."""
    with seen(opened, sight, house, screen, language) as page:
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            yield judge(page, script)


def count_of(verdicts: Iterable[Verdict], impacts: Sequence[str]) -> int:
    """Elements that break a rule of one of these impacts."""
    return sum(
        each.count for verdict in verdicts for each in verdict.violations if each.impact in impacts
    )


def report(found: dict[str, list[Verdict]]) -> None:
    """A table of pages, then what was broken where, then what axe leaves to the eye."""
    rows = [
        (name, str(len(each)), *(str(count_of(each, (impact,))) for impact in IMPACTS))
        for name, each in found.items()
    ]
    print(table(("page", "looks", *IMPACTS), rows))
    broken: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    unsure: Counter[str] = Counter()
    for name, verdicts in found.items():
        for verdict in verdicts:
            unsure.update(verdict.unsure)
            for each in verdict.violations:
                broken[each.impact, each.rule, each.help].add(f"{name}: {each.places[0]}")
    for (impact, rule, help_), places in sorted(broken.items()):
        print(f"\n{impact}: {rule}: {help_} ({len(places)} places)")
        for place in sorted(places)[:8]:
            print(f"  {place}")
    said = ", ".join(f"{rule} {count}" for rule, count in unsure.most_common())
    print(f"\nleft to the eye (elements): {said or 'nothing'}")


if __name__ == "__main__":
    sys.exit(main())
