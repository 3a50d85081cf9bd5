"""What the coach says of every test portrait, and how often it is right.

``python -m bench.coach`` prints a table of all findings and, for what a person can see, a confusion
table against `coach_labels.txt`. ``--thresholds`` damages clean portraits by known amounts and prints
how far each measure and its bound tell them from the clean ones; ``--cost`` what the coach adds to a
look; ``--markdown`` the table of docs/coach.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from bench import data
from bench.attributes import load
from bench.coach_damage import print_thresholds
from bench.coach_page import print_page
from renderer.engine import GeometricAnimator
from renderer.faces.attributes import read_attributes
from renderer.faces.find import find_faces
from renderer.faces.types import Picture
from renderer.gates import judge_faces
from renderer.models import ModelStore
from renderer.prepare.damage_reader import LearnedReader
from renderer.prepare.findings import Finding
from renderer.report import Report

LABELS = Path(__file__).with_name("coach_labels.txt")

SAYS: dict[str, frozenset[str]] = {
    "profile": frozenset({"profile_view"}),
    "glasses": frozenset({"glasses", "dark_glasses"}),
    "closed": frozenset({"eyes_closed"}),
    "open": frozenset({"teeth_show", "mouth_open", "mouth_parted"}),
    "hat": frozenset({"hat"}),
    "hand": frozenset({"mouth_covered", "mouth_uneven", "something_over"}),
    "damaged": frozenset({"scratched_face", "scratched_photo"}),
}
"""What a person sees, and the codes that say the same."""

BARRED = frozenset({"profile_view", "face_too_small", "tilted_too_far", "drawing"})
"""Of a face that must not move nothing else is told."""

TRIES = 3


@dataclass(frozen=True)
class Seen:
    """One face as a person and as the coach see it; `said` is empty where the face was not found."""

    name: str
    labels: frozenset[str]
    said: frozenset[str]


def labels() -> dict[str, frozenset[str]]:
    lines = (line.split() for line in LABELS.read_text().splitlines() if line[0] != "#")
    return {name: frozenset(words) for name, *words in lines}


def portraits(animator: GeometricAnimator) -> Iterator[tuple[str, Report]]:
    for path in data.portraits():
        yield path.name[:2], animator.check(load(path))


def codes_of(report: Report, face: int) -> frozenset[str]:
    return frozenset(each.code for each in report.findings if each.face in (face, None))


def labelled_crops(animator: GeometricAnimator) -> Iterator[Seen]:
    folder = data.data_folder("train_crops_256")
    for name, seen in labels().items():
        path = folder / f"{name}.jpg" if folder else None
        if path is None or not path.is_file():
            continue
        report = animator.check(load(path))
        sizes = [face.frame_share for face in report.faces]
        largest = sizes.index(max(sizes)) if sizes else None
        said = frozenset[str]() if largest is None else codes_of(report, largest)
        short = (
            name.removeprefix("SFHQ-T2I_search_2_").replace("_top_10_", " ").replace("_x_Sex", " x")
        )
        yield Seen(short, seen, said)


def print_table(reports: list[tuple[str, Report]]) -> None:
    print("| photo | verdict | bad | worth knowing | good |\n|---|---|---|---|---|")
    for name, report in reports:
        cells = [
            ", ".join(_short(each) for each in report.findings if each.grade == grade)
            for grade in ("bad", "note", "good")
        ]
        print(f"| {name} | {report.verdict} | {' | '.join(cells)} |")


def _short(found: Finding) -> str:
    face = "" if found.face is None else f"{found.face}:"
    number = "" if found.number is None else f" {found.number:.3g} {found.unit}".rstrip()
    most = "" if found.most is None else f" {found.most:.2f}"
    cost = "" if found.consequence == "none" else f" -> {found.consequence}{most}"
    return f"{face}{found.code}{number}{cost}"


def print_confusion(title: str, faces: list[Seen]) -> None:
    print(f"\n{title}: {len(faces)} faces, {sum(not each.said for each in faces)} not found")
    print("| seen by eye | told rightly | missed | imagined | rightly not | which |")
    print("|---|---|---|---|---|---|")
    for kind, codes in SAYS.items():
        asked = [
            each
            for each in faces
            if each.said and (kind in ("profile", "damaged") or not each.said & BARRED)
        ]
        has = [kind in each.labels for each in asked]
        told = [bool(each.said & codes) for each in asked]
        wrong = [
            f"{each.name} {'missed' if h else 'imagined'}"
            for each, h, t in zip(asked, has, told, strict=True)
            if h != t
        ]
        counts = [
            sum((h, t) == pair for h, t in zip(has, told, strict=True))
            for pair in ((True, True), (True, False), (False, True), (False, False))
        ]
        print(f"| {kind} | {' | '.join(map(str, counts))} | {', '.join(wrong)} |")


def print_refusals(reports: list[tuple[str, Report]]) -> None:
    refused = [name for name, report in reports if report.verdict != "animated"]
    still = [
        f"{name}.{each.face} {each.code}"
        for name, report in reports
        for each in report.findings
        if each.consequence == "still"
    ]
    print(f"\nrefused: {', '.join(refused)}; faces held still: {', '.join(still)}")


def print_cost(store: ModelStore) -> None:
    """Per photo: finding and measuring faces and the gates, as the looker did before, and the check."""
    animator = GeometricAnimator(store)
    cv2.setNumThreads(1)
    before, after = 0.0, 0.0
    pictures = [load(path) for path in data.portraits()]
    large = np.asarray(cv2.resize(max(pictures, key=np.size), (3000, 4000)), np.uint8)
    for picture in [*pictures, large]:
        bare = _fastest(partial(_look, picture, store))
        whole = _fastest(partial(animator.check, picture))
        before, after = before + bare, after + whole
    print(
        f"\nlast photo, 12 MP: {bare * 1000:.0f} ms to look, {whole * 1000:.0f} ms with the coach"
    )
    count = len(pictures) + 1
    print(f"{count} photos: {before * 1000 / count:.0f} ms each to look,", end=" ")
    print(f"{after * 1000 / count:.0f} ms with the coach: {after / before - 1:+.0%}")


def _look(picture: Picture, store: ModelStore) -> None:
    faces = find_faces(picture, store)
    seen = [read_attributes(picture, face) for face in faces]
    judge_faces(faces, seen, (picture.shape[1], picture.shape[0]))


def _fastest(work: Callable[[], object]) -> float:
    times = []
    for _ in range(TRIES):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--thresholds", action="store_true", help="damage by known amounts")
    parser.add_argument("--cost", action="store_true", help="time that the coach adds to a look")
    parser.add_argument("--markdown", action="store_true", help="the table of docs/coach.md")
    asked = parser.parse_args()
    if asked.markdown:
        print_page()
        return
    if not data.portraits():
        raise SystemExit("no test data: set WAKEFRAME_DATA to its folder")
    store = ModelStore()
    animator = GeometricAnimator(store, damage=LearnedReader(store))
    if asked.thresholds:
        print_thresholds(store)
    if asked.cost:
        print_cost(store)
    if asked.thresholds or asked.cost:
        return
    reports = list(portraits(animator))
    print_table(reports)
    seen = labels()
    faces = [
        Seen(f"{name}.{k}", seen[f"{name}.{k}"], codes_of(report, k))
        for name, report in reports
        for k in range(len(report.faces))
    ]
    print_confusion("portraits", faces)
    print_confusion("face crops", list(labelled_crops(animator)))
    print_refusals(reports)


if __name__ == "__main__":
    main()
