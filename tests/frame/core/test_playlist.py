"""The shuffle: everything once, nothing twice, arrivals soon, fitting pairs, small state."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frame.core.deck import Deck
from frame.core.photos import Card
from frame.core.place import MOST_BYTES, Place, unpacked
from frame.core.playlist import BURST, WINDOW, admit, choose, fresh, go_back, has_arrivals, jump
from tests.frame.core.makers import card, cards

WIDE = (1920, 1080)


def shown(place: Place, deck: Deck, slides: int, **how) -> tuple[list[tuple[int, ...]], Place]:
    """The next so many slides."""
    found = []
    for _ in range(slides):
        choice = choose(place, deck, WIDE, **how)
        assert choice is not None
        place = choice.place
        found.append(choice.ids)
    return found, place


def settled(deck: Deck, seed: int = 1) -> Place:
    """A place at the beginning of a round in which nothing is new."""
    return Place(seed=seed, arrived=int(deck.ids[-1]) if len(deck) else 0, reach=1 << 31)


def library(count: int, seed: int = 3) -> list[Card]:
    chance = random.Random(seed)
    return [
        card(
            each,
            chance.choice([0.75, 1.5]),
            day=f"20{chance.randint(10, 24)}-07-{chance.randint(10, 28)}",
            people=chance.randint(0, 3),
            wakes=chance.random() < 0.2,
        )
        for each in range(1, count + 1)
    ]


@given(st.integers(1, 400), st.integers(0, 1 << 40), st.booleans())
@settings(max_examples=25, deadline=None)
def test_nothing_repeats_until_everything_was_shown(count, seed, wakes):
    deck = Deck(library(count, seed))
    place = settled(deck, seed)
    for _ in range(3):
        seen: list[int] = []
        while len(seen) < count:
            (ids,), place = shown(place, deck, 1, prefers_waking=wakes)
            seen += ids
        # A pair may reach over the end of a round by nothing: its second comes from the same round.
        assert sorted(seen) == sorted(deck.cards)


@given(st.integers(3, 200), st.integers(0, 1 << 40))
@settings(max_examples=25, deadline=None)
def test_nothing_hangs_twice_in_a_row_over_the_seam_of_rounds(count, seed):
    deck = Deck(cards(range(1, count + 1)))
    slides, _ = shown(settled(deck, seed), deck, 3 * count)
    assert all(not set(a) & set(b) for a, b in pairwise(slides))


@given(
    st.integers(2, 300), st.lists(st.integers(1, 60), min_size=1, max_size=4), st.integers(0, 99)
)
@settings(max_examples=25, deadline=None)
def test_a_restart_changes_nothing(count, stops, seed):
    deck = Deck(library(count))
    place = settled(deck, seed)
    straight, _ = shown(place, deck, sum(stops))
    pieces = []
    for stop in stops:
        part, place = shown(place, deck, stop)
        pieces += part
        place = unpacked(place.packed())
        assert place is not None
        deck = Deck(library(count))
    assert pieces == straight


def test_two_rounds_differ():
    deck = Deck(cards(range(1, 101)))
    slides, _ = shown(settled(deck), deck, 200)
    assert slides[:100] != slides[100:]


def test_arrivals_hang_next_in_the_order_in_which_they_came():
    deck = Deck(cards(range(1, 101)))
    _, place = shown(settled(deck), deck, 30)
    after = Deck(cards(range(1, 136)))
    assert has_arrivals(place, after)
    slides, place = shown(place, after, 35)
    assert slides == [(each,) for each in range(101, 136)]
    assert not has_arrivals(place, after)
    rest, _ = shown(place, after, 70)
    assert not {each for slide in rest for each in slide} & set(range(101, 136))


def test_a_photo_dated_in_the_future_does_not_jump_the_queue():
    deck = Deck([*cards(range(1, 11)), card(11, arrived=4_000_000_000), card(12), card(13)])
    slides, _ = shown(Place(seed=1, arrived=10), deck, 3)
    assert slides == [(11,), (12,), (13,)]


def test_a_large_import_joins_the_round_and_only_its_newest_hang_at_once():
    deck = Deck(cards(range(1, 101)))
    slides, place = shown(settled(deck), deck, 40)
    before = {each for slide in slides for each in slide}
    after = Deck(cards(range(1, 1101)))
    slides, place = shown(place, after, BURST)
    assert slides == [(each,) for each in range(1101 - BURST, 1101)]
    rest, _ = shown(place, after, 1100 - BURST - 40)
    seen = [each for slide in rest for each in slide]
    assert len(seen) == len(set(seen))
    assert set(seen) == set(range(1, 1101 - BURST)) - before


def test_imports_again_and_again_leave_nothing_out():
    place, chance, count = fresh(5), random.Random(5), 0
    seen: dict[int, int] = {}
    for _ in range(40):
        count += chance.choice([0, 1, 10, 70, 300])
        deck = Deck(cards(range(1, count + 1)))
        for _ in range(chance.randint(1, 60)):
            choice = choose(place, deck, WIDE)
            if choice is None:
                break
            place = choice.place
            assert len(place.packed()) <= MOST_BYTES
            for each in choice.ids:
                seen[each] = seen.get(each, 0) + 1
    deck = Deck(cards(range(1, count + 1)))
    while len(seen) < count:
        choice = choose(place, deck, WIDE)
        assert choice is not None
        place = choice.place
        for each in choice.ids:
            seen[each] = seen.get(each, 0) + 1
            assert seen[each] <= 3
    # Small libraries went round and round at the beginning; nothing large was repeated meanwhile.
    assert sum(times > 1 for times in seen.values()) < 120


def test_what_was_approved_late_hangs_soon_and_once():
    deck = Deck(cards([each for each in range(1, 101) if each != 50]))
    slides, place = shown(settled(deck), deck, 20)
    after = Deck(cards(range(1, 101)))
    place = admit(place, [50])
    assert has_arrivals(place, after)
    rest, _ = shown(place, after, 80)
    assert rest[0] == (50,)
    everything = [each for slide in slides + rest for each in slide]
    assert sorted(everything) == list(range(1, 101))


def test_hidden_photos_are_passed_over():
    deck = Deck(cards(range(1, 21)))
    _, place = shown(settled(deck), deck, 5)
    left = Deck(cards(range(1, 11)))
    slides, _ = shown(place, left, 60)
    assert {each for slide in slides for each in slide} == set(range(1, 11))


def test_what_cannot_be_shown_is_avoided():
    deck = Deck(cards(range(1, 11)))
    slides, _ = shown(settled(deck), deck, 30, avoid={3, 4})
    assert {each for slide in slides for each in slide} == set(range(1, 11)) - {3, 4}
    assert choose(settled(deck), deck, WIDE, avoid=set(range(1, 11))) is None


def test_an_empty_library_shows_nothing():
    assert choose(fresh(1), Deck([]), WIDE) is None
    assert not has_arrivals(fresh(1), Deck([]))


def test_a_wake_that_is_due_brings_a_photo_forward_that_wakes():
    deck = Deck([card(each, wakes=each % 50 == 0) for each in range(1, 101)])
    choice = choose(settled(deck), deck, WIDE, prefers_waking=True)
    assert choice is not None and deck.cards[choice.ids[0]].wakes
    rest, _ = shown(choice.place, deck, 99)
    assert sorted([*choice.ids, *(each for slide in rest for each in slide)]) == list(range(1, 101))


def test_portraits_of_one_day_hang_together_in_a_large_library():
    deck = Deck(
        [
            card(each, 0.75, day=f"20{each // 100 % 25:02d}-01-{each // 10 % 9 + 10}")
            for each in range(1, 3001)
        ]
    )
    slides, _ = shown(settled(deck), deck, 2)
    place = fresh(9)
    slides, _ = shown(place, deck, 1500)
    pairs = [slide for slide in slides if len(slide) == 2]
    same = [pair for pair in pairs if deck.cards[pair[0]].day == deck.cards[pair[1]].day]
    assert len(pairs) > 1300
    assert len(same) > 0.75 * len(pairs)


def test_arrivals_pair_only_with_the_next_one_and_only_if_they_belong_together():
    same = [card(11, 0.75, day="2024-05-01"), card(12, 0.75, day="2024-05-01")]
    deck = Deck(
        [*cards(range(1, 11), aspect=0.75), *same, card(13, 0.75), card(14, 0.75, people=0)]
    )
    slides, _ = shown(Place(seed=1, arrived=10), deck, 3)
    assert slides[0] == (11, 12)
    assert slides[1:] == [(13,), (14,)]


def test_previous_and_next_walk_through_what_was_shown():
    deck = Deck(cards(range(1, 51)))
    slides, place = shown(settled(deck), deck, 5)
    one = go_back(place, deck)
    assert one is not None and one.ids == slides[3]
    two = go_back(one.place, deck)
    assert two is not None and two.ids == slides[2]
    forward, place = shown(two.place, deck, 2)
    assert forward == slides[3:5]
    fresh_ones, _ = shown(place, deck, 45)
    assert not {each for slide in fresh_ones for each in slide} & {
        each for slide in slides for each in slide
    }


def test_there_is_no_slide_before_the_first():
    deck = Deck(cards(range(1, 5)))
    _, place = shown(settled(deck), deck, 1)
    assert go_back(place, deck) is None


def test_a_jump_hangs_what_was_named():
    choice = jump(fresh(1), (7, 8))
    assert choice.ids == choice.place.hangs == (7, 8)


@pytest.mark.parametrize("count", [1000, 20_000])
def test_the_place_in_any_library_is_small(count):
    deck = Deck(library(count))
    place, most = settled(deck), 0
    for index in range(400):
        choice = choose(place, deck, WIDE, prefers_waking=index % 3 == 0)
        assert choice is not None
        place = choice.place
        most = max(most, len(place.packed()))
    assert len(place.ahead) <= WINDOW
    assert most <= MOST_BYTES


def test_the_fullest_place_fits_its_slot():
    big = 9_999_999_999
    place = Place(
        seed=1 << 40,
        position=1 << 31,
        last=big,
        reach=1 << 31,
        parts=((big, 1 << 31),) * 16,
        arrived=big,
        late=(big,) * 40,
        ahead=(big,) * 160,
        history=((big, big),) * 40,
    )
    assert len(place.packed()) <= MOST_BYTES
    assert unpacked(place.packed()) == place


@given(st.binary(max_size=200))
def test_anything_else_is_no_place(data):
    assert unpacked(data) is None


def test_json_of_another_shape_is_no_place():
    assert unpacked(b"[]") is None
    assert unpacked(Place().packed().replace(b'"late":[]', b'"late":7')) is None
