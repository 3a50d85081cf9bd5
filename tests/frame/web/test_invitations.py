"""A code on the wall for a party, and for each guest a pass of their own."""

from __future__ import annotations

import pytest

from frame.core.passes import DAY, INVITED
from frame.web.invitations import GOOD_SECONDS, MOST_GUESTS, SHARED_SECONDS, Invitations


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def invitations(clock) -> Invitations:
    return Invitations(clock)


def test_without_a_question_there_is_none(invitations):
    assert not invitations.is_good("")
    assert not invitations.let_in("x" * 22)


def test_good_for_a_while_and_for_so_many(invitations, clock):
    token = invitations.current()
    assert len(token) == 22
    assert invitations.current() == token
    clock.now += GOOD_SECONDS
    assert invitations.is_good(token)
    clock.now += 1
    assert not invitations.is_good(token)


def test_a_new_one_ends_the_one_before(invitations, clock):
    token = invitations.current()
    clock.now += SHARED_SECONDS + 1
    assert invitations.current() != token
    assert not invitations.is_good(token)


def test_nobody_makes_themselves_any_number_of_passes(invitations):
    token = invitations.current()
    assert [invitations.let_in(token) for _ in range(MOST_GUESTS + 2)].count(True) == MOST_GUESTS
    assert not invitations.is_good(token)
    assert invitations.is_good(invitations.current())


class TestPage:
    @pytest.fixture
    def token(self, house) -> str:
        return house.context.invitations.current()

    def test_two_guests_have_a_pass_each_under_their_own_names(self, house, token):
        for name in ("  Tante \n Inge ", "Ben"):
            browser = house.nobody()
            assert b'name="name"' in browser.get(f"/i/{token}").data
            answer = browser.post(f"/i/{token}", data={"name": name})
            assert (answer.status_code, answer.headers["Location"]) == (303, "/")
            assert "wakeframe_pass=" in answer.headers["Set-Cookie"]
        with house.catalogue() as catalogue:
            ben, inge = catalogue.passes.all()
        assert (ben.name, inge.name) == ("Ben", "Tante Inge")
        assert inge.waits and inge.most_photos == INVITED.most_photos
        assert inge.expires == int(house.now) + DAY

    def test_who_is_in_already_just_goes_on(self, house, token):
        browser, _ = house.guest()
        answer = browser.get(f"/i/{token}")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")

    @pytest.mark.parametrize("name", ["", "  ", "\n"])
    def test_without_a_name_there_is_no_pass(self, house, token, name):
        answer = house.nobody().post(f"/i/{token}", data={"name": name})
        assert answer.status_code == 400
        with house.catalogue() as catalogue:
            assert catalogue.passes.all() == []

    @pytest.mark.parametrize("wrong", ["x" * 22, "..", "%00"])
    def test_a_wrong_or_old_one_lets_nobody_in(self, house, token, wrong):
        browser = house.nobody()
        assert wrong != token
        assert browser.get(f"/i/{wrong}").status_code == 401
        assert browser.post(f"/i/{wrong}", data={"name": "Eve"}).status_code == 401
        with house.catalogue() as catalogue:
            assert catalogue.passes.all() == []
