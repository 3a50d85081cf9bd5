"""The grid: what is shown, what is found, what is done with many at once, and undone."""

from __future__ import annotations

import re

import pytest

from frame.core.photos import Approval
from frame.web.owner.gallery import PAGE
from tests.frame.library.test_catalogue import new_photo
from tests.frame.web.owner.conftest import Album, undo_key


def ids_on(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'class="tile" data-id="(\d+)"', page)]


def test_photos_come_newest_first_page_after_page(album: Album):
    with album.house.catalogue() as catalogue, catalogue.transaction():
        for number in range(2 * PAGE + 7):
            catalogue.photos.add(new_photo(number))
    seen: list[int] = []
    address: str | None = "/frame/photos"
    while address:
        page = album.page(address)
        seen += ids_on(page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = older[1] if older else None
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == 2 * PAGE + 7


def test_an_empty_library_says_what_to_do(album: Album):
    assert "Scan the code on the frame" in album.page("/frame/photos")
    assert "Scannen Sie den Code" in album.page("/frame/photos", **{"Accept-Language": "de"})


def test_shelves_senders_and_dates_narrow_it_down(album: Album):
    one = album.add(sender="Oma & <b>Opa</b>", taken="1999:05:04 10:00:00")
    two = album.add(sender="Ben", taken="2005:05:04 10:00:00")
    three = album.add()
    with album.house.catalogue() as catalogue:
        catalogue.photos.favour(two.id, is_favourite=True)
        catalogue.photos.approve(three.id, Approval.WAITING)
    assert ids_on(album.page("/frame/photos?shelf=favourite")) == [two.id]
    assert ids_on(album.page("/frame/photos?shelf=waiting")) == [three.id]
    assert ids_on(album.page("/frame/photos?sender=Oma+%26+%3Cb%3EOpa%3C/b%3E")) == [one.id]
    assert ids_on(album.page("/frame/photos?from=1999-05-04&to=1999-05-04")) == [one.id]
    assert ids_on(album.page("/frame/photos?from=2000-01-01")) == [two.id]
    arrived = album.page("/frame/photos?by=arrived&from=2023-11-14&to=2023-11-14")
    assert ids_on(arrived) == [three.id, two.id, one.id]


@pytest.mark.parametrize(
    "query",
    ["shelf=nonsense", "before=x-y", "before=9999999999999999-1", "from=2000-13-45&to=now", "by=1"],
)
def test_what_makes_no_sense_narrows_nothing(album: Album, query: str):
    photo = album.add()
    assert ids_on(album.page(f"/frame/photos?{query}")) == [photo.id]


def test_names_are_text_and_nothing_else(album: Album):
    photo = album.add(sender='"><script>alert(1)</script>')
    with album.house.catalogue() as catalogue:
        catalogue._db.execute(
            "UPDATE photos SET name = ?", ('<img src=x onerror="x">\x1b[2J\u202e',)
        )
    for address in ("/frame/photos", f"/frame/photos/{photo.id}", "/frame", "/frame/waiting"):
        text = album.owner.get(address).text
        assert "<script>alert" not in text and "<img src=x" not in text
        assert "\x1b" not in text and "\u202e" not in text


def approvals(album: Album, *photos: int) -> list[str]:
    return [album.photo(each).approval for each in photos]


@pytest.mark.parametrize(
    ("deed", "after"),
    [("hide", "hidden"), ("show", "approved"), ("decline", "approved")],
)
def test_many_at_once_and_undone(album: Album, deed: str, after: str):
    one, two, other = album.add().id, album.add().id, album.add().id
    with album.house.catalogue() as catalogue:
        catalogue.photos.approve(two, Approval.HIDDEN)
    before = approvals(album, one, two, other)
    page = album.does("/frame/photos", deed=deed, id=[one, two], back="/frame/photos?shelf=all")
    if deed != "decline":
        assert approvals(album, one, two, other) == [after, after, before[2]]
    album.does("/frame/undo", key=undo_key(page), back="/frame/photos")
    assert approvals(album, one, two, other) == before


def test_deleted_photos_come_back_from_their_shelf(album: Album):
    photo = album.add()
    page = album.does("/frame/photos", deed="delete", id=photo.id)
    assert "1 photo is deleted" in page and ids_on(page) == []
    assert ids_on(album.page("/frame/photos?shelf=deleted")) == [photo.id]
    album.does("/frame/photos", deed="restore", id=photo.id)
    assert ids_on(album.page("/frame/photos")) == [photo.id]


def test_undo_has_its_time_and_its_once(album: Album):
    photo = album.add()
    key = undo_key(album.does("/frame/photos", deed="hide", id=photo.id))
    album.does("/frame/undo", key=key)
    assert album.photo(photo.id).approval is Approval.APPROVED
    assert "can no longer be undone" in album.does("/frame/undo", key=key)
    key = undo_key(album.does("/frame/photos", deed="hide", id=photo.id))
    album.house.clock += 3600
    assert "can no longer be undone" in album.does("/frame/undo", key=key)
    assert album.photo(photo.id).approval is Approval.HIDDEN


def test_nothing_chosen_nonsense_and_what_is_gone(album: Album):
    assert "Nothing was chosen" in album.does("/frame/photos", deed="hide")
    assert "Nothing was chosen" in album.does(
        "/frame/photos", deed="hide", id=["x", "-1", "99", "9" * 30]
    )
    assert album.owner.post("/frame/photos", data={"deed": "format"}).status_code == 400


@pytest.mark.parametrize(
    "back",
    ["http://evil.example/", "//evil.example", "/\\evil", "/frame/../x", "javascript:x", "/login",
     "/frame/photos\r\nSet-Cookie: x=1", "/frame/photos?x=<script>"],
)  # fmt: skip
def test_a_form_leads_nowhere_else(album: Album, back: str):
    answer = album.owner.post("/frame/photos", data={"deed": "hide", "back": back})
    assert answer.status_code == 303
    assert answer.location.startswith("/frame/photos?undo=")


def test_the_page_says_what_is_being_made_and_how_far(album: Album):
    photo = album.add()
    with album.house.catalogue() as catalogue:
        from tests.frame.web.owner.conftest import LOOK

        catalogue.photos.remember_look(photo.id, LOOK)
    album.says("studio", state="rendering", photo=photo.id, share=0.37, waiting=1)
    assert "being animated, 37%" in album.page("/frame/photos")
    states = album.owner.get(f"/frame/states.json?ids={photo.id},x,4711").json
    assert states == {
        str(photo.id): {"state": "rendering", "share": 0.37, "words": "being animated, 37%"}
    }
