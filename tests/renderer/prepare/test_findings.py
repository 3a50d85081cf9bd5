"""What a finding costs is read from the caps, by the gravest of what was taken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.motion.caps import STILL, Caps
from renderer.prepare.findings import FREE, Cost, cost_of, finding, head_room
from renderer.prepare.mended import MENDS, is_mended, strike
from renderer.reasons import SENTENCES

FULL = Caps()


@pytest.mark.parametrize(
    ("after", "cost"),
    [
        (FULL, FREE),
        (STILL, Cost("still")),
        (replace(FULL, head=0.0, gaze=0.0, brow=0.0, squint=0.0, smile=0.0), Cost("blink_only")),
        (replace(FULL, blink=False, gaze=0.0, smile=0.3), Cost("eyes_rest")),
        (replace(FULL, smile=0.0), Cost("no_smile")),
        (replace(FULL, smile=0.375, head=0.5), Cost("small_smile", 0.5)),
        (replace(FULL, head=0.5), Cost("less_head", 0.5)),
        (replace(FULL, squint=0.5), Cost("gentler", 0.5)),
    ],
)
def test_the_gravest_of_what_was_taken(after: Caps, cost: Cost) -> None:
    assert cost_of(FULL, after) == cost


def test_what_was_gone_before_is_not_taken_again() -> None:
    resting = replace(FULL, blink=False, smile=0.0)
    assert cost_of(resting, replace(resting, head=0.5)).consequence == "less_head"
    assert cost_of(resting, resting) == FREE


@given(st.floats(0, 1), st.floats(0.1, 1))
def test_room_shrinks_with_the_factor_and_with_each_range(head: float, narrow: float) -> None:
    low, high = FULL.yaw_deg
    caps = replace(FULL, head=head, yaw_deg=(low * narrow, high * narrow))
    assert head_room(caps) == pytest.approx(head * (2 + narrow) / 3)
    assert 0 <= head_room(caps) <= head_room(FULL) == 1


def test_a_sentence_that_names_a_number_needs_one() -> None:
    with pytest.raises(KeyError):
        finding("far_away", "bad")
    assert "12 %" in finding("far_away", "bad", number=11.7).message


def test_what_restoration_mends_is_struck_off_and_stays_known() -> None:
    found = (finding("noisy", "bad", 0), finding("glasses", "note", 0), finding("blurry", "bad", 0))
    struck = strike(found, {"noise", "soft_eyes", "something_of_tomorrow"})
    assert [each.is_mended for each in struck] == [True, False, False]
    assert [each.code for each in struck] == [each.code for each in found]
    assert strike(struck, ()) == struck, "what was mended once stays so"
    assert strike(found, ()) == found


def test_everything_that_can_be_mended_is_something_the_coach_says() -> None:
    codes = frozenset().union(*MENDS.values())
    assert codes <= set(SENTENCES)
    for kind, answered in MENDS.items():
        assert all(is_mended(code, {kind}) for code in answered)
        assert not any(is_mended(code, set(MENDS) - {kind}) for code in answered)
