"""What people at the frame ask for, as transitions of the wall."""

from __future__ import annotations

from dataclasses import replace

from frame.core import happenings as do
from frame.core.happenings import Wanted, Wish
from frame.core.steps import (
    ASK_SECONDS,
    CHOOSE_SECONDS,
    INFO_SECONDS,
    NOTE_SECONDS,
    STILL_BEFORE_WAKE,
    UNANSWERED_SECONDS,
    UNDO_SECONDS,
    Over,
    Overlay,
    Phase,
    Step,
    Wall,
    hurry,
    leave,
    prepare,
    put_over,
)


def asked(wall: Wall, wish: Wish, now: float) -> Step:
    """Somebody at the frame wants something."""
    if wish is Wish.QUIT:
        return wall, (do.Quit(),)
    if wall.phase in (Phase.NIGHT, Phase.STARTING):
        return wall, ()
    if wall.overlay is not None and wall.overlay.over is Over.QUESTION:
        return _answered(wall, wall.overlay, wish, now)
    if wall.overlay is not None and wall.overlay.over is Over.WHICH:
        return _which(wall, wish, now)
    if wall.overlay is not None and wall.overlay.over is Over.PLACARD:
        return put_over(wall, None)
    match wish:
        case Wish.NEXT:
            return hurry(wall)
        case Wish.PREVIOUS:
            return prepare(replace(wall, hurries=True), Wanted.PREVIOUS)
        case Wish.WAKE:
            return _wake_now(wall, now)
        case Wish.HIDE:
            return _hide_asked(wall, now)
        case Wish.UNDO:
            return _undo(wall, now)
        case Wish.STAY if wall.overlay is not None and wall.overlay.over is Over.INFO:
            return wall, (do.Quit(),)
        case Wish.INFO | Wish.STAY:
            if wall.overlay is not None and wall.overlay.code == "done.hidden":
                return _undo(wall, now)  # what a long touch means just then
            is_up = wall.overlay is not None and wall.overlay.over is Over.INFO
            return put_over(wall, None if is_up else Overlay(Over.INFO, now + INFO_SECONDS))
        case Wish.HOLD:
            is_up = wall.overlay is not None and wall.overlay.over is Over.INFO
            return asked(wall, Wish.INVITE if is_up else Wish.INFO, now)
        case Wish.INVITE:
            return wall, (do.Invite(),)
        case _:
            return wall, ()


def wished_from_afar(wall: Wall, event: do.WishedFromAfar, now: float) -> Step:
    """Somebody elsewhere wants something. What lies over the picture was not asked of them."""
    if wall.phase in (Phase.NIGHT, Phase.STARTING):
        return wall, ()
    match event.wish:
        case Wish.NEXT:
            return hurry(wall)
        case Wish.PREVIOUS:
            return prepare(replace(wall, hurries=True), Wanted.PREVIOUS)
        case Wish.HANG:
            return prepare(replace(wall, hurries=True), Wanted.AGAIN, event.photos)
        case Wish.WAKE:
            is_asked = wall.overlay is not None and wall.overlay.over is not Over.NOTE
            wall, effects = put_over(wall, None) if is_asked else (wall, ())
            wall, more = _wake_now(wall, now)
            return wall, (*effects, *more)
        case _:
            return wall, ()


def _wake_now(wall: Wall, now: float) -> Step:
    if wall.phase is not Phase.HANGING or wall.slide is None:
        return wall, ()
    if not wall.slide.wakes:
        return put_over(wall, Overlay(Over.NOTE, now + NOTE_SECONDS, "done.no_clip"))
    # Only a wish makes a still wake before it has hung for long.
    hung_at = min(wall.hung_at, now - STILL_BEFORE_WAKE)
    return replace(wall, wake_at=min(wall.wake_at, now), hung_at=hung_at), ()


def _hide_asked(wall: Wall, now: float) -> Step:
    if wall.phase not in (Phase.HANGING, Phase.WAKING) or wall.slide is None:
        return wall, ()
    if len(wall.slide.photos) > 1:
        return put_over(wall, Overlay(Over.WHICH, now + CHOOSE_SECONDS))
    return _hide(wall, wall.slide.photos, now)


def _which(wall: Wall, wish: Wish, now: float) -> Step:
    """Of two photos, which one to hide: the first (previous), the second (next), both (hide)."""
    photos = wall.slide.photos if wall.slide is not None else ()
    wall, effects = put_over(wall, None)
    chosen = {Wish.PREVIOUS: photos[:1], Wish.NEXT: photos[1:], Wish.HIDE: photos}.get(wish, ())
    if not chosen:
        return wall, effects
    wall, more = _hide(wall, chosen, now)
    return wall, (*effects, *more)


def _hide(wall: Wall, photos: tuple[int, ...], now: float) -> Step:
    note = Overlay(Over.NOTE, now + NOTE_SECONDS, "done.hidden")
    wall = replace(wall, hidden=photos, hidden_at=now, is_gone=True, hurries=True, overlay=note)
    # What is being prepared was chosen while these could still hang.
    wall, more = leave(wall) if wall.coming is not None else prepare(wall, Wanted.NEXT)
    return wall, (do.Hide(photos), *more)


def _undo(wall: Wall, now: float) -> Step:
    if not wall.hidden or now > wall.hidden_at + UNDO_SECONDS:
        return wall, ()
    photos, note = wall.hidden, Overlay(Over.NOTE, now + NOTE_SECONDS, "done.shown_again")
    wall = replace(wall, hidden=(), hurries=True, overlay=note)
    wall, more = prepare(wall, Wanted.AGAIN, photos)
    return wall, (do.Unhide(photos), *more)


def _answered(wall: Wall, overlay: Overlay, wish: Wish, now: float) -> Step:
    """Right is yes, left is no, for fingers too. Who was just turning the page did not answer."""
    if wish not in _ANSWERS or now < overlay.until - ASK_SECONDS + UNANSWERED_SECONDS:
        return wall, ()
    wall, effects = put_over(replace(wall, question=overlay.question), None)
    return wall, (do.Answer(overlay.question, is_yes=_ANSWERS[wish]), *effects)


_ANSWERS = {Wish.YES: True, Wish.NEXT: True, Wish.NO: False, Wish.PREVIOUS: False}
