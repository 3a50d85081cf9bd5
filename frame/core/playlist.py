"""What hangs next: a shuffle that repeats nothing until everything was shown.

A round is an order of all photos, given by a seed; the place in it is a position, not a list, so that
a place in a library of any size is small. Photos of one day lie near each other in the order (within
`WINDOW` photos), so that a partner for a pair is at hand; what hangs before its turn is remembered
until the round has passed it, which is never more than a window.

New arrivals hang next, in the order in which they came (by id: a photo's dates may lie). They take
part in rounds from the next one on. When more than `BURST` wait, all but the newest of them join the
running round instead, spread over what is left of it: a large import does not hold the wall for days.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from frame.core.deck import TOP, Deck
from frame.core.fit import may_pair
from frame.core.pairing import STRANGERS, kinship, partner_of
from frame.core.photos import Card
from frame.core.place import (
    LONGEST_AHEAD,
    LONGEST_HISTORY,
    LONGEST_LATE,
    MOST_PARTS,
    SHOWN,
    START,
    Place,
)

WINDOW = LONGEST_AHEAD
"""How far ahead of its turn a photo may hang."""

BURST = 50
"""Arrivals that hang one after the other: an evening's photos, 25 minutes at the usual pace."""

NOT_AGAIN = 12
"""What hung this recently does not open the next round, if the library is large enough."""


@dataclass(frozen=True)
class Choice:
    """What hangs next: one id or two, and where the shuffle stands then.

    `alone` is the place if only the first of two hangs after all. `is_new` tells an arrival.
    """

    ids: tuple[int, ...]
    place: Place
    alone: Place
    is_new: bool = False


def fresh(seed: int) -> Place:
    """The place before anything was shown."""
    return Place(seed=seed, reach=TOP)


def choose(
    place: Place,
    deck: Deck,
    panel: tuple[int, int],
    *,
    prefers_waking: bool = False,
    avoid: Collection[int] = (),
) -> Choice | None:
    """What hangs next, or None if nothing may.

    `prefers_waking` brings a photo that can wake forward, if one is near in the round. Nothing in
    `avoid` is chosen.
    """
    while place.back > 0:
        place = replace(place, back=place.back - 1)
        ids = _still_there(place.hangs, deck, avoid)
        if ids:
            return Choice(ids, place, place)
    for photo_id in place.late:
        place = replace(place, late=place.late[1:])
        if photo_id in deck and photo_id not in avoid:
            return _of_late(place, deck, photo_id)
    place, waiting = _waiting(place, deck)
    for index, photo_id in enumerate(waiting):
        place = _past_arrival(place, photo_id)
        if photo_id not in avoid:
            return _of_arrival(place, deck, panel, photo_id, waiting[index + 1 :], avoid)
    return _of_round(place, deck, panel, avoid, prefers_waking=prefers_waking)


def go_back(place: Place, deck: Deck, avoid: Collection[int] = ()) -> Choice | None:
    """The slide before, or None at the end of what is remembered."""
    while place.back + 1 < len(place.history):
        place = replace(place, back=place.back + 1)
        ids = _still_there(place.hangs, deck, avoid)
        if ids:
            return Choice(ids, place, place)
    return None


def jump(place: Place, ids: tuple[int, ...]) -> Choice:
    """These, now: a photo that was hidden by mistake, or what hung when the power went. What hangs
    already is not remembered twice."""
    if place.back == 0 and place.hangs == ids:
        return Choice(ids, place, place)
    after = _remembered(replace(place, back=0), ids)
    return Choice(ids, after, after)


def admit(place: Place, ids: Iterable[int]) -> Place:
    """Photos that may hang since a moment ago without being new (approved, shown again) hang soon."""
    late = place.late + tuple(each for each in sorted(ids) if each not in place.late)
    return replace(place, late=late[-LONGEST_LATE:])


def has_arrivals(place: Place, deck: Deck) -> bool:
    """Whether something new waits to hang."""
    return bool(deck.newer_than(place.arrived)) or any(each in deck for each in place.late)


def _waiting(place: Place, deck: Deck) -> tuple[Place, list[int]]:
    """The arrivals that hang next; those in excess of `BURST` have joined the round then."""
    waiting = deck.newer_than(place.arrived)
    # Every joining makes a part or two; where there are too many already, the arrivals wait longer.
    if len(waiting) > BURST and len(place.parts) + 2 <= MOST_PARTS:
        joining = waiting[-BURST - 1]
        if place.position == START:
            place = replace(place, reach=_reach(deck))
        place = _with_part(place, max(place.position, 0))
        place = replace(place, arrived=joining)
        waiting = waiting[-BURST:]
    return place, waiting


