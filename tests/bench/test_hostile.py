"""A tenth of the hostile files, for real; and what the bench would call wrong is seen."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from functools import partial

import pytest

from bench.hostile import Fed, feed
from bench.hostile_bombs import BOMBS, jpeg_claims, png
from bench.hostile_ingest import OURS, REFUSED, STORED, Ending, Fate
from bench.hostile_mutants import KINDS, MUTATIONS, mutants, whole
from bench.hostile_pages import Shape
from bench.hostile_polyglots import polyglots
from bench.hostile_texts import MARK, told
from tests.paths import ROOT

TENTH = 30
LONG_TO_MAKE = ("gigabyte", "900", "268", "64 megapixels", "249", "interlaced")
"""Bombs that take seconds to pack or to open; `python -m bench.hostile` has them all."""


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_breaks_the_same_things(kind):
    made = mutants(kind, 2 * len(MUTATIONS), 5)
    assert made == mutants(kind, 2 * len(MUTATIONS), 5) != mutants(kind, 2 * len(MUTATIONS), 6)
    assert all(each and each != whole(kind) for each in made)


def test_there_are_as_many_as_promised():
    assert (len(BOMBS), len(polyglots())) == (40, 30)
    photos = told()
    assert len(photos) == len({photo.data for photo in photos}) == 200
    assert sum(MARK.encode() in photo.data or MARK in photo.name for photo in photos) > 150


@pytest.mark.slow
def test_a_tenth_of_the_broken_files_does_no_harm():
    every = [
        (f"{kind} {k}", data) for kind in KINDS for k, data in enumerate(mutants(kind, TENTH, 1))
    ]
    found = feed("mutants", every)
    assert len(found.fates) == len(every)
    assert found.wrong(10.0) == []
    assert found.count[STORED] > 40 and found.count[REFUSED] > 100


@pytest.mark.slow
def test_bombs_do_no_harm():
    quick = [name for name in BOMBS if not any(word in name for word in LONG_TO_MAKE)]
    found = feed("bombs", ((name, BOMBS[name]()) for name in quick))
    assert len(found.fates) == len(quick) >= 25
    assert found.wrong(30.0) == []
    assert found.ending is not None and found.ending.decoder_mb < 1100


@pytest.mark.slow
def test_files_of_two_faces_show_one_and_a_tenth_of_the_hostile_texts_stays_text():
    command = [
        sys.executable,
        "-m",
        "bench.hostile",
        "--only",
        "polyglots",
        "texts",
        "--texts",
        "20",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing got anywhere." in done.stdout
    (two_faced, texts) = [line for line in done.stdout.splitlines() if line[:4] in ("| 30", "| 20")]
    assert "22 stored" in two_faced and "20 stored" in texts


GOOD = Fed(
    "PNG", (Fate("a", STORED), Fate("b", REFUSED, "damaged", 1.0)), Ending(90.0, 5.0, 0, True)
)


@pytest.mark.parametrize(
    ("fed", "words"),
    [
        (replace(GOOD, fates=(Fate("a", OURS, "KeyError"),)), "KeyError"),
        (replace(GOOD, fates=(Fate("a", STORED, is_same=False),)), "other pixels"),
        (replace(GOOD, fates=(Fate("a", STORED, seconds=11.0),)), "11.0 s"),
        (replace(GOOD, ending=None), "our own process ended"),
        (replace(GOOD, ending=Ending(90.0, 5.0, 2, True)), "2 files left"),
        (replace(GOOD, ending=Ending(90.0, 5.0, 0, False)), "do not agree"),
    ],
)
def test_whatever_is_wrong_is_said(fed, words):
    assert GOOD.wrong(10.0) == []
    (said,) = fed.wrong(10.0)
    assert words in said


def test_a_page_that_has_grown_or_acts_is_seen():
    page = "<h1>{}</h1><img alt='{}'>"
    plain = Shape(page.format("a", "b"))
    assert Shape(page.format("&lt;b&gt;", "c")).elements == plain.elements
    assert Shape(page.format("<b>", "c")).elements != plain.elements
    assert Shape(page.format("a", "b' onload='x")).elements != plain.elements
    assert not plain.acts
    assert Shape(page.format("\u202e", "c")).acts and Shape(page.format("a", "\x1b[2J")).acts


def test_a_process_that_dies_is_counted(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("bench.hostile.sys.executable", "/bin/false")
    found = feed("PNG", [("a", png(1, 1)), ("b", jpeg_claims(9, 9))])
    assert found.ending is None and found.wrong(10.0) == ["PNG: our own process ended"]


def test_what_is_made_is_small():
    assert len(partial(png, 13_000, 13_000)()) < 200_000
