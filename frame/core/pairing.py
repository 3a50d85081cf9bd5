"""Which photo hangs beside another, so that the two belong together."""

from __future__ import annotations

from collections.abc import Iterable

from frame.core.photos import Card

SAME_OCCASION = 86_400
"""Seconds between two arrivals from one sender that are still one occasion: somebody's evening of
sending photos of one party."""

STRANGERS = 3
"""The kinship of two photos that nothing we know connects: each hangs alone."""


def partner_of(card: Card, candidates: Iterable[Card]) -> Card | None:
    """The best partner among photos that fit beside it, or None if none belongs to it.

    Taken on the same day first; then from the same sender within a day; then as many people in the
    same year. Equal ones by nearest arrival.
    """
    others = (each for each in candidates if each.id != card.id and kinship(card, each) < STRANGERS)
    return min(
        others, key=lambda each: (kinship(card, each), _apart(card, each), each.id), default=None
    )


def kinship(one: Card, other: Card) -> int:
    """How closely two photos belong together: 0 is closest, 3 not at all that we know."""
    if one.day and one.day == other.day:
        return 0
    if one.sender and one.sender == other.sender and _apart(one, other) <= SAME_OCCASION:
        return 1
    if one.people == other.people and one.people and one.day[:4] == other.day[:4]:
        return 2
    return STRANGERS


def _apart(one: Card, other: Card) -> int:
    return abs(one.arrived - other.arrived)
