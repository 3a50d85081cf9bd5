"""Rows, their files and the tables made of them."""

from __future__ import annotations

import pytest

from bench.quality import put_between
from bench.quality_figures import Figure, Notebook, farthest, least, median, most, pick, table
from bench.quality_tables import is_expected, page

ROWS = [
    Figure("04", "gain", 0.9, driver="joy"),
    Figure("07", "gain", 1.3, face=2, driver="joy", frame=48),
    Figure("11", "gain", 0.5, driver="nostalgia"),
]


def test_a_row_says_where_it_was_measured():
    assert [row.where for row in ROWS] == ["04 joy", "07.2 joy f48", "11 nostalgia"]


def test_medians_and_worst_cases():
    assert median(pick(ROWS, "gain")) == 0.9
    assert (least(ROWS).photo, most(ROWS).photo, farthest(ROWS, 1.0).photo) == ("11", "07", "11")
    assert [row.photo for row in pick(ROWS, "gain", "joy")] == ["04", "07"]


def test_an_empty_table_is_a_sentence():
    assert table(("a", "b"), []) == "Nothing measured.\n"
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n|---|---|\n| 1 | 2 |\n"


def test_a_run_carries_on_where_it_stopped(tmp_path):
    notebook = Notebook(tmp_path / "photos")
    assert not notebook.has("04", "play")
    notebook.write("04", "play", ROWS[:1])
    notebook.write("04", "gates", [])
    assert notebook.has("04", "play")
    assert notebook.has("04", "gates")
    assert Notebook(tmp_path / "photos").read(["04", "99"]) == ROWS[:1]


def test_profiles_must_be_refused_and_everybody_else_animated():
    assert is_expected("29", "refused", "profile_view")
    assert not is_expected("29", "animated", "")
    assert not is_expected("33", "refused", "no_face")
    assert is_expected("11", "animated", "three_quarter")
    assert not is_expected("01", "still", "rests")
    assert is_expected("multi", "still", "") is None


def test_a_page_has_a_section_for_what_was_measured_and_none_for_the_rest():
    text = page([Figure("04", "sharpness", 0.9, driver="joy", frame=30)])
    assert "| joy | 0.90 | 0.90 (04 joy f30) |" in text
    assert "Seam" not in text


def test_a_page_names_the_worst_case_and_counts_wrong_verdicts():
    rows = [
        Figure("04", "verdict", 1.0, text="animated"),
        Figure("29", "verdict", 1.0, text="animated"),
        Figure("04", "background.pixels", 0.0, driver="joy"),
        Figure("29", "background.pixels", 7.0, driver="joy", frame=8),
    ]
    text = page(rows)
    assert "1 as they must be, 1 wrong" in text
    assert "7 (29 joy f8)" in text


def test_tables_go_between_the_marks_and_nowhere_else(tmp_path):
    document = tmp_path / "quality.md"
    document.write_text("before\n<!-- measured: begin -->\nold\n<!-- measured: end -->\nafter\n")
    put_between(document, "new")
    put_between(document, "newer")
    text = document.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "newer" in text
    assert "old" not in text
    document.write_text("no marks")
    with pytest.raises(ValueError, match="no place"):
        put_between(document, "new")
