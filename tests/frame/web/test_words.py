"""Everything the pages say is said in every language, and nothing is kept that nobody says."""

from __future__ import annotations

import pytest

from frame.web import words
from frame.web.gather import PARTS, gathered, translated
from frame.words import LANGUAGES

OTHERS = [language for language in LANGUAGES if language != words.SOURCE]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("part", PARTS)
def test_every_text_is_translated_and_no_translation_is_stale(language, part):
    catalogue = translated(language, part)
    there = {message.id for message in catalogue if message.id}
    asked = gathered()[part]
    assert there == asked, "python -m frame.web.gather brings them together"
    for message in catalogue:
        if message.id:
            said = (message.string,) if isinstance(message.string, str) else message.string
            assert all(said), f"{message.id!r} is not translated"
            assert not message.fuzzy
            assert not list(message.check(catalogue)), f"{message.id!r} lost a fact"


def test_texts_are_found_in_pages_and_in_code():
    assert "Skip to the content" in gathered()["entry"]
    assert "There is nothing here" in gathered()["entry"]


def test_numbers_days_and_sizes_are_written_as_people_do(house):
    with house.app.test_request_context(
        "/static/mark.svg", headers={"Accept-Language": "de-CH, en;q=0.5"}
    ):
        house.app.preprocess_request()
        assert words.language() == "de"
        assert words.number(12345.5) == "12.345,5"
        assert words.size(2_560_000) == "2,6\N{NO-BREAK SPACE}MB"
        assert "2023" in words.day(1_700_000_000)
    assert words.size(999) == "999\N{NO-BREAK SPACE}B"


def test_a_language_that_we_lack_falls_back_to_the_setting(house):
    with house.app.test_request_context("/static/mark.svg", headers={"Accept-Language": "fr"}):
        house.app.preprocess_request()
        assert words.language() == house.context.language
