"""One photo's page: what it tells, what it never tells, and what can be decided there."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from frame.core.liveliness import Wish
from frame.core.photos import Approval, Photo
from frame.core.preparation import Outcome, Preparation, Rule
from frame.library.prepared import PreparedShelf
from tests.frame.library.conftest import NOW, no_reserve
from tests.frame.web.owner.conftest import LOOK, Album, undo_key


def test_it_tells_everything_but_where_it_was_taken(album: Album):
    photo = album.add(sender="Oma", taken="1961:02:03 04:05:06", place=True)
    album.add_clip(photo)
    page = album.page(f"/frame/photos/{photo.id}")
    for said in (
        *(
            "Photo 1.jpg",
            "Oma",
            "February 3, 1961",
            "122\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}90",
            "the inbox folder",
        ),
        *("The glasses keep their shape.", "6 seconds", "1 of 2 move", "0.71 at the least"),
        *("Joy: a livelier smile, 100%: too strong", "Save the original"),
    ):
        assert said in page, said
    for secret in ("52.37", "52°", "4.89", "latitude"):
        assert secret not in page


def test_in_german_as_well(album: Album):
    photo = album.add(sender="Oma", taken="1961:02:03 04:05:06")
    album.add_clip(photo)
    page = album.page(f"/frame/photos/{photo.id}", **{"Accept-Language": "de-DE"})
    assert "3. Februar 1961" in page and "Was der Coach sagt" in page
    assert "Die Brille behält ihre Form" in page


@pytest.mark.parametrize("report", ["", "{", "[]", "7", '{"faces": 3}', '{"stages": [{}]}'])
def test_a_report_that_cannot_be_read_is_left_out(album: Album, report: str):
    photo = album.add()
    clip = album.add_clip(photo)
    with album.house.catalogue() as catalogue:
        catalogue._db.execute("UPDATE clips SET report = ? WHERE id = ?", (report, clip.id))
    assert "The report" not in album.page(f"/frame/photos/{photo.id}")


@pytest.mark.parametrize(
    ("deed", "approval", "favourite", "deleted"),
    [
        ("hide", "hidden", False, False),
        ("favour", "approved", True, False),
        ("delete", "approved", False, True),
    ],
)
def test_a_deed_and_its_undoing(album: Album, deed, approval, favourite, deleted):
    photo = album.add()
    page = album.does(f"/frame/photos/{photo.id}", deed=deed, back=f"/frame/photos/{photo.id}")
    after = album.photo(photo.id)
    assert (after.approval, after.is_favourite, after.is_deleted) == (approval, favourite, deleted)
    album.does("/frame/undo", key=undo_key(page))
    assert album.photo(photo.id) == photo


def test_a_clip_is_seen_in_private_and_decided_about(album: Album):
    photo = album.add()
    clip = album.add_clip(photo, Approval.WAITING)
    page = album.page(f"/frame/photos/{photo.id}")
    assert "Only you see it here" in page and f"/frame/clips/{clip.id}.mp4" in page
    page = album.does(f"/frame/photos/{photo.id}", deed="clip_show")
    assert album.clip(photo).approval is Approval.APPROVED
    album.does("/frame/undo", key=undo_key(page))
    assert album.clip(photo).approval is Approval.WAITING
    album.does(f"/frame/photos/{photo.id}", deed="clip_hide")
    assert album.clip(photo).approval is Approval.HIDDEN


def wish(album: Album, photo_id: int) -> Wish:
    with album.house.catalogue() as catalogue:
        return catalogue.photos.wish(photo_id)


def test_it_is_made_again_with_a_driver_or_a_step_subtler(album: Album):
    photo = album.add()
    album.add_clip(photo)
    album.does(f"/frame/photos/{photo.id}", deed="driver", driver="joy")
    assert wish(album, photo.id) == Wish("joy", 1.0)
    album.does(f"/frame/photos/{photo.id}", deed="subtler")
    assert wish(album, photo.id) == Wish("nostalgia", 0.75)
    album.does(f"/frame/photos/{photo.id}", deed="livelier")
    assert wish(album, photo.id) == Wish("joy", 1.0)
    bad = {"deed": "driver", "driver": "rm"}
    assert album.owner.post(f"/frame/photos/{photo.id}", data=bad).status_code == 400


def test_what_is_not_there_and_what_nobody_offers(album: Album):
    photo = album.add()
    for address in ("/frame/photos/99", "/frame/clips/99.mp4", "/frame/clips/99/report.json",
                    "/frame/photos/99/original", "/frame/photos/99/large.jpg",
                    f"/frame/thumb/{'0' * 64}.jpg", "/frame/thumb/x.jpg"):  # fmt: skip
        assert album.owner.get(address).status_code == 404, address
    for deed in ("", "x", "quit"):
        assert album.owner.post(f"/frame/photos/{photo.id}", data={"deed": deed}).status_code == 400
    assert album.owner.post("/frame/photos/99", data={"deed": "hide"}).status_code == 404
    no_clip = {"deed": "subtler"}
    assert album.owner.post(f"/frame/photos/{photo.id}", data=no_clip).status_code == 404


class TestMedia:
    def test_pictures_are_ours_and_carry_nothing_of_the_cameras(self, album: Album):
        photo = album.add(place=True)
        original = album.house.places.original_of(photo).read_bytes()
        assert b"Exif" in original
        for address in (f"/frame/thumb/{photo.sha256}.jpg", f"/frame/photos/{photo.id}/large.jpg"):
            answer = album.fetch(address)
            assert answer.status_code == 200
            assert answer.mimetype == "image/jpeg" and answer.data.startswith(b"\xff\xd8\xff")
            assert b"Exif" not in answer.data
            assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_a_thumbnail_that_is_gone_is_made_again_and_kept_for_good(self, album: Album):
        photo = album.add()
        path = album.house.places.thumbnail(photo)
        path.unlink()
        answer = album.fetch(f"/frame/thumb/{photo.sha256}.jpg")
        assert answer.status_code == 200 and path.is_file()
        assert "immutable" in answer.headers["Cache-Control"]

    def test_where_the_original_is_gone_there_is_no_picture_and_no_error(self, album: Album):
        photo = album.add()
        album.house.places.thumbnail(photo).unlink()
        album.house.places.original_of(photo).unlink()
        for address in (f"/frame/thumb/{photo.sha256}.jpg", f"/frame/photos/{photo.id}/large.jpg",
                        f"/frame/photos/{photo.id}/original"):  # fmt: skip
            assert album.fetch(address).status_code == 404

    def test_the_original_is_saved_and_never_shown(self, album: Album):
        photo = album.add()
        with album.house.catalogue() as catalogue:
            catalogue._db.execute(
                "UPDATE photos SET name = ?", ('../../x\r\n"; filename=evil.html <b>Ömä.HTML',)
            )
        answer = album.fetch(f"/frame/photos/{photo.id}/original")
        assert hashlib.sha256(answer.data).hexdigest() == photo.sha256
        assert answer.mimetype == "application/octet-stream"
        name = answer.headers["Content-Disposition"]
        assert name.startswith('attachment; filename="x') and name.endswith(".jpg")
        assert name.count('"') == 2 and not set(name) & set("\r\n/\\<")
        assert "sandbox" in answer.headers["Content-Security-Policy"]

    def test_a_clip_comes_whole_or_in_parts(self, album: Album):
        photo = album.add()
        clip = album.add_clip(photo)
        answer = album.fetch(f"/frame/clips/{clip.id}.mp4")
        assert answer.mimetype == "video/mp4" and len(answer.data) == 1000
        part = album.fetch(f"/frame/clips/{clip.id}.mp4", headers={"Range": "bytes=10-19"})
        assert (part.status_code, part.data) == (206, b"0123456789")
        saved = album.fetch(f"/frame/clips/{clip.id}/download")
        assert "Photo 1 - wakeframe.mp4" in saved.headers["Content-Disposition"]
        report = album.fetch(f"/frame/clips/{clip.id}/report.json")
        assert report.json["driver"] == "nostalgia"


class TestWaiting:
    def waiting(self, album: Album, count: int = 3) -> list[int]:
        found = [album.add(sender="Oma").id for _ in range(count)]
        with album.house.catalogue() as catalogue:
            for each in found:
                catalogue.photos.approve(each, Approval.WAITING)
        return found

    def test_one_by_one(self, album: Album):
        one, two, three = self.waiting(album)
        assert "3 photos" in album.page("/frame/waiting")
        page = album.does("/frame/waiting", yes=one)
        assert album.photo(one).approval is Approval.APPROVED
        album.does("/frame/undo", key=undo_key(page))
        assert album.photo(one).approval is Approval.WAITING
        album.does("/frame/waiting", no=two)
        assert album.photo(two).approval is Approval.HIDDEN
        assert album.photo(three).approval is Approval.WAITING

    def test_many_at_once(self, album: Album):
        one, two, three = self.waiting(album)
        album.does("/frame/waiting", yes="chosen", id=[one, three])
        assert [album.photo(each).approval for each in (one, two, three)] == [
            *("approved", "waiting", "approved"),
        ]
        assert "Nothing was chosen" in album.does("/frame/waiting", no="chosen")

    def test_a_clip_alone_waits_too_and_a_no_hides_it_alone(self, album: Album):
        photo = album.add()
        album.add_clip(photo, Approval.WAITING)
        page = album.page("/frame/waiting")
        assert "its clip" in page and "<video" in page
        album.does("/frame/waiting", no=photo.id)
        assert album.photo(photo.id).approval is Approval.APPROVED
        assert album.clip(photo).approval is Approval.HIDDEN
        assert "Nothing waits." in album.page("/frame/waiting")


def test_a_photo_without_faults_is_told_so(album: Album):
    photo = album.add()
    with album.house.catalogue() as catalogue:
        catalogue.photos.remember_look(photo.id, type(LOOK)("animated", (), LOOK.heads, "m"))
    assert "Nothing to find fault with" in album.page(f"/frame/photos/{photo.id}")


class TestRestored:
    def restored(self, album: Album, *, passed: bool = False) -> Photo:
        """A photo whose restoration is there."""
        photo = album.add()
        made = Preparation(
            *(photo.id, "r1", Outcome.MADE, passed, 0.1, ("scratches", "noise"), (), 0, NOW),
        )
        with album.house.catalogue() as catalogue:
            shelf = PreparedShelf(album.house.places, catalogue, reserve=no_reserve)
            height, width = photo.decoded[1], photo.decoded[0]
            picture = np.full((height, width, 3), 200, np.uint8)
            shelf.publish(photo, picture, made, "{}", Rule.AUTO)
        return album.photo(photo.id)

    def test_before_and_after_are_shown_and_what_was_done(self, album: Album):
        photo = self.restored(album)
        page = album.page(f"/frame/photos/{photo.id}")
        assert "Taken away: scratches and tears, grain." in page
        assert "A face may look less like itself" in page
        came = album.fetch(f"/frame/photos/{photo.id}/came.jpg").data
        restored = album.fetch(f"/frame/photos/{photo.id}/restored.jpg").data
        assert (
            came.startswith(b"\xff\xd8") and restored.startswith(b"\xff\xd8") and came != restored
        )
        assert album.fetch(f"/frame/photos/{photo.id}/large.jpg").data == came

    def test_it_waits_among_the_others_until_somebody_has_looked(self, album: Album):
        photo = self.restored(album)
        page = album.page("/frame/waiting")
        assert "Restored photos to compare" in page and f"/frame/photos/{photo.id}/came.jpg" in page
        page = album.does(f"/frame/photos/{photo.id}", deed="use_restored", back="/frame/waiting")
        assert album.photo(photo.id).prepared == "r1"
        assert "Restored photos to compare" not in page
        restored = album.fetch(f"/frame/photos/{photo.id}/restored.jpg").data
        assert album.fetch(f"/frame/photos/{photo.id}/large.jpg").data == restored
        album.does("/frame/undo", key=undo_key(page))
        assert album.photo(photo.id).prepared == ""

    def test_the_original_can_be_asked_for_and_the_rule_again(self, album: Album):
        photo = self.restored(album, passed=True)
        assert photo.prepared == "r1", "the rule hangs what has kept every face"
        album.does(f"/frame/photos/{photo.id}", deed="use_original")
        assert album.photo(photo.id).prepared == ""
        album.does(f"/frame/photos/{photo.id}", deed="use_rule")
        assert album.photo(photo.id).prepared == "r1"

    def test_without_one_there_is_none(self, album: Album):
        photo = album.add()
        assert album.owner.get(f"/frame/photos/{photo.id}/restored.jpg").status_code == 404
        assert "came.jpg" not in album.page(f"/frame/photos/{photo.id}")
