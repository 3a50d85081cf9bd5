"""Short codes: minutes, once, ten tries; and nobody who has not read one can use up its tries."""

from __future__ import annotations

from itertools import cycle

import pytest

from frame.core.codes import (
    ALPHABET,
    GUESTS,
    LIFE_SECONDS,
    MOST_TRIES,
    OWNERS,
    Code,
    Guess,
    guess,
    make,
    read,
)

NOW = 100.0


def code(form=OWNERS, letters="K7M4R2PX") -> Code:
    given = cycle(letters)
    return make(form, NOW, lambda _: next(given))


def test_the_right_code_works_once():
    left, outcome = guess(code(), "k7m4-r2px", NOW + 1)
    assert (left, outcome) == (None, Guess.RIGHT)
    assert guess(left, "K7M4R2PX", NOW + 1) == (None, Guess.OVER)


def test_misread_letters_are_put_right():
    assert read(" o1l-i 7 ") == "01117"
    assert guess(code(letters="01AB23CD"), "oiab 23cd", NOW)[1] is Guess.RIGHT


def test_it_is_over_after_five_minutes():
    assert guess(code(), "K7M4R2PX", NOW + LIFE_SECONDS) == (None, Guess.OVER)
    assert LIFE_SECONDS <= 300


def test_ten_wrong_tries_that_name_it_end_it():
    left: Code | None = code()
    for number in range(MOST_TRIES):
        assert left is not None, number
        left, outcome = guess(left, f"K7M4 000{number}", NOW)
        assert outcome is Guess.WRONG
    assert left is None
    assert MOST_TRIES <= 10


def test_a_guess_that_does_not_name_it_uses_nothing_up():
    before = code()
    for typed in (
        "",
        "0" * 8,
        "K7M5R2PX",
        "R2PXK7M4",
        "K7M4R2P",
        "K7M4R2PXX",
        "ä" * 8,
        "x" * 10**6,
    ):
        assert guess(before, typed, NOW) == (before, Guess.OTHER)


def test_of_a_guests_code_every_guess_is_a_try():
    left: Code | None = code(GUESTS, "482913")
    for typed in ["", "000000", "48291", "999999 9", "x", "482 914", "1", "2", "3"]:
        left, outcome = guess(left, typed, NOW)
        assert outcome is Guess.WRONG
    assert left is not None
    assert guess(left, "482-913", NOW)[1] is Guess.RIGHT
    assert guess(left, "482914", NOW) == (None, Guess.WRONG)


@pytest.mark.parametrize("form", [OWNERS, GUESTS])
def test_a_code_is_of_its_letters_and_shown_in_halves(form):
    made = make(form, NOW, lambda letters: letters[-1])
    assert set(made.text) <= set(ALPHABET)
    assert made.shown.replace(" ", "") == made.text
    assert len(made.shown.split()) == 2
