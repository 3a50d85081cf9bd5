"""A party: fifty phones send twenty photos each, all at once, and lose their connections at times.

``python -m bench.party [--tenth] [--phones N] [--photos N] [--megabytes N] [--addresses N] [--dir DIR]``
starts the pages and the doors of a frame as they run at home, gives every phone a pass, lets them all
send, tears their connection off in the middle of every tenth piece, has 5 % of the photos sent twice
(half by the same phone, half by another), and then counts: every photo exactly once, with its own bytes;
the memory of the processes; and the throughput as a share of what writing, syncing and hashing the same
bytes costs on the same disk. ``--tenth`` is the same with a tenth of the photos, for machines that test
every change.

The photos are small pictures with megabytes of comments: what is measured is bytes. All phones come from
one address unless told otherwise, as behind a bridge, which is the harder case. Only this machine's
loopback addresses are used.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.party_house import House, house
from bench.party_phones import Phone, Photo, Roll, Tale
from bench.speed import machine
from frame.core.passes import Terms
from frame.library.catalogue import Catalogue
from sync.passes import issue

DROPPED = 0.10
TWICE = 0.05
MOST_MB = 300.0
"""Bar of RELIABILITY N8 for the memory of the server."""

GIVE_UP_SECONDS = 1800.0
MOST_KINDS = 10
"""Of a fault that are named."""

MOST_TRIED = 60
"""Photos of which the disk's own speed is told: some seconds of writing."""