def _past_arrival(place: Place, photo_id: int) -> Place:
    return replace(_with_part(place, SHOWN), arrived=photo_id)


def _with_part(place: Place, floor: int) -> Place:
    """From `arrived` on, ids have this floor, unless they have it already."""
    if place.parts and place.parts[-1][1] == floor:
        return place
    return replace(place, parts=(*place.parts, (place.arrived, floor)))


def _of_late(place: Place, deck: Deck, photo_id: int) -> Choice:
    if deck.is_to_come(place, photo_id):
        place = _with_ahead(place, photo_id)
    after = _remembered(place, (photo_id,))
    return Choice((photo_id,), after, after, is_new=True)


def _of_arrival(
    place: Place,
    deck: Deck,
    panel: tuple[int, int],
    photo_id: int,
    waiting: list[int],
    avoid: Collection[int],
) -> Choice:
    """An arrival, with the one behind it if the two belong together: their order stays as it was."""
    alone = _remembered(place, (photo_id,))
    card = deck.cards[photo_id]
    other = deck.cards[waiting[0]] if waiting and waiting[0] not in avoid else None
    if other is None or not _fit_beside(card, other, panel) or kinship(card, other) >= STRANGERS:
        return Choice((photo_id,), alone, alone, is_new=True)
    ids = (photo_id, other.id)
    both = _remembered(_past_arrival(place, other.id), ids)
    return Choice(ids, both, alone, is_new=True)


def _of_round(
    place: Place,
    deck: Deck,
    panel: tuple[int, int],
    avoid: Collection[int],
    *,
    prefers_waking: bool,
) -> Choice | None:
    window = _unseen(place, deck, avoid)
    if not window:
        place = _new_round(place, deck)
        window = _unseen(place, deck, avoid)
    if not window:
        return None
    cards = [deck.cards[photo_id] for _, photo_id in window]
    recent = _recent(place, len(deck))
    fitting = [card for card in cards if card.id not in recent] or cards
    has_room = len(place.ahead) < LONGEST_AHEAD - LONGEST_LATE
    waking = [card for card in fitting if card.wakes] if prefers_waking and has_room else []
    card = (waking or fitting)[0]
    place = _passed(place, deck, window, card.id)
    alone = _remembered(place, (card.id,))
    beside = [each for each in fitting if each.id != card.id and _fit_beside(card, each, panel)]
    other = partner_of(card, beside) if has_room else None
    if other is None:
        return Choice((card.id,), alone, alone)
    left = [each for each in window if each[1] != card.id]
    ids = (card.id, other.id)
    return Choice(ids, _remembered(_passed(place, deck, left, other.id), ids), alone)


def _unseen(place: Place, deck: Deck, avoid: Collection[int]) -> list[tuple[int, int]]:
    """What the round shows next, as (position, id): a window of it, or nothing at its end."""
    ahead = set(place.ahead)
    while True:
        window = deck.after(place, WINDOW)
        found = [each for each in window if each[1] not in ahead and each[1] not in avoid]
        if found or not window:
            return found
        place = replace(place, position=window[-1][0], last=window[-1][1])


def _passed(place: Place, deck: Deck, window: list[tuple[int, int]], photo_id: int) -> Place:
    """The place after showing one of the window: the first moves the round on, others hang ahead."""
    position, first = window[0]
    if photo_id != first:
        return _with_ahead(place, photo_id)
    place = replace(place, position=position, last=first)
    return replace(place, ahead=tuple(each for each in place.ahead if deck.is_to_come(place, each)))


def _with_ahead(place: Place, photo_id: int) -> Place:
    return replace(place, ahead=(*place.ahead, photo_id)[-LONGEST_AHEAD:])


def _new_round(place: Place, deck: Deck) -> Place:
    return replace(
        place, seed=place.seed + 1, position=START, last=0, reach=_reach(deck), parts=(), ahead=()
    )


def _reach(deck: Deck) -> int:
    """So that the photos of one day lie within a window of each other."""
    return TOP if len(deck) <= WINDOW else TOP * WINDOW // len(deck)


def _recent(place: Place, count: int) -> set[int]:
    shown = [photo_id for slide in place.history for photo_id in slide]
    return set(shown[-min(NOT_AGAIN, count // 2) :]) if count > 1 else set()


def _remembered(place: Place, ids: tuple[int, ...]) -> Place:
    return replace(place, history=(*place.history, ids)[-LONGEST_HISTORY:])


def _fit_beside(card: Card, other: Card, panel: tuple[int, int]) -> bool:
    return may_pair(card.aspect, panel) and may_pair(other.aspect, panel)


def _still_there(ids: tuple[int, ...], deck: Deck, avoid: Collection[int]) -> tuple[int, ...]:
    return tuple(each for each in ids if each in deck and each not in avoid)
