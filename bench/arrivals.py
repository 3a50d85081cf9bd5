"""Photos dropped into the running frame: how long until each hangs, until each can wake, in which order.

``python -m bench.arrivals [--photos N] [--out DIR]`` starts the whole frame on an empty library,
drops one portrait and takes the times, then drops all the others at once, waits until everything is
looked at and rendered, and prints what became of each.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.data import portraits
from bench.household import PROCESSES, Household, cpu_seconds, drop, resident_mb
from bench.speed import machine

LONGEST = 1500.0
"""Seconds after which waiting for the last clip is given up."""

IDLE_SECONDS = 30.0
SETTLE_SECONDS = 20.0
"""After this nothing moves, is looked at or rendered any more."""


@dataclass
class Story:
    """One photo's times, in seconds after its file was closed; None while it has not happened."""

    name: str
    closed: float
    stored: float | None = None
    looked: float | None = None
    hung: float | None = None
    settled: float | None = None
    woke: float | None = None
    outcome: str = ""

    @property
    def is_told(self) -> bool:
        """Whether everything that can happen has: it hangs, and woke if it may."""
        may_wake = self.outcome == "wakes"
        return (
            self.hung is not None
            and self.settled is not None
            and (self.woke is not None or not may_wake)
        )


def main() -> int:
    """Drop, watch, print; 1 if a photo never hung."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=35)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--still", default="5", help="seconds a still hangs")
    parser.add_argument("--wake", default="6", help="seconds between two wakes")
    parser.add_argument("--out", type=Path, help="keep the library here")
    options = parser.parse_args()
    photos = portraits()[: options.photos]
    if not photos:
        print("No portraits here: set WAKEFRAME_DATA to the folder with the test data.")
        return 0
    with contextlib.ExitStack() as stack:
        out = options.out
        if out is None:
            out = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="arrivals-")))
        how = ["--windowed", "--size", options.size]
        show = ["--still-seconds", options.still, "--wake-every", options.wake]
        home = stack.enter_context(Household(out / "library", [*how, *show]))
        if home.wait_for(lambda: bool(home.says("doors") and home.says("looker")), 60) is None:
            raise SystemExit(f"the frame never opened its doors: see {home.log}")
        time.sleep(2)
        stories = _watch(home, photos)
        print(machine())
        print(_table(stories))
        home.stop()
        rest = ["--still-seconds", "3600", "--wake-every", "0"]
        home = stack.enter_context(Household(out / "library", [*how, *rest]))
        time.sleep(SETTLE_SECONDS)
        print(_memory(home))
    return int(any(story.hung is None for story in stories))


def _watch(home: Household, photos: list[Path]) -> list[Story]:
    first, *others = photos
    stories = [_drop(home, first)]
    _follow(home, stories, lambda: stories[0].is_told)
    stories += [_drop(home, photo) for photo in others]
    _follow(home, stories, lambda: all(story.is_told for story in stories))
    return stories


def _drop(home: Household, photo: Path) -> Story:
    drop(photo, home.places.inbox)
    return Story(photo.name, time.monotonic())


def _follow(home: Household, stories: list[Story], is_over: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST
    told = 0
    while not is_over() and time.monotonic() < end:
        _look(home, stories)
        settled = sum(story.settled is not None for story in stories)
        if settled != told:
            told = settled
            print(f"{settled} of {len(stories)} settled", file=sys.stderr, flush=True)
        time.sleep(0.1)


def _look(home: Household, stories: list[Story]) -> None:
    now = time.monotonic()
    display = home.says("display")
    hanging, waking = set(display.get("photos") or ()), display.get("wakes")
    with home.catalogue() as catalogue:
        by_name = {photo.name: photo for photo in catalogue.photos.page(limit=1000)}
        tasks = catalogue.work.of_kind("render")
        for story in stories:
            photo = by_name.get(story.name)
            if photo is None:
                continue
            age = now - story.closed
            story.stored = story.stored or age
            if photo.id in hanging:
                story.hung = story.hung or age
            if waking == photo.id:
                story.woke = story.woke or age
            if photo.look is not None:
                story.looked = story.looked or age
            if story.settled is None and photo.look is not None:
                task = tasks.get(photo.id)
                if catalogue.clips.to_play(photo.id) is not None:
                    story.settled, story.outcome = age, "wakes"
                elif photo.look.verdict != "animated":
                    story.settled, story.outcome = age, photo.look.verdict
                elif task is not None and task.state != "trying":
                    story.settled, story.outcome = age, task.code or task.state


def _table(stories: list[Story]) -> str:
    lines = [
        "photo                                    stored  looked    hung settled    woke  outcome"
    ]
    for story in stories:
        times = (story.stored, story.looked, story.hung, story.settled, story.woke)
        cells = "".join("      --" if each is None else f"{each:8.1f}" for each in times)
        lines.append(f"{story.name[:38]:38s} {cells}  {story.outcome}")
    alone = stories[0]
    if alone.hung is not None and alone.settled is not None:
        lines.append(
            f"alone: on the wall after {alone.hung:.1f} s, settled after {alone.settled:.1f} s"
        )
    rest = [story.hung for story in stories[1:] if story.hung is not None]
    if rest:
        lines.append(
            f"{len(rest)} at once: first on the wall after {min(rest):.1f} s,"
            f" median {median(rest):.1f} s, last {max(rest):.1f} s"
        )
    return "\n".join(lines)


def _memory(home: Household) -> str:
    """What each process holds, and what it costs while nothing is to be done."""
    pids = {name: pid for name in PROCESSES if (pid := home.pid_of(name)) is not None}
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    time.sleep(IDLE_SECONDS)
    lines = ["process     resident   CPU while a still hangs"]
    for name, pid in pids.items():
        share = (cpu_seconds(pid) - before[name]) / IDLE_SECONDS
        lines.append(f"{name:9s} {resident_mb(pid):7.0f} MB   {share:6.2%} of a core")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
