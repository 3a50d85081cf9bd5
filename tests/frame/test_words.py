"""Everything the frame says exists in every language, with the same facts, and takes hostile text."""

from __future__ import annotations

from string import Formatter

import pytest

from frame import words


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
