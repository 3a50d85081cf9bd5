"""Does the identity gate know people from strangers, and clips from other people's faces?

``python -m bench.identity [--only 04 22] [--parts people clips swaps] [--plots docs]`` prints
the tables of docs/identity.md: ROC figures on pairs of a neutral and a smiling photo and on strangers,
each photo's own null and threshold, how far the clips of the test portraits drift, and other people's
faces laid into them. ``--plots`` draws the curves there (the ``plots`` extra). Distances are all that
is kept.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.identity_clips import (
    ALIGNMENTS,
    Clips,
    Played,
    Swaps,
    measure,
    visitor_of,
    wrong_faces,
)
from bench.identity_people import Distances, Pairs, expression_pairs, rates, strangers
from bench.quality_figures import table
from bench.quality_subjects import Subject, subjects
from renderer.faces.identity import LEAST_THRESHOLD, MOST_THRESHOLD, NULL_TIMES, threshold
from renderer.models import ModelStore

PARTS = ("people", "clips", "swaps")
AT = (LEAST_THRESHOLD, MOST_THRESHOLD, 0.6)
"""Thresholds whose error rates are printed: the lowest and the highest a photo gets, and dlib's own."""


def main() -> int:
    """Measure and print; 1 without test photos."""
    options = _arguments()
    store = ModelStore()
    chosen = [s for s in subjects(options.only) if options.only or not s.name.startswith("e")]
    if not chosen:
        print("There are no test photos here (see bench/data.py).", file=sys.stderr)
        return 1
    if "people" in options.parts:
        pairs, apart = expression_pairs(store), strangers(store, options.most)
        if pairs is not None:
            print(_people(pairs, apart))
            if options.plots:
                from bench.identity_plots import draw

                draw(options.plots, pairs, apart)
    if "clips" in options.parts:
        print(_clips(_measure(chosen, store)))
    if "swaps" in options.parts:
        print(_swaps(wrong_faces(chosen, store)))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="some photos")
    parser.add_argument("--parts", nargs="*", default=PARTS, choices=PARTS)
    parser.add_argument("--most", type=int, help="take at most so many strangers of a kind")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="draw ROC and histograms there")
    return parser.parse_args()


def _measure(chosen: Sequence[Subject], store: ModelStore) -> list[Clips]:
    found = []
    for number, subject in enumerate(chosen):
        print(subject.name, file=sys.stderr, flush=True)
        visitor = visitor_of(chosen[number - 1], store) if len(chosen) > 1 else None
        clips = measure(subject, visitor, store)
        if clips is not None:
            found.append(clips)
    return found


def _people(pairs: tuple[Pairs, Pairs], apart: dict[str, Distances]) -> str:
    return f"{_genuine(pairs)}\n{_roc(pairs, apart)}\n{_passing(apart)}"


def _genuine(pairs: tuple[Pairs, Pairs]) -> str:
    rows = []
    for name, each in zip(("fitted on", "held out (080 to 102)"), pairs, strict=True):
        quantiles = np.percentile(each.genuine, [50, 95, 100])
        refused = (each.genuine > each.thresholds).sum()
        passed, tried = (each.across <= each.thresholds[:, None]).sum(), each.across.size
        rows.append(
            (
                *(name, str(each.people), *(f"{q:.3f}" for q in quantiles)),
                *(f"{refused} of {each.people}", f"{passed} of {tried:,}"),
            )
        )
    return "One person, neutral and smiling: distance\n\n" + table(
        ("people", "pairs", "median", "95th percentile", "largest",
         "smiles beyond the neutral photo's own threshold", "strangers within it"),
        rows,
    )  # fmt: skip


def _roc(pairs: tuple[Pairs, Pairs], apart: dict[str, Distances]) -> str:
    rows = []
    sets = {"the same studio": None, **{name: name for name in apart}}
    for name, each in zip(("fitted on", "held out"), pairs, strict=True):
        for label, key in sets.items():
            impostor = each.impostor if key is None else apart[key]
            found = rates(each.genuine, impostor)
            far = [f"{100 * (impostor <= at).mean():.4f}" for at in AT]
            frr = [f"{100 * (each.genuine > at).mean():.1f}" for at in AT]
            rows.append(
                (
                    *(name, label, f"{len(impostor):,}", f"{found.auc:.6f}"),
                    *(f"{100 * found.eer:.3f}", f"{found.eer_at:.3f}"),
                    *(f"{a} / {b}" for a, b in zip(far, frr, strict=True)),
                )
            )
        second = rates(-each.second[0], -each.second[1])
        rows.append(
            (
                *(name, "the same studio, second network", f"{len(each.second[1]):,}"),
                *(f"{second.auc:.6f}", f"{100 * second.eer:.3f}", f"cosine {-second.eer_at:.2f}"),
                *("",) * len(AT),
            )
        )
    head = ("genuine", "strangers", "pairs of strangers", "AUC", "EER %", "at",
            *(f"FAR / FRR % at {at:.2f}" for at in AT))  # fmt: skip
    return table(head, rows)


