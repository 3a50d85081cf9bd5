"""What is known about a photo apart from its original, and what people have decided about it.

It comes from a damaged catalogue or from an archive, and goes into the row in the same step in which the
row is made: a photo that somebody hid must not hang for a second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from frame.core.liveliness import DRIVERS, NATURAL, Wish
from frame.core.photos import Approval, Door
from frame.core.preparation import Choice

if TYPE_CHECKING:
    from frame.library.catalogue import Catalogue


@dataclass(frozen=True)
class Decided:
    """`deleted` and `arrived` are unix seconds; `clip` is None where nobody has decided about its clip.
    `name` and `sender` are hostile text."""

    approval: Approval = Approval.WAITING
    deleted: int | None = None
    is_favourite: bool = False
    door: Door = Door.INBOX
    name: str = ""
    sender: str = ""
    arrived: int | None = None
    clip: Approval | None = None
    wish: Wish = field(default_factory=Wish)
    preparation: Choice = Choice.AUTO


def wish_from(driver: object, intensity: object) -> Wish:
    """The wish that a row or an archive tells of; what makes no sense is no wish."""
    is_share = isinstance(intensity, int | float) and 0 < intensity <= NATURAL
    is_known = driver in DRIVERS
    return Wish(
        str(driver) if is_known else Wish().driver, float(str(intensity)) if is_share else NATURAL
    )


def choice_from(choice: object) -> Choice:
    """Whether somebody wants it restored or as it came; what makes no sense is no choice."""
    return next((each for each in Choice if each == choice), Choice.AUTO)


def write(catalogue: Catalogue, photo_id: int, decided: Decided) -> None:
    """Decide the same about a photo that has just got its row; inside the transaction that made it."""
    photos = catalogue.photos
    photos.approve(photo_id, decided.approval)
    photos.favour(photo_id, is_favourite=decided.is_favourite)
    photos.want_driver(photo_id, decided.wish.driver, decided.wish.intensity)
    photos.want_preparation(photo_id, decided.preparation)
    if decided.clip is not None:
        photos.decide_clip(photo_id, decided.clip)
    if decided.deleted is not None:
        photos.delete(photo_id, decided.deleted)
