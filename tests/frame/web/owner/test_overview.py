"""The first page, the remote, questions, health, and what changes by itself."""

from __future__ import annotations

import json

import pytest

from frame.core.photos import Door
from frame.library.talk import Refusal
from frame.remote import Wish, Wished, Wishes
from frame.web.owner.stream import LIFE_SECONDS, QUIET_SECONDS, News
from tests.frame.web.owner.conftest import Album


def wishes(album: Album) -> list[Wished]:
    return Wishes(album.house.live, lambda: album.house.clock).taken()


def test_before_anything_runs_it_says_so(album: Album):
    page = album.page("/frame")
    assert "The screen is not running." in page and "The studio is not running." in page


def test_what_hangs_what_is_made_and_how_it_is(album: Album):
    photo = album.add()
    album.says("display", state="hanging", photos=[photo.id], wakes=None, panel_off=False, asked="")
    album.says(
        "studio", state="rendering", photo=photo.id, share=0.5, waiting=3, estimate_seconds=150
    )
    album.says("app", began=1_700_000_000, is_safe=True, processes={})
    (album.house.live / "screen.jpg").write_bytes(b"\xff\xd8\xff picture")
    page = album.page("/frame")
    for said in (
        *("On the wall: Photo 1.jpg", "3 photos are still to be woken, about 2 minutes."),
        *("/frame/now.jpg?", "safe mode", " free", "Version"),
    ):
        assert said in page, said
    assert album.owner.get("/frame/now.jpg").data == b"\xff\xd8\xff picture"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"state": "night", "panel_off": True, "photos": []}, "It is night"),
        ({"state": "night", "panel_off": True, "photos": [], "asked": "asleep"}, "asleep"),
        ({"state": "empty", "panel_off": False, "photos": []}, "Nothing hangs yet."),
        (
            {"state": "hanging", "photos": ["x", True, None, 4711], "panel_off": 7},
            "Nothing hangs yet.",
        ),
        ({"state": 7, "photos": 3}, "The screen is not running."),
    ],
)
def test_the_wall_in_words_whatever_its_file_says(album: Album, facts: dict, said: str):
    album.says("display", **facts)
    assert said in album.page("/frame")
    assert said in album.owner.get("/frame/now.json").json["wall_words"]


@pytest.mark.parametrize(
    ("reason", "said"), [("hot", "cooler"), ("disk", "no room"), ("trouble", "cannot be read")]
)
def test_what_is_in_the_studios_way(album: Album, reason: str, said: str):
    album.says("studio", state="paused", waiting=3, reason=reason)
    assert said in album.page("/frame")


@pytest.mark.parametrize("wish", ["next", "previous", "wake", "sleep", "light"])
def test_the_remote_asks_the_wall(album: Album, wish: str):
    album.does("/frame/wall", wish=wish)
    assert wishes(album) == [Wished(Wish(wish))]


def test_a_photo_is_hung_by_its_page(album: Album):
    photo = album.add()
    album.does("/frame/wall", wish="hang", photo=photo.id, back=f"/frame/photos/{photo.id}")
    assert wishes(album) == [Wished(Wish.HANG, (photo.id,))]


@pytest.mark.parametrize(
    "form",
    [
        *({}, {"wish": "quit"}, {"wish": "hide"}, {"wish": "hang"}),
        *({"wish": "hang", "photo": "99"}, {"wish": "hang", "photo": "x"}),
    ],
)
def test_nothing_else_is_asked(album: Album, form: dict):
    assert album.owner.post("/frame/wall", data=form).status_code in (400, 404)
    assert wishes(album) == []


def test_a_question_is_answered_once(album: Album):
    with album.house.catalogue() as catalogue:
        catalogue.questions.ask("usb", "s", {"name": "<b>", "photos": 3}, 1, on_screen=True)
        catalogue.questions.ask("new kind", "s", {"x": 1}, 1, on_screen=False)
        (asked, _) = catalogue.questions.open()
    page = album.owner.get("/frame").text
    assert "Take in the 3 photos on the stick" in page and "“<b>”" not in page
    album.does(f"/frame/questions/{asked.id}", answer="yes")
    with album.house.catalogue() as catalogue:
        assert catalogue.questions.latest("usb", "s").answer == "yes"
    again = album.owner.post(f"/frame/questions/{asked.id}", data={"answer": "no"})
    assert again.status_code == 404
    assert album.owner.post("/frame/questions/2", data={"answer": "maybe"}).status_code == 400


def test_health_tells_what_was_refused_and_what_is_set_aside(album: Album):
    photo = album.add()
    with album.house.catalogue() as catalogue:
        catalogue.refusals.add(
            Refusal("inbox", "/x/y/<i>.pdf", 1, 1, "c", "No photo.", 1_700_000_000)
        )
        catalogue.notices.add("wall", "c", "s", "Something is not as it should be.", 1_700_000_000)
        catalogue.work.set_aside(photo.id, "render", "t", "poison", "It ended the worker twice.")
    text = album.owner.get("/frame/health").text
    for said in ("&lt;i&gt;.pdf", "No photo.", "Something is not as", "It ended the worker twice."):
        assert said in text, said
    assert "/x/y" not in text


class TestStream:
    def events(self, pieces: list[bytes]) -> list[dict]:
        text = b"".join(pieces).decode()
        return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]

    def test_news_come_when_there_are_some_and_only_then(self, album: Album):
        now = [0.0]
        news = News(album.house.live, lambda: now[0])
        pieces = [news.read() or b""]
        assert news.read() == b""
        album.says("display", state="hanging", photos=[3], wakes=None)
        pieces.append(news.read() or b"")
        assert [each["wall"]["photos"] for each in self.events(pieces)] == [[], [3]]
        now[0] += QUIET_SECONDS + 1
        assert news.read() == b": still here\n\n"
        now[0] += LIFE_SECONDS
        assert news.read() is None, "a stream ends, so that who is not the owner any more is out"

    def test_it_is_a_stream_that_costs_no_thread(self, album: Album):
        answer = album.owner.get("/frame/live")
        assert answer.mimetype == "text/event-stream"
        assert self.events([answer.data])[0]["queue"]["waiting"] is None

    def test_names_are_not_in_it(self, album: Album):
        photo = album.add(sender="Oma")
        album.says("studio", state="rendering", photo=photo.id, name="Photo 1.jpg", share=0.1)
        assert b"Photo 1" not in album.owner.get("/frame/live").data


def test_help_names_the_ways_in(album: Album):
    page = album.page("/frame/help")
    assert str(album.house.places.inbox) in page and "192.168.1.20:8080" in page


def test_a_file_for_whoever_helps_is_there_to_be_saved(album: Album):
    album.add(Door.PHONE, sender="Aunt Nobody")
    album.says("studio", state="paused", reason="hot", waiting=2)
    assert "/frame/health/diagnosis.json" in album.page("/frame/health")
    answer = album.fetch("/frame/health/diagnosis.json")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="wakeframe-')
    told = answer.json
    assert told["running"]["studio"]["reason"] == "hot"
    assert told["catalogue"]["photos"] == [
        {"door": "phone", "suffix": ".jpg", "approval": "approved", "verdict": None, "n": 1}
    ]
    assert "Nobody" not in answer.text and "Photo 1" not in answer.text
