"""Who is next, and who has to wait for room: tables of small cases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frame.core.liveliness import Wish
from frame.core.photos import Approval, Clip, View
from frame.library.work import Task
from frame.studio.queue import (
    Candidate,
    Room,
    Shelf,
    Target,
    Why,
    choose,
    clip_size,
    fitting,
    in_order,
    room_for,
    wanting,
)
from tests.frame.core.makers import photo

VIEW = View((0, 0, 400, 300), 200, 150)
TARGET = Target("m1", "", VIEW, "auto")
CLIP = Clip(9, 1, "a.mp4", "joy", "m1", "", VIEW, Approval.APPROVED, 100, 5, 125)
OLD_CLIP = replace(CLIP, models="m0")


def task(state: str, code: str = "", target: Target = TARGET, tries: int = 0) -> Task:
    return Task(1, "render", target.key, tries, state, code, "", None)


def candidate(photo_id: int, arrived: int, why: Why = Why.NEW) -> Candidate:
    return Candidate(photo_id, arrived, TARGET, why)


@pytest.mark.parametrize(
    ("newest", "asked", "known", "why"),
    [
        (None, Wish(), None, Why.NEW),
        (CLIP, Wish(), None, None),
        (CLIP, Wish(), task("done"), None),
        (OLD_CLIP, Wish(), task("done", target=replace(TARGET, models="m0")), Why.STALE),
        (replace(CLIP, prepared="p"), Wish(), None, Why.STALE),
        (replace(CLIP, view=replace(VIEW, width=100)), Wish(), None, Why.STALE),
        (CLIP, Wish("joy"), None, Why.STALE),  # another driver was asked for
        (CLIP, Wish("auto", 0.75), None, Why.STALE),  # or another intensity
        (None, Wish(), task("trying", tries=1), Why.NEW),  # it was killed in the middle
        (None, Wish(), task("trying", tries=2), Why.NEW),  # twice: the next try sets it aside
        (None, Wish(), task("set_aside"), None),
        (None, Wish(), task("set_aside", target=replace(TARGET, driver="joy")), Why.NEW),
        (None, Wish(), task("done", "rests"), None),  # tried, and better left still
        (None, Wish(), task("done"), Why.EVICTED),  # there was a clip once
        (OLD_CLIP, Wish(), task("done", "rests"), None),
    ],
)  # fmt: skip
def test_what_a_photo_wants(newest, asked, known, why) -> None:
    found = wanting(photo(photo_id=1), TARGET, newest, asked, known)
    assert (found.why if found else None) == why


def test_what_was_tried_at_its_natural_strength_goes_on_counting() -> None:
    assert TARGET.key == "m1||0.0.400.300-200x150|auto"
    assert replace(TARGET, intensity=0.75).key != TARGET.key


def test_new_photos_come_first_newest_arrival_first_then_stale_then_evicted() -> None:
    queue = [
        candidate(1, 50, Why.STALE),
        candidate(2, 10),
        candidate(3, 30),
        candidate(4, 99, Why.EVICTED),
        candidate(5, 60, Why.STALE),
        candidate(6, 30),
    ]
    assert [each.photo_id for each in in_order(queue)] == [6, 3, 2, 5, 1, 4]


ROOMY = Shelf(spare=1000, used=100, quota=1000, usual=10, oldest_made=50)


@pytest.mark.parametrize(
    ("why", "arrived", "shelf", "room"),
    [
        (Why.NEW, 10, ROOMY, Room.FREE),
        (Why.NEW, 60, replace(ROOMY, used=995), Room.AFTER_EVICTING),
        (Why.NEW, 50, replace(ROOMY, used=995), Room.NONE),  # the oldest clip is no older than it
        (Why.NEW, 60, replace(ROOMY, spare=5), Room.AFTER_EVICTING),
        (Why.NEW, 60, replace(ROOMY, spare=5, oldest_made=None), Room.NONE),
        (Why.STALE, 10, replace(ROOMY, used=1000), Room.FREE),  # it replaces its predecessor
        (Why.STALE, 10, replace(ROOMY, spare=9), Room.NONE),
        (Why.EVICTED, 99, replace(ROOMY, used=745), Room.NONE),
        (Why.EVICTED, 99, replace(ROOMY, used=740), Room.FREE),
        (Why.EVICTED, 99, replace(ROOMY, spare=15), Room.NONE),
    ],
)
def test_room(why, arrived, shelf, room) -> None:
    assert room_for(candidate(1, arrived, why), shelf) is room


def test_where_new_ones_have_no_room_a_stale_one_may_have() -> None:
    queue = in_order([candidate(1, 10), candidate(2, 5), candidate(3, 1, Why.STALE)])
    full = replace(ROOMY, used=1000)
    assert choose(queue, ROOMY) == (queue[0], Room.FREE)
    assert choose(queue, full) == (queue[2], Room.FREE)
    assert choose(queue[:2], full) is None
    assert choose([], ROOMY) is None


def test_the_estimate_counts_only_those_that_will_fit() -> None:
    queue = in_order([candidate(n, 10) for n in range(100)] + [candidate(200, 1, Why.STALE)])
    assert fitting(queue, replace(ROOMY, used=950)) == 5 + 1
    assert fitting(queue, ROOMY) == 90 + 1
    assert fitting([candidate(1, 99)] * 3, replace(ROOMY, used=1000)) == 3, "they push others out"


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=30),
    st.integers(1, 12),
    st.lists(st.integers(0, 300), max_size=6),
)
def test_a_library_larger_than_its_quota_comes_to_rest(arrivals, fit, jumps) -> None:
    """Render, evict, render ... ends, even where the clock jumps about."""
    clock, clips, evicted, renders = 20, dict[int, int](), set[int](), 0
    pending = dict(enumerate(arrivals))
    while True:
        shelf = Shelf(10**6, 10 * len(clips), 10 * fit, 10, min(clips.values(), default=None))
        queue = in_order(
            candidate(n, at, Why.EVICTED if n in evicted else Why.NEW)
            for n, at in pending.items()
            if n not in clips
        )
        chosen = choose(queue, shelf)
        if chosen is None:
            break
        while len(clips) >= fit:
            oldest = min(clips, key=lambda n: (clips[n], n))
            del clips[oldest]
            evicted.add(oldest)
        clock = jumps[renders % len(jumps)] if jumps else clock + 1
        clips[chosen[0].photo_id] = clock
        renders += 1
        assert renders <= 3 * len(arrivals), "it goes in circles"


@pytest.mark.parametrize(
    ("view", "size"),
    [
        ((1920, 1080), (1920, 1080)),
        ((1080, 1920), (1080, 1920)),
        ((1400, 1050), (1400, 1050)),
        ((3840, 2160), (1920, 1080)),
        ((2560, 1440), (1280, 720)),
        ((2162, 3842), (720, 1280)),
        ((1300, 1200), (650, 600)),
    ],
)
def test_clips_are_as_large_as_the_view_or_a_whole_fraction_of_it(view, size) -> None:
    assert clip_size(View((0, 0, 1, 1), *view)) == size
