"""What is held up before the frame, as it comes from a file that something else has written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frame.core.placard import LONGEST_SECONDS, LONGEST_TEXT, Placard, Purpose, placard_from

NOW = 1000.0
PLACARD = Placard(
    Purpose.SEND,
    until=NOW + 120,
    address="http://wakeframe.local:8080/p/abc",
    fallback="http://192.0.2.5:8080/p/abc",
    spoken="wakeframe.local:8080",
    name="Anna",
)


def test_what_is_written_is_read():
    facts = json.loads(json.dumps(PLACARD.as_facts()))
    assert placard_from(facts, NOW) == PLACARD


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": NOW - 1},
        {"until": NOW + LONGEST_SECONDS + 1},
        {"until": float("nan")},
        {"until": float("inf")},
        {"until": "soon"},
        {"until": None},
        {"purpose": "sell"},
        {"purpose": 5},
        {"name": ["Anna"]},
        {"address": "x" * (LONGEST_TEXT + 1)},
    ],
)
def test_what_is_over_or_no_placard_is_none(wrong: dict[str, object]):
    assert placard_from({**PLACARD.as_facts(), **wrong}, NOW) is None


def test_nothing_is_none():
    assert placard_from({}, NOW) is None


@given(
    st.dictionaries(
        st.sampled_from(["purpose", "until", "address", "spoken", "code", "name", "pid"]),
        st.none() | st.booleans() | st.floats() | st.text() | st.lists(st.integers()),
    )
)
def test_no_facts_are_a_trap(facts: dict[str, object]):
    found = placard_from(facts, NOW)
    assert found is None or found.until > NOW
