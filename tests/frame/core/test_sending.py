"""Stages of an upload, pair by pair, and what a pass lets begin."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frame.core.passes import Pass
from frame.core.sending import (
    HOUR,
    Event,
    Limit,
    Refusal,
    Stage,
    UnderWay,
    may_begin,
    may_go_on,
    next_stage,
)

NOW = 1_790_000_000
PASS = Pass(1, "Oma", NOW, None, None, 10, 1000, 4, waits=True, sent_photos=3, sent_bytes=400)
LARGEST = 500
POSSIBLE = {
    (Stage.RECEIVING, Event.ALL_HERE): Stage.RECEIVED,
    (Stage.RECEIVED, Event.ALL_HERE): Stage.RECEIVED,
    (Stage.RECEIVED, Event.KEPT): Stage.TAKEN,
    (Stage.RECEIVED, Event.DECLINED): Stage.REFUSED,
    (Stage.RECEIVED, Event.LOST): Stage.RECEIVING,
}


@pytest.mark.parametrize(("stage", "event"), list(product(Stage, Event)))
def test_every_pair(stage, event):
    if (stage, event) in POSSIBLE:
        assert next_stage(stage, event) is POSSIBLE[stage, event]
    else:
        with pytest.raises(ValueError, match=stage):
            next_stage(stage, event)


@pytest.mark.parametrize(
    ("under_way", "size", "limit"),
    [
        (UnderWay(), 100, None),
        (UnderWay(6, 500, (NOW - 9,) * 3), 100, None),
        (UnderWay(), LARGEST + 1, Limit.TOO_LARGE),
        (UnderWay(7), 100, Limit.PHOTOS),
        (UnderWay(1, 501), 100, Limit.BYTES),
        (UnderWay(0, 0, (NOW - 9,) * 4), 100, Limit.PER_HOUR),
    ],
)
def test_what_a_pass_lets_begin(under_way, size, limit):
    found = may_begin(PASS, under_way, size, NOW, LARGEST)
    assert (found.limit if found else None) is limit


def test_too_fast_says_when():
    recent = (NOW - 3000, NOW - 2000, NOW - 1000, NOW - 10)
    assert may_begin(PASS, UnderWay(0, 0, recent), 1, NOW, LARGEST) == Refusal(Limit.PER_HOUR, 600)
    none = replace(PASS, per_hour=0)
    assert may_begin(none, UnderWay(), 1, NOW, LARGEST) == Refusal(Limit.PER_HOUR, HOUR)


def test_what_was_begun_may_end_unless_the_owner_says_less():
    under_way = UnderWay(7, 600, (NOW - 5,) * 4)
    assert may_go_on(PASS, under_way, NOW) is None
    less = {
        Limit.PHOTOS: replace(PASS, most_photos=9),
        Limit.BYTES: replace(PASS, most_bytes=999),
        Limit.PER_HOUR: replace(PASS, per_hour=3),
    }
    for limit, pass_ in less.items():
        found = may_go_on(pass_, under_way, NOW)
        assert found is not None and found.limit is limit


@given(
    per_hour=st.integers(0, 6),
    ages=st.lists(st.integers(0, HOUR - 1), max_size=12),
)
def test_waiting_as_long_as_is_said_always_helps(per_hour, ages):
    pass_ = replace(PASS, per_hour=per_hour)
    recent = tuple(sorted(NOW - age for age in ages))
    found = may_begin(pass_, UnderWay(0, 0, recent), 1, NOW, LARGEST)
    if found is None or per_hour == 0:
        return
    then = NOW + (found.seconds or 0)
    still = UnderWay(0, 0, tuple(each for each in recent if each > then - HOUR))
    assert may_begin(pass_, still, 1, then, LARGEST) is None
