"""Guesses at passes, passwords and codes from 250 addresses; and whether the owner still comes in."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from bench.web_house import PASSWORD, Caller, WebHouse, calling, sources
from frame.core import codes
from frame.core.placard import PLACARD
from frame.library.catalogue import Catalogue
from frame.live import heard

ADDRESSES = 250
AT_ONCE = 8
"""Threads that guess: more are no faster on a machine that also answers."""

SECONDS = 1.0
"""How long the owner may have to wait for a page meanwhile."""

_URL_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Guesser:
    """One address that tries everything in turn. Every guess is counted by what was answered."""

    def __init__(self, house: WebHouse, source: str, seed: int) -> None:
        self._caller = Caller(house, source)
        self._random = random.Random(seed)
        self._first = seed
        self.seen: Counter[tuple[str, int]] = Counter()

    def guess(self, count: int) -> None:
        kinds = ("pass", "bearer", "password", "pairing code", "screen code")
        with calling(self._caller) as caller:
            for number in range(count):
                kind = kinds[(number + self._first) % len(kinds)]
                try:
                    status = self._try(caller, kind)
                except (OSError, http.client.HTTPException):
                    status = 0
                self.seen[kind, status] += 1

    def _try(self, caller: Caller, kind: str) -> int:
        if kind == "pass":
            return caller.ask("GET", f"/p/{self._word(_URL_LETTERS, 22)}").status
        if kind == "bearer":
            header = {"Authorization": f"Bearer {self._word(_URL_LETTERS, 22)}"}
            return caller.ask("GET", "/", headers=header).status
        if kind == "password":
            return caller.post("/login", password=self._word(_URL_LETTERS, 8)).status
        if kind == "pairing code":
            return caller.post("/pair", code=self._word(codes.DIGITS, 6)).status
        if self._random.random() < 0.05:
            caller.post("/code/show")
        return caller.post("/code", code=self._word(codes.ALPHABET, 8)).status

    def _word(self, letters: str, length: int) -> str:
        return "".join(self._random.choice(letters) for _ in range(length))


REFUSED = frozenset({401, 404, 429})


def guess(count: int) -> bool:
    """Guess so often; whether nobody came in and the owner did."""
    print(f"\n## {count:,} guesses from {ADDRESSES} addresses\n")
    with WebHouse() as house:
        with Catalogue(house.places.catalogue) as catalogue:
            before = len(catalogue.passes.all())
        guessers = [Guesser(house, each, seed) for seed, each in enumerate(sources(ADDRESSES))]
        done = threading.Event()
        waits: list[float] = []
        watcher = threading.Thread(target=_watch, args=(house, done, waits))
        watcher.start()
        began = time.monotonic()
        each = -(-count // ADDRESSES)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda guesser: guesser.guess(each), guessers))
            seconds = time.monotonic() - began
            done.set()
        watcher.join()
        seen: Counter[tuple[str, int]] = Counter()
        for guesser in guessers:
            seen += guesser.seen
        is_shut = _print_guesses(seen)
        with Catalogue(house.places.catalogue) as catalogue:
            given = len(catalogue.passes.all()) - before
        print(
            f"\n{sum(seen.values()):,} guesses in {seconds:.0f} s; passes given out: {given};"
            f" the owner's page meanwhile, {len(waits)} times:"
            f" at most {max(waits, default=0.0):.2f} s"
        )
        entries = _owner_enters(house)
        print(f"server: {house.memory_mb():.0f} MB, {house.threads()} threads")
    return is_shut and not given and all(entries) and max(waits, default=0.0) <= SECONDS


def _print_guesses(seen: Counter[tuple[str, int]]) -> bool:
    statuses = sorted({status for _, status in seen})
    heads = ["no answer" if status == 0 else str(status) for status in statuses]
    print("| guesses at | " + " | ".join(heads) + " | in |")
    print("|---" * (len(statuses) + 2) + "|")
    came_in = 0
    for kind in sorted({kind for kind, _ in seen}):
        ins = sum(seen[kind, status] for status in statuses if status not in (*REFUSED, 0))
        came_in += ins
        cells = [str(seen[kind, status]) for status in statuses]
        print(f"| {kind} | " + " | ".join(cells) + f" | {ins} |")
    return came_in == 0


def _watch(house: WebHouse, done: threading.Event, waits: list[float]) -> None:
    """The owner opens a page every half second, over a new connection."""
    while not done.wait(0.5):
        with calling(Caller.owner(house)) as caller:
            said = caller.ask("GET", "/frame")
            waits.append(said.seconds if said.status == 200 else float("inf"))


def _owner_enters(house: WebHouse) -> list[bool]:
    """From a browser that is known, by password; and from an address that guessed, with a browser that
    nobody knows, by the code on the screen."""
    with calling(Caller.known(house)) as known:
        by_password = known.post("/login", password=PASSWORD).status == 303
    with calling(Caller(house, sources(1)[0])) as stranger:
        stranger.post("/code/show")
        code = str(heard(house.live, PLACARD).get("code", ""))
        by_code = stranger.post("/code", code=code).status == 303
    print(f"the owner comes in by password: {by_password}, by the code on the screen: {by_code}")
    return [by_password, by_code]