def _passing(apart: dict[str, Distances]) -> str:
    rows = []
    for name, distances in apart.items():
        low = [f"{np.quantile(distances, q):.3f}" for q in (0.0, 1e-5, 1e-4, 1e-3, 0.5)]
        passing = f"{(distances <= MOST_THRESHOLD).sum():,} of {len(distances):,}"
        rows.append((name, *low, passing))
    head = ("strangers", "nearest", "1 in 100,000", "1 in 10,000", "1 in 1,000", "median",
            f"within {MOST_THRESHOLD:.2f}")  # fmt: skip
    return table(head, rows)


def _clips(found: Sequence[Clips]) -> str:
    return f"{_circumstances(found)}\n{_portraits(found)}\n{_ways(found)}\n{_worst(found)}"


def _circumstances(found: Sequence[Clips]) -> str:
    """How far each circumstance moves the photos' faces."""
    nulls = [each.null for clips in found for each in clips.nulls]
    rows = []
    for name in nulls[0]:
        values = [null[name] for null in nulls]
        rows.append((name, *(f"{q:.3f}" for q in np.percentile(values, [50, 95, 100]))))
    return f"The photos' own null, {len(nulls)} faces\n\n" + table(
        ("circumstance", "median distance", "95th percentile", "largest"), rows
    )


def _portraits(found: Sequence[Clips]) -> str:
    rows = []
    for clips in found:
        for null in clips.nulls:
            mine = [p for p in clips.played if p.face == null.face]
            values = np.array(list(null.null.values()))
            kind = max(null.null, key=lambda name: null.null[name])
            cells = [_cell(next(p for p in mine if p.driver == d)) for d in _drivers(mine)]
            least = min((p.drift.score.min for p in mine if p.drift), default=float("nan"))
            second = min(
                (p.drift.score.second.min for p in mine if p.drift and p.drift.score.second),
                default=float("nan"),
            )
            where = mine[0].where
            rows.append(
                (
                    *(where, f"{null.interocular_px:.0f}", f"{1 - values.max():.2f} ({kind})"),
                    f"{1 - threshold(values):.2f}",
                    *cells,
                    f"**{least:.2f}**",
                    f"{second:.2f}",
                )
            )
    head = ("portrait", "eye distance px", "own null: lowest", "threshold",
            *_drivers(found[0].played), "lowest of all", "second network: lowest cosine")  # fmt: skip
    return "Likeness (1 less the distance) in the worst frame of each clip\n\n" + table(head, rows)


def _drivers(played: Sequence[Played]) -> list[str]:
    return list(dict.fromkeys(p.driver for p in played))


def _cell(played: Played) -> str:
    if played.drift is None:
        return "rests"
    return f"{played.drift.score.min:.2f}" + ("*" if played.rungs > 1 else "")


def _ways(found: Sequence[Clips]) -> str:
    """The same key poses with three ways of laying the chip."""
    rows = []
    aligned = np.array([row for clips in found for row in clips.aligned])
    for name, column in zip(ALIGNMENTS, aligned.T, strict=True):
        rows.append((name, *(f"{q:.3f}" for q in np.percentile(column, [50, 95, 100]))))
    return f"Worst distance of a clip by where the chip is laid, {len(aligned)} clips\n\n" + table(
        ("the chip", "median", "95th percentile", "largest"), rows
    )


def _worst(found: Sequence[Clips]) -> str:
    moved = [p for clips in found for p in clips.played if p.drift is not None]
    astray = [p for p in moved if p.drift is not None and p.drift.astray]
    nearest = min(moved, key=_margin)
    looked = sum(len(p.drift.frames) for p in moved if p.drift is not None)
    visited = [told for clips in found for told in clips.visited]
    return (
        f"{len(moved)} clips, {looked:,} frames looked at: {len(astray)} beyond their threshold"
        f" (which is {NULL_TIMES} times the own null's worst, {1 - MOST_THRESHOLD:.2f} at least and"
        f" {1 - LEAST_THRESHOLD:.2f} at most). Nearest to it: {nearest.where} {nearest.driver},"
        f" {_margin(nearest):.3f} from it. `*`: after a subtler attempt or two. With the face of"
        " whoever comes before in the list laid over every key pose:"
        f" stopped {sum(visited)} of {len(visited)}.\n"
    )


def _margin(played: Played) -> float:
    assert played.drift is not None
    return played.drift.score.min - played.drift.score.threshold


def _swaps(swaps: Swaps) -> str:
    return (
        f"Another person's face over the host's: told {swaps.told:,} of {swaps.tried:,}. Nearest:"
        f" likeness {1 - swaps.nearest:.2f}; least margin {swaps.margin:.3f}, on {swaps.who}.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
