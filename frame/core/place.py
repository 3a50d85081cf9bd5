"""Where the shuffle stands: small enough to be written down at every slide, whatever the library."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

START = -1
"""Before the first position of a round."""

SHOWN = -1
"""Instead of a floor: these hung as new arrivals, and this round is done with them."""

MOST_BYTES = 4000
LONGEST_AHEAD = 160
LONGEST_LATE = 40
LONGEST_HISTORY = 40
MOST_PARTS = 16
"""Together, with ids of ten digits, these stay under `MOST_BYTES`."""


@dataclass(frozen=True)
class Place:
    """Where the shuffle stands. See `frame.core.playlist` for what the words mean.

    `seed` names the round, and with it the order. (`position`, `last`) is how far the round has come.
    `reach` is how far apart the photos of one day may lie in this round. `parts` says from which id on
    photos joined at which position: (above this id, floor or `SHOWN`). `arrived` is the highest id that
    is no longer new. `late` are ids that may hang since a moment ago, though they are not new; `ahead`
    are ids that hung before their turn. `history` holds the latest slides, newest last, and `back` is
    how far somebody has gone back in it.
    """

    seed: int = 0
    position: int = START
    last: int = 0
    reach: int = 0
    parts: tuple[tuple[int, int], ...] = ()
    arrived: int = 0
    late: tuple[int, ...] = ()
    ahead: tuple[int, ...] = ()
    history: tuple[tuple[int, ...], ...] = ()
    back: int = 0

    @property
    def hangs(self) -> tuple[int, ...]:
        """The ids of the slide that hangs; empty before the first."""
        return self.history[-1 - self.back] if self.back < len(self.history) else ()

    def packed(self) -> bytes:
        """As bytes, at most `MOST_BYTES`: JSON, for whoever has to look into it."""
        return json.dumps(asdict(self), separators=(",", ":")).encode()


def unpacked(data: bytes) -> Place | None:
    """The place that was packed, or None for anything else."""
    try:
        found = json.loads(data)
        return Place(
            seed=int(found["seed"]),
            position=int(found["position"]),
            last=int(found["last"]),
            reach=int(found["reach"]),
            parts=tuple((int(above), int(floor)) for above, floor in found["parts"]),
            arrived=int(found["arrived"]),
            late=_ids(found["late"]),
            ahead=_ids(found["ahead"]),
            history=tuple(_ids(slide) for slide in found["history"]),
            back=int(found["back"]),
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _ids(found: object) -> tuple[int, ...]:
    if not isinstance(found, list):
        raise TypeError("not a list of ids")
    return tuple(int(each) for each in found)
