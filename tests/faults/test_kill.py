"""RELIABILITY F1 and F4: a real process is killed, or refused by the kernel, at every call that writes.

`strace` counts calls by name, so the tests go through the names one by one; a wrong order of steps, put
through the same, shows that they would see a loss.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from frame.core.passes import Terms
from frame.core.photos import Door
from frame.library.catalogue import Catalogue
from frame.library.ingest import Ingest
from frame.library.places import Places
from frame.library.reconcile import reconcile
from frame.library.recovery import recover
from tests.fakes import decode as fake
from tests.faults.housekeeper import NOW
from tests.frame.library.conftest import no_reserve
from tests.paths import ROOT

CALLS = (
    *("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "fchmod"),
    *("rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat"),
)
NAMES = ("four.jpg", "one.jpg", "three.jpg", "two.jpg")
HASHES = {hashlib.sha256(fake.photo(name)).hexdigest(): name for name in NAMES}
HOUSEKEEPER = Path(__file__).with_name("housekeeper.py")
ALONE = [sys.executable, "-I", "-S", "-B", "-X", "frozen_modules=on", str(HOUSEKEEPER), str(ROOT)]


@dataclass(frozen=True)
class Point:
    """Where it happens: at call number `when` of `call` (and all later ones, if it is sticky); `what` in
    strace's words."""

    call: str
    when: int
    what: str = "signal=KILL"
    is_sticky: bool = False

    @property
    def inject(self) -> str:
        return f"inject={self.call}:{self.what}:when={self.when}{'+' * self.is_sticky}"


@pytest.fixture(scope="module", autouse=True)
def strace() -> None:
    tried = shutil.which("strace") and subprocess.run(
        ["strace", "-o", os.devnull, "true"], capture_output=True, check=False
    )
    if not tried or tried.returncode != 0:
        pytest.skip("strace is not installed, or may not trace here")


@pytest.fixture
def template(tmp_path) -> Places:
    """Four photos in the inbox of an empty library."""
    places = Places(tmp_path / "template")
    recover(places, NOW)
    (places.root / "thanks").mkdir()
    for name in NAMES:
        (places.inbox / name).write_bytes(fake.photo(name))
    return places


@pytest.fixture
def full(template) -> Places:
    """The same four, taken in; the first two deleted."""
    with Catalogue(template.catalogue) as catalogue:
        ingest = Ingest(
            template,
            catalogue,
            now=lambda: NOW,
            reserve=no_reserve,
            decode=fake.decode,
            draw_thumbnail=fake.no_thumbnail,
        )
        for number, name in enumerate(NAMES, 1):
            ingest.take(template.inbox / name, Door.INBOX, name=name)
            (template.inbox / name).unlink()
            if number <= 2:
                catalogue.photos.delete(number, NOW)
    return template


def points(places: Places, action: str, calls: tuple[str, ...] = CALLS) -> Iterator[Point]:
    """Every call of these names that the action makes."""
    trial = Places(places.root.with_name("trial"))
    shutil.copytree(places.root, trial.root)
    log = places.root.with_name("calls")
    names = ",".join(f"?{call}" for call in calls)
    command = ["strace", "-qq", "-o", str(log), "-e", f"trace={names}", *ALONE]
    subprocess.run([*command, str(trial.root), action], check=True)
    counts = Counter(re.findall(r"^(\w+)\(", log.read_text(), re.MULTILINE))
    shutil.rmtree(trial.root)
    for call in calls:
        yield from (Point(call, when) for when in range(1, counts[call] + 1))


def strike(places: Places, action: str, point: Point, number: int) -> tuple[Places, int]:
    """A copy of the library to which `action` was done until it was struck; what the action returned."""
    copy = Places(places.root.with_name(f"{action}{number}"))
    shutil.copytree(places.root, copy.root)
    command = ["strace", "-qq", "-o", os.devnull, "-e", f"trace={point.call}", "-e", point.inject]
    done = subprocess.run(
        [*command, *ALONE, str(copy.root), action], capture_output=True, check=False
    )
    return copy, done.returncode


def strike_all(places: Places, action: str, chosen: list[Point]) -> Iterator[tuple[Point, Places]]:
    with ThreadPoolExecutor(2) as pool:
        struck = pool.map(lambda each: strike(places, action, each[1], each[0]), enumerate(chosen))
        for point, (copy, _) in zip(chosen, struck, strict=True):
            yield point, copy
            shutil.rmtree(copy.root)


def faults_of_ingest(places: Places) -> list[str]:
    """What is wrong, as it was left and after a new start."""
    found = _faults(places, "left")
    recover(places, NOW, decode=fake.decode)
    with Catalogue(places.catalogue) as catalogue:
        reconcile(places, catalogue, NOW, decode=fake.decode)
    return found + _faults(places, "after a start")


