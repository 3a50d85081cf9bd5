"""Which driver suits this photo, when nobody asked for one: restrained unless the photo smiles."""

from __future__ import annotations

from collections.abc import Sequence

from renderer.faces.attributes import Attributes
from renderer.faces.mouth import WIDE_OPEN
from renderer.reasons import Reason, reason

OLD_YEAR = 1960
"""Before about 1960 hardly anyone in a family album had been photographed in colour."""

DAMAGED = 0.03
"""Scratched share of a face, or of the photo, from which large movements would drag cracks across it:
the two test portraits with cracks all over have 0.039 and 0.065, of 229 whole crops one has more."""

GROUP = 3
"""From so many people on, one wide smile beside small ones looks staged."""

JOYFUL_SHARE = 0.5
"""Share of the faces that must be smiling already before they may smile wider."""


Chosen = tuple[str, Reason]
"""A driver's name and why it was chosen."""


def choose_driver(
    attributes: Sequence[Attributes],
    year: int | None = None,
    damage: float | None = None,
    *,
    is_sad: bool = False,
) -> Chosen:
    """A driver's name and why it was chosen.

    `attributes` are those of the faces that may move; `year` is when the photo was taken and
    `damage` 0..1 what share of the worst face is scratched, where these are known; `is_sad`: somebody
    looks sad.
    Reunion is never chosen: looking around is for someone who asks for it.
    """
    if damage is not None and damage >= DAMAGED:
        return "blink-and-nod", reason("chose_damaged")
    if not attributes:
        return "nostalgia", reason("chose_gentle")
    if is_sad:
        return "blink-and-nod", reason("chose_serious")
    if any(seen.mouth_covered or seen.lip_gap > WIDE_OPEN for seen in attributes):
        return "blink-and-nod", reason("chose_open_mouth")
    if all(seen.eyes_closed for seen in attributes):
        return "nostalgia", reason("chose_closed_eyes")
    smiling = sum(seen.smiling for seen in attributes) > JOYFUL_SHARE * len(attributes)
    if len(attributes) >= GROUP:
        quiet = "nostalgia" if smiling else "blink-and-nod"
        return quiet, reason("chose_quiet_group")
    # A print of one hue is old, or means to look it.
    old = year < OLD_YEAR if year is not None else all(seen.grey for seen in attributes)
    if old:
        return "nostalgia", reason("chose_old")
    if smiling:
        return "joy", reason("chose_joy")
    return "nostalgia", reason("chose_gentle")
