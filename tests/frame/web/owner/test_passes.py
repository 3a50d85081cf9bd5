"""Passes: made, shown once, taken back; a door open for five minutes; what needs a yes."""

from __future__ import annotations

import re
from html import unescape

import pytest

from frame.core.passes import DAY, Standing
from frame.core.photos import Approval, Door
from frame.web.owner.passes import GIGABYTE, SHOWN_SECONDS, drawing
from tests.frame.web.owner.conftest import Album

FORM = {"name": "Oma <b>Ada</b>", "life": "week", "photos": "50", "gigabytes": "2", "waits": "yes"}


def made(album: Album, **changes: str) -> tuple[str, str]:
    """The address and the page of a new pass."""
    answer = album.owner.post("/frame/passes", data={**FORM, **changes})
    assert answer.status_code == 303
    return answer.location, unescape(album.owner.get(answer.location).text)


def test_a_pass_is_made_with_what_it_allows(album: Album):
    made(album)
    with album.house.catalogue() as catalogue:
        (found,) = catalogue.passes.all()
    assert found.name == "Oma <b>Ada</b>" and found.waits
    assert (found.most_photos, found.most_bytes) == (50, 2 * GIGABYTE)
    assert found.expires == int(album.house.now) + 7 * DAY
    text = album.owner.get("/frame/passes").text
    assert "<b>Ada" not in text and "0 of 50" in text


def test_its_link_lets_a_phone_in(album: Album):
    _, page = made(album)
    link = re.search(r'href="(http://192\.168\.1\.20:8080/p/([^"]+))"', page)
    assert link is not None
    phone = album.house.nobody()
    answer = phone.get(f"/p/{link[2]}")
    assert answer.status_code == 303 and "wakeframe_pass=" in answer.headers["Set-Cookie"]


def test_it_is_shown_for_a_while_and_its_token_is_nowhere_else(album: Album):
    address, page = made(album)
    token = re.search(r"/p/([A-Za-z0-9_-]{22})", page)
    assert token is not None and token[1] not in address
    assert token[1] not in album.owner.get("/frame/passes").text
    raw = album.house.places.catalogue.read_bytes()
    assert token[1].encode() not in raw
    album.house.clock += SHOWN_SECONDS + 1
    assert album.owner.get(address).status_code == 404


def test_a_browser_at_the_frame_itself_gets_the_networks_address(album: Album):
    album.says("home", scan="http://wakeframe.local:8080/x", fallback="http://192.168.1.20:8080/x")
    here = {"headers": {"Host": "localhost:8080"}, "origin": "http://localhost:8080"}
    owner = album.house.app.test_client()
    owner.key = album.owner.key
    owner.set_cookie("wakeframe_owner", album.owner.key, domain="localhost")
    answer = owner.post("/frame/passes", data=FORM, **here)
    page = owner.get(answer.location, **here).text
    assert 'href="http://192.168.1.20:8080/p/' in page


def test_a_drawing_is_shapes_alone():
    text = str(drawing("http://192.168.1.20:8080/p/" + "x" * 22))
    assert text.startswith("<svg") and set(re.findall(r"<(\w+)", text)) <= {"svg", "g", "path"}
    assert "style=" not in text and "href" not in text


def test_taken_back_at_once(album: Album):
    guest, pass_ = album.house.guest()
    assert guest.get("/").status_code != 401
    album.does(f"/frame/passes/{pass_.id}/revoke", revoke="yes")
    with album.house.catalogue() as catalogue:
        assert catalogue.passes.get(pass_.id).standing(album.house.now) is Standing.REVOKED
    again = album.owner.post(f"/frame/passes/{pass_.id}/revoke", data={})
    assert again.status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        *({"name": ""}, {"name": "  "}, {"life": "century"}, {"photos": "0"}, {"photos": "1e9"}),
        *({"photos": "999999999"}, {"gigabytes": ""}, {"gigabytes": "-1"}, {"name": "a\x00b"}),
    ],
)
def test_nonsense_makes_no_pass(album: Album, changes: dict):
    assert album.owner.post("/frame/passes", data={**FORM, **changes}).status_code == 400
    with album.house.catalogue() as catalogue:
        assert catalogue.passes.all() == []


def test_a_door_is_opened_and_closed(album: Album):
    page = album.does("/frame/pairing", **FORM)
    assert "The frame shows a code for Oma" in page
    left = re.search(r'data-countdown="(\d+)"', page)
    assert left is not None and 0 < int(left[1]) <= 300
    page = album.does("/frame/pairing/close", close="yes")
    assert "The frame shows a code for" not in page


def test_what_needs_a_yes_is_said_by_door(album: Album):
    album.does("/frame/beginnings", **{"usb.still": "waiting", "usb.clip": "approved",
                                       "inbox.still": "hidden", "inbox.clip": "approved"})  # fmt: skip
    with album.house.catalogue() as catalogue:
        found = {each.door: (each.still, each.clip) for each in catalogue.beginnings.all()}
    assert found[Door.USB] == (Approval.WAITING, Approval.APPROVED)
    assert found[Door.INBOX] == (Approval.APPROVED, Approval.APPROVED), "hidden is no beginning"