def main() -> int:
    """Send, count, print; 1 if a photo is missing, wrong or there twice, a phone got an answer that none
    may get, or if memory is over its bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tenth", action="store_true", help="a tenth of the photos")
    parser.add_argument("--phones", type=int, default=50)
    parser.add_argument("--photos", type=int, default=20, help="of each phone")
    parser.add_argument("--megabytes", type=float, default=5.0, help="of each photo")
    parser.add_argument("--addresses", type=int, default=1, help="from which the phones come")
    parser.add_argument("--dir", type=Path, help="where the library is (default: the system's)")
    options = parser.parse_args()
    size = int(options.megabytes * 1e6)
    each = max(1, options.photos // 10) if options.tenth else options.photos
    folder = Path(tempfile.mkdtemp(prefix="party-", dir=options.dir))
    try:
        return _party(folder, options.phones, each, size, options.addresses)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _party(folder: Path, phones: int, each: int, size: int, addresses: int) -> int:
    roll = Roll.of(size)
    photos = [roll.photo(number) for number in range(phones * each)]
    rolls = [photos[n * each : (n + 1) * each] for n in range(phones)]
    sends = _with_doubles(rolls)
    total = sum(photo.size for photo in photos)
    alone = _write_and_hash(folder, photos)
    tale = Tale()
    with house(folder) as found:
        guests = _arrive(found, sends, addresses, tale)
        begun = time.monotonic()
        for guest in guests:
            guest.start()
        for guest in guests:
            guest.wait()
        received = time.monotonic() - begun
        stored = _wait_until_stored(found, len(photos), begun)
        for guest in guests:
            guest.leave()
        wrong = _judge(found, photos)
    print(f"{machine()}")
    print(
        f"{phones} phones from {addresses} address(es), {each} photos of {size / 1e6:.1f} MB each"
    )
    doubles = sum(map(len, sends)) - len(photos)
    print(f"{len(photos)} photos ({total / 1e9:.2f} GB), {doubles} sent a second time")
    print(f"connections {tale.connections}, torn off {tale.torn}, turned away {tale.turned_away}")
    print(f"recognised before a byte was sent: {tale.there_already}")
    print(f"bytes sent per byte of photo: {tale.bytes_sent / total:.2f}")
    print(f"wrong, missing or double photos: {len(wrong)}")
    print(f"answers that no phone may get: {len(tale.unexpected)}")
    rates = {"received": total / received / 1e6, "stored": total / stored / 1e6}
    print(f"writing, syncing and hashing alone: {alone:.0f} MB/s")
    for name, rate in rates.items():
        print(f"{name}: {rate:.0f} MB/s, {rate / alone:.0%} of that")
    memory = " ".join(f"{name} {mb:.0f} MB" for name, mb in sorted(found.peak_mb.items()))
    print(f"most memory at one time: {memory} (bar for both {MOST_MB:.0f} MB)")
    polls = sorted(tale.polls)
    if polls:
        print(
            f"asking for the photos meanwhile, {len(polls)} times:"
            f" median {polls[len(polls) // 2] * 1e3:.0f} ms,"
            f" 99 of 100 within {polls[int(0.99 * (len(polls) - 1))] * 1e3:.0f} ms"
        )
    bad = faults(wrong, tale.unexpected, sum(found.peak_mb.values()))
    print("NOT GOOD: " + "; ".join(bad) if bad else "good")
    return 1 if bad else 0


def faults(wrong: Sequence[str], unexpected: Sequence[str], peak_mb: float) -> list[str]:
    """Why a party was not good; of photos and answers with the kinds that there were, and how often."""
    found = []
    for what, lines in (("photos", wrong), ("unexpected answers", unexpected)):
        kinds = Counter(lines).most_common(MOST_KINDS)
        said = ", ".join(f"{line} ({count}x)" for line, count in kinds)
        found += [f"{len(lines)} {what}: {said}"] * bool(lines)
    if peak_mb > MOST_MB:
        found.append(f"{peak_mb:.0f} MB of memory")
    return found


def _with_doubles(rolls: Sequence[Sequence[Photo]]) -> list[list[Photo]]:
    """What each phone sends: its own photos, and those that it, or another phone, sends as well."""
    chance = random.Random(1)
    sends = [list(own) for own in rolls]
    every = [(owner, photo) for owner, own in enumerate(rolls) for photo in own]
    for number, (owner, photo) in enumerate(chance.sample(every, round(TWICE * len(every)))):
        sends[owner if number % 2 else chance.randrange(len(rolls))].append(photo)
    for own in sends:
        chance.shuffle(own)
    return sends


def _arrive(
    found: House, sends: Sequence[Sequence[Photo]], addresses: int, tale: Tale
) -> list[Phone]:
    terms = Terms(None, 10_000, 1 << 40, 10_000, waits=False)
    guests = []
    with Catalogue(found.places.catalogue) as catalogue:
        for number, photos in enumerate(sends):
            token, _ = issue(catalogue, f"Guest {number}", terms, int(time.time()))
            address = f"127.0.0.{2 + number % addresses}"
            guests.append(Phone(found.port, address, token, photos, DROPPED, tale))
    return guests


def _write_and_hash(folder: Path, photos: Sequence[Photo]) -> float:
    """Megabytes a second that this disk and processor take by themselves, one photo after the other."""
    tried = photos[:MOST_TRIED]
    begun = time.monotonic()
    for photo in tried:
        path = folder / "alone"
        digest = hashlib.sha256()
        with path.open("wb") as stream:
            for part in photo.parts:
                digest.update(part)
                stream.write(part)
            stream.flush()
            os.fsync(stream.fileno())
        assert digest.hexdigest() == photo.sha256
        path.unlink()
    return sum(photo.size for photo in tried) / (time.monotonic() - begun) / 1e6


def _wait_until_stored(found: House, count: int, begun: float) -> float:
    """Seconds from the beginning until the last photo was in the library."""
    with Catalogue(found.places.catalogue, read_only=True) as catalogue:
        while time.monotonic() - begun < GIVE_UP_SECONDS:
            is_all_taken = not catalogue.uploads.ids_on_the_way()
            if is_all_taken and catalogue.photos.counts()["photos"] >= count:
                break
            time.sleep(0.2)
    return time.monotonic() - begun


def _judge(found: House, photos: Sequence[Photo]) -> list[str]:
    """What is wrong: photos that are missing, too many, or not their own bytes."""
    wanted = {photo.sha256 for photo in photos}
    wrong = []
    with Catalogue(found.places.catalogue, read_only=True) as catalogue:
        there = catalogue.photos.page(limit=10 * len(photos))
        for photo in there:
            original = found.places.original_of(photo)
            with original.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != photo.sha256:
                    wrong.append(f"other bytes: {photo.name}")
    hashes = [photo.sha256 for photo in there]
    wrong += [f"missing: {sha256}" for sha256 in wanted - set(hashes)]
    wrong += [f"nobody sent it: {sha256}" for sha256 in set(hashes) - wanted]
    wrong += ["twice"] * (len(hashes) - len(set(hashes)))
    files = sum(1 for _ in found.places.originals.glob("??/*"))
    wrong += [f"{files} files for {len(hashes)} photos"] * (files != len(hashes))
    left = [path.name for path in found.places.uploads.iterdir()]
    return wrong + [f"left over: {name}" for name in left]


if __name__ == "__main__":
    sys.exit(main())
