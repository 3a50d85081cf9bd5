from __future__ import annotations

import threading

from sync.turn import Turn


def test_one_at_a_time_and_the_inbox_first():
    turn, order = Turn(), []
    held = threading.Event()
    may_end = threading.Event()

    def hold() -> None:
        with turn.at(1):
            held.set()
            may_end.wait(5)

    def go(rank: int) -> None:
        with turn.at(rank):
            order.append(rank)

    first = threading.Thread(target=hold)
    first.start()
    held.wait(5)
    others = [threading.Thread(target=go, args=(rank,)) for rank in (2, 1, 0)]
    for thread in others:
        thread.start()
    while len(turn._waiting) < 3:
        pass
    may_end.set()
    for thread in (first, *others):
        thread.join(5)
    assert order == [0, 1, 2]


def test_nobody_waits_for_one_that_hangs():
    turn = Turn(patience=0.01)
    with turn.at(1):
        with turn.at(0):
            pass
        with turn.at(0):
            pass
    with turn.at(1):
        assert turn._is_taken
    assert not turn._is_taken
