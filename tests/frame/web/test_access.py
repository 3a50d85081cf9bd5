"""The access table, held against every route there is, for every kind of visitor."""

from __future__ import annotations

import itertools

import pytest

from bench import web_house
from frame.core.passes import Terms
from frame.web import access
from frame.web.guard import HARMLESS
from frame.web.visitor import Who
from tests.frame.web.conftest import NOON, Browser, House

HERE = {
    "peer": "127.0.0.1",
    "headers": {"Host": "localhost:8080"},
    "origin": "http://localhost:8080",
}


def visitors(house: House) -> dict[Who, Browser]:
    with house.catalogue() as catalogue:
        expired, _ = house.guest("Expired", Terms(seconds=1))
        revoked, pass_ = house.guest("Revoked")
        catalogue.passes.revoke(pass_.id, NOON)
        guest, _ = house.guest()
        house.now += 2
    return {
        Who.NOBODY: house.nobody(),
        Who.GUEST: guest,
        Who.EXPIRED: expired,
        Who.REVOKED: revoked,
        Who.OWNER: house.owner(),
        Who.SCREEN: house.nobody(),
    }


def routes(house: House) -> list[tuple[str, str, str]]:
    return web_house.routes(house.app)


def test_every_route_has_a_line_and_every_line_a_route(house):
    endpoints = {rule.endpoint for rule in house.app.url_map.iter_rules()}
    assert endpoints == set(access.TABLE)


def test_no_route_without_a_line_is_for_anybody(house):
    house.app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    for who, browser in visitors(house).items():
        more = HERE if who is Who.SCREEN else {}
        assert browser.get("/forgotten", **more).status_code in (401, 403)


@pytest.mark.parametrize("who", list(Who))
def test_the_table_is_what_happens(house, who, monkeypatch):
    """Every route, every method, for this kind of visitor: refused exactly where the table refuses."""
    browser = visitors(house)[who]
    kinds = {who} | ({Who.NOBODY} if who is Who.SCREEN else set())
    for endpoint, path, method in routes(house):
        # What the page does is other tests' business: here it only says that it was reached.
        reached = lambda **_: ("reached", 299)  # noqa: E731
        monkeypatch.setitem(house.app.view_functions, endpoint, reached)
        answer = browser.open(path, method=method, **(HERE if who is Who.SCREEN else {}))
        may = not kinds.isdisjoint(access.TABLE[endpoint])
        assert (answer.status_code == 299) == may, f"{method} {path} for {who}"
        if not may:
            assert answer.status_code in (401, 403)


@pytest.mark.parametrize("who", [Who.GUEST, Who.OWNER])
def test_what_changes_something_needs_our_origin_and_our_form(house, who, monkeypatch):
    browser = visitors(house)[who]
    changing = [each for each in routes(house) if each[2] not in HARMLESS]
    wrong = [
        {"origin": None}, {"origin": "null"}, {"origin": "http://evil.example"},
        {"origin": "https://192.168.1.20:8080"}, {"origin": "http://192.168.1.20"},
        {"csrf": None}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": "ä"},
    ]  # fmt: skip
    for (endpoint, path, method), how in itertools.product(changing, wrong):
        reached = lambda **_: ("reached", 299)  # noqa: E731
        monkeypatch.setitem(house.app.view_functions, endpoint, reached)
        assert browser.open(path, method=method, **how).status_code != 299, (path, how)


def test_forged_words_of_proxies_change_nothing(house):
    forged = {
        "X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1", "X-Forwarded-Host": "localhost:8080",
        "Forwarded": "for=127.0.0.1;host=localhost:8080", "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/x",
    }  # fmt: skip
    seen = []
    house.app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    for headers in ({}, forged):
        answer = house.nobody().get("/forgotten", headers=headers)
        seen.append((answer.status_code, answer.data))
    assert seen[0] == seen[1]
