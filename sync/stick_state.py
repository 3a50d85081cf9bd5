"""Where a USB stick stands, from plugged in to pulled out: decisions only."""

from __future__ import annotations

from enum import Enum


class Stick(Enum):
    """`KNOWN`: everything on it is here already. `FINISHED`: it may be pulled out."""

    COUNTING = "counting"
    KNOWN = "known"
    ASKING = "asking"
    DECLINED = "declined"
    IMPORTING = "importing"
    FINISHED = "finished"
    GONE = "gone"


class Event(Enum):
    """What can happen. `COUNTED_*`: nothing new on it; new photos; new photos, and the owner said yes
    before it was pulled out; new photos, and the owner said no and it has been in ever since."""

    COUNTED_NOTHING = "nothing new"
    COUNTED_NEW = "new photos"
    COUNTED_GRANTED = "an import to go on with"
    COUNTED_DECLINED = "declined before"
    YES = "yes"
    NO = "no"
    ALL_TAKEN = "all taken"
    PULLED = "pulled"


class Effect(Enum):
    """What is to be done about it."""

    ASK = "ask"
    WITHDRAW = "withdraw the question"
    REMEMBER_YES = "remember the yes"
    REMEMBER_NO = "remember the no"
    REMEMBER_CONTENT = "remember that all this is here"
    FORGET_ANSWER = "forget the answer"
    SAY_DONE = "say that it may be pulled"
    SAY_PULLED = "say that it was pulled too early"
    CLEAR = "clear what was said"


_NEXT: dict[tuple[Stick, Event], tuple[Stick, tuple[Effect, ...]]] = {
    (Stick.COUNTING, Event.COUNTED_NOTHING): (
        Stick.KNOWN,
        (Effect.WITHDRAW, Effect.CLEAR, Effect.REMEMBER_CONTENT),
    ),
    (Stick.COUNTING, Event.COUNTED_NEW): (Stick.ASKING, (Effect.CLEAR, Effect.ASK)),
    (Stick.COUNTING, Event.COUNTED_GRANTED): (Stick.IMPORTING, (Effect.CLEAR,)),
    (Stick.COUNTING, Event.COUNTED_DECLINED): (Stick.DECLINED, ()),
    (Stick.COUNTING, Event.PULLED): (Stick.GONE, (Effect.WITHDRAW,)),
    (Stick.KNOWN, Event.PULLED): (Stick.GONE, (Effect.FORGET_ANSWER,)),
    (Stick.ASKING, Event.YES): (Stick.IMPORTING, (Effect.REMEMBER_YES,)),
    (Stick.ASKING, Event.NO): (Stick.DECLINED, (Effect.REMEMBER_NO,)),
    (Stick.ASKING, Event.PULLED): (Stick.GONE, (Effect.WITHDRAW, Effect.FORGET_ANSWER)),
    (Stick.DECLINED, Event.PULLED): (Stick.GONE, (Effect.FORGET_ANSWER,)),
    (Stick.IMPORTING, Event.ALL_TAKEN): (
        Stick.FINISHED,
        (Effect.REMEMBER_CONTENT, Effect.FORGET_ANSWER, Effect.SAY_DONE),
    ),
    # The yes stays: it goes on by itself when the stick is back.
    (Stick.IMPORTING, Event.PULLED): (Stick.GONE, (Effect.SAY_PULLED,)),
    (Stick.FINISHED, Event.PULLED): (Stick.GONE, (Effect.CLEAR,)),
}


def next_stick(stick: Stick, event: Event) -> tuple[Stick, tuple[Effect, ...]]:
    """Raises KeyError for what cannot happen."""
    return _NEXT[stick, event]
