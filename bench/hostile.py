"""Hostile files through the real decoder and the one way in: how many get anywhere (none may).

``python -m bench.hostile [--mutants 300] [--texts 200] [--seed 1] [--only PART ...]`` feeds a library
of its own with photos broken by chance, bombs, files of two faces and hostile text, each kind in a
process of its own, and prints what became of them. 1 if anything of ours broke, took longer than it may,
left something lying about, or gave a browser or a terminal more than a picture and text.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.hostile_bombs import BOMBS
from bench.hostile_ingest import OURS, REFUSED, STORED, Ending, Fate
from bench.hostile_mutants import KINDS
from bench.hostile_mutants import mutants as broken
from bench.hostile_pages import Seen, hostile_texts, two_faced
from bench.quality_figures import table
from bench.speed import machine

SEED = 1
MUTANTS = 300
MOST_SECONDS = 10.0
"""Of a broken file."""

MOST_SECONDS_BOMBS = 30.0
"""Of a bomb: as long as a decoder may take at most."""

DIED = frozenset({"decoder_died", "too_slow"})
"""Refusals behind which the decoder's child ended: contained, and counted on their own."""


@dataclass(frozen=True)
class Fed:
    """One part: what became of each file, how the process ended; None if it did not live to say."""

    part: str
    fates: tuple[Fate, ...]
    ending: Ending | None

    @property
    def count(self) -> Counter[str]:
        return Counter(fate.outcome for fate in self.fates)

    @property
    def died(self) -> int:
        return sum(fate.outcome == REFUSED and fate.code in DIED for fate in self.fates)

    @property
    def slowest(self) -> Fate:
        return max(self.fates, key=lambda fate: fate.seconds)

    def wrong(self, most_seconds: float) -> list[str]:
        """What must not be, said in a few words."""
        found = [f"{fate.name}: {fate.code}" for fate in self.fates if fate.outcome == OURS]
        found += [
            f"{fate.name}: other pixels the second time" for fate in self.fates if not fate.is_same
        ]
        slow = [fate for fate in self.fates if fate.seconds > most_seconds]
        found += [f"{fate.name}: {fate.seconds:.1f} s" for fate in slow]
        if self.ending is None:
            return [*found, f"{self.part}: our own process ended"]
        if self.ending.leftovers:
            found.append(f"{self.part}: {self.ending.leftovers} files left lying about")
        if not self.ending.agrees:
            found.append(f"{self.part}: rows and originals do not agree")
        return found


def main() -> int:
    """Feed, look, print; 1 if anything got anywhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=MUTANTS, metavar="N", help="of each kind")
    parser.add_argument("--texts", type=int, metavar="N", help="so many of the 200")
    parser.add_argument("--seed", type=int, default=SEED)
    parts = ("mutants", "bombs", "polyglots", "texts")
    parser.add_argument("--only", nargs="*", default=parts, choices=parts)
    options = parser.parse_args()
    jobs: dict[str, Callable[[], list[str]]] = {
        "mutants": lambda: mutants(options.mutants, options.seed),
        "bombs": bombs,
        "polyglots": lambda: pages("Files of two faces", two_faced()),
        "texts": lambda: pages("Hostile text", hostile_texts(options.texts)),
    }
    print(machine())
    wrong = [each for name in options.only for each in jobs[name]()]
    print("\nNothing got anywhere." if not wrong else "\nGot somewhere:\n- " + "\n- ".join(wrong))
    return 1 if wrong else 0


def mutants(number: int, seed: int) -> list[str]:
    """So many broken files of each kind."""
    fed = [
        feed(kind, [(f"{kind} {k}", data) for k, data in enumerate(broken(kind, number, seed))])
        for kind in KINDS
    ]
    print(f"\n### Broken files, {number} of each kind, seed {seed}\n")
    print(_table(fed))
    return [why for each in fed for why in each.wrong(MOST_SECONDS)]


def bombs() -> list[str]:
    """All bombs."""
    fed = feed("bombs", ((name, make()) for name, make in BOMBS.items()))
    print("\n### Bombs\n")
    print(_table([fed]))
    rows = [
        (fate.name, fate.outcome if fate.outcome == STORED else fate.code, f"{fate.seconds:.1f}")
        for fate in sorted(fed.fates, key=lambda fate: -fate.seconds)[:8]
    ]
    print(table(("the slowest", "became", "s"), rows))
    return fed.wrong(MOST_SECONDS_BOMBS)


def pages(title: str, seen: Seen) -> list[str]:
    """What a browser and a terminal made of them."""
    taken = ", ".join(f"{count} {code}" for code, count in seen.taken.most_common())
    total = sum(seen.taken.values())
    print(f"\n### {title}\n")
    rows = [(str(total), taken, str(seen.asked), str(len(seen.wrong)))]
    print(table(("files", "became", "pages and pictures asked for", "wrong"), rows))
    return seen.wrong


def feed(part: str, files: Iterable[tuple[str, bytes]]) -> Fed:
    """Have a process of its own take them in."""
    print(part, file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        for number, (name, data) in enumerate(files):
            (Path(folder) / f"{number:05d} {name}").write_bytes(data)
        command = [sys.executable, "-m", "bench.hostile_ingest", folder]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    fates = tuple(Fate(**each) for each in said if "outcome" in each)
    endings = [Ending(**each) for each in said if "outcome" not in each]
    return Fed(part, fates, endings[0] if endings and done.returncode == 0 else None)


def _table(fed: Sequence[Fed]) -> str:
    head = ("files", "number", "stored", "refused with a reason", "... the decoder ended",
            "crashes of ours", "slowest, s", "decoder, MB", "ours beyond the begin, MB")  # fmt: skip
    rows = []
    for each in fed:
        count, ending = each.count, each.ending
        ours = count[OURS] + (ending is None)
        memory = (
            ("-", "-") if ending is None else (f"{ending.decoder_mb:.0f}", f"{ending.ours_mb:.0f}")
        )
        rows.append(
            (
                *(each.part, str(len(each.fates)), str(count[STORED]), str(count[REFUSED])),
                *(str(each.died), str(ours), f"{each.slowest.seconds:.1f}", *memory),
            )
        )
    return table(head, rows)


if __name__ == "__main__":
    sys.exit(main())
