"""Touches and keys mean what people expect."""

from __future__ import annotations

import pytest

from frame.display.hands import Hands, Kind, Touch
from frame.display.ports import Input


def gesture(x0: float, x1: float, seconds: float) -> Input | None:
    hands = Hands()
    assert hands.understand(Touch(Kind.DOWN, 10.0, x0)) is None
    return hands.understand(Touch(Kind.UP, 10.0 + seconds, x1))


@pytest.mark.parametrize(
    ("x0", "x1", "seconds", "wanted"),
    [
        (0.1, 0.1, 0.1, Input.PREVIOUS),
        (0.5, 0.52, 0.1, Input.WAKE),
        (0.9, 0.9, 0.1, Input.NEXT),
        (0.5, 0.5, 1.0, Input.HOLD),
        (0.5, 0.5, 3.5, Input.STAY),
        (0.7, 0.4, 0.2, Input.NEXT),
        (0.3, 0.6, 0.2, Input.PREVIOUS),
        (0.3, 0.6, 2.0, Input.PREVIOUS),
    ],
)
def test_touches(x0: float, x1: float, seconds: float, wanted: Input):
    assert gesture(x0, x1, seconds) is wanted


@pytest.mark.parametrize(
    ("x1", "y1", "seconds", "wanted"),
    [
        (0.5, 0.8, 0.2, Input.HIDE),
        (0.5, 0.2, 0.2, Input.UNDO),
        (0.55, 0.75, 2.0, Input.HIDE),
        (0.9, 0.75, 0.2, Input.PREVIOUS),
        (0.5, 0.6, 0.2, Input.WAKE),
    ],
)
def test_a_swipe_down_hides_and_one_up_brings_back(
    x1: float, y1: float, seconds: float, wanted: Input
):
    hands = Hands()
    hands.understand(Touch(Kind.DOWN, 10.0, 0.5, 0.5))
    assert hands.understand(Touch(Kind.UP, 10.0 + seconds, x1, y1)) is wanted


def test_a_finger_that_was_never_put_down_means_nothing():
    assert Hands().understand(Touch(Kind.UP, 1.0, 0.5)) is None


@pytest.mark.parametrize(
    ("key", "wanted"),
    [("right", Input.NEXT), ("w", Input.WAKE), ("h", Input.HIDE), ("q", Input.QUIT), ("f7", None)],
)
def test_keys(key: str, wanted: Input | None):
    assert Hands().understand(Touch(Kind.KEY, key=key)) is wanted


def test_closing_the_window_quits():
    assert Hands().understand(Touch(Kind.CLOSED)) is Input.QUIT
    assert Hands().understand(None) is None
