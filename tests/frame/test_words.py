"""Everything the frame says exists in every language, with the same facts, and takes hostile text."""

from __future__ import annotations

from string import Formatter

import pytest

from frame import words
from frame.core.photos import Finding
from frame.library import decode, source
from frame.library.talk import Refusal
from renderer.reasons import NAMING_A_NUMBER, SENTENCES, reason


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("code", words.TABLE)
def test_a_sentence_exists_in_every_language_with_the_same_facts(code: str):
    sentences = words.TABLE[code]
    assert len(sentences) == len(words.LANGUAGES)
    assert all(sentence.strip() == sentence != "" for sentence in sentences)
    assert len({frozenset(placeholders(sentence)) for sentence in sentences}) == 1


def test_one_is_said_differently_from_many():
    assert words.say("status.queue", "en", count=1, time="a minute").startswith("1 photo is")
    assert words.say("status.queue", "en", count=2, time="a minute").startswith("2 photos are")
    assert words.say("status.queue", "de", count=2, time="1 h").startswith("2 Fotos sind")


@pytest.mark.parametrize(
    "hostile", ["a\nb", "\x1b[2Jgone", "abc\u202egpj.exe", "nul\0", "a\u2028b"]
)
def test_hostile_facts_become_one_harmless_line(hostile: str):
    said = words.say("run.wakes", "en", name=hostile)
    assert said.isprintable()
    assert "\x1b" not in said


def test_a_fact_that_looks_like_a_placeholder_stays_text():
    assert "{library}" in words.say("run.wakes", "en", name="{library}")


def test_a_very_long_name_is_cut():
    assert len(words.say("run.wakes", "en", name="x" * 10**6)) < 300


def test_an_unknown_code_is_our_mistake():
    with pytest.raises(KeyError):
        words.say("no.such.code")


@pytest.mark.parametrize(
    ("wanted", "environment", "found"),
    [
        ("auto", {"LANG": "de_AT.UTF-8"}, "de"),
        ("auto", {"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en"),
        ("auto", {"LANG": "fr_FR.UTF-8"}, "en"),
        ("auto", {}, "en"),
        ("de", {"LANG": "en_US"}, "de"),
        ("en", {"LANG": "de_DE"}, "en"),
    ],
)
def test_the_language_follows_the_setting_then_the_system(wanted, environment, found):
    assert words.language_from(wanted, environment) == found


@pytest.mark.parametrize(
    ("date", "english", "german"),
    [
        ("2019-07-12T10:00:00", "12 July 2019", "12. Juli 2019"),
        ("1961-03-01", "1 March 1961", "1. März 1961"),
        ("", "", ""),
        ("2019-13-40", "", ""),
        ("yesterday", "", ""),
    ],
)
def test_days(date, english, german):
    assert words.day(date, "en") == english
    assert words.day(date, "de") == german


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "1 seconds"), (12, "12 seconds"), (58, "a minute"), (7000, "2 hours"),
        (3500, "an hour"), (200_000, "2 days"),
    ],
)  # fmt: skip
def test_times_are_estimates(seconds, said):
    assert words.duration(seconds) == said


@pytest.mark.parametrize("code", SENTENCES)
def test_the_renderers_reasons_are_said_in_every_language_in_its_own_english(code: str):
    assert words.TABLE[f"reason.{code}"][0] == SENTENCES[code]


@pytest.mark.parametrize("table", [decode._SENTENCES, source._SENTENCES])
def test_refusals_are_said_in_every_language(table: dict[str, str]):
    for code, sentence in table.items():
        german = words.finding_in(Refusal("inbox", "/x", 1, 1, code, sentence, 1), "de")
        assert german not in ("", sentence)


@pytest.mark.parametrize("number", [0.04, 1.25, 9.96, 37.5, 1200.0])
@pytest.mark.parametrize("code", sorted(NAMING_A_NUMBER))
def test_a_number_is_the_same_in_the_table_and_in_the_renderer(code: str, number: float):
    found = reason(code, number=number)
    finding = Finding(found.code, found.message, found.number)
    assert words.finding_in(finding, "en") == found.message
    said = words.say(f"reason.{code}", "en", number=words.in_digits(number, "en"))
    assert said == found.message
    german = words.finding_in(finding, "de")
    assert german != found.message
    assert words.in_digits(number, "de") in german


def test_a_finding_that_has_no_words_or_no_number_keeps_its_own():
    assert words.finding_in(Finding("from_elsewhere", "Said elsewhere."), "de") == "Said elsewhere."
    assert words.finding_in(Finding("few_pixels", "Few pixels."), "de") == "Few pixels."
    assert words.finding_in(Finding("x", "\x1b[2Jgone"), "de").isprintable()


def test_decimals_are_written_as_each_language_does():
    assert (words.in_digits(1.25, "en"), words.in_digits(1.25, "de")) == ("1.2", "1,2")
    assert words.in_digits(3.0, "de") == "3"
    assert words.in_digits(63.7, "de") == "64"


def test_consequences_have_words_and_unknown_ones_none():
    assert words.consequence_in("still", "de") == "bleibt still"
    assert words.consequence_in("of tomorrow", "de") == ""


def test_answers_are_short_enough_for_the_pane():
    for code in ("which.answer", "question.answer_here"):
        assert all(len(sentence) <= 60 for sentence in words.TABLE[code])
