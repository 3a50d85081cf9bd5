"""The board between the web process and the screen: what is put up is seen, rubbish is not."""

from __future__ import annotations

from pathlib import Path

from frame.core.placard import HOME, INVITE, PLACARD, Placard, Purpose
from frame.display.board import BareBoard, LiveBoard
from frame.live import heard, say

NOW = 50.0


def board(live: Path, now: float = NOW) -> LiveBoard:
    return LiveBoard(live, lambda: now)


def test_nothing_is_up_where_nothing_was_put_up(tmp_path: Path):
    assert board(tmp_path).placard() is None
    assert board(tmp_path).home() == {}


def test_a_placard_is_up_until_its_time_is_over(tmp_path: Path):
    placard = Placard(Purpose.OWNER, NOW + 10, code="482175")
    say(tmp_path, PLACARD, placard.as_facts())
    assert board(tmp_path).placard() == placard
    assert board(tmp_path, NOW + 10).placard() is None


def test_rubbish_is_nothing(tmp_path: Path):
    for rubbish in (b"", b"[]", b"{", b'{"purpose": {}}', b"\xff\xfe", b"null"):
        (tmp_path / "placard.json").write_bytes(rubbish)
        (tmp_path / "home.json").write_bytes(rubbish)
        assert board(tmp_path).placard() is None
        assert board(tmp_path).home() == {}


def test_only_what_is_known_of_home_is_taken(tmp_path: Path):
    say(tmp_path, HOME, {"scan": "http://a/", "is_owned": 0, "code": "x", "spoken": ["a"]})
    assert board(tmp_path).home() == {"scan": "http://a/", "is_owned": 0}


def test_who_asks_for_an_invitation_is_heard(tmp_path: Path):
    board(tmp_path).invite()
    assert heard(tmp_path, INVITE)["asked"] == NOW


def test_without_a_web_process_nothing_happens():
    bare = BareBoard()
    bare.invite()
    assert bare.placard() is None and bare.home() == {}
