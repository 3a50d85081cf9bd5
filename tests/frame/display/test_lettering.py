"""Words on the wall are few, readable and never do what a stranger wants."""

from __future__ import annotations

import time

import numpy as np
import pytest

from frame.display.lettering import INK, LONGEST, Words, caption, clean, message, pane
from frame.display.painter import WallPainter
from frame.display.ports import Painter, Said
from tests.frame.display.pictures import photo, slide, texture

PANEL = (960, 540)

HOSTILE = (
    "\u202egnp.exe\u202c",
    "\u2066a\u2069\u200f\u200e\u061c",
    "a\x00b\x1b[31mc\x07",
    "a\nb\r\n\tc\u2028d\u2029e",
    "Z\u0351\u0352\u0353\u0354\u0355algo" * 50,
    "\ud800 \udfff",
    "\ufeff\u200b\u00ad\ufff9",
    "x" * 1_000_000,
    "\u0301" * 500_000,
    " " * 100_000,
    "🧑‍🚀" * 1000,
    "<b>&amp; {0} %s $HOME",
    "",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_one_short_line_without_tricks(text: str):
    line = clean(text)
    assert len(line) <= LONGEST
    assert not any(ord(letter) < 32 or 0x202A <= ord(letter) <= 0x202E for letter in line)
    assert not any(0xD800 <= ord(letter) <= 0xDFFF for letter in line)
    assert line == line.strip() and "  " not in line


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_changes_no_size_and_takes_no_time(text: str):
    began = time.process_time()
    frame = texture(*PANEL)
    words = Words(text, (text, text), (text,), text)
    assert pane(frame, words).shape == frame.shape
    assert message(PANEL, words).shape == frame.shape
    overlay = caption(PANEL, text, 1.0)
    if overlay is not None:
        overlay.lay(frame)
    assert time.process_time() - began < 4


def test_ordinary_words_stay_as_they_are():
    assert (
        clean("Großmutter Käthe, Čapek & Åse — “1934”") == "Großmutter Käthe, Čapek & Åse — “1934”"
    )


@pytest.mark.parametrize("letters", ["ÄÖÜ", "ß", "é", "Ω", "Я"])
def test_letters_of_our_languages_have_shapes_of_their_own(letters: str):
    drawn = message(PANEL, Words(letters))
    assert not np.array_equal(drawn, message(PANEL, Words("\ue000" * len(letters))))
    plain = {"ÄÖÜ": "AOU", "é": "e"}.get(letters)
    if plain:
        assert not np.array_equal(drawn, message(PANEL, Words(plain)))


def luminance(colour: np.ndarray) -> float:
    part = colour / 255
    light = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return float(light @ (0.2126, 0.7152, 0.0722))


def test_a_caption_can_be_read_on_white():
    frame = np.full((1080, 1920, 3), 255, np.uint8)
    overlay = caption((1920, 1080), "12 March 1987")
    assert overlay is not None
    overlay.lay(frame)
    rows, columns = overlay.place
    height = rows.stop - rows.start
    middle = frame[rows.start + height // 2, columns.start + 70 : columns.stop - 70]
    ground = sorted(luminance(pixel) for pixel in middle.astype(float))[len(middle) // 8]
    contrast = (luminance(np.array(INK, float)) + 0.05) / (ground + 0.05)
    assert contrast >= 4.5


def test_a_caption_touches_only_its_place_and_stays_on_the_panel():
    for place in (0.0, 0.5, 1.0, 9.0):
        frame = texture(*PANEL)
        before = frame.copy()
        overlay = caption(PANEL, "von Großmutter Käthe", place)
        assert overlay is not None
        rows, columns = overlay.place
        assert rows.start >= 0 and rows.stop <= 540 and columns.start >= 0 and columns.stop <= 960
        overlay.lay(frame)
        frame[overlay.place] = before[overlay.place]
        assert np.array_equal(frame, before)


def test_nothing_to_say_is_no_caption():
    assert caption(PANEL, " \x00 ") is None


def test_a_pane_leaves_the_frame_it_lies_over_alone():
    frame = texture(*PANEL)
    before = frame.copy()
    over = pane(frame, Words("Take in 3 photos?", answers=("Y: yes", "N: no")))
    assert np.array_equal(frame, before) and not np.array_equal(over, before)
    assert np.array_equal(over[:40], before[:40])


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_painter_has_words_for_everything_that_is_said(language: str):
    painter: Painter = WallPainter(language=language)  # type: ignore[arg-type]
    frame = texture(*PANEL)
    shown = photo(sender="Käthe", taken="1987-03-12 10:00:00")
    for said in (
        Said("note", "done.hidden"),
        Said("which"),
        Said("question", "usb", {"name": "KINGSTON\n\u202e", "photos": 1}),
        Said("question", "usb", {"name": "KINGSTON", "photos": 312}),
        Said("info", photos=(shown,), wakes=(False,)),
    ):
        over = painter.over(frame, said)
        assert (over != frame).mean() > 0.01, said
    facts: dict[str, str | int] = {"inbox": "/home/family/inbox"}
    first = painter.message(PANEL, "first_run", facts)
    assert not np.array_equal(first, painter.message(PANEL, "first_run.arriving", facts))
    assert painter.caption(PANEL, (shown, shown), 0.5) is not None
    assert painter.caption(PANEL, (photo(),), 0.5) is None
    assert painter.compose(slide(PANEL, frame), (frame,)).shape == frame.shape


def test_a_code_from_another_version_is_no_crash():
    assert WallPainter().message(PANEL, "no.such.code", {}).shape == (540, 960, 3)
    assert WallPainter().over(texture(*PANEL), Said("note", "no.such.code")).shape == (540, 960, 3)
