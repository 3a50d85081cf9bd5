"""Partners: the same day, then the same sender's evening, then alike; strangers hang alone."""

from __future__ import annotations

from frame.core.pairing import kinship, partner_of
from tests.frame.core.makers import card

ONE = card(1, 0.75, day="2019-07-12", sender="Ada", people=2)
SAME_DAY = card(90, 0.75, day="2019-07-12")
SAME_SENDER = card(5, 0.75, day="2020-01-01", sender="Ada")
ALIKE = card(70, 0.75, day="2019-01-01", people=2)
NEAR = card(2, 0.75, people=0)
FAR = card(900, 0.75, people=0)


def test_who_comes_first():
    everybody = [FAR, NEAR, ALIKE, SAME_SENDER, SAME_DAY]
    order = []
    while (best := partner_of(ONE, everybody)) is not None:
        order.append(best)
        everybody.remove(best)
    assert order == [SAME_DAY, SAME_SENDER, ALIKE]


def test_strangers_hang_alone():
    assert partner_of(ONE, [FAR, NEAR]) is None


def test_of_equals_the_one_that_arrived_nearest():
    assert partner_of(ALIKE, [card(500, 0.75, day="2019-03-01", people=2), ONE]) == ONE


def test_nobody_is_ones_own_partner():
    assert partner_of(ONE, [ONE]) is None
    assert partner_of(ONE, []) is None


def test_nothing_known_is_no_kinship():
    assert kinship(card(1, people=0), card(2, people=0)) == 3
    assert kinship(card(1, people=1), card(2, people=1)) == 2
