"""The relatives' routes, without a server: the protocol in its numbers, and what each may see and do."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from frame.core.passes import Terms
from frame.core.photos import Approval, Finding, Look, View
from frame.library.catalogue import Catalogue
from frame.library.clips import NewClip
from frame.library.disk import RealDisk, Room
from frame.library.ingest import LARGEST_FILE
from frame.live import say
from frame.web.app import create_app
from frame.web.guest import sending
from frame.web.guest.script_words import script_words
from tests.fakes import decode as fake
from tests.frame.library.conftest import no_reserve
from tests.frame.web.conftest import Browser, House
from tests.paths import ROOT
from tests.sync.phones import house as house_of_phones

PHOTO = fake.photo("grandfather", 1000)
PIECE = {"Content-Type": "application/offset+octet-stream"}
VIEW = View((0, 0, 4, 4), 4, 4)


class Phone:
    """A relative's browser, and the door behind the frame's back."""

    def __init__(self, house: House, terms: Terms | None = None, name: str = "Oma") -> None:
        self.house = house
        self.browser, self.pass_ = house.guest(name, terms)

    def begin(self, data: bytes = PHOTO, **facts: str):
        facts = {"sha256": hashlib.sha256(data).hexdigest(), "name": "IMG.jpg", **facts}
        metadata = ",".join(
            f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in facts.items()
        )
        headers = {"Upload-Length": str(len(data)), "Upload-Metadata": metadata}
        return self.browser.post("/uploads", headers=headers)

    def bring(self, place: str, data: bytes, offset: int = 0, **headers: str):
        headers = {**PIECE, "Upload-Offset": str(offset), **headers}
        return self.browser.patch(place, data=data, headers=headers)

    def take_in(self) -> None:
        with Catalogue(self.house.places.catalogue) as catalogue:
            door = house_of_phones(self.house.places, catalogue).door
            while door.step():
                pass

    def send(self, data: bytes = PHOTO, **facts: str) -> str:
        """Its id, once it is taken in."""
        place = self.begin(data, **facts).headers["Location"]
        assert self.bring(place, data).status_code == 204
        self.take_in()
        return place.rpartition("/")[2]

    def stories(self) -> list[dict]:
        return self.browser.get("/api/photos").get_json()["photos"]

    def story(self) -> dict:
        (found,) = self.stories()
        return found


@pytest.fixture
def house(house) -> House:
    house.context = replace(house.context, reserve=no_reserve)
    house.app = create_app(house.context)
    house.app.test_client_class = Browser
    house.app.testing = True
    return house


@pytest.fixture
def oma(house) -> Phone:
    return Phone(house, Terms(waits=False))


@pytest.fixture
def catalogue(house) -> Iterator[Catalogue]:
    with house.catalogue() as opened:
        yield opened


def add_clip(house: House, catalogue: Catalogue, photo_id: int, file: str = "a.mp4", **more) -> int:
    (house.places.clips / file).write_bytes(b"0123456789" * 10)
    facts = {"driver": "joy", "asked": "auto", "models": "m", "prepared": "", "view": VIEW}
    facts |= {"size_bytes": 100, "made": 1, "frames": 125, "report": "{}", **more}
    return catalogue.clips.add(NewClip(photo_id=photo_id, file=file, **facts))


class TestProtocol:
    def test_begun_brought_and_taken_in(self, oma):
        begun = oma.begin()
        assert begun.status_code == 201
        assert begun.headers["Upload-Offset"] == "0"
        assert begun.headers["Tus-Resumable"] == "1.0.0"
        place = begun.headers["Location"]
        first = oma.bring(place, PHOTO[:400])
        assert (first.status_code, first.headers["Upload-Offset"]) == (204, "400")
        asked = oma.browser.head(place)
        assert (asked.headers["Upload-Offset"], asked.headers["Upload-Length"]) == (
            "400",
            str(len(PHOTO)),
        )
        assert asked.headers["Cache-Control"] == "no-store"
        assert oma.bring(place, PHOTO[400:], 400).status_code == 204
        oma.take_in()
        assert oma.story()["state"] == "preparing"

    def test_asked_for_again_it_stands_where_it_is(self, oma):
        place = oma.begin().headers["Location"]
        oma.bring(place, PHOTO[:10])
        again = oma.begin()
        assert (again.headers["Location"], again.headers["Upload-Offset"]) == (place, "10")
        assert again.get_json()["is_new"] is False
        oma.bring(place, PHOTO[10:], 10)
        assert oma.begin().get_json()["stage"] == "received"

    def test_an_offset_that_does_not_fit(self, oma):
        place = oma.begin().headers["Location"]
        answer = oma.bring(place, PHOTO[5:], 5)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "0")

    def test_a_checksum_that_does_not_fit(self, oma):
        place = oma.begin().headers["Location"]
        wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
        right = base64.b64encode(hashlib.sha256(PHOTO).digest()).decode()
        answer = oma.bring(place, PHOTO, **{"Upload-Checksum": f"sha256 {wrong}"})
        assert answer.status_code == 460
        assert oma.browser.head(place).headers["Upload-Offset"] == "0"
        answer = oma.bring(place, PHOTO, **{"Upload-Checksum": f"sha256 {right}"})
        assert answer.status_code == 204

    def test_a_body_that_ends_too_early_keeps_what_came(self, oma):
        place = oma.begin().headers["Location"]
        answer = oma.browser.patch(
            place,
            input_stream=io.BytesIO(PHOTO[:300]),
            environ_overrides={"CONTENT_LENGTH": str(len(PHOTO))},
            headers={**PIECE, "Upload-Offset": "0"},
        )
        assert (answer.status_code, answer.get_json()["error"]) == (400, "cut")
        assert oma.browser.head(place).headers["Upload-Offset"] == "300"

    def test_not_after_all(self, oma, house):
        place = oma.begin().headers["Location"]
        oma.bring(place, PHOTO[:10])
        assert oma.browser.delete(place).status_code == 204
        assert oma.browser.head(place).status_code == 404
        assert list(house.places.uploads.iterdir()) == []

    def test_what_it_speaks(self, oma):
        answer = oma.browser.options("/uploads")
        assert answer.status_code == 204
        assert answer.headers["Tus-Extension"] == "creation,checksum,termination"
        assert int(answer.headers["Tus-Max-Size"]) == LARGEST_FILE

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Upload-Length": "9"}, 400),
            ({"Upload-Length": "-9"}, 400),
            ({"Upload-Length": "9" * 40}, 400),
            ({"Upload-Length": "x", "Upload-Metadata": "sha256 eA=="}, 400),
            ({"Upload-Metadata": "sha256 eA=="}, 400),
            ({"Upload-Length": "9", "Upload-Metadata": "sha256 !!"}, 400),
            ({"Upload-Length": "9", "Upload-Metadata": "sha256 /////w=="}, 400),
            ({"Upload-Length": "9", "Upload-Metadata": "sha256 eA=="}, 400),
        ],
    )
    def test_nonsense_is_not_begun(self, oma, headers, status):
        assert oma.browser.post("/uploads", headers=headers).status_code == status

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Upload-Offset": "0", "Content-Type": "image/jpeg"}, 415),
            ({"Upload-Offset": "0", "Content-Type": "multipart/form-data; boundary=x"}, 415),
            (PIECE, 400),
            ({**PIECE, "Upload-Offset": "+0"}, 400),
            ({**PIECE, "Upload-Offset": "0", "Upload-Checksum": "md5 eA=="}, 400),
            ({**PIECE, "Upload-Offset": "0", "Upload-Checksum": "sha256 eA=="}, 400),
            ({**PIECE, "Upload-Offset": "0", "Upload-Checksum": "sha256 !"}, 400),
        ],
    )
    def test_nonsense_is_not_brought(self, oma, headers, status):
        place = oma.begin().headers["Location"]
        assert oma.browser.patch(place, data=PHOTO, headers=headers).status_code == status
        assert oma.browser.head(place).headers["Upload-Offset"] == "0"

    def test_more_than_was_promised(self, oma):
        place = oma.begin().headers["Location"]
        assert oma.bring(place, PHOTO + b"x").status_code == 400


class TestLimits:
    @pytest.mark.parametrize(
        ("terms", "status", "code"),
        [
            (Terms(most_photos=0), 403, "limit_photos"),
            (Terms(most_bytes=10), 403, "limit_bytes"),
            (Terms(per_hour=0), 429, "limit_per_hour"),
        ],
    )
    def test_a_pass_that_is_used_up(self, house, terms, status, code):
        answer = Phone(house, terms).begin()
        assert (answer.status_code, answer.get_json()["error"]) == (status, code)
        assert answer.get_json()["message"]
        if status == 429:
            assert int(answer.headers["Retry-After"]) > 0

    def test_too_large_to_be_a_photo(self, oma):
        metadata = f"sha256 {base64.b64encode(b'a' * 64).decode()}"
        headers = {"Upload-Length": str(LARGEST_FILE + 1), "Upload-Metadata": metadata}
        assert oma.browser.post("/uploads", headers=headers).status_code == 413

    def test_no_room_is_said_before_a_byte_is_read(self, house, oma):
        place = oma.begin().headers["Location"]

        class Full(RealDisk):
            def room(self, path) -> Room:
                assert path.exists()
                return Room(10, 1000)

        class Untouched(io.BytesIO):
            def readinto(self, buffer, /) -> int:
                raise AssertionError(f"{len(buffer)} bytes were read")

        house.app.extensions["wakeframe"] = replace(house.context, disk=Full())
        assert oma.begin(fake.photo("other", 1000)).status_code == 507
        for path, method in ((place, "PATCH"), ("/send", "POST")):
            answer = oma.browser.open(
                path,
                method=method,
                input_stream=Untouched(),
                environ_overrides={"CONTENT_LENGTH": str(len(PHOTO))},
                headers={**PIECE, "Upload-Offset": "0"},
            )
            assert answer.status_code == 507
            assert answer.get_json()["error"] == "full"

    def test_a_pass_taken_back_in_the_middle_of_a_piece(self, house, oma, catalogue):
        place = oma.begin().headers["Location"]

        class Revoking(io.BytesIO):
            def readinto(self, buffer, /) -> int:
                catalogue.passes.revoke(oma.pass_.id, int(house.now))
                house.clock += 1
                return super().readinto(memoryview(buffer)[:100])

        answer = oma.browser.patch(
            place,
            input_stream=Revoking(PHOTO),
            environ_overrides={"CONTENT_LENGTH": str(len(PHOTO))},
            headers={**PIECE, "Upload-Offset": "0"},
        )
        assert answer.status_code == 401
        assert oma.browser.head(place).status_code == 401


class TestOthers:
    """One relative reaches nothing of another's."""

    def test_nothing_of_anothers(self, house, oma, catalogue):
        upload_id = oma.send()
        clip_id = add_clip(house, catalogue, 1)
        place = Phone(house, name="Opa").begin(fake.photo("his")).headers["Location"]
        opa = Phone(house, name="Opa")
        assert opa.stories() == []
        tried = [
            ("HEAD", f"/uploads/{upload_id}"),
            ("PATCH", f"/uploads/{upload_id}"),
            ("DELETE", place),
            ("GET", f"/photos/{upload_id}/thumbnail"),
            ("GET", f"/photos/{upload_id}/clips/{clip_id}.mp4"),
            ("POST", f"/photos/{upload_id}/delete"),
            ("POST", f"/photos/{upload_id}/undo"),
            ("POST", f"/photos/{upload_id}/wish?driver=joy"),
        ]
        for method, path in tried:
            headers = {**PIECE, "Upload-Offset": "0"} if method == "PATCH" else {}
            answer = opa.browser.open(path, method=method, headers=headers)
            assert answer.status_code == 404, (method, path)
        assert len(oma.stories()) == 1

    def test_a_clip_of_another_photo_is_not_had_by_its_number(self, house, oma, catalogue):
        upload_id = oma.send()
        oma.send(fake.photo("other"))
        other = add_clip(house, catalogue, 2)
        assert oma.browser.get(f"/photos/{upload_id}/clips/{other}.mp4").status_code == 404


