"""Everyone in a group moves in their own time."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from renderer.gates import STILL, Caps
from renderer.motion.casting import cast, length_of
from renderer.motion.drivers import perform

CHOOSABLE = ("nostalgia", "joy", "reunion", "blink-and-nod")


def test_one_face_simply_performs() -> None:
    (part,) = cast([Caps()], "joy", 42)
    assert np.array_equal(part.curves(Caps(), 5.0).smile, perform("joy", 42).smile)


def test_nobody_is_cast_in_an_empty_picture() -> None:
    assert cast([], "joy", 1) == ()


def test_the_lead_plays_the_driver_and_the_others_something_smaller() -> None:
    parts = cast([Caps()] * 4, "joy", 7, lead=2)
    assert [part.driver == "joy" for part in parts] == [False, False, True, False]
    lead = parts[2].curves(Caps(), 5.0).smile.max()
    assert all(p.curves(Caps(), 5.0).smile.max() < lead for p in parts if p is not parts[2])


def test_a_lead_who_must_stay_still_hands_over() -> None:
    parts = cast([STILL, Caps(), Caps()], "reunion", 7, lead=0)
    assert parts[0].is_still
    assert parts[1].driver == "reunion"


@given(seed=st.integers(0, 2**64), faces=st.integers(2, 5), driver=st.sampled_from(CHOOSABLE))
def test_seldom_two_blink_at_once(seed: int, faces: int, driver: str) -> None:
    seconds = length_of(driver)
    parts = cast([Caps()] * faces, driver, seed)
    lids = [part.curves(Caps(), seconds).blink.mean(axis=(1, 2)) > 0.5 for part in parts]
    together = np.sum(lids, axis=0)
    assert (together >= 2).sum() <= 1
    assert {len(lid) for lid in lids} == {round(seconds * 25)}


@given(seed=st.integers(0, 2**64))
def test_no_two_faces_move_alike(seed: int) -> None:
    parts = cast([Caps()] * 4, "nostalgia", seed)
    rolls = [part.curves(Caps(), 5.0).yaw_deg for part in parts]
    assert all(not np.allclose(a, b) for i, a in enumerate(rolls) for b in rolls[:i])


def test_each_face_walks_the_ladder_alone_and_ends_still() -> None:
    part = cast([Caps()] * 2, "joy", 5)[1]
    for _ in range(12):
        part = part.subtler()
    assert part.is_still
    assert not part.curves(Caps(), 5.0).yaw_deg.any()
