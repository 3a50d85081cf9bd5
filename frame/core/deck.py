"""All cards, in the order that one round shows them. 50,000 take some 50 ms and 12 MB."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from frame.core.photos import Card
from frame.core.place import SHOWN, Place

TOP = 1 << 31
"""Positions are 0 up to this. Equal ones are told apart by id."""


class Deck:
    """The cards of the photos that may hang. Never changed; it remembers the last order asked for."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self.cards = {card.id: card for card in cards}
        self.ids: NDArray[np.int64] = np.array(sorted(self.cards), np.int64)
        days = [self.cards[each].day for each in self.ids.tolist()]
        self._has_day = np.array([bool(day) for day in days], np.bool_)
        self._days = np.array([zlib.crc32(day.encode()) for day in days], np.int64)
        self._key: object = None
        self._members = self._where = np.empty(0, np.int64)
        self._positions = self._order = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self.cards)

    def __contains__(self, photo_id: int) -> bool:
        return photo_id in self.cards

    def newer_than(self, photo_id: int) -> list[int]:
        """Ids above this one, in order of arrival."""
        found: list[int] = self.ids[np.searchsorted(self.ids, photo_id, "right") :].tolist()
        return found

    def after(self, place: Place, count: int) -> list[tuple[int, int]]:
        """The next `count` of the round as (position, id), those that hung ahead of turn included."""
        self._sort(place)
        start = int(np.searchsorted(self._positions, place.position, "left"))
        found: list[tuple[int, int]] = []
        while start < len(self._order) and len(found) < count:
            each = int(self._positions[start]), int(self._order[start])
            if each > (place.position, place.last):
                found.append(each)
            start += 1
        return found

    def is_to_come(self, place: Place, photo_id: int) -> bool:
        """Whether the round has yet to come to this photo."""
        self._sort(place)
        index = int(np.searchsorted(self._members, photo_id))
        if index == len(self._members) or self._members[index] != photo_id:
            return False
        return (int(self._where[index]), photo_id) > (place.position, place.last)

    def _sort(self, place: Place) -> None:
        key = (place.seed, place.reach, place.parts, place.arrived)
        if key == self._key:
            return
        members = self.ids[: np.searchsorted(self.ids, place.arrived, "right")]
        count = len(members)
        scatter = _mixed(members, place.seed)
        near = _mixed(self._days[:count], place.seed) + scatter * place.reach // TOP
        raw = np.where(self._has_day[:count], near % TOP, scatter)
        floors = np.zeros(count, np.int64)
        for above, floor in place.parts:
            floors[np.searchsorted(members, above, "right") :] = floor
        in_round = floors != SHOWN
        members, raw, floors = members[in_round], raw[in_round], floors[in_round]
        positions = floors + raw * (TOP - floors) // TOP
        self._members, self._where = members, positions
        order = np.lexsort((members, positions))
        self._positions, self._order, self._key = positions[order], members[order], key


def _mixed(values: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Each value scattered over 0..`TOP`, another way for each seed: the finaliser of splitmix64."""
    state = values.astype(np.uint64) + np.uint64(seed * 0x9E3779B97F4A7C15 % (1 << 64))
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return (state >> np.uint64(33)).astype(np.int64)
