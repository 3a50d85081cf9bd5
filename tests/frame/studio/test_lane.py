"""The slow lane's states: every pair that can be, and that no other can."""

from __future__ import annotations

from itertools import product

import pytest

from frame.studio.lane import (
    Cooled,
    Ended,
    Found,
    Hindered,
    ImpossibleEvent,
    MakeRoom,
    NothingToDo,
    Reason,
    Render,
    Rest,
    State,
    Stopping,
    next_state,
)
from tests.frame.studio.test_queue import candidate

ONE = candidate(1, 10)
HOT, DISK, TROUBLE = (Hindered(reason) for reason in Reason)
I, R, H, P, S = State.IDLE, State.RENDERING, State.HELD, State.PAUSED, State.STOPPED  # noqa: E741

# (state, event): (next state, kinds of effects, what is said left out)
TABLE = {
    (I, Found(ONE)): (R, [Render]),
    (I, Found(ONE, after_evicting=True)): (R, [MakeRoom, Render]),
    (I, NothingToDo()): (I, [Rest]),
    (I, HOT): (P, [Rest]),
    (I, DISK): (P, [Rest]),
    (I, TROUBLE): (P, [Rest]),
    (P, Found(ONE)): (R, [Render]),
    (P, Found(ONE, after_evicting=True)): (R, [MakeRoom, Render]),
    (P, NothingToDo()): (I, [Rest]),
    (P, HOT): (P, [Rest]),
    (P, DISK): (P, [Rest]),
    (P, TROUBLE): (P, [Rest]),
    (R, HOT): (H, [Rest]),
    (R, DISK): (P, [Rest]),
    (R, TROUBLE): (P, [Rest]),
    (R, Cooled()): (R, []),
    (R, Ended()): (I, []),
    (H, HOT): (H, [Rest]),
    (H, Cooled()): (R, []),
    **{(state, Stopping()): (S, []) for state in State},
}
EVENTS = (
    *(Found(ONE), Found(ONE, after_evicting=True), NothingToDo(), HOT, DISK, TROUBLE),
    *(Cooled(), Ended(), Stopping()),
)


@pytest.mark.parametrize(("state", "event"), list(product(State, EVENTS)))
def test_every_pair(state, event) -> None:
    if (state, event) not in TABLE:
        with pytest.raises(ImpossibleEvent):
            next_state(state, event)
        return
    after, effects = next_state(state, event)
    kinds = [type(effect) for effect in effects if type(effect) in (MakeRoom, Render, Rest)]
    assert (after, kinds) == TABLE[state, event]


def test_a_pause_is_said_once() -> None:
    state, first = next_state(State.IDLE, HOT)
    _, second = next_state(state, HOT)
    assert len(first) == 2 and len(second) == 1
