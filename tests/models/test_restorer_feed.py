"""The pictures that the restorer's networks learn from do not depend on who makes them, or when."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

import numpy as np
import pytest

from models.build import restorer_feed
from models.build.restorer_feed import AHEAD, Feed, Planes

SHAPE = (4, 3, 2)


def _make(step: int, k: int, hard: Sequence[int]) -> Planes:
    # The first of every piece takes longest, so that pieces are finished out of order.
    time.sleep(0.02 if k == 0 and step % 2 == 0 else 0.0)
    rng = np.random.default_rng((step, k, *hard))
    return rng.integers(0, 256, SHAPE, np.uint8)


def _expected(step: int, batch: int, hard: Sequence[int] = ()) -> Planes:
    return np.stack([_make(step, k, hard) for k in range(batch)])


@pytest.mark.parametrize("processes", [1, 3])
def test_batches_come_in_order_whatever_makes_them(processes: int) -> None:
    feed = Feed(_make, SHAPE, 6, processes, first=5)
    try:
        for step in range(5, 5 + 2 * AHEAD + 1):
            assert np.array_equal(feed.next(), _expected(step, 6))
    finally:
        feed.close()


def test_what_is_hard_is_drawn_in_steps_that_are_not_begun() -> None:
    feed = Feed(_make, SHAPE, 6, 2)
    try:
        feed.next()
        batches = [feed.next((1, 2)) for _ in range(AHEAD)]
        assert np.array_equal(batches[0], _expected(1, 6))
        assert np.array_equal(batches[-1], _expected(AHEAD, 6, (1, 2)))
    finally:
        feed.close()


def test_a_process_that_died_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restorer_feed, "PATIENCE", 0.05)

    def die(step: int, k: int, hard: Sequence[int]) -> Planes:
        os._exit(1)

    feed = Feed(die, SHAPE, 6, 2)
    with pytest.raises(RuntimeError, match="died"):
        feed.next()
    feed.close()
