"""The thread that keeps us announced, with a network that does as it is told."""

from __future__ import annotations

from sync.finder import Finder
from sync.finding import RECHECK_SECONDS, Announce, State
from sync.finding_network import HeraldError

HERE = frozenset({"192.0.2.20"})


class FakeHerald:
    """Knows who has which name, and what was said."""

    def __init__(self) -> None:
        self.taken: dict[str, frozenset[str]] = {}
        self.announced: Announce | None = None
        self.is_open = False
        self.is_broken = False
        self.asked: list[str] = []

    def open(self, addresses: frozenset[str]) -> None:
        assert addresses
        self._check()
        self.is_open, self.announced = True, None

    def who_answers(self, host: str) -> frozenset[str]:
        self._check()
        assert self.is_open
        self.asked.append(host)
        return self.taken.get(host, frozenset())

    def announce(self, call: Announce) -> None:
        self._check()
        self.announced = call

    def withdraw(self) -> None:
        self.announced = None

    def close(self) -> None:
        self.is_open, self.announced = False, None

    def _check(self) -> None:
        if self.is_broken:
            raise HeraldError("the network is unreachable")


class Home:
    def __init__(self, name: str = "Wakeframe") -> None:
        self.herald = FakeHerald()
        self.addresses = HERE
        self.now = 0.0
        self.finder = Finder(
            name, 8080, lambda: self.herald, lambda: self.addresses, lambda: self.now
        )

    def look(self) -> None:
        self.finder.look(self.herald)

    @property
    def host(self) -> str | None:
        return self.herald.announced.host if self.herald.announced else None


def test_it_is_announced_at_the_first_look():
    home = Home("Kitchen")
    home.look()
    assert home.host == home.finder.finding.host == "kitchen.local"
    assert home.finder.finding.state is State.FOUND


def test_a_taken_name_is_passed_over():
    home = Home()
    home.herald.taken["wakeframe.local"] = frozenset({"192.0.2.9"})
    home.look()
    assert home.host == "wakeframe-2.local"


def test_a_clash_that_comes_later_is_settled_at_the_next_question():
    home = Home()
    home.look()
    home.herald.taken["wakeframe.local"] = frozenset({"192.0.2.200"})
    home.now = RECHECK_SECONDS
    home.look()
    assert home.host == home.finder.finding.host == "wakeframe-2.local"


def test_after_the_network_was_away_it_is_announced_again():
    home = Home()
    home.look()
    home.addresses = frozenset()
    home.look()
    assert not home.herald.is_open
    home.addresses = HERE
    home.look()
    assert home.host == "wakeframe.local"


def test_another_address_is_announced():
    home = Home()
    home.look()
    home.addresses = frozenset({"192.0.2.77"})
    home.look()
    assert home.herald.announced is not None
    assert home.herald.announced.addresses == home.addresses


def test_a_network_that_fails_is_tried_again():
    home = Home()
    home.herald.is_broken = True
    for _ in range(3):
        home.look()
        assert home.finder.finding.state is State.AWAY
    home.herald.is_broken = False
    home.look()
    assert home.host == "wakeframe.local"


def test_at_a_rest_nothing_is_said():
    home = Home()
    home.look()
    asked = len(home.herald.asked)
    for _ in range(10):
        home.now += 5
        home.look()
    assert len(home.herald.asked) == asked


def test_the_thread_says_goodbye():
    home = Home()
    with home.finder:
        pass
    assert not home.herald.is_open
