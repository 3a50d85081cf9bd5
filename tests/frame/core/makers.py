"""Photos and cards as the tests of the decisions need them: every field said, nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence

from frame.core.photos import Approval, Card, Door, Head, Look, Photo, Region


def region(x0: float, y0: float, x1: float, y1: float) -> Region:
    return Region(x0, y0, x1, y1)


def head(x: float, y: float, size: float = 0.1) -> Head:
    """A head around (x, y) with a face of `size` and hair and neck around it, all in shares."""
    face = Region(x - size / 2, y - size / 2, x + size / 2, y + size / 2)
    keep = Region(
        max(0.0, x - size * 0.8),
        max(0.0, y - size),
        min(1.0, x + size * 0.8),
        min(1.0, y + size),
    )
    return Head(face, keep, 80.0, 0.0, 0.0, 0.0, can_move=True)


def look(*heads: Head, verdict: str = "animated") -> Look:
    return Look(verdict, (), tuple(heads), "models")


def photo(
    size: tuple[int, int] = (4000, 3000),
    photo_id: int = 1,
    seen: Look | None = None,
    taken: str | None = None,
    sender: str = "",
) -> Photo:
    return Photo(
        id=photo_id,
        sha256=f"{photo_id:064x}",
        suffix=".jpg",
        door=Door.INBOX,
        name=f"{photo_id}.jpg",
        sender=sender,
        arrived=1_700_000_000 + photo_id,
        taken=taken,
        size=size,
        decoded=size,
        approval=Approval.APPROVED,
        is_favourite=False,
        is_deleted=False,
        prepared="",
        look=seen,
    )


def card(
    photo_id: int,
    aspect: float = 1.5,
    *,
    day: str = "",
    sender: str = "",
    people: int = 1,
    wakes: bool = False,
    arrived: int | None = None,
) -> Card:
    when = 1_700_000_000 + photo_id if arrived is None else arrived
    return Card(photo_id, when, day, aspect, sender, people, wakes)


def cards(ids: Sequence[int], **facts: object) -> list[Card]:
    return [card(each, **facts) for each in ids]  # type: ignore[arg-type]