class TestStories:
    def look(self, catalogue, verdict="animated", *findings) -> None:
        catalogue.photos.remember_look(1, Look(verdict, findings, (), "m"))

    def test_from_the_first_byte_until_it_is_awake(self, house, oma, catalogue):
        place = oma.begin().headers["Location"]
        oma.bring(place, PHOTO[: len(PHOTO) // 2])
        assert (oma.story()["state"], oma.story()["progress"]) == ("sending", 0.5)
        oma.bring(place, PHOTO[len(PHOTO) // 2 :], len(PHOTO) // 2)
        assert oma.story()["state"] == "arrived"
        oma.take_in()
        assert oma.story()["state"] == "preparing"
        assert oma.story()["details"] == ["It hangs on the wall."]
        self.look(catalogue)
        assert oma.story()["state"] == "queued"
        say(house.live, "studio", {"photo": 1, "share": 0.43})
        assert oma.story()["words"] == "Being animated, 43%"
        say(house.live, "studio", {"photo": None})
        add_clip(house, catalogue, 1)
        story = oma.story()
        assert (story["state"], story["played"]) == ("awake", "joy")
        assert story["clip"]["play"].endswith("/clips/1.mp4")
        assert set(story["may"]) == {"driver", "subtler", "delete"}

    def test_in_german(self, oma):
        oma.send()
        answer = oma.browser.get("/api/photos", headers={"Accept-Language": "de"})
        (story,) = answer.get_json()["photos"]
        assert story["words"] == "Gespeichert. Nun wird es angesehen"
        page = oma.browser.get("/", headers={"Accept-Language": "de"})
        assert "Fotos auswählen" in page.get_data(as_text=True)

    def test_why_it_stays_still(self, oma, catalogue):
        oma.send()
        aside = Finding("profile_view", "This face looks too far to the side.", consequence="still")
        blurry = Finding("blurry", "This face is blurred.", consequence="gentler")
        self.look(catalogue, "still", blurry, aside, aside)
        story = oma.story()
        assert story["state"] == "still"
        assert story["details"][:2] == [aside.message, blurry.message]

    def test_why_it_was_refused(self, oma):
        oma.send(b"a letter" * 20)
        story = oma.story()
        assert (story["state"], story["may"]) == ("refused", ["delete"])
        assert "damaged" in story["details"][0]
        assert oma.browser.post(f"/photos/{story['id']}/delete").status_code == 200
        assert oma.stories() == []

    def test_it_waits_for_a_yes_and_its_sender_sees_it_first(self, house, catalogue):
        oma = Phone(house, Terms(waits=True))
        oma.send()
        self.look(catalogue)
        add_clip(house, catalogue, 1)
        story = oma.story()
        assert story["state"] == "awake"
        assert story["details"] == ["It waits for the owner’s yes before it hangs on the wall."]
        assert oma.browser.get(story["clip"]["play"], buffered=True).status_code == 200
        catalogue.photos.approve(1, Approval.APPROVED)
        assert "its movement waits" in oma.story()["details"][0]

    @pytest.mark.parametrize("how", ["hidden", "deleted", "clip"])
    def test_what_the_owner_decided_against(self, house, oma, catalogue, how):
        oma.send()
        self.look(catalogue)
        clip_id = add_clip(house, catalogue, 1)
        catalogue.work.done(1, "render", "any")
        if how == "hidden":
            catalogue.photos.approve(1, Approval.HIDDEN)
        elif how == "deleted":
            catalogue.photos.delete(1, 5)
        else:
            catalogue.clips.approve(clip_id, Approval.HIDDEN)
        story = oma.story()
        assert story["state"] == ("still" if how == "clip" else "off")
        assert story["clip"] is None
        path = f"/photos/{story['id']}/clips/{clip_id}.mp4"
        assert oma.browser.get(path).status_code == 404

    def test_it_was_there_already(self, house, oma):
        Phone(house, Terms(waits=False), "Opa").send()
        oma.send()
        assert oma.story()["details"][0].startswith("It was already there")

    def test_hostile_names_are_text(self, oma):
        name = "<script>alert(1)</script>\u202egpj.exe\x00"
        oma.send(name=name)
        assert "\u202e" not in oma.story()["name"]
        answer = oma.browser.get("/api/photos")
        assert answer.mimetype == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        hostile = Phone(oma.house, name='<img src=x onerror="alert(1)">')
        assert b"<img src=x" not in hostile.browser.get("/").data

    def test_asked_often_it_costs_little(self, oma):
        oma.send()
        first = oma.browser.get("/api/photos")
        again = oma.browser.get("/api/photos", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")

    def test_more_than_one_page(self, oma):
        for number in range(3):
            oma.send(fake.photo(str(number)))
        found = oma.browser.get("/api/photos?limit=2").get_json()
        assert (len(found["photos"]), found["more"]) == (2, True)
        assert oma.browser.get("/api/photos?limit=x").status_code == 200


class TestDeeds:
    @pytest.fixture
    def awake(self, house, oma, catalogue) -> str:
        upload_id = oma.send()
        catalogue.photos.remember_look(1, Look("animated", (), (), "m"))
        add_clip(house, catalogue, 1)
        return upload_id

    def test_a_step_subtler_then_livelier_again(self, house, oma, awake, catalogue):
        told = oma.browser.post(f"/photos/{awake}/wish", data={"change": "subtler"}).get_json()
        wish = catalogue.photos.wish(1)
        assert (wish.driver, wish.intensity) == ("joy", 0.75)
        assert (told["changing"], told["words"]) == (True, "Will be animated anew")
        assert "subtler" not in told["may"], "one wish at a time"
        add_clip(house, catalogue, 1, "b.mp4", asked="joy", intensity=0.75)
        assert not oma.story()["changing"]
        oma.browser.post(f"/photos/{awake}/wish", data={"change": "livelier"})
        assert catalogue.photos.wish(1).intensity == 1.0

    def test_no_further_than_there_is(self, oma, awake):
        answer = oma.browser.post(f"/photos/{awake}/wish", data={"change": "livelier"})
        assert answer.status_code == 409

    def test_a_driver(self, oma, awake, catalogue):
        assert (
            oma.browser.post(f"/photos/{awake}/wish", data={"driver": "reunion"}).status_code == 200
        )
        assert catalogue.photos.wish(1).driver == "reunion"
        for nonsense in ({"driver": "sing"}, {}, {"change": "wilder"}):
            assert oma.browser.post(f"/photos/{awake}/wish", data=nonsense).status_code == 400

    def test_a_driver_before_it_is_there(self, oma, catalogue):
        place = oma.begin(driver="joy").headers["Location"]
        assert oma.story()["driver"] == "joy"
        upload_id = place.rpartition("/")[2]
        oma.browser.post(f"/photos/{upload_id}/wish", data={"driver": "nostalgia"})
        oma.bring(place, PHOTO)
        oma.take_in()
        assert catalogue.photos.wish(1).driver == "nostalgia"

    def test_deleted_and_brought_back(self, oma, awake, catalogue):
        told = oma.browser.post(f"/photos/{awake}/delete").get_json()
        assert (told["state"], told["may"]) == ("deleted", ["undo"])
        assert catalogue.photos.get(1).is_deleted
        told = oma.browser.post(f"/photos/{awake}/undo").get_json()
        assert told["state"] == "awake"
        assert not catalogue.photos.get(1).is_deleted

    @pytest.mark.usefixtures("awake")
    def test_the_clip_in_ranges_and_to_keep(self, oma):
        clip = oma.story()["clip"]
        part = oma.browser.get(clip["play"], buffered=True, headers={"Range": "bytes=10-19"})
        assert (part.status_code, part.data) == (206, b"0123456789")
        assert part.headers["Content-Range"] == "bytes 10-19/100"
        assert part.headers["Content-Type"] == "video/mp4"
        assert "attachment" not in part.headers.get("Content-Disposition", "")
        kept = oma.browser.get(clip["download"], buffered=True)
        assert kept.headers["Content-Disposition"] == "attachment; filename=IMG.mp4"

    def test_its_thumbnail(self, house, oma, awake, catalogue):
        path = house.places.thumbnail(catalogue.photos.get(1))
        assert oma.browser.get(f"/photos/{awake}/thumbnail").status_code == 404
        path.parent.mkdir(parents=True)
        path.write_bytes(b"\xff\xd8\xff")
        answer = oma.browser.get(f"/photos/{awake}/thumbnail", buffered=True)
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert answer.headers["Cache-Control"].startswith("private")


class TestInOneGo:
    @pytest.fixture
    def script(self, house, monkeypatch):
        """A script with a pass in its hand, while the door takes in."""
        phone = Phone(house, Terms(waits=False))
        token = phone.browser.get_cookie("wakeframe_pass", domain="192.168.1.20").value
        monkeypatch.setattr(sending, "LOOK_SECONDS", 0.0)
        monkeypatch.setattr(sending.time, "sleep", lambda _: phone.take_in())

        def post(data: bytes, path: str = "/send", **more):
            headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
            return house.nobody().post(
                path, data=data, headers=headers, origin=None, csrf=None, **more
            )

        return phone, post

    def test_a_whole_photo(self, script):
        phone, post = script
        answer = post(PHOTO, headers={"X-Name": "beach.jpg"})
        assert answer.status_code == 201
        assert answer.get_json()["sha256"] == hashlib.sha256(PHOTO).hexdigest()
        assert phone.story()["name"] == "beach.jpg"
        assert post(PHOTO).status_code == 201
        assert len(phone.stories()) == 1

    def test_no_photo(self, script):
        _, post = script
        answer = post(b"a letter" * 9)
        assert (answer.status_code, answer.get_json()["stage"]) == (422, "refused")
        assert post(b"").status_code == 411

    def test_stored_later(self, script, monkeypatch):
        _, post = script
        monkeypatch.setattr(sending, "STORED_SECONDS", 0.0)
        assert post(PHOTO).status_code == 202

    def test_without_a_pass_nothing(self, house):
        answer = house.nobody().post(
            "/send", data=PHOTO, headers={"Authorization": "Bearer " + "x" * 22}, csrf=None
        )
        assert answer.status_code in (401, 403)


class TestPage:
    def test_the_page_works_without_inline_scripts(self, oma):
        page = oma.browser.get("/").get_data(as_text=True)
        assert "data-without-script" in page
        assert '<script type="module" src="/static/guest/main.js">' in page
        assert " onclick" not in page and "style=" not in page
        facts = json.loads(page.split("data-facts>")[1].split("</script>")[0])
        assert facts["pass"] == oma.pass_.id and facts["words"]["watch"] == "Watch it wake"

    def test_who_has_no_pass_is_told_where_one_is(self, house):
        answer = house.nobody().get("/", headers={"Accept": "text/html"})
        assert answer.status_code == 401
        assert "Scan the code" in answer.get_data(as_text=True)

    def test_the_owner_has_a_page_of_their_own(self, house):
        answer = house.owner().get("/")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/frame")

    def test_the_manifest(self, house):
        answer = house.nobody().get("/manifest.webmanifest")
        assert answer.mimetype == "application/manifest+json"
        facts = json.loads(answer.data)
        assert facts["start_url"] == "/"
        assert facts["share_target"]["action"] == "/share"
        worker = house.nobody().get("/share-worker.js", buffered=True)
        assert worker.mimetype == "text/javascript"

    def test_a_shared_form_that_no_script_took_apart_is_not_read(self, oma):
        form = {"Content-Type": "multipart/form-data; boundary=x"}
        assert oma.browser.post("/share", data=b"--x", headers=form).status_code in (404, 405, 415)

    def test_every_word_that_the_script_says_is_there(self, oma):
        said: set[str] = set()
        for path in (ROOT / "frame/web/static/guest").glob("*.js"):
            said |= set(re.findall(r"\bwords\.(\w+)", path.read_text("utf-8")))
        with oma.house.app.test_request_context(headers={"Host": "localhost:8080"}):
            there = script_words()
        assert said <= there.keys()
        spoken = {"unreadable", "failed"}  # by the code of what went wrong
        assert there.keys() - said <= spoken
