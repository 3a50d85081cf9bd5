"""How long the owner's pages take with a library of 50,000 photos.

``python -m bench.pages [--photos 50000]`` fills a catalogue (rows alone: no page opens a photo), asks
for every page and every shelf as the owner's browser does, without the network, and prints the median
and the worst of several times; 1 if a median is over `BAR_MS`.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from flask.testing import FlaskClient

from bench.quality_figures import table
from bench.speed import machine
from frame.core.passes import Terms
from frame.library.browse import Shelf
from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.settings import Settings
from frame.web.app import create_app
from frame.web.context import Context
from frame.web.hosts import Names
from frame.web.visitor import OWNER_COOKIE
from sync.passes import hash_of, issue

BAR_MS = 300.0
"""What an owner's page may take (RELIABILITY, F15); a Pi is some three times slower than a laptop."""

TIMES = 9
WIDEST = 60
"""Characters of an address in the table."""

HOST = "192.168.1.20:8080"
TOKEN = "o" * 22
NOW = 1_790_000_000
SENDERS = ("", "Ada", "Ben", "Clara", "Dora", "Emil")


def main() -> int:
    """Fill, ask, print; 1 if a page takes too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=50_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pages-") as name:
        places = Places(Path(name) / "library")
        places.make()
        fill(places, options.photos)
        times = {address: _ask(places, Path(name), address) for address in addresses()}
    print(machine())
    print(f"{options.photos} photos, milliseconds of {TIMES} times each\n")
    rows = [
        (address[:WIDEST], f"{statistics.median(each):.0f}", f"{max(each):.0f}")
        for address, each in times.items()
    ]
    print(table(("page", "median", "worst"), rows))
    slowest = max(statistics.median(each) for each in times.values())
    print(f"\nslowest median {slowest:.0f} ms, must be at most {BAR_MS:.0f} ms")
    return int(slowest > BAR_MS)


def addresses() -> Iterator[str]:
    """Every page, every shelf, and what narrows worst: a sender nobody is, days on which nothing was."""
    yield "/frame"
    yield from (f"/frame/photos?shelf={shelf}" for shelf in Shelf)
    yield "/frame/photos?before=1640000000-1"
    yield "/frame/photos?sender=Ada&from=2003-01-01&to=2003-12-31"
    yield "/frame/photos?sender=Nobody&shelf=awake"
    yield "/frame/photos?from=1900-01-01&to=1900-12-31"
    yield "/frame/photos/25000"
    yield "/frame/photos/25000?shelf=missing&sender=Nobody"
    yield "/frame/waiting"
    yield "/frame/passes"
    yield "/frame/settings"
    yield "/frame/backup"
    yield "/frame/health"
    yield "/frame/now.json"
    yield "/frame/states.json?ids=" + ",".join(str(number) for number in range(1, 61))


def fill(places: Places, count: int) -> None:
    """A family's library: of every kind something, heads and reports as long as real ones."""
    luck = random.Random(1)
    face = {"x0": 0.1, "y0": 0.1, "x1": 0.2, "y1": 0.3}
    head = {"face": face, "keep": face, "interocular_px": 80.0, "yaw_deg": 1.0, "pitch_deg": 1.0}
    heads = json.dumps([{**head, "roll_deg": 1.0, "can_move": True}] * 3)
    photos = (
        (
            *(number, f"{number:064x}", ".jpg", 3_000_000, "inbox", f"IMG_{number}.jpg"),
            *(luck.choice(SENDERS), 1_600_000_000 + number * 300),
            f"{2000 + number % 25}-{1 + number % 12:02d}-{1 + number % 28:02d}T10:00:00",
            *(4000, 3000, 4000, 3000),
            luck.choices(("approved", "waiting", "hidden"), (90, 5, 5))[0],
            int(luck.random() < 0.1),
            1_700_000_000 if luck.random() < 0.02 else None,
            luck.choices(("animated", "still", "refused", None), (60, 20, 15, 5))[0],
            *(heads, 3),
        )
        for number in range(1, count + 1)
    )
    clips = (
        (
            *(number, f"{number}.mp4", "joy", "auto", "m", "", "[0,0,4,3,4,4]"),
            luck.choices(("approved", "waiting", "hidden"), (90, 5, 5))[0],
            *(5_000_000, NOW, 125, json.dumps({"faces": ["x" * 100] * 30})),
        )
        for number in range(1, count + 1, 3)
    )
    work = ((number, luck.choice(("", "rests"))) for number in range(1, count + 1, 3))
    with Catalogue(places.catalogue) as catalogue:
        db = catalogue._db  # noqa: SLF001 - 50,000 rows in seconds, not in minutes
        with catalogue.transaction():
            db.executemany(
                "INSERT INTO photos (id, sha256, suffix, size_bytes, door, name, sender, arrived, taken,"
                " width, height, decoded_width, decoded_height, approval, favourite, deleted, verdict,"
                f" heads, people) VALUES ({', '.join('?' * 19)})",
                photos,
            )
            db.executemany(
                "INSERT INTO clips (photo_id, file, driver, asked, models, prepared, view, approval,"
                f" size_bytes, made, frames, report) VALUES ({', '.join('?' * 12)})",
                clips,
            )
            db.executemany(
                "INSERT INTO work (photo_id, kind, target, tries, state, code)"
                " VALUES (?, 'render', 't', 0, 'done', ?)",
                work,
            )
            for number in range(30):
                issue(catalogue, f"Relative {number}", Terms(), NOW)
            catalogue.ownership.begin(hash_of(TOKEN), NOW, NOW + 10**9)


def _ask(places: Places, folder: Path, address: str) -> list[float]:
    """Milliseconds of each time; the first, which loads the page's template, is not counted."""
    browser = _browser(places, folder)
    found = []
    for turn in range(TIMES + 1):
        began = time.perf_counter()
        answer = browser.get(address, headers={"Host": HOST}, buffered=True)
        took = (time.perf_counter() - began) * 1000
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")
        if turn:
            found.append(took)
    return found


def _browser(places: Places, folder: Path) -> FlaskClient:
    context = Context(
        places=places,
        live=folder,
        settings_file=folder / "settings.toml",
        settings=Settings(),
        names=Names(8080, lambda: frozenset({HOST.partition(":")[0]})),
        now=lambda: float(NOW),
    )
    browser = create_app(context).test_client()
    browser.set_cookie(OWNER_COOKIE, TOKEN, domain=HOST.partition(":")[0])
    return browser


if __name__ == "__main__":
    sys.exit(main())
