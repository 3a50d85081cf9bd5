"""Whom quality is measured on: the test portraits, two film stills and held-out neutral faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.data import data_folder, portraits
from models.build.expression_pairs import HELD_OUT

EVERY = 3
"""Of the 23 held-out people of the expression pairs every third is measured: all are studio photos,
taken alike."""

PROFILES = ("29", "31", "32", "33")
"""Must be refused as ``profile_view``; everybody else in the portraits must be animated."""

GROUPS = ("07", "08", "09", "10", "13", "15", "18")


@dataclass(frozen=True)
class Subject:
    """A photo by its short name: the number of a portrait, ``multi`` and ``single`` for the stills,
    ``e080`` for a person of the expression pairs."""

    name: str
    path: Path


def subjects(only: Sequence[str] = ()) -> list[Subject]:
    """All of them, or those named; empty where there is no data."""
    found = [Subject(path.name[:2], path) for path in portraits()]
    stills, pairs = data_folder("videos"), data_folder("expression_pairs")
    if stills:
        found += [Subject(p.stem.split("_")[0], p) for p in sorted(stills.glob("*.jpg"))]
    if pairs:
        people = [pairs / f"{person:03d}_neutral.jpg" for person in HELD_OUT]
        present = [path for path in people if path.is_file()]
        found += [Subject(f"e{path.name[:3]}", path) for path in present[::EVERY]]
    return [subject for subject in found if not only or subject.name in only]