def _faults(places: Places, when: str, hashes: Iterable[str] = HASHES) -> list[str]:
    found = []
    with Catalogue(places.catalogue) as catalogue:
        if not catalogue.is_sound():
            found.append(f"{when}: the catalogue is damaged")
        rows = {photo.sha256: photo for photo in catalogue.photos.page()}
    for sha256, photo in rows.items():
        original = places.original_of(photo)
        if not original.exists() or digest(original) != sha256:
            found.append(f"{when}: a row without its bytes")
    torn = [path for path in places.originals.glob("??/*.jpg") if digest(path) != path.stem]
    found += [f"{when}: half a file under a photo's name"] * len(torn)
    for sha256 in hashes:
        name = HASHES[sha256]
        source = places.inbox / name
        is_kept = sha256 in rows and digest(places.original(sha256, ".jpg")) == sha256
        if (places.root / "thanks" / sha256).exists() and not is_kept:
            found.append(f"{when}: thanked for and lost")
        if not is_kept and not (source.exists() and digest(source) == sha256):
            found.append(f"{when}: lost")
    return found


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "nothing"


def test_killed_at_any_call_of_ingest(template):
    chosen = list(points(template, "ingest"))
    bad = {}
    for point, places in strike_all(template, "ingest", chosen):
        if found := faults_of_ingest(places):
            bad[point] = found
    print(f"killed at {len(chosen)} points of an ingest of 4 photos: {len(bad)} bad, 0 lost")
    assert bad == {}
    assert len(chosen) > 50


def test_a_wrong_order_of_steps_would_be_seen(template):
    chosen = list(points(template, "naive", ("write", "mkdir", "unlink")))
    lost = half = 0
    for _, places in strike_all(template, "naive", chosen):
        found = _faults(places, "left")
        lost += any("lost" in each for each in found)
        half += any("half" in each for each in found)
    print(f"the wrong order, killed at {len(chosen)} points: {half} half files, {lost} with a loss")
    assert half > 0
    assert lost > 0


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_the_kernel_refuses_any_write_from_then_on(template, error):
    """Sticky: the call and all later ones of its name fail, SQLite's own included."""
    calls = ("write", "pwrite64", "fsync", "fdatasync", "rename")
    every = list(points(template, "ingest", calls))
    chosen = [Point(each.call, each.when, f"error={error}", is_sticky=True) for each in every[::4]]
    bad = {}
    for point, places in strike_all(template, "ingest", chosen):
        if found := faults_of_ingest(places):
            bad[point] = found
    print(f"{error} at {len(chosen)} calls of ingest: {len(bad)} bad, 0 lost")
    assert bad == {}


def test_killed_at_any_call_of_sending(template):
    """The phone comes back after every blow and goes on: each photo exactly once, nothing left over."""
    for name in NAMES[2:]:
        (template.inbox / name).unlink()
    sent = sorted(each for each, name in HASHES.items() if name in NAMES[:2])
    with Catalogue(template.catalogue) as catalogue:
        catalogue.passes.add("0" * 64, "Oma", Terms(None, 9, 1 << 20, 99, waits=False), NOW)
    chosen = list(points(template, "send", (*CALLS, "flock")))
    bad = {}
    for point, places in strike_all(template, "send", chosen):
        found = _faults(places, "left", sent)
        recover(places, NOW, decode=fake.decode)
        subprocess.run([*ALONE, str(places.root), "send"], check=True)
        found += _faults(places, "after the phone came back", sent) + _faults_of_sending(
            places, sent
        )
        if found:
            bad[point] = found
    print(f"killed at {len(chosen)} points of sending 2 photos: {len(bad)} bad, 0 lost")
    assert bad == {}
    assert len(chosen) > 100


def _faults_of_sending(places: Places, sent: list[str]) -> list[str]:
    found = []
    with Catalogue(places.catalogue) as catalogue:
        photos = [(each.sha256, each.sender, each.approval) for each in catalogue.photos.page()]
        if sorted(photos) != [(each, "Oma", "approved") for each in sent]:
            found.append(f"not exactly those photos: {photos}")
        stages = [each.stage for each in catalogue.uploads.of_pass(1)]
        if stages != ["taken"] * len(sent):
            found.append(f"not all arrived: {stages}")
        spent = catalogue.passes.get(1)
        if spent is None or spent.sent_photos != len(sent):
            found.append(f"counted wrongly: {spent}")
    if list(places.uploads.iterdir()):
        found.append("something is left over")
    return found


def test_killed_at_any_call_of_a_purge(full):
    """What is purged never comes back, what is not stays, whatever the moment."""
    chosen = list(points(full, "purge"))
    for point, places in strike_all(full, "purge", chosen):
        recover(places, NOW, decode=fake.decode)
        with Catalogue(places.catalogue) as catalogue:
            assert catalogue.is_sound()
            reconcile(places, catalogue, NOW, decode=fake.decode)
            assert {card.id for card in catalogue.photos.cards()} == {3, 4}, point
            for photo in catalogue.photos.page():
                assert digest(places.original_of(photo)) == photo.sha256, point
            assert catalogue.photos.counts()["waiting"] == 0, point
        assert list(places.originals.glob("??/*.purged")) == []
    print(f"killed at {len(chosen)} points of a purge of 2 photos: 0 bad, 0 lost")
    assert len(chosen) > 15
