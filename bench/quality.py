"""Everything that can be measured about the clips, over all test photos, as tables and sheets.

``python -m bench.quality --out DIR [--only 04 22] [--parts clip play gates sheets] [--tables]`` writes
``DIR/quality.md``, with sheets of some portraits in ``DIR/sheets``, and keeps what it measured in
``DIR/photos``, so that an interrupted run carries on where it stopped; delete that folder to measure
anew. ``--tables`` only lays the tables out again; ``--into docs/quality.md`` puts them there as well.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench import gates, judge, quality_clip, quality_play, quality_watch, sheets
from bench.quality_figures import Figure, Notebook
from bench.quality_stage import DRIVERS, Prepared, prepare
from bench.quality_subjects import Subject, subjects
from bench.quality_tables import page
from renderer.models import ModelStore

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PARTS = ("clip", "play", "gates", "sheets")


def main() -> int:
    """Measure what has not been measured yet, then write and print the tables; 1 without photos."""
    options = _arguments()
    chosen = subjects(options.only)
    if not chosen:
        print("There are no test photos here (see bench/data.py).", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    judges = options.out / "judge.md"
    if not options.tables:
        _measure(chosen, options.parts, options.out)
        if not judges.exists():
            judges.write_text(judge.page(ModelStore()), encoding="utf-8")
    text = page(Notebook(options.out / "photos").read(subject.name for subject in chosen))
    if judges.exists():
        text += "\n" + judges.read_text(encoding="utf-8")
    (options.out / "quality.md").write_text(text, encoding="utf-8")
    if options.into:
        put_between(options.into, text)
    print(text)
    return 0


def put_between(document: Path, text: str) -> None:
    """Replace what stands between the marks of a document. Raises `ValueError` without marks."""
    old = document.read_text(encoding="utf-8")
    before, begin, rest = old.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{document} has no place marked {BEGIN}")
    new = f"{before}{begin}\n\n{text}\n{end}{after}"
    document.write_text(new, encoding="utf-8")


def _measure(chosen: Sequence[Subject], parts: Sequence[str], out: Path) -> None:
    notebook = Notebook(out / "photos")
    todo = [(s, p) for s in chosen for p in parts if not notebook.has(s.name, p)]
    begin = time.monotonic()
    measure = _Measure(out)
    for done, (subject, part) in enumerate(todo):
        spent = time.monotonic() - begin
        left = f", {spent / done * (len(todo) - done) / 60:.0f} min left" if done else ""
        print(
            f"{done + 1} of {len(todo)}: {subject.name} {part}{left}", file=sys.stderr, flush=True
        )
        notebook.write(subject.name, part, measure.part(subject, part))


class _Measure:
    """Keeps the networks loaded, and the stage of the photo that is being measured."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._store = ModelStore()
        self._prepared: Prepared | None = None
        self._of = ""

    def part(self, subject: Subject, part: str) -> list[Figure]:
        if part == "clip":
            return quality_clip.animated(subject, self._store)
        if self._of != subject.name:
            self._prepared, self._of = prepare(subject, self._store), subject.name
        if self._prepared is None:
            return []
        if part == "gates":
            return gates.measure(self._prepared, self._store)
        if part == "sheets":
            return self._draw(subject, self._prepared)
        watching = quality_watch.watchers(self._prepared, self._store)
        return quality_watch.trial_figures(self._prepared, watching) + [
            figure
            for driver in DRIVERS
            for figure in quality_play.play(self._prepared, driver, watching, self._store)
        ]

    def _draw(self, subject: Subject, prepared: Prepared) -> list[Figure]:
        """Sheets to look at, of a few portraits of every kind. No figures come of them."""
        if subject.name in sheets.KINDS:
            for driver in DRIVERS:
                sheets.draw(prepared, driver, self._out / "sheets", self._store)
        return []


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/quality"))
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="some photos")
    parser.add_argument("--parts", nargs="*", default=PARTS, choices=PARTS)
    parser.add_argument("--tables", action="store_true", help="measure nothing")
    parser.add_argument("--into", type=Path, metavar="DOC.md", help="a document with marks")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
